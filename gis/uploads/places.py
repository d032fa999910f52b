"""Where the rows of a file lie: which columns say it, in which coordinate system, and how that was found out."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely
from django.conf import settings
from pyproj import CRS

from gis.exchange.batch import Batch, Shapes, Source
from gis.exchange.labels import folded
from gis.exchange.mapping import LAT, LON, WKT
from gis.exchange.places import INVALID, Places, transformed
from gis.exchange.values import text
from layers.registry.importer import Place, Wrong
from layers.registry.text import Text

SYSTEMS = {
    "EPSG:4326": Text("WGS 84 經緯度", "WGS 84 degrees"),
    "EPSG:3826": Text("TWD97 / TM2 121（臺灣本島）", "TWD97 / TM2 121 (Taiwan)"),
    "EPSG:3825": Text("TWD97 / TM2 119（澎湖、金門、馬祖）", "TWD97 / TM2 119 (Penghu, Kinmen, Matsu)"),
    "EPSG:3828": Text("TWD67 / TM2 121", "TWD67 / TM2 121"),
    "EPSG:3827": Text("TWD67 / TM2 119", "TWD67 / TM2 119"),
    "EPSG:3821": Text("TWD67 經緯度", "TWD67 degrees"),
    "EPSG:3857": Text("Web Mercator", "Web Mercator"),
}
_X = (
    *LON,
    "twd97x坐標",
    "twd97x座標",
    "橫坐標",
    "橫座標",
    "x97",
    "x67",
    "twd67x",
    "wgs84經度",
    "東向坐標",
    "e",
    "easting",
    "坐標x",
    "座標x",
    "tm2x",
)
_Y = (
    *LAT,
    "twd97y坐標",
    "twd97y座標",
    "縱坐標",
    "縱座標",
    "y97",
    "y67",
    "twd67y",
    "wgs84緯度",
    "北向坐標",
    "n",
    "northing",
    "坐標y",
    "座標y",
    "tm2y",
)
_DEGREES = ((116.0, 124.5), (20.0, 27.5))
_METRES = ((50_000.0, 450_000.0), (2_300_000.0, 2_950_000.0))
_WEB = ((12_900_000.0, 13_860_000.0), (2_270_000.0, 3_180_000.0))
KINDS = {0: "point", 4: "point", 1: "line", 5: "line", 3: "polygon", 6: "polygon"}
NO_KIND = Wrong("圖形種類混合，無法放入圖層", "it mixes kinds of geometry, which a layer cannot hold")


@dataclass(frozen=True, slots=True)
class Where:
    """The columns of the place, its system, and in words how each was found."""

    place: Place
    crs: str
    how: Text
    swapped: bool = False


class AnyPlaces(Places):
    """Geometries of every kind, in WGS 84, valid; `kinds` says of each what it is."""

    def __init__(self, where: Where) -> None:
        super().__init__(where.place, "", where.crs, None)
        self.guess = False

    def _fitting(self, shapes: Shapes, bad: dict[int, Wrong]) -> Shapes:
        out = shapes.copy()
        for at in np.flatnonzero(~shapely.is_missing(shapes) & ~shapely.is_valid(shapes)):
            mended = shapely.make_valid(shapes[at])
            if shapely.get_type_id(mended) not in KINDS:
                bad.setdefault(int(at), INVALID)
            out[at] = mended
        for at in np.flatnonzero(shapely.get_type_id(out) == 7):
            bad.setdefault(int(at), NO_KIND)
        return out


def kinds(shapes: Shapes) -> list[str | None]:
    return [KINDS.get(int(t)) for t in shapely.get_type_id(shapes)]


def locate(source: Source, sample: Batch, wish: dict[str, Any]) -> Where:
    """What the person chose, completed by what can be found out. Wrong where there is no place at all."""
    if source.geometry:
        crs, how = _file_system(source, sample)
        return Where(
            Place(),
            str(wish.get("crs") or crs),
            Text("您選的坐標系統", "as you chose") if wish.get("crs") else how,
        )
    place, swapped, told = _columns(source, sample, wish)
    if wish.get("crs"):
        return Where(place, str(wish["crs"]), Text("您選的坐標系統", "as you chose"), swapped)
    if place.wkt:
        shapes = shapely.from_wkt(
            [text(c) or None for c in sample.columns[place.wkt[0]]], on_invalid="ignore"
        )
        crs, how = guessed(_corners(shapes), place.wkt[0])
    else:
        crs, how = guessed(pairs(sample, place), f"{place.lon[0]} {place.lat[0]}")
    return Where(place, crs, Text(f"{told.zh}{how.zh}", f"{told.en}{how.en}"), swapped)


def _file_system(source: Source, sample: Batch) -> tuple[str, Text]:
    if source.crs:
        code = CRS.from_user_input(source.crs).to_epsg(min_confidence=60)
        name = f"EPSG:{code}" if code else source.crs
        if name == "EPSG:3824":  # degrees of TWD97, which are those of WGS 84 to a few centimetres
            name = "EPSG:4326"
        return name, Text("檔案自己說的坐標系統", "as the file itself says")
    shapes = sample.shapes if sample.shapes is not None else np.array([], dtype=object)
    crs, how = guessed(_corners(shapes), source.path.stem)
    return crs, Text(f"檔案沒有說明坐標系統；{how.zh}", f"the file does not say; {how.en}")


def _corners(shapes: Any) -> Shapes:
    bounds = shapely.bounds(np.asarray(shapes, dtype=object)).reshape(-1, 4)
    middle: Shapes = np.column_stack(((bounds[:, 0] + bounds[:, 2]) / 2, (bounds[:, 1] + bounds[:, 3]) / 2))
    return middle


def pairs(sample: Batch, place: Place) -> Shapes:
    out = np.full((len(sample), 2), np.nan)
    for axis, names in enumerate((place.lon, place.lat)):
        out[:, axis] = numbers(sample.columns[names[0]])
    return out


def numbers(cells: Iterable[Any]) -> Shapes:
    return np.array([_number(c) for c in cells], dtype=float)


def _number(cell: Any) -> float:
    try:
        return float(text(cell).replace(",", ""))
    except ValueError:
        return float("nan")


def _columns(source: Source, sample: Batch, wish: dict[str, Any]) -> tuple[Place, bool, Text]:
    present = set(source.columns)
    nothing = Text("", "")
    if wish.get("wkt") in present and wish.get("wkt"):
        return Place(wkt=(wish["wkt"],)), False, nothing
    if wish.get("x") in present and wish.get("y") in present:
        return Place(lon=(wish["x"],), lat=(wish["y"],)), False, nothing
    by_fold = {folded(c): c for c in reversed(source.columns)}
    wkt, x, y = (
        next((by_fold[folded(n)] for n in names if folded(n) in by_fold), None) for names in (WKT, _X, _Y)
    )
    if wkt and any(
        str(c).strip().upper().startswith(("POINT", "LINE", "POLY", "MULTI"))
        for c in sample.columns[wkt][:20]
    ):
        return Place(wkt=(wkt,)), False, nothing
    if not (x and y):
        x, y = _by_numbers(source.columns, sample)
        told = Text(
            f"「{x}」「{y}」的數值像坐標；", f"the numbers of “{x}” and “{y}” look like coordinates; "
        )
    else:
        told = nothing
    if not (x and y):
        raise Wrong(
            "找不到坐標欄位；請指定哪兩欄是 X（經度）與 Y（緯度）。",
            "No columns of coordinates were found; choose which two are X (longitude) and Y (latitude).",
        )
    place = Place(lon=(x,), lat=(y,))
    if _crossed(pairs(sample, place)):
        return (
            Place(lon=(y,), lat=(x,)),
            True,
            Text("X 與 Y 兩欄顛倒，已對調；", "X and Y stand the other way round and were swapped; "),
        )
    return place, False, told


def _by_numbers(columns: Sequence[str], sample: Batch) -> tuple[str | None, str | None]:
    values = {c: numbers(sample.columns[c]) for c in columns[:200]}
    for span in (_METRES, _DEGREES, _WEB):
        xs, ys = ([c for c, v in values.items() if _share(v, axis) > 0.7] for axis in span)
        if xs and ys and xs[0] != ys[0]:
            return xs[0], ys[0]
    return None, None


def _share(values: Shapes, span: tuple[float, float]) -> float:
    there = values[np.isfinite(values)]
    return float(((there >= span[0]) & (there <= span[1])).mean()) if len(there) else 0.0


def _in(points: Shapes, span: tuple[tuple[float, float], tuple[float, float]]) -> float:
    good = points[np.isfinite(points).all(axis=1)]
    if not len(good):
        return 0.0
    (west, east), (south, north) = span
    x, y = good[:, 0], good[:, 1]
    return float(((x >= west) & (x <= east) & (y >= south) & (y <= north)).mean())


def _crossed(points: Shapes) -> bool:
    other = points[:, ::-1]
    return any(_in(other, span) > 0.7 and _in(points, span) < 0.3 for span in (_DEGREES, _METRES))


def guessed(points: Shapes, names: str) -> tuple[str, Text]:
    """The system that numbers and names of columns suggest, and why."""
    said = names.lower()
    old = "67" in said
    if _in(points, _DEGREES) > 0.5 or _in(points, ((-180, 180), (-90, 90))) > 0.9:
        if old:
            return "EPSG:3821", Text(
                "數值是經緯度，欄名提到 67", "the numbers are degrees, and a name says 67"
            )
        return "EPSG:4326", Text("數值是經緯度", "the numbers are degrees")
    if _in(points, _WEB) > 0.5:
        return "EPSG:3857", Text("數值像 Web Mercator 公尺", "the numbers look like metres of Web Mercator")
    if _in(points, _METRES) > 0.3:
        codes = ("EPSG:3828", "EPSG:3827") if old else ("EPSG:3826", "EPSG:3825")
        shares = [_at_home(points, code) for code in codes]
        datum = Text("欄名提到 67", "a name says 67") if old else Text("二度分帶公尺", "metres of TM2")
        if "119" in said or shares[1] > shares[0]:
            return codes[1], Text(
                f"{datum.zh}，以 119 度落在本市附近", f"{datum.en}, and by zone 119 it lies near the city"
            )
        if shares[0] > 0:
            return codes[0], Text(
                f"{datum.zh}，以 121 度落在本市附近", f"{datum.en}, and by zone 121 it lies near the city"
            )
        return codes[0], Text(
            f"{datum.zh}；不在本市附近，請確認", f"{datum.en}; it does not lie near the city, so please check"
        )
    return "EPSG:4326", Text(
        "數值看不出坐標系統，請選擇", "the numbers do not tell the system, so please choose"
    )


def _at_home(points: Shapes, code: str) -> float:
    """How many lie in the city or up to half a degree around it."""
    good = points[np.isfinite(points).all(axis=1)][:500]
    if not len(good):
        return 0.0
    placed = shapely.get_coordinates(transformed(shapely.points(good), code))
    west, south, east, north = settings.CITY["bounds"]
    return _in(placed, ((west - 0.5, east + 0.5), (south - 0.5, north + 0.5)))
