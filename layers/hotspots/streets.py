"""Density along streets: which stretches, of all streets of the city, hold most, and how good that was as a forecast.

Events walk along streets and not through blocks, so that a parallel street is not hot because its neighbour is.
"""

from __future__ import annotations

from datetime import date, datetime, time
from typing import Any

import numpy as np
import shapely
from django.db import connection, transaction
from django.utils import timezone

from layers.hotspots.craft.forecast import LEAST, TooFew
from layers.hotspots.craft.grid import Floats
from layers.hotspots.craft.network import Network, density
from layers.hotspots.judging import compared
from layers.hotspots.making import YEAR, Choices
from layers.hotspots.models import HotStreet
from layers.hotspots.points import Points, day_of
from layers.registry.rows import TWD97
from layers.registry.sql import quoted

TOPS = (1, 5, 10, 20)
"""Classes of streets: within the hottest so many percent of their length. Beyond the last none are kept."""
Json = dict[str, Any]
COLUMNS = (
    "key",
    "origin",
    "version",
    "changed_at",
    "geom",
    "layer",
    "start",
    "end",
    "since",
    "per_km",
    "top",
)
_FOLLOWED = """
    UPDATE hotspots_hotstreet h SET until = n.next FROM (
        SELECT since, lead(since) OVER (ORDER BY since) AS next
        FROM (SELECT DISTINCT since FROM hotspots_hotstreet WHERE layer = %(layer)s) d
    ) n WHERE h.layer = %(layer)s AND h.since = n.since AND h.until IS DISTINCT FROM n.next
"""


def streets() -> Network:
    """The streets of the city as they are today."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT ST_AsBinary(ST_Transform(geom, %s)) FROM streets_road ORDER BY id", [TWD97])
        lines = shapely.from_wkb([bytes(row[0]) for row in cursor])
    return Network.of(np.asarray(lines, dtype=object))


def along(network: Network, points: Points, now: float, choices: Choices) -> Floats:
    """Weight per kilometre and year on each piece of street, from the days before."""
    back = choices.back or max(now - float(points.day[0]), 1.0)
    span = points.between(now - back, now)
    if len(span) < LEAST or not network.lixels:
        raise TooFew(f"{len(span)} events or no streets are too few to draw a map of")
    line, place = network.snap(span.x, span.y)
    return density(network, line, place, span.weight * YEAR / back, bandwidth=choices.bandwidth)


def judged(network: Network, points: Points, now: float, choices: Choices) -> Json:
    """Hit rates at shares of the length of all streets: in the weeks after the map where they have passed, else on the
    last weeks, as one would have drawn it before them."""
    passed = now + choices.horizon <= points.last
    of = now if passed else now - choices.horizon
    rank = along(network, points, of, choices)
    usual = np.bincount(_pieces(network, points.between(of - 365.0, of)), minlength=network.lixels + 1)
    found = _pieces(network, points.between(of, of + choices.horizon))
    cells = np.where(found < network.lixels, found, -1)
    kind = "outcome" if passed else "trial"
    out = compared(kind, of, choices.horizon, cells, rank, usual[:-1].astype(float))
    return out | {"km": round(float(network.length.sum()) / 1000, 1)}


def _pieces(network: Network, points: Points) -> np.ndarray:
    """The piece of street of each point; beyond the last where there is none near."""
    line, place = network.snap(points.x, points.y)
    step = network.length[line] / network.pieces[line]
    piece = network.first[line] + np.minimum((place / step).astype(np.int64), network.pieces[line] - 1)
    return np.where(line >= 0, piece, network.lixels)


def keep(layer: str, network: Network, values: Floats, start: float, end: float) -> int:
    """What was drawn for other days stays, and ceases to hold where this begins. Pieces of one class in a row become one
    stretch."""
    turn = np.argsort(-values, kind="stable")
    share = np.empty(len(values))
    share[turn] = np.cumsum(network.lixel_length[turn]) / network.length.sum() * 100
    group = np.where(values > 0, np.searchsorted(TOPS, share), len(TOPS))
    kept = np.flatnonzero(group < len(TOPS))
    line = network.lixel_line
    first = np.ones(len(kept), dtype=bool)
    same = (np.diff(kept) == 1) & (np.diff(line[kept]) == 0) & (np.diff(group[kept]) == 0)
    first[1:] = ~same
    stretch = np.cumsum(first) - 1
    shapes = network.geometry(kept)
    mean = np.bincount(stretch, values[kept]) / np.maximum(np.bincount(stretch), 1)
    starts = np.flatnonzero(first)
    merged = [_joined(shapes[a:b]) for a, b in zip(starts, np.append(starts[1:], len(kept)), strict=True)]
    now = timezone.now()
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("DELETE FROM hotspots_hotstreet WHERE layer = %s AND start = %s", [layer, _day(start)])
        cursor.execute(
            "CREATE TEMPORARY TABLE drawn (key text, wkb bytea, per_km float, top int) ON COMMIT DROP"
        )
        with cursor.copy("COPY drawn FROM STDIN") as copy:
            for n, (shape, per_km) in enumerate(zip(merged, mean, strict=True)):
                top = TOPS[int(group[kept[starts[n]]])]
                copy.write_row((f"{layer}/{_day(start)}/{n}", shapely.to_wkb(shape), float(per_km), top))
        names = ", ".join(map(quoted, COLUMNS))
        cursor.execute(
            f"INSERT INTO hotspots_hotstreet ({names}) SELECT key, 'derived', 1, %s, "
            f"ST_Transform(ST_SetSRID(ST_GeomFromWKB(wkb), {TWD97}), 4326), %s, %s, %s, %s, per_km, top "
            "FROM drawn ORDER BY 5",
            [now, layer, _day(start), _day(end - 1), _midnight(start)],
        )
        cursor.execute(_FOLLOWED, {"layer": layer})
        cursor.execute("DROP TABLE drawn")
    return len(merged)


def forget(layer: str) -> None:
    HotStreet.objects.filter(layer=layer).delete()


def _day(number: float) -> date:
    return day_of(number)


def _midnight(number: float) -> datetime:
    return timezone.make_aware(datetime.combine(_day(number), time()))


def _joined(parts: np.ndarray) -> shapely.Geometry:
    """Pieces in a row as one line, without the corners where they met."""
    corners = np.vstack(
        [shapely.get_coordinates(parts[0]), *(shapely.get_coordinates(p)[1:] for p in parts[1:])]
    )
    return shapely.simplify(shapely.LineString(corners), 0.2)
