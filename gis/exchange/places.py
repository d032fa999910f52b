"""Geometries as a layer keeps them: in WGS 84, flat, valid, of the layer's kind, somewhere that can be true."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache
from typing import Any

import numpy as np
import shapely
from pyproj import CRS, Transformer
from pyproj.crs import BoundCRS
from pyproj.crs.coordinate_operation import ToWGS84Transformation
from pyproj.exceptions import CRSError, ProjError

from gis.exchange.batch import Batch, Shapes
from gis.exchange.values import empty, text
from layers.registry.importer import Place, Wrong
from layers.registry.rows import TWD97, WGS84

Box = tuple[float, float, float, float]
WORLD: Box = (-180.0, -85.06, 180.0, 85.06)
_TM2: Box = (50_000, 2_300_000, 450_000, 2_950_000)
"""Where metres of TWD97 / TM2 lie: Taiwan with its islands."""

_OLD = re.compile(r"taiwan.*1967|twd[ _]?67", re.I)

NO_PLACE = Wrong("沒有位置", "has no place")
NULL_ISLAND = Wrong("坐標為 0, 0", "its coordinates are 0, 0")
NO_NUMBERS = Wrong("坐標不是數字", "its coordinates are no numbers")
NEITHER = Wrong("坐標既非經緯度也非 TWD97 公尺", "its coordinates are neither degrees nor metres of TWD97")
OFF_EARTH = Wrong(
    "位置在地球之外（經度在前、緯度在後）", "it lies outside of the world (longitude first, then latitude)"
)
ELSEWHERE = Wrong("位置在本市轄區之外", "it lies outside of the city")
DEFAULT = Wrong(
    "坐標是系統預設值，不是現場位置", "its coordinates are a default that programs write, not a place"
)
SAME = 2e-6
"""Degrees, the last digit of files that write six."""
INVALID = Wrong("圖形無效且無法修復", "its geometry is not valid and cannot be mended")


def system(name: str) -> CRS:
    """A coordinate system by name, or Wrong."""
    try:
        return CRS.from_user_input(name)
    except CRSError as wrong:
        raise Wrong(
            f"不認得坐標系統「{name[:60]}」，請寫成 EPSG:3826 這樣的代號。",
            f"There is no coordinate system “{name[:60]}”; write it like EPSG:3826.",
        ) from wrong


def shifted(crs: CRS) -> CRS:
    """TWD67 with its seven parameters to WGS 84. PROJ knows none and would silently be 850 m beside; these are good
    to about two metres."""
    ground = crs.geodetic_crs
    if ground is None or ground.datum is None or not _OLD.search(ground.datum.name):
        return crs
    turn = ToWGS84Transformation(ground, -752, -358, -179, -0.24129, 0.37949, 0.20259, 23.29)
    return BoundCRS(source_crs=crs, target_crs=CRS.from_epsg(WGS84), transformation=turn)


class Places:
    """Makes the geometries of a batch fit a model's column; what does not fit lands in `batch.problems`."""

    def __init__(
        self,
        place: Place,
        kind: str,
        crs: str | None,
        within: Box | None,
        city: shapely.Geometry | None = None,
    ) -> None:
        self.place, self.kind, self.city = place, kind, city
        self.crs = crs if crs and system(crs) != CRS.from_epsg(WGS84) else None
        self.guess = crs is None
        self.within = within

    def __call__(self, batch: Batch) -> Shapes:
        bad = batch.problems
        if self.place.missing:
            _mark(bad, np.ones(len(batch), bool), Wrong(*self.place.missing))
            return np.full(len(batch), None, dtype=object)
        shapes = batch.shapes if batch.shapes is not None else self._from_columns(batch)
        shapes = shapely.force_2d(shapes)
        _mark(bad, shapely.is_missing(shapes) | shapely.is_empty(shapes), NO_PLACE)
        bounds = shapely.bounds(shapes)
        _mark(bad, (np.abs(bounds) < 1e-9).all(axis=1), NULL_ISLAND)
        if self.crs:
            shapes = transformed(shapes, self.crs)
        elif self.guess and batch.shapes is None:
            shapes = self._guessed(shapes, bounds, bad)
        bounds = shapely.bounds(shapes)
        _mark(bad, ~_inside(bounds, WORLD), OFF_EARTH)
        if self.within:
            west, south, east, north = (round(v, 3) for v in self.within)
            said = f"({west}, {south}) – ({east}, {north})"
            _mark(
                bad,
                ~_inside(bounds, self.within),
                Wrong(f"位置超出範圍 {said}", f"it lies outside of {said}"),
            )
        _mark(bad, self._default(bounds), DEFAULT)
        if self.city is not None:
            _mark(bad, ~shapely.intersects(self.city, shapes), ELSEWHERE)
        return self._fitting(shapes, bad)

    def _default(self, bounds: Shapes) -> Shapes:
        """Points that a program wrote because it knew no place."""
        lon, lat = bounds[:, 0], bounds[:, 1]
        found: Shapes = np.zeros(len(bounds), bool)
        if self.place.minutes:
            off = [np.abs(v * 60 - np.round(v * 60)) / 60 for v in (lon, lat)]
            found |= (off[0] < SAME / 2) & (off[1] < SAME / 2)
        for known in self.place.defaults:
            found |= (np.abs(lon - known[0]) < SAME) & (np.abs(lat - known[1]) < SAME)
        return found

    def _from_columns(self, batch: Batch) -> Shapes:
        def here(names: tuple[str, ...]) -> Sequence[Any] | None:
            return next((batch.columns[n] for n in names if n in batch.columns), None)

        if (wkt := here(self.place.wkt)) is not None:
            written = np.array([text(c) or None for c in wkt], dtype=object)
            return np.asarray(shapely.from_wkt(written, on_invalid="ignore"))
        lons, lats = here(self.place.lon), here(self.place.lat)
        assert lons is not None and lats is not None
        out = np.full(len(batch), None, dtype=object)
        pairs = np.full((len(batch), 2), np.nan)
        for at, (lon, lat) in enumerate(zip(lons, lats, strict=True)):
            if empty(lon) or empty(lat):
                continue
            try:
                pairs[at] = float(text(lon).replace(",", "")), float(text(lat).replace(",", ""))
            except ValueError:
                batch.problems.setdefault(at, NO_NUMBERS)
        good = np.isfinite(pairs).all(axis=1)
        out[good] = shapely.points(pairs[good])
        return out

    def _guessed(self, shapes: Shapes, bounds: Shapes, bad: dict[int, Wrong]) -> Shapes:
        degrees, metres = _inside(bounds, WORLD), _inside(bounds, _TM2)
        there = ~shapely.is_missing(shapes)
        _mark(bad, there & ~degrees & ~metres, NEITHER)
        if metres.any():
            shapes = shapes.copy()
            shapes[metres] = transformed(shapes[metres], f"EPSG:{TWD97}")
        return shapes

    def _fitting(self, shapes: Shapes, bad: dict[int, Wrong]) -> Shapes:
        out = shapes.copy()
        for at in np.flatnonzero(~shapely.is_missing(shapes) & ~shapely.is_valid(shapes)):
            out[at] = shapely.make_valid(shapes[at]) if self.kind == "MULTIPOLYGON" else shapes[at]
            if at not in bad and self.kind != "MULTIPOLYGON":
                bad[int(at)] = INVALID
        fit = {"POINT": _point, "LINESTRING": _line, "MULTIPOLYGON": _areas}[self.kind]
        same = shapely.get_type_id(out) == {"POINT": 0, "LINESTRING": 1, "MULTIPOLYGON": 6}[self.kind]
        for at in np.flatnonzero(~same):
            if int(at) in bad:
                continue
            try:
                out[at] = fit(out[at])
            except Wrong as wrong:
                bad[int(at)] = wrong
        return out


def _point(shape: shapely.Geometry) -> shapely.Geometry:
    if shape.geom_type == "MultiPoint" and len(shape.geoms) == 1:
        return shape.geoms[0]
    raise Wrong(f"這個圖層放點，不放 {shape.geom_type}", f"this layer holds points, not a {shape.geom_type}")


def _line(shape: shapely.Geometry) -> shapely.Geometry:
    if shape.geom_type == "MultiLineString":
        merged = shapely.line_merge(shape)
        if merged.geom_type == "LineString":
            return merged
        raise Wrong(
            f"線有 {len(merged.geoms)} 段不相連；這個圖層一筆一條線",
            f"its line is in {len(merged.geoms)} pieces, and this layer holds one line a row",
        )
    raise Wrong(f"這個圖層放線，不放 {shape.geom_type}", f"this layer holds lines, not a {shape.geom_type}")


def _areas(shape: shapely.Geometry) -> shapely.Geometry:
    parts = [
        p
        for p in shapely.get_parts(shapely.get_parts([shape]))
        if p.geom_type == "Polygon" and not p.is_empty
    ]
    if parts:
        return shapely.multipolygons(parts)
    raise Wrong(f"這個圖層放面，不放 {shape.geom_type}", f"this layer holds areas, not a {shape.geom_type}")


def transformed(shapes: Shapes, crs: str) -> Shapes:
    turn = _transformer(crs)

    def both(xy: Shapes) -> Shapes:
        return np.column_stack(turn.transform(xy[:, 0], xy[:, 1]))

    try:
        return np.asarray(shapely.transform(shapes, both), dtype=object)
    except ProjError as wrong:
        raise Wrong(
            f"無法由 {crs} 轉換坐標：{wrong}", f"Places cannot be turned from {crs}: {wrong}."
        ) from wrong


@cache
def _transformer(crs: str) -> Transformer:
    return Transformer.from_crs(shifted(system(crs)), CRS.from_epsg(WGS84), always_xy=True)


def _inside(bounds: Shapes, box: Box) -> Shapes:
    west, south, east, north = box
    # a comparison with NaN is False, so what is missing or infinite lies outside
    inside: Shapes = (
        (bounds[:, 0] >= west) & (bounds[:, 1] >= south) & (bounds[:, 2] <= east) & (bounds[:, 3] <= north)
    )
    return inside


def _mark(bad: dict[int, Wrong], where: Shapes, wrong: Wrong) -> None:
    for at in np.flatnonzero(where):
        bad.setdefault(int(at), wrong)
