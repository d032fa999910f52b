"""The collision diagram of a junction: every crash with its movement, from its scene where there is one, else from the form.

A form tells relative movement and no leg. Actions of parties are not for everybody; who asks must have the clearance of
police.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import connection
from django.http import Http404
from django.utils import timezone
from pyproj import Transformer

from diagramming.glyphs.lines import lines
from diagramming.layout.diagram import Crash as Drawn
from diagramming.layout.diagram import Diagram, Mode, Words, bundles, diagram, mark, target
from diagramming.layout.ground import spread
from diagramming.layout.place import Group
from diagramming.movement.key import parse
from diagramming.movement.legs import Junction as Plan
from diagramming.movement.legs import Leg
from layers.crashes.models import CollisionDiagram, Crash, CrashMovement
from layers.crashes.movements.glyphs import replace_all
from layers.crashes.movements.infer import legs_of_junction, legs_of_junctions, of_form
from layers.registry.rows import TWD97, WGS84
from layers.streets.models import Junction

SYMBOLS = {
    "A": "heavy",
    "B": "car",
    "C": "motorcycle",
    "D": "heavy",
    "E": "car",
    "F": "bicycle",
    "H": "pedestrian",
}
SCALE = 400.0
"""The plan under the sheet; what was drawn is read at it, the marks have a size of their own."""
_TODAY, _VERSION = "\ue000day\ue001", "\ue000version\ue001"


@dataclass(frozen=True, slots=True)
class Site:
    """A junction ready to be drawn; `middle` is in the city's metres."""

    id: int
    name: str
    plan: Plan
    middle: tuple[float, float]
    crashes: tuple[Drawn, ...]
    last: Any = None


@cache
def _between(source: int, target: int) -> Transformer:
    return Transformer.from_crs(source, target, always_xy=True)


def site(id: int, only: Sequence[int] | None = None) -> Site:
    """The junction and its crashes, all or those whose ids are given."""
    junction = Junction.objects.filter(pk=id).first()
    if junction is None:
        raise Http404
    found = Crash.objects.filter(junction_id=id)
    if only is not None:
        found = found.filter(pk__in=only)
    crashes = list(found.select_related("movement").prefetch_related("parties").order_by("pk"))
    return _site(junction, crashes, legs_of_junction(id))


def _site(junction: Junction, crashes: Sequence[Crash], legs: tuple[Leg, ...]) -> Site:
    x, y = _between(WGS84, TWD97).transform(junction.geom.x, junction.geom.y)
    drawn = tuple(_drawn(crash, legs, (x, y)) for crash in crashes)
    last = max((c.occurred_at for c in crashes), default=None)
    return Site(junction.pk, junction.name, Plan(legs), (x, y), drawn, last)


def of_junction(
    id: int, mode: Mode = "blocks", only: Sequence[int] | None = None, filters: str = "", who: str = ""
) -> Diagram:
    """The sheet; its measures are stored under its digest, which is of all that is on it but the day of drawing."""
    at = site(id, only)
    sure = sum(not c.unsure for c in at.crashes)
    told = f"{filters or '全部事故'}　行向經現場圖或人工確認 {sure} 件，其餘由調查表推得相對動態"
    words = Words(
        f"{at.name} 碰撞構圖", told,
        f"路口 {id}　資料至 {at.last.astimezone(ZoneInfo(settings.TIME_ZONE)):%Y-%m-%d}　製圖 {_TODAY}　版本 {_VERSION}" if at.last
        else f"路口 {id}　期間內沒有事故　製圖 {_TODAY}　版本 {_VERSION}",
        street(at.middle),
    )  # fmt: skip
    made = diagram(at.plan, at.crashes, words, mode)
    digest = made.digest
    row, _ = CollisionDiagram.objects.update_or_create(
        digest=digest,
        defaults={
            "junction_id": id, "mode": mode, "filters": filters, "crashes": len(at.crashes), "metrics": dict(made.metrics),
            "made_by": who[:200],
        },
    )  # fmt: skip
    number = CollisionDiagram.objects.filter(junction_id=id, pk__lte=row.pk).count()
    made.svg = made.svg.replace(_TODAY, f"{timezone.localdate():%Y-%m-%d}").replace(
        _VERSION, f"{number}（{digest[:10]}）"
    )
    return made


def street(middle: tuple[float, float], reach: float = 45.0) -> str:
    """The street map about a point as a fragment of SVG in millimetres, y downwards."""
    from diagramming.glyphs.mark import number
    from diagramming.scene.shapes import Shape
    from diagramming.sheet.street import under
    from layers.crashes.scenes.store import street_around

    k, out = 1000.0 / SCALE, []
    for item in under(street_around(*middle, reach), middle, reach=reach):
        if isinstance(item, Shape):
            d = "".join(
                "M"
                + "L".join(f"{number(x * k)} {number(-y * k)}" for x, y in ring)
                + ("z" if item.closed else "")
                for ring in item.rings
            )
            out.append(
                f'<path d="{d}" fill="{item.fill}" stroke="{item.stroke}" stroke-width="{number(item.width)}" '
                'fill-rule="evenodd"/>'
            )
    return "".join(out)


def _drawn(crash: Crash, legs: Sequence[Leg], middle: tuple[float, float]) -> Drawn:
    parties = list(crash.parties.all())
    at = crash.occurred_at.astimezone(ZoneInfo(settings.TIME_ZONE))
    symbols = [SYMBOLS.get(p.vehicle[:1], "unknown") for p in parties[:2]] + ["unknown", "unknown"]
    said = of_form(crash, parties)
    drawn = Drawn(
        id=str(crash.pk),
        key=said.key,
        vehicles=(symbols[0], symbols[1]),
        severity=crash.severity,
        night=not 6 <= at.hour < 18,
        wet=crash.surface == "4",
        at=at,
        unsure=True,
        parties=len(parties),
    )
    row: CrashMovement | None = getattr(crash, "movement", None)
    return drawn if row is None else _moved(drawn, row, legs, middle)


def _moved(drawn: Drawn, row: CrashMovement, legs: Sequence[Leg], middle: tuple[float, float]) -> Drawn:
    """Legs are taken over only while they are still those of the junction."""
    same = len(row.legs) == len(legs) and all(
        abs((leg["bearing"] - mine.bearing + 180) % 360 - 180) < 1.0
        for leg, mine in zip(row.legs, legs, strict=True)
    )
    key = parse(row.key)
    told = [(p["approach"], p["exit"]) for p in row.parties[:2]] if same else []
    turned = [p["turn"] for p in row.parties[:2]]
    if len(turned) == 2 and turned == [key.second, key.first] and key.first != key.second:
        told = told[::-1]
    place = None
    if row.place is not None:
        k = 1000.0 / SCALE
        dx, dy = (row.place[0] - middle[0]) * k, -(row.place[1] - middle[1]) * k
        place = (max(-60.0, min(dx, 60.0)), max(-60.0, min(dy, 60.0)))
    return replace(
        drawn,
        key=key,
        legs=(told[0] if told else (None, None), told[1] if len(told) > 1 else None),
        unsure=row.grade != "accept",
        place=place,
    )


def back_to_world(at: Site, metres: tuple[float, float]) -> list[float]:
    """Of a point in metres from the middle of a junction."""
    x, y = _between(TWD97, WGS84).transform(at.middle[0] + metres[0], at.middle[1] + metres[1])
    return [round(x, 7), round(y, 7)]


def places_of(at: Site) -> dict[str, tuple[float, float]]:
    """Where each crash happened, in metres from the middle: its point of impact, or its place in the record."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT c.id, coalesce((m.place->>0)::float, ST_X(p.at)), coalesce((m.place->>1)::float, ST_Y(p.at)) "
            "FROM crashes_crash c LEFT JOIN crashes_crashmovement m ON m.crash_id = c.id, "
            "LATERAL (SELECT ST_Transform(c.geom, %s)) AS p (at) WHERE c.id = ANY(%s)",
            [TWD97, [int(c.id) for c in at.crashes]],
        )
        return {str(id): (x - at.middle[0], y - at.middle[1]) for id, x, y in cursor.fetchall()}


def features(at: Site) -> list[dict[str, Any]]:
    """Marks on the ground: lines of each party, leaders of blocks, and a point of each crash, in WGS 84."""
    back = _between(TWD97, WGS84)

    def world(points: Sequence[tuple[float, float]]) -> list[list[float]]:
        return [[round(v, 7) for v in back.transform(at.middle[0] + x, at.middle[1] + y)] for x, y in points]

    ordered = sorted(at.crashes, key=lambda c: (c.severity, c.at, c.id))
    numbers = {c.id: n for n, c in enumerate(sorted(at.crashes, key=lambda c: (c.at, c.id)), 1)}
    by_id = {c.id: c for c in ordered}
    k = SCALE / 1000.0
    groups = []
    for name, several in bundles(ordered, "blocks").items():
        x, y = target(at.plan, several, (0.0, 0.0))
        groups.append(Group(name, tuple(c.id for c in several), (x * k, -y * k)))
    out: list[dict[str, Any]] = []
    spots = spread(groups)
    for id in sorted(spots, key=lambda i: numbers[i]):
        spot, crash = spots[id], by_id[id]
        said = {
            "junction_id": at.id, "crash_id": int(id), "number": numbers[id], "severity": crash.severity,
            "movement": str(crash.key), "family": crash.key.family, "words": crash.key.words(), "unsure": crash.unsure,
            "night": crash.night, "wet": crash.wet,
        }  # fmt: skip
        for part, line in lines(mark(at.plan, crash, str(numbers[id]))):
            moved = world([(spot.at[0] + x, spot.at[1] + y) for x, y in line])
            out.append(_feature({"type": "LineString", "coordinates": moved}, part, said))
        if spot.leader is not None:
            out.append(_feature({"type": "LineString", "coordinates": world(spot.leader)}, "leader", said))
        out.append(_feature({"type": "Point", "coordinates": world([spot.at])[0]}, "point", said))
    return out


def _feature(geometry: dict[str, Any], part: str, said: dict[str, Any]) -> dict[str, Any]:
    return {"type": "Feature", "geometry": geometry, "properties": {**said, "part": part}}


def keep_glyphs(least: int = 3) -> int:
    """Lays out every junction with so many crashes anew and replaces what the map shows; how many junctions."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT junction_id FROM crashes_crash WHERE junction_id IS NOT NULL GROUP BY 1 HAVING count(*) >= %s ORDER BY 1",
            [least],
        )
        wanted = [id for (id,) in cursor.fetchall()]
    return replace_all(one for k in range(0, len(wanted), 200) for one in _sites(wanted[k : k + 200]))


def _sites(ids: Sequence[int]) -> list[Site]:
    """Many junctions with three questions to the database."""
    crashes: dict[int, list[Crash]] = {}
    found = Crash.objects.filter(junction_id__in=ids).select_related("movement").prefetch_related("parties")
    for crash in found.order_by("pk"):
        assert crash.junction_id is not None
        crashes.setdefault(crash.junction_id, []).append(crash)
    legs = legs_of_junctions(ids)
    return [
        _site(junction, crashes.get(junction.pk, []), legs.get(junction.pk, ()))
        for junction in Junction.objects.filter(pk__in=ids).order_by("pk")
    ]
