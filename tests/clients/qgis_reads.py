"""Run by Debian's own Python, which knows QGIS: loads what the server offers and prints what QGIS made of it."""

import json
import os
import sys

os.environ["QT_QPA_PLATFORM"] = "offscreen"
from qgis.core import (
    QgsApplication,
    QgsFeatureRequest,
    QgsMapRendererParallelJob,
    QgsMapSettings,
    QgsRectangle,
    QgsVectorLayer,
    QgsVectorTileLayer,
)
from qgis.PyQt.QtCore import QSize
from qgis.PyQt.QtGui import QColor

address, west, south, east, north = sys.argv[1], *map(float, sys.argv[2:6])
QgsApplication.setPrefixPath("/usr", True)
app = QgsApplication([], False)
app.initQgis()


def items(condition=None):
    layer = QgsVectorLayer(f"url='{address}/ogc' typename='crashes'", "crashes", "OAPIF")
    if not layer.isValid():
        sys.exit(f"QGIS does not open the collection: {layer.error().message()}")
    request = QgsFeatureRequest()
    if condition:
        request.setFilterExpression(condition)
    found = list(layer.getFeatures(request))
    return layer, found


layer, everything = items()
_, fatal = items('"severity" = 2')
boxed = list(layer.getFeatures(QgsFeatureRequest(QgsRectangle(west, south, east, north))))

tiles = QgsVectorTileLayer(
    f"type=xyz&url={address}/tiles/crashes/{{z}}/{{x}}/{{y}}.mvt&zmin=0&zmax=18"
    f"&styleUrl={address}/styles/crashes.json",
    "tiles",
)
said, styled = tiles.loadDefaultStyle()
drawing = QgsMapSettings()
drawing.setLayers([tiles])
drawing.setDestinationCrs(layer.crs())
drawing.setExtent(QgsRectangle(west, south, east, north))
drawing.setOutputSize(QSize(400, 400))
drawing.setBackgroundColor(QColor(255, 255, 255))
job = QgsMapRendererParallelJob(drawing)
job.start()
job.waitForFinished()
image = job.renderedImage()
image.save(sys.argv[6])
drawn = sum(image.pixelColor(x, y) != QColor(255, 255, 255) for x in range(400) for y in range(400))
print(
    json.dumps(
        {
            "fields": [f.name() for f in layer.fields()],
            "all": len(everything),
            "injury": len(fatal),
            "boxed": len(boxed),
            "tiles": tiles.isValid(),
            "styled": styled,
            "said": said,
            "drawn": drawn,
        }
    )
)
