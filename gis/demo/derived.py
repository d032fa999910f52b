"""What the tables of the city imply: the ward that a place lies in, and an address in words for each crash."""

from __future__ import annotations

import numpy as np
import shapely

from data.city.records import Table

City = dict[str, Table]


def derive(city: City) -> City:
    """The same city with what follows from it."""
    city = dict(city)
    wards = city["wards"]
    for name in ("junctions", "roads"):
        city[name].columns["ward_key"] = _ward_of(city[name], wards)
    crashes = city["crashes"].columns
    crashes["case_no"] = list(crashes["key"])
    crashes["address"] = _addresses(city)
    return city


def _shapes(table: Table) -> np.ndarray:
    assert table.geometry is not None, f"{table.name} has no places"
    return table.geometry


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
