"""A surface on the paper: warped to its coordinate system and coloured along the risk ramp, as in raster tiles."""

from __future__ import annotations

import numpy as np
import rasterio
from PIL import Image
from rasterio.enums import Resampling
from rasterio.transform import from_bounds
from rasterio.vrt import WarpedVRT

from gis.ogc.drawing.frame import Frame
from layers.registry.layer import Raster
from layers.registry.palette import Theme
from layers.registry.raster import Period
from tilesrv.raster import ramp


def surface(frame: Frame, raster: Raster, source: Period, theme: Theme, opacity: float) -> Image.Image:
    paper = from_bounds(*frame.box, frame.width, frame.height)
    how = {
        "transform": paper,
        "width": frame.width,
        "height": frame.height,
        "resampling": Resampling.bilinear,
    }
    with (
        rasterio.open(source.path) as file,
        WarpedVRT(file, crs=f"EPSG:{frame.crs.srid}", add_alpha=False, nodata=file.nodata, **how) as warped,
    ):
        values = warped.read(1, masked=True)
    table = np.array([ramp(theme)[i] for i in range(256)], dtype=np.float32)
    table[:, 3] *= opacity
    share = (values.filled(raster.low).astype(np.float32) - raster.low) / (raster.high - raster.low)
    pixels = table.round().astype(np.uint8)[(np.clip(share, 0, 1) * 255).astype(np.uint8)]
    pixels[np.ma.getmaskarray(values)] = 0
    return Image.fromarray(pixels, "RGBA")
