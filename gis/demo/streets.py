"""The streets of the synthetic city as a street document, through the door by which any centre lines come in."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import shapely
from pyproj import Transformer

from data.city import Table
from layers.registry.rows import TWD97, WGS84
from layers.streets.craft.lines import Line, draft
from layers.streets.seed import clear, seed, today
from layers.streets.write import Survey

CLASSES = {"arterial": "primary", "collector": "secondary", "local": "tertiary", "lane": "residential"}
SYNTHETIC = "synthetic"
Say = Callable[[str], None]


def lay_streets(city: dict[str, Table], say: Say) -> dict[str, int]:
    """The parametric map in place of that of an earlier demonstration; nothing if there is a map of real streets."""
    from layers.streets.models import Changeset

    clear(SYNTHETIC)
    if Changeset.objects.exists():
        say("the street map holds edits; it is left as it is")
        return {}
    roads, junctions = city["roads"], city["junctions"]
    assert roads.geometry is not None and junctions.geometry is not None
    shapes = _plane(roads.geometry)
    columns = roads.columns
    lines = [
        Line(
            key=columns["key"][k],
            points=tuple(map(tuple, shapely.get_coordinates(shapes[k]).tolist())),
            road_class=CLASSES[columns["kind"][k]],
            rank=columns["rank"][k],
            name=columns["name"][k] or "",
            width=columns["width_m"][k],
            lanes=columns["lanes"][k],
            oneway=columns["oneway"][k],
            speed=columns["speed_limit"][k],
            layer=1 if columns["bridge"][k] else 0,
        )
        for k in range(len(roads))
    ]
    points = shapely.get_coordinates(_plane(junctions.geometry))
    lit = [tuple(p) for p, s in zip(points.tolist(), junctions.columns["signal"], strict=True) if s == "1"]
    made = draft(lines, crs=TWD97, rules_on=today(), signals=lit, heads_assumed=True)
    survey = Survey(
        who="cli:demo",
        method="lines",
        unit="示範",
        note="合成",
        kind="import",
        origin=SYNTHETIC,
        accepted=True,
    )
    return seed(made.document, survey, say=say)


def _plane(shapes: np.ndarray) -> np.ndarray:
    there = Transformer.from_crs(WGS84, TWD97, always_xy=True)

    def moved(xy: np.ndarray) -> np.ndarray:
        return np.round(np.column_stack(there.transform(xy[:, 0], xy[:, 1])), 3)

    return np.asarray(shapely.transform(shapes, moved))
