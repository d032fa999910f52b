"""Street sections: runs of one street of about half a kilometre, named by the streets at their ends."""

from __future__ import annotations

import numpy as np
import shapely

from data.city.records import Rows, Table

LONG = 480.0
NAMED = 3
"""The lowest rank of a street that has sections; lanes are too small to be told apart."""


def section_table(roads: Table, junctions: Table) -> Table:
    """Makes the sections and writes `section_key` into the roads."""
    assert roads.geometry is not None
    crossing = dict(zip(junctions.columns["key"], junctions.columns["name"], strict=True))
    lengths = shapely.length(roads.geometry)
    keys: list[str | None] = [None] * len(roads)
    rows = Rows("sections")
    for run in _runs(roads, lengths):
        first, last = run[0], run[-1]
        name = roads.columns["name"][first]
        key = f"R{len(rows.shapes) + 1:05d}"
        line = shapely.line_merge(shapely.multilinestrings(list(roads.geometry[run])))
        if line.geom_type != "LineString":
            line = max(shapely.get_parts(line), key=shapely.length)
        rows.add(
            line,
            key=key,
            name=name,
            name_en=roads.columns["name_en"][first],
            start=_other(crossing.get(roads.columns["from_junction_key"][first]), name),
            end=_other(crossing.get(roads.columns["to_junction_key"][last]), name),
            rank=roads.columns["rank"][first],
            length_m=round(float(lengths[run].sum()), 1),
        )
        for i in run:
            keys[i] = key
    roads.columns["section_key"] = keys
    return rows.table()


def _runs(roads: Table, lengths: np.ndarray) -> list[list[int]]:
    """Indices of roads that follow each other on one street, cut where a section is long enough."""
    assert roads.geometry is not None
    following: dict[tuple[str, int], list[int]] = {}
    for i, (name, rank) in enumerate(zip(roads.columns["name"], roads.columns["rank"], strict=True)):
        if rank <= NAMED:
            following.setdefault((name, rank), []).append(i)
    runs = []
    for mine in following.values():
        run: list[int] = []
        length = 0.0
        for i in mine:
            apart = run and not shapely.touches(roads.geometry[run[-1]], roads.geometry[i])
            if run and (apart or length > LONG):
                runs.append(run)
                run, length = [], 0.0
            run.append(i)
            length += float(lengths[i])
        if run:
            runs.append(run)
    return runs


def _other(junction: str | None, name: str) -> str:
    """The street that a junction has besides this one."""
    parts = [p for p in (junction or "").split("／") if p and p != name]
    return parts[0] if parts else ""
