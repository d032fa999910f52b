"""A stored scene as the file that was asked for. An approved sheet is the one that was approved, to the byte."""

from __future__ import annotations

import json
from typing import Any

from pyproj import Transformer

from diagramming.scene import elements as E  # noqa: N812
from diagramming.scene.document import SCALES, dump, read
from diagramming.scene.document import Scene as Document
from diagramming.scene.drawing import draw
from diagramming.scene.shapes import Turned
from diagramming.sheet import files
from diagramming.sheet.template import BadTemplate
from diagramming.symbols.library import BadSymbol
from layers.crashes.scenes.models import Scene
from layers.crashes.scenes.output import library, sheet
from layers.crashes.scenes.store import SceneTrouble

KINDS = {
    "json": "application/json",
    "svg": "image/svg+xml",
    "pdf": "application/pdf",
    "png": "image/png",
    "dxf": "image/vnd.dxf",
    "geojson": "application/geo+json",
}


def file(
    scene: Scene, kind: str, template: str, scale: int | None, paper: str | None, step: int | None
) -> bytes:
    """`step` asks for the scene as it was at that step of its review."""
    if scale is not None and scale not in SCALES:
        raise SceneTrouble(422, "scale", f"比例尺須為 {SCALES}。 The scale is one of {SCALES}.")
    raw, kept = scene.document, ""
    if step is not None or not scene.editable:
        steps = scene.steps.order_by("-pk")
        found = steps.filter(pk=step).first() if step is not None else steps.exclude(sheet="").first()
        if step is not None and found is None:
            raise SceneTrouble(404, "no-step", "沒有這一次審核。 There is no such step of the review.")
        if found is not None:
            raw, kept = found.document, found.sheet
    document = read(raw)
    if kind == "json":
        return json.dumps(dump(document), ensure_ascii=False, indent=1).encode()
    if kind == "geojson":
        return json.dumps(features(document), ensure_ascii=False).encode()
    try:
        if kind == "dxf":
            return files.dxf(draw(document, library()), document.origin, scale or document.frame.scale)
        if scale or paper or template or not kept:
            frame = document.frame.model_copy(
                update={k: v for k, v in {"scale": scale, "paper": paper}.items() if v}
            )
            kept = sheet(scene, document.model_copy(update={"frame": frame}), template or "station")
    except (BadTemplate, BadSymbol) as problem:
        raise SceneTrouble(422, "template", str(problem)) from problem
    if kind == "svg":
        return kept.encode()
    return files.pdf(kept) if kind == "pdf" else files.png(kept)


def features(document: Document) -> dict[str, Any]:
    """Elements as GeoJSON in WGS 84; vehicles as the ground they cover."""
    to_wgs84 = Transformer.from_crs(3826, 4326, always_xy=True)
    e, n = document.origin

    def lonlat(point: tuple[float, float]) -> list[float]:
        lon, lat = to_wgs84.transform(e + point[0], n + point[1])
        return [round(lon, 8), round(lat, 8)]

    out = []
    for element in document.elements:
        said = element.model_dump(mode="json", exclude={"path", "area", "approach", "exit", "pose", "at"})
        geometry: dict[str, Any] | None = None
        if isinstance(element, E.Vehicle):
            ring = [lonlat(p) for p in _footprint(document, element)]
            geometry = {"type": "Polygon", "coordinates": [[*ring, ring[0]]]}
            said["heading"] = element.pose.heading
        elif isinstance(element, E.Pedestrian):
            geometry = {"type": "Point", "coordinates": lonlat((element.pose.x, element.pose.y))}
        elif isinstance(element, E.Travel):
            geometry = {
                "type": "LineString",
                "coordinates": [lonlat(p) for p in (*element.approach, *element.exit)],
            }
        elif isinstance(element, E.Debris | E.Fluid):
            ring = [lonlat(p) for p in element.area]
            geometry = {"type": "Polygon", "coordinates": [[*ring, ring[0]]]}
        elif isinstance(element, E.BaseLine | E.Dimension):
            ends = (element.start, element.end) if isinstance(element, E.BaseLine) else (element.a, element.b)
            places = [document.place(end) for end in ends]
            if None not in places:
                geometry = {"type": "LineString", "coordinates": [lonlat(p) for p in places if p]}
        elif len(path := getattr(element, "path", ())) > 1:
            geometry = {"type": "LineString", "coordinates": [lonlat(p) for p in path]}
        elif at := getattr(element, "at", None):
            geometry = {"type": "Point", "coordinates": lonlat(at)}
        out.append({"type": "Feature", "id": element.id, "properties": said, "geometry": geometry})
    return {"type": "FeatureCollection", "features": out}


def _footprint(document: Document, vehicle: E.Vehicle) -> list[tuple[float, float]]:
    from diagramming.scene.classes import CLASSES

    long, wide = CLASSES[vehicle.kind].size(vehicle.posture, vehicle.length, vehicle.width)
    corners = [(-wide / 2, long / 2), (-wide / 2, -long / 2), (wide / 2, -long / 2), (wide / 2, long / 2)]
    return list(Turned(vehicle.pose.x, vehicle.pose.y, vehicle.pose.heading)(corners))
