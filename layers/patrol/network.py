"""The city's streets as a graph, read once and kept until a street or a banned turn changes. Places go in as WGS 84."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

import numpy as np
from django.db import connection
from pyproj import Transformer

from layers.patrol.craft.problem import Floats
from layers.patrol.craft.streets import PROFILES, Network, Streets
from layers.patrol.models import TurnBan
from layers.registry.rows import TWD97, WGS84

_READ = """
    SELECT id, oneway, coalesce(speed_limit, 40)::float8, ST_AsBinary(ST_Transform(geom, %s)),
           ST_X(ST_StartPoint(geom)), ST_Y(ST_StartPoint(geom)), ST_X(ST_EndPoint(geom)), ST_Y(ST_EndPoint(geom))
    FROM streets_road WHERE ST_NumPoints(geom) > 1 ORDER BY id
"""
_STATE = "SELECT coalesce(sum(version), 0) FROM registry_tilecell WHERE table_name = 'streets_road'"


class NoStreets(ValueError):
    pass


def network(mode: str) -> Network:
    """Raises NoStreets before the streets were imported."""
    with connection.cursor() as cursor:
        cursor.execute(_STATE)
        state = int(cursor.fetchone()[0])
    bans = frozenset(TurnBan.objects.values_list("origin_id", "to_id"))
    return _made(mode, state, bans, str(connection.settings_dict["NAME"]))


@lru_cache(maxsize=3)
def _made(mode: str, state: int, bans: frozenset[tuple[int, int]], database: str) -> Network:
    return Network(_streets(state, bans, database), PROFILES[mode])


@lru_cache(maxsize=1)
def _streets(state: int, bans: frozenset[tuple[int, int]], database: str) -> Streets:
    import shapely

    with connection.cursor() as cursor:
        cursor.execute(_READ, [TWD97])
        rows = cursor.fetchall()
    if not rows:
        raise NoStreets(
            "還沒有路網，無法計算行車時間。 There are no streets yet, so there are no travel times."
        )
    number = {row[0]: i for i, row in enumerate(rows)}
    # streets meet where their ends do: to about ten centimetres
    ends: dict[tuple[int, int], int] = {}

    def node(x: float, y: float) -> int:
        return ends.setdefault((round(x * 1e6), round(y * 1e6)), len(ends))

    a = np.array([node(r[4], r[5]) for r in rows], np.int32)
    b = np.array([node(r[6], r[7]) for r in rows], np.int32)
    return Streets(
        a,
        b,
        np.array([r[2] for r in rows]),
        np.array([r[1] for r in rows], np.bool_),
        np.asarray(shapely.from_wkb([bytes(r[3]) for r in rows])),
        frozenset((number[o], number[t]) for o, t in bans if o in number and t in number),
    )


@lru_cache(maxsize=2)
def _transformer(back: bool) -> Transformer:
    pair = (TWD97, WGS84) if back else (WGS84, TWD97)
    return Transformer.from_crs(*pair, always_xy=True)


def metric(places: Sequence[tuple[float, float]]) -> tuple[Floats, Floats]:
    """Longitudes and latitudes to metres."""
    x, y = _transformer(False).transform([p[0] for p in places], [p[1] for p in places])
    return np.asarray(x, float), np.asarray(y, float)


def degrees(shape: Any) -> Any:
    """A shape in metres, back to longitude and latitude."""
    import shapely

    def turned(points: Any) -> Any:
        return np.column_stack(_transformer(True).transform(points[:, 0], points[:, 1]))

    return shapely.transform(shape, turned)
