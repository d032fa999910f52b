"""What the tables of the city imply: sections and carriageways, lengths, wards by place, addresses in words."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import shapely
from pyproj import Transformer

from data.city.records import Table
from layers.registry.rows import TWD97, WGS84
from layers.streets.sections import Piece, chain

City = dict[str, Table]
_TO_METRES = Transformer.from_crs(WGS84, TWD97, always_xy=True)
_TO_DEGREES = Transformer.from_crs(TWD97, WGS84, always_xy=True)


def derive(city: City) -> City:
    """The same city with what follows from it."""
    city = dict(city)
    _streets(city)
    wards = city["wards"]
    for name in ("junctions", "roads"):
        city[name].columns["ward_key"] = _ward_of(city[name], wards)
    crashes = city["crashes"].columns
    crashes["case_no"] = list(crashes["key"])
    crashes["address"] = _addresses(city)
    sets = city["camera_sets"]
    places = dict(zip(sets.columns["key"], _shapes(sets), strict=True))
    lenses = city["lenses"]
    lenses.geometry = np.array([places[key] for key in lenses.columns["set_key"]], dtype=object)
    return city


def _shapes(table: Table) -> np.ndarray:
    assert table.geometry is not None, f"{table.name} has no places"
    return table.geometry


def _moved(shapes: np.ndarray, transformer: Transformer) -> np.ndarray:
    def turn(xy: np.ndarray) -> np.ndarray:
        return np.column_stack(transformer.transform(xy[:, 0], xy[:, 1]))

    moved: np.ndarray = shapely.transform(shapes, turn)
    return moved


def _streets(city: City) -> None:
    roads = city["roads"]
    shapes = _shapes(roads)
    columns = roads.columns
    metric = _moved(shapes, _TO_METRES)
    lengths = shapely.length(metric)
    columns["length_m"] = [round(float(v), 1) for v in lengths]
    pieces = [
        Piece(name, rank, [(x, y) for x, y in shapely.get_coordinates(shape)])
        for name, rank, shape in zip(columns["name"], columns["rank"], shapes, strict=True)
    ]
    sections = chain(pieces)
    keys = [f"T{number:05d}" for number in range(1, len(sections) + 1)]
    section_of = [""] * len(pieces)
    for key, section in zip(keys, sections, strict=True):
        for piece in section.pieces:
            section_of[piece] = key
    columns["section_key"] = section_of

    crossing = _streets_at(pieces)
    firsts = [section.pieces[0] for section in sections]
    city["sections"] = Table(
        "sections",
        {
            "key": keys,
            "name": [columns["name"][i] for i in firsts],
            "name_en": [columns["name_en"][i] for i in firsts],
            "rank": [columns["rank"][i] for i in firsts],
            "start": [_other(crossing, s.places[0], columns["name"][s.pieces[0]]) for s in sections],
            "end": [_other(crossing, s.places[-1], columns["name"][s.pieces[0]]) for s in sections],
            "length_m": [round(float(sum(lengths[i] for i in s.pieces)), 1) for s in sections],
        },
        np.array([shapely.linestrings(s.places) for s in sections], dtype=object),
    )
    wide = shapely.buffer(metric, np.array(columns["width"]) / 2, cap_style="round", quad_segs=3)
    ground = np.array([shapely.union_all(wide[list(s.pieces)]) for s in sections], dtype=object)
    city["road_surfaces"] = Table(
        "road_surfaces",
        {"key": [f"F{key[1:]}" for key in keys], "kind": [columns["kind"][i] for i in firsts]},
        shapely.set_precision(_moved(ground, _TO_DEGREES), 1e-7),
    )


def _streets_at(pieces: Sequence[Piece]) -> dict[tuple[float, float], list[tuple[int, str]]]:
    found: dict[tuple[float, float], list[tuple[int, str]]] = {}
    for piece in pieces:
        for node in piece.ends:
            found.setdefault(node, []).append((piece.rank, piece.name))
    return found


def _other(crossing: dict[Any, list[tuple[int, str]]], node: tuple[float, float], name: str) -> str:
    """The most important street of another name at a node."""
    return min(((rank, other) for rank, other in crossing[node] if other != name), default=(0, ""))[1]


def _ward_of(table: Table, wards: Table) -> list[str | None]:
    """The ward that holds the middle of each row."""
    middles = shapely.point_on_surface(_shapes(table))
    tree = shapely.STRtree(_shapes(wards))
    found: list[str | None] = [None] * len(middles)
    for place, ward in zip(*tree.query(middles, predicate="intersects"), strict=True):
        found[place] = wards.columns["key"][ward]
    return found


def _addresses(city: City) -> list[str]:
    junctions, roads = city["junctions"].columns, city["roads"].columns
    crossing = dict(zip(junctions["key"], junctions["name"], strict=True))
    street = dict(zip(roads["key"], roads["name"], strict=True))
    columns = city["crashes"].columns
    return [
        f"{crossing[j]}口" if j else street.get(r, "")
        for j, r in zip(columns["junction_key"], columns["road_key"], strict=True)
    ]
