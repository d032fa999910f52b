"""Points with a day, from any file that can be imported: what is measured without being put into a layer.

Promises: columns are found by the names that files of this country and others use, or are told; degrees, TWD97 and
any named system become metres; what cannot be used is counted with its reason; a file of parties counts crashes.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray
from pyproj import CRS, Transformer

from gis.exchange.moments import by_format, moment
from gis.exchange.places import system
from gis.exchange.source import source
from gis.exchange.unpack import unpacked
from gis.exchange.values import text
from layers.registry.importer import Cells, Wrong
from layers.registry.text import Text

Floats = NDArray[np.float64]
LON = ("lon", "lng", "long", "longitude", "gps經度", "經度", "x", "point_x", "twd97x", "twd97_x", "x_coordinate", "橫坐標", "坐標x", "座標x")  # fmt: skip
LAT = ("lat", "latitude", "gps緯度", "緯度", "y", "point_y", "twd97y", "twd97_y", "y_coordinate", "縱坐標", "坐標y", "座標y")  # fmt: skip
DAY = ("datetime", "timestamp", "occurred_at", "time_start", "發生日期", "發生日期時間", "通報時間", "受理時間", "案發時間", "date", "occ_date", "day", "collision_date", "date_single", "日期", "發生時間", "time", "at")  # fmt: skip
CLOCK = ("發生時間", "時間", "collision_time")
PARTY = "當事者順位"
"""A file of crashes with one row a party numbers the parties; the first is the crash."""
TAIWAN = (116.0, 20.0, 124.0, 27.0)
METRES = (50_000.0, 2_300_000.0, 450_000.0, 2_950_000.0)


@dataclass(slots=True)
class Events:
    """Where, in metres of `crs`, and when, in days since `first`; in order of time."""

    x: Floats
    y: Floats
    day: Floats
    first: date
    last: date
    crs: str
    columns: dict[str, str]
    read: int
    left_out: dict[str, int] = field(default_factory=dict)

    def number(self, on: date) -> float:
        return float((on - self.first).days)


def read(
    path: Path,
    *,
    lon: str = "",
    lat: str = "",
    when: str = "",
    crs: str = "",
    pattern: str = "",
    encoding: str | None = None,
) -> Events:
    """All events of a file; Wrong with a sentence where it cannot be."""
    places: list[tuple[float, float]] = []
    moments: list[datetime] = []
    reasons: Counter[str] = Counter()
    count, used, named = 0, {}, ""
    with unpacked(path) as files:
        for file in files:
            table = source(file, encoding=encoding)
            shapes = bool(table.geometry) and not lon and not lat
            used = _columns(path, table.columns, shapes, lon, lat, when)
            named = table.crs or ""
            for batch in table.batches():
                for at, row in enumerate(batch.rows()):
                    count += 1
                    if text(row.get(PARTY, "1")) not in ("1", ""):
                        reasons["a further party of the same crash"] += 1
                        continue
                    shape = batch.shapes[at] if shapes and batch.shapes is not None else None
                    try:
                        place, moved = _place(row, used, shape, shapes), _moment(row, used, pattern)
                    except Wrong as wrong:
                        reasons[wrong.text.en] += 1
                        continue
                    places.append(place)
                    moments.append(moved)
    if not count:
        raise Wrong(f"{path.name} 沒有任何資料列。", f"{path.name} has no rows under its header.")
    if not places:
        most, _ = reasons.most_common(1)[0]
        raise Wrong(
            f"{path.name} 的 {count} 列都無法使用。",
            f"None of the {count:,} rows of {path.name} can be used: {most}.",
        )
    pairs = np.array(places)
    metric, x, y, good = _metres(path, pairs, crs or (named if used.get("lon") is None else ""))
    if left := int((~good).sum()):
        reasons["its place is not where the others are, or cannot be"] += left
    naive = [m.replace(tzinfo=None) for m, fits in zip(moments, good, strict=True) if fits]
    first, last = min(naive).date(), max(naive).date()
    start = datetime.combine(first, datetime.min.time())
    day = np.array([(m - start).total_seconds() / 86400 for m in naive])
    turn = np.argsort(day, kind="stable")
    return Events(
        x[turn],
        y[turn],
        day[turn],
        first,
        last,
        metric,
        {k: v for k, v in used.items() if v},
        count,
        dict(reasons),
    )


def boundary(path: Path, crs: str) -> shapely.Geometry:
    """All areas of a file as one, in the metres of the events."""
    parts: list[Any] = []
    with unpacked(path) as files:
        table = source(files[0])
        if not table.geometry:
            raise Wrong(f"{path.name} 沒有圖形。", f"{path.name} has no shapes; an area is a polygon.")
        turn = Transformer.from_crs(system(table.crs or "EPSG:4326"), crs, always_xy=True)
        for batch in table.batches():
            parts += [s for s in (batch.shapes if batch.shapes is not None else []) if s is not None]
    whole = shapely.union_all(
        shapely.make_valid(
            shapely.transform(
                np.array(parts, dtype=object), lambda xy: np.column_stack(turn.transform(xy[:, 0], xy[:, 1]))
            )
        )
    )
    if whole.is_empty or whole.area == 0:
        raise Wrong(f"{path.name} 沒有面。", f"{path.name} holds no polygon.")
    return whole


def _columns(
    path: Path, there: Iterable[str], shapes: bool, lon: str, lat: str, when: str
) -> dict[str, str | None]:
    names = list(there)
    folded = {name.strip().casefold(): name for name in reversed(names)}
    listed = ", ".join(names[:30])

    def find(said: str, known: tuple[str, ...], what: Text, option: str) -> str:
        if said:
            if said.strip().casefold() in folded:
                return folded[said.strip().casefold()]
            raise Wrong(
                f"{path.name} 沒有「{said}」欄；有：{listed}。",
                f"{path.name} has no column “{said}”. There are: {listed}.",
            )
        for name in known:
            if name in folded:
                return folded[name]
        raise Wrong(
            f"{path.name} 找不到{what.zh}欄，請以 {option} 指定；有：{listed}。",
            f"{path.name} has no column that is known to be the {what.en}; name it with {option}. "
            f"There are: {listed}.",
        )

    used: dict[str, str | None] = {"when": find(when, DAY, Text("時間", "time"), "--time")}
    if not shapes:
        used["lon"] = find(lon, LON, Text("經度或橫坐標", "longitude or easting"), "--lon")
        used["lat"] = find(lat, LAT, Text("緯度或縱坐標", "latitude or northing"), "--lat")
    used["clock"] = next(
        (
            folded[c]
            for c in CLOCK
            if c in folded and folded[c] != used["when"] and "時間" not in str(used["when"])
        ),
        None,
    )
    return used


def _place(row: Cells, used: dict[str, str | None], shape: Any, shapes: bool) -> tuple[float, float]:
    if shapes:
        if shape is None or shape.is_empty:
            raise Wrong("沒有位置", "it has no place")
        point = shape if shape.geom_type == "Point" else shapely.centroid(shape)
        return float(point.x), float(point.y)
    east, north = text(row[str(used["lon"])]).replace(",", ""), text(row[str(used["lat"])]).replace(",", "")
    try:
        pair = float(east), float(north)
    except ValueError as wrong:
        raise Wrong("坐標不是數字", "its coordinates are no numbers") from wrong
    if not np.isfinite(pair).all() or pair == (0.0, 0.0):
        raise Wrong("沒有位置", "it has no place")
    return pair


def _moment(row: Cells, used: dict[str, str | None], pattern: str) -> datetime:
    """The day counts; a clock that cannot be read is midnight."""
    cell = row[str(used["when"])]
    if isinstance(cell, datetime):
        return cell
    said = text(cell)
    if not said:
        raise Wrong("沒有時間", "it has no time")
    if pattern:
        return by_format(said, "", pattern)
    try:
        found = moment(said, text(row[used["clock"]]) if used["clock"] else "")
    except Wrong:
        try:
            found = moment(said)
        except Wrong as wrong:
            raise Wrong(
                "時間無法辨識，請以 --format 指定格式",
                "its time cannot be read; say how it is written with --format",
            ) from wrong
    return found


def _metres(path: Path, pairs: Floats, crs: str) -> tuple[str, Floats, Floats, NDArray[np.bool_]]:
    """In metres, and which of them can be true: those not absurdly far from the middle of all."""
    degrees = bool((np.abs(pairs) <= (180, 90)).all(axis=1).mean() > 0.5)
    if crs:
        given = system(crs)
    elif degrees:
        given = CRS.from_epsg(4326)
    elif _in(pairs, METRES).mean() > 0.5:
        given = CRS.from_epsg(3826)
    else:
        raise Wrong(
            f"{path.name} 的坐標既非經緯度也非 TWD97 公尺，請以 --crs 指定。",
            f"The coordinates of {path.name} are neither degrees nor metres of TWD97; name their system with --crs.",
        )
    round_earth = Transformer.from_crs(given, 4326, always_xy=True)
    lon, lat = round_earth.transform(pairs[:, 0], pairs[:, 1])
    globe = np.isfinite(lon) & np.isfinite(lat)
    if not globe.any():
        raise Wrong(f"{path.name} 的坐標不合 {crs}。", f"The coordinates of {path.name} do not fit {crs}.")
    middle = float(np.median(lon[globe])), float(np.median(lat[globe]))
    if TAIWAN[0] <= middle[0] <= TAIWAN[2] and TAIWAN[1] <= middle[1] <= TAIWAN[3]:
        metric = "EPSG:3826" if middle[0] >= 120 else "EPSG:3825"
    else:
        metric = f"EPSG:{(32600 if middle[1] >= 0 else 32700) + int((middle[0] + 180) // 6) + 1}"
    near = globe & (np.abs(lon - middle[0]) < 3) & (np.abs(lat - middle[1]) < 3)
    x, y = Transformer.from_crs(4326, metric, always_xy=True).transform(lon[near], lat[near])
    x, y = np.asarray(x), np.asarray(y)
    kept = _together(x, y)
    good = near.copy()
    good[near] = kept
    return metric, x[kept], y[kept], good


def _together(x: Floats, y: Floats) -> NDArray[np.bool_]:
    """All but a stray thousandth: points so far out that one of them would double the map."""
    if len(x) < 100:
        return np.ones(len(x), dtype=bool)
    kept = np.ones(len(x), dtype=bool)
    for values in (x, y):
        low, high = np.quantile(values, (0.001, 0.999))
        room = max(high - low, 1000.0)
        kept &= (values >= low - room / 2) & (values <= high + room / 2)
    return kept


def _in(pairs: Floats, box: tuple[float, float, float, float]) -> NDArray[np.bool_]:
    return np.asarray(
        (pairs[:, 0] >= box[0]) & (pairs[:, 0] <= box[2]) & (pairs[:, 1] >= box[1]) & (pairs[:, 1] <= box[3])
    )
