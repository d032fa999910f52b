"""What an edit touches: the streets around it, derived once for its check and for its drawing."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from django.db import connection

from layers.registry.sql import Sql
from layers.streets import read
from layers.streets.craft.check import Finding, check
from layers.streets.craft.derive import derive
from layers.streets.craft.derive.plan import Plan
from layers.streets.craft.document import Document
from layers.streets.craft.picture import Area, areas
from layers.streets.craft.pieces import needs
from layers.streets.draw.rows import bearers

MARGIN = 75.0
"""Around what changed, so much is derived along: no junction grows over a longer link (`hubs.LONGEST_LINK`)."""


@dataclass(frozen=True, slots=True)
class Sight:
    """What an edit touches, derived: the same for the check before it holds and for the drawing after it."""

    names: frozenset[str]
    begun: frozenset[str]
    """The segments around which it was looked."""
    versions: tuple[int, ...]
    document: Document
    rows: list[Area]
    owners: list[str]
    ids: set[str]
    findings: list[Finding]


def sight(names: Collection[str], seen: Sight | None = None) -> Sight | None:
    """All that is to be drawn again when these objects change; None if nothing of them lies anywhere."""
    touched = {n for n in names if n.startswith("segment/")}
    nodes = {n for n in names if n.startswith("node/")}
    free = {n for n in names if n.startswith("marking/")}
    for name in names:
        kind, _, rest = name.partition("/")
        if kind == "arm":
            touched.add(f"segment/{rest.rpartition('/')[0]}")
        elif kind == "movement":
            nodes.add(f"node/{rest.partition('/')[0]}")
    posts = {n for n in names if n.split("/")[0] in ("sign", "head")}
    touched |= {n for n in _bore(posts) if n.startswith("segment/")}
    nodes |= {n for n in _bore(posts) if n.startswith("node/")}
    there = read.objects(touched)
    ends = {e for name in touched if name in there for e in needs("segment", there[name].params)}
    ends |= _former_ends(touched - set(there))
    core = set(touched) | set(_at(nodes | ends)) | _drawn_with(touched, nodes)
    place = _place(core | nodes | free)
    if place is None:
        return None
    found = read.near(place, MARGIN)
    versions = tuple(sorted(one.id for one in found.values()))
    begun = frozenset(core)
    if seen and (seen.names, seen.begun, seen.versions) == (frozenset(names), begun, versions):
        return seen
    drawn = read.document(found)
    plan = derive(drawn, enclose=False)
    core |= _shared(plan, core)
    ids = {name.partition("/")[2] for name in core}
    rows = list(areas(plan, ids))
    hubs = {row.owner for row in rows if row.part == "junction"} | {
        f"node/{plan.web.nodes[k].id}"
        for hub in plan.web.hubs
        if any(arm.key[0] in ids for arm in hub.arms)
        or nodes & {f"node/{plan.web.nodes[k].id}" for k in hub.nodes}
        for k in hub.nodes
    }
    owners = core | hubs | nodes | free
    findings = check(
        drawn, owners | set(names) | {n for n, o in bearers(drawn).items() if o in owners}, plan=plan
    )
    return Sight(frozenset(names), begun, versions, drawn, rows, sorted(owners), ids, findings)


def _bore(posts: Collection[str]) -> set[str]:
    """What signs and signal heads stand on, or stood on when they went."""
    if not posts:
        return set()
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT DISTINCT bearer FROM streets_version WHERE object = ANY(%s) AND bearer <> '' AND upper_inf(valid)",
            (sorted(posts),),
        )
        return {bearer for (bearer,) in cursor.fetchall()}


def _former_ends(segments: Collection[str]) -> set[str]:
    """Where segments that are no more ended."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT DISTINCT ON (object) 'node/' || (params->>'a'), 'node/' || (params->>'b') FROM streets_version "
            "WHERE object = ANY(%s) ORDER BY object, id DESC",
            (sorted(segments),),
        )
        return {end for row in cursor.fetchall() for end in row}


def _at(nodes: Collection[str]) -> dict[str, Any]:
    ids = sorted(name.partition("/")[2] for name in nodes)
    if not ids:
        return {}
    condition = Sql(
        "v.kind = 'segment' AND (v.params->>'a' = ANY(%s) OR v.params->>'b' = ANY(%s))", (ids, ids)
    )
    return read.fetch(condition)


def _drawn_with(segments: Collection[str], nodes: Collection[str]) -> set[str]:
    """The segments that the junctions drawn at these objects lead to until now."""
    if not nodes:
        return set(segments)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT merc FROM streets_drawnarea WHERE part = 'junction' AND owner = ANY(%s) UNION "
            "SELECT merc FROM streets_drawnarea WHERE part = 'junction' AND info->'nodes' ?| %s",
            (sorted(nodes), sorted(name.partition("/")[2] for name in nodes)),
        )
        found = set(segments)
        for (place,) in cursor.fetchall():
            cursor.execute(
                "SELECT DISTINCT owner FROM streets_drawnarea WHERE part = 'carriageway' AND owner LIKE 'segment/%%' "
                "AND merc && ST_Expand(%s::geometry, 1)",
                (place,),
            )
            found |= {owner for (owner,) in cursor.fetchall()}
        return found


def _shared(plan: Plan, core: Collection[str]) -> set[str]:
    """The other segments of the junctions at which one of the core ends or lies inside: these change together."""
    ids = {name.partition("/")[2] for name in core}
    found: set[str] = set()
    for hub in plan.web.hubs:
        inside = {plan.web.ribbons[k].segment.id for k in hub.inside}
        if inside & ids:
            found |= {f"segment/{arm.key[0]}" for arm in hub.arms} | {f"segment/{k}" for k in inside}
    return found


def _place(names: Collection[str]) -> str | None:
    """Where these objects are, and where what is drawn of them is: both, for what moved."""
    wanted = sorted(names)
    others = [name for name in wanted if not name.startswith("segment/")]
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT ST_Collect(merc) FROM ("
            "SELECT merc FROM streets_version WHERE object = ANY(%s) AND upper_inf(txn) AND upper_inf(valid) "
            "UNION ALL SELECT merc FROM streets_drawnline WHERE owner = ANY(%s) "
            "UNION ALL SELECT merc FROM streets_drawnarea WHERE owner = ANY(%s)) AS g",
            (wanted, wanted, others),
        )
        found: str | None = cursor.fetchone()[0]
    return found
