"""From the columns of a file to the fields of a layer: as a user's TOML says, or by matching names and titles.

Either way the outcome is an `Importer`, the same thing that a theme declares for files it knows.
"""

from __future__ import annotations

import tomllib
from dataclasses import replace
from pathlib import Path
from typing import Any

from gis.exchange.batch import Source
from gis.exchange.labels import folded
from gis.exchange.names import short
from gis.exchange.places import system
from layers.access import Clearance
from layers.registry.field import Field
from layers.registry.importer import Importer, Place, Take, Wrong
from layers.registry.layer import Layer
from layers.registry.text import Text

LON = (
    "lon",
    "lng",
    "long",
    "longitude",
    "經度",
    "gps經度",
    "x",
    "x座標",
    "x坐標",
    "twd97x",
    "wgs84x",
    "positionlon",
    "東經",
)
LAT = ("lat", "latitude", "緯度", "gps緯度", "y", "y座標", "y坐標", "twd97y", "wgs84y", "positionlat", "北緯")
WKT = ("wkt", "geometry", "geom", "the_geom", "shape")
ROW = ("key", "origin")
"""What every row has beside the declared fields; a file of ours brings them along."""


def from_toml(path: Path, layer: Layer) -> Importer:
    """The mapping that a user wrote, or Wrong with what to change in it."""
    try:
        said = tomllib.loads(path.read_text("utf-8-sig"))
    except FileNotFoundError as wrong:
        raise Wrong(f"找不到對照檔 {path}。", f"There is no mapping {path}.") from wrong
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as wrong:
        raise Wrong(
            f"對照檔 {path.name} 不是正確的 TOML：{wrong}", f"{path.name} is no valid TOML: {wrong}."
        ) from wrong
    _only(said, {"key", "place", "fields"}, path.name)
    place, fields = (_table(said.get(n, {}), f"{path.name} [{n}]") for n in ("place", "fields"))
    _only(fields, {*layer.by_name, *ROW}, f"{path.name} [fields]")
    return Importer(
        title=Text(path.name, path.name),
        fields={name: _take(layer, name, given) for name, given in fields.items()},
        key=_names(said.get("key", ()), "key"),
        place=_place(place, path.name),
    )


def _take(layer: Layer, name: str, given: Any) -> Take:
    where = f"fields.{name}"
    if isinstance(given, str | list):
        return Take(_names(given, where))
    if not isinstance(given, dict):
        return Take(constant=given)
    _only(given, {"column", "date", "time", "group", "values", "format", "constant"}, where)
    columns = _names(given.get("column", given.get("date", ())), f"{where}.column")
    if not columns and given.get("constant") is None:
        raise Wrong(
            f"{where} 既無欄位（column）也無常數（constant）",
            f"{where} names neither a column nor a constant",
        )
    if {"date", "time", "format"} & given.keys() and _type(layer, name) not in ("date", "datetime"):
        raise Wrong(
            f"{where} 不是日期或時間欄位", f"{where} is no date or time, so it has no {_timed(given)}"
        )
    pattern = given.get("format")
    if pattern is not None and not isinstance(pattern, str):
        raise Wrong(f"{where}.format 須為文字", f"{where}.format must be text, such as '%Y%m%d'")
    return Take(
        columns=columns,
        time=_names(given.get("time", ()), f"{where}.time"),
        group=_names(given.get("group", ()), f"{where}.group"),
        values={str(k): str(v) for k, v in _table(given.get("values", {}), f"{where}.values").items()},
        format=pattern,
        constant=given.get("constant"),
    )


def _type(layer: Layer, name: str) -> str | None:
    field = layer.by_name.get(name)
    return field.type if field else "string"


def _timed(given: dict[str, Any]) -> str:
    return next(n for n in ("format", "time", "date") if n in given)


def _place(given: dict[str, Any], where: str) -> Place:
    _only(given, {"lon", "lat", "x", "y", "wkt", "crs", "within", "city", "defaults"}, f"{where} [place]")
    box = given.get("within")
    if box is not None and not (
        isinstance(box, list) and len(box) == 4 and all(isinstance(v, int | float) for v in box)
    ):
        raise Wrong("within 須為 [西, 南, 東, 北]", "place.within must be [west, south, east, north]")
    city, points = given.get("city", False), given.get("defaults", [])
    if not isinstance(city, bool):
        raise Wrong("city 須為 true 或 false", "place.city must be true or false")
    if not isinstance(points, list) or not all(
        isinstance(p, list) and len(p) == 2 and all(isinstance(v, int | float) for v in p) for p in points
    ):
        raise Wrong(
            "defaults 須為 [[經度, 緯度], …]", "place.defaults must be a list of [longitude, latitude]"
        )
    lon, lat = (_names(given.get(a, given.get(b, ())), f"place.{a}") for a, b in (("lon", "x"), ("lat", "y")))
    if bool(lon) != bool(lat):
        raise Wrong(
            "place 的經度（lon、x）與緯度（lat、y）須一起指定",
            "place has a longitude without a latitude, or the other way round; say lon and lat, or x and y",
        )
    crs = given.get("crs")
    if crs is not None:
        system(str(crs))
    return Place(
        lon=lon,
        lat=lat,
        wkt=_names(given.get("wkt", ()), "place.wkt"),
        crs=str(crs) if crs is not None else None,
        within=(float(box[0]), float(box[1]), float(box[2]), float(box[3])) if box else None,
        city=city,
        defaults=tuple((float(lon), float(lat)) for lon, lat in points),
    )


def _names(given: Any, where: str) -> tuple[str, ...]:
    names = (given,) if isinstance(given, str) else given
    if isinstance(names, list | tuple) and all(isinstance(n, str) and n for n in names):
        return tuple(names)
    raise Wrong(f"{where} 須為欄名或欄名清單", f"{where} must be a column's name, or a list of them")


def _table(given: Any, where: str) -> dict[str, Any]:
    if isinstance(given, dict):
        return given
    raise Wrong(f"{where} 須為表格（table）", f"{where} must be a table")


def _only(given: dict[str, Any], known: set[str], where: str) -> None:
    if strange := sorted(set(given) - known):
        listed = ", ".join(sorted(known))
        raise Wrong(
            f"{where} 中不認得「{strange[0]}」；可用：{listed}。",
            f"{where} has “{strange[0]}”, which is not known; it may have {listed}.",
        )


def checked(importer: Importer, source: Source) -> Importer:
    """The same mapping, after making sure that the file has every column it names (of a list, any one)."""
    place = importer.place
    wanted = [*((name,) for name in importer.key), place.lon, place.lat, place.wkt]
    for take in importer.fields.values():
        wanted += [take.columns, take.time, take.group]
    present = set(source.columns)
    if missing := next((names for names in wanted if names and not present & set(names)), None):
        zh, en = "」或「".join(missing), "” or “".join(missing)
        raise Wrong(
            f"{source.path.name} 沒有「{zh}」這一欄；有：{'、'.join(source.columns)}。",
            f"{source.path.name} has no column “{en}”; it has {', '.join(source.columns)}.",
        )
    return importer if source.geometry else replace(importer, place=_with_place(place, source))


def by_name(layer: Layer, source: Source, clearance: Clearance) -> Importer:
    """The mapping that names suggest: a column called like a field, its title, or what a shapefile made of it."""
    fields = {f.name: Take((column,)) for f in layer.seen_by(clearance) if (column := _column_for(f, source))}
    if not fields:
        raise Wrong(
            f"{source.path.name} 的欄位與圖層 {layer.id} 的欄位都對不上，請寫對照檔（--mapping）。\n"
            f"  檔案：{'、'.join(source.columns)}\n  圖層：{'、'.join(f'{f.name}（{f.title.zh}）' for f in layer.fields)}",
            f"No column of {source.path.name} is called like a field of {layer.id}; write a mapping (--mapping).\n"
            f"  the file has: {', '.join(source.columns)}\n"
            f"  the layer has: {', '.join(f'{f.name} ({f.title.en})' for f in layer.fields)}",
        )
    fields |= {name: Take((name,)) for name in ROW if name in source.columns}
    place = Place() if source.geometry else _with_place(Place(), source)
    return Importer(title=Text("欄名相符", "columns matched by name"), fields=fields, place=place)


def _column_for(field: Field, source: Source) -> str | None:
    bare = field.name.removesuffix("_id")
    names = [field.name, field.title.zh, field.title.en, bare, short(field.name), short(bare)]
    by_fold = {folded(column): column for column in reversed(source.columns)}
    return next((by_fold[folded(n)] for n in names if folded(n) in by_fold), None)


def located(importer: Importer, source: Source) -> Importer:
    """A kind of file that has no places as it is published may have been given some since."""
    if importer.place.missing is None:
        return importer
    there = replace(importer.place, missing=None)
    found = there if source.geometry else _columns_of_places(there, source)
    return replace(importer, place=found) if found else importer


def _with_place(place: Place, source: Source) -> Place:
    """Columns of coordinates found by their names, where nobody said which they are."""
    if place.lon or place.wkt or place.missing:
        return place
    if found := _columns_of_places(place, source):
        return found
    raise Wrong(
        f"{source.path.name} 沒有位置：找不到經緯度、TWD97 x/y 或 WKT 欄。有：{'、'.join(source.columns)}。",
        f"{source.path.name} has no places: no columns of longitude and latitude, TWD97 x and y, or WKT "
        f"among {', '.join(source.columns)}. Name them in a mapping ([place] lon, lat, crs).",
    )


def _columns_of_places(place: Place, source: Source) -> Place | None:
    by_fold = {folded(column): column for column in reversed(source.columns)}
    wkt, lon, lat = (
        next((by_fold[folded(n)] for n in names if folded(n) in by_fold), None) for names in (WKT, LON, LAT)
    )
    if wkt:
        return replace(place, wkt=(wkt,))
    if lon and lat:
        return replace(place, lon=(lon,), lat=(lat,))
    return None
