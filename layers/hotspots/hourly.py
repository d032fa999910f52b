"""The process `hot-hours`: at which hours of the week things happen, in the city or at one place, with intervals.

A place with few events leans on the hours of all places of its kind as far as its own do not speak.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated, Any

from django.db import connection
from pydantic import Field

from layers.hotspots.asked import Inside, area_of
from layers.registry.layer import Layer
from layers.registry.process import JSON, Among, BadInput, Output, Process, Run, rows
from layers.registry.rows import TWD97
from layers.registry.sql import Sql, column, relation, where
from layers.registry.text import Text

if TYPE_CHECKING:
    from layers.hotspots.craft.hours import Week

CELLS = 168


class HotHours(Inside):
    layer: Annotated[str, Text("點圖層", "A layer of points"), Among(("point",))]
    filter: Annotated[
        str | None, Text("條件（CQL2）", "A condition in CQL2"), Field(min_length=1, max_length=4096)
    ] = None
    datetime: Annotated[
        str | None, Text("時間或期間", "A period, start/end"), Field(min_length=1, max_length=100)
    ] = None
    places: Annotated[
        str | None,
        Text("地點的圖層，如里、路口、提款機", "A layer of places: wards, junctions, cash machines"),
        Among(("point", "polygon")),
    ] = None
    place: Annotated[int | None, Text("哪一個地點", "Which place"), Field(ge=1)] = None
    metres: Annotated[
        float, Text("點位地點的半徑（公尺）", "How near to a place that is a point, in metres"), Field(gt=0, le=500)
    ] = 30  # fmt: skip


def hot_hours(asked: HotHours, run: Run) -> Mapping[str, Any]:
    import numpy as np

    from layers.hotspots.craft import hours
    from layers.hotspots.points import moment

    layer = run.layer(asked.layer)
    if layer.time is None or layer.by_name[layer.time].resolved == "date":
        raise BadInput("layer", f"layer “{layer.id}” does not know the hour of anything.")
    if (asked.places is None) != (asked.place is None):
        raise BadInput("place", "a layer of places and which of them go together.")
    if asked.places is not None and (asked.area is not None or asked.area_layer is not None):
        raise BadInput("place", "give either a place or an area, and not both.")
    condition = rows(layer, run, asked.filter, asked.datetime)
    run.progress(5, "counting")
    events = (
        Sql("WITH e AS MATERIALIZED (SELECT q.geom, q.merc, ")
        + moment(layer)
        + f" AS t FROM {relation(layer)} WHERE "
        + condition
        + f" AND {column(layer, layer.time)} IS NOT NULL)"
    )
    with connection.cursor() as cursor:
        whole = events + " SELECT min(t)::date, max(t)::date, count(*) FROM e"
        cursor.execute(whole.text, whole.params)
        first, last, total = cursor.fetchone()
    if not total:
        return {"hours": _nothing(layer)}
    name, counts = _counted(asked, run, events)
    run.progress(70, "reckoning")
    passed = hours.passed(0.0, float((last - first).days + 1), first.weekday())
    if len(counts) > 1:
        (found,), city = (
            hours.weeks(np.stack(counts), passed, only=1),
            hours.week(np.sum(counts, axis=0), passed),
        )
    else:
        found = city = hours.week(counts[0], passed)
    return {
        "hours": {
            "layer": layer.id,
            "place": name,
            "from": first.isoformat(),
            "to": last.isoformat(),
            "events": int(found.counts.sum()),
            "all": int(total),
            **_week(found),
            "city": {"rate": _rounded(city.rate)},
            "hot": _spans(found),
        }
    }


def _nothing(layer: Layer) -> dict[str, Any]:
    none: list[list[float]] = [[0.0] * 24 for _ in range(7)]
    return {
        "layer": layer.id, "place": None, "from": None, "to": None, "events": 0, "all": 0, "counts": none,
        "rate": none, "low": none, "high": none, "marked": [], "city": {"rate": none}, "hot": [],
    }  # fmt: skip


def _counted(asked: HotHours, run: Run, events: Sql) -> tuple[str | None, list[Any]]:
    """The name of the place, its counts, and those of all others that it is one of."""
    import numpy as np

    hour = "((extract(isodow FROM e.t) - 1) * 24 + extract(hour FROM e.t))::int"
    if asked.places is not None:
        places = run.layer(asked.places)
        seen = {f.name for f in places.seen_by(run.clearance)}
        label = f"{column(places, places.label)}::text" if places.label in seen else "q.id::text"
        meets = (
            "ST_Intersects(p.merc, e.merc)"
            if places.geometry == "polygon"
            # an eighth more than the scale of Mercator in Taiwan; what is meant is then measured in metres
            else "ST_DWithin(p.merc, e.merc, %s) AND ST_DWithin(p.geom::geography, e.geom::geography, %s)"
        )
        near = () if places.geometry == "polygon" else (asked.metres * 1.25, asked.metres)
        sql = (
            events
            + f", p AS NOT MATERIALIZED (SELECT q.id, {label} AS name, q.geom, q.merc FROM {relation(places)} WHERE "
            + where(places, run.clearance)
            + f") SELECT p.id, p.name, {hour}, count(*) FROM p JOIN e ON "
            + Sql(meets, near)
            + " GROUP BY 1, 2, 3 UNION ALL SELECT p.id, p.name, 0, 0 FROM p WHERE p.id = %s"
        )
        sql = Sql(sql.text, (*sql.params, asked.place))
    else:
        bounds = area_of(asked, run)
        inside = (
            Sql(
                "ST_Intersects(ST_Transform(ST_SetSRID(ST_GeomFromGeoJSON(%s), %s), 3857), e.merc)",
                (bounds, TWD97),
            )
            if bounds
            else Sql("true")
        )
        sql = (
            events
            + " SELECT CASE WHEN "
            + inside
            + f" THEN 1 ELSE 2 END, '', {hour}, count(*) FROM e GROUP BY 1, 3"
        )
    with connection.cursor() as cursor:
        cursor.execute(sql.text, sql.params)
        table = cursor.fetchall()
    wanted = asked.place if asked.places is not None else 1
    if asked.places is not None and not any(id == wanted for id, *_ in table):
        raise BadInput("place", "there is no such place.")
    numbers: dict[int, int] = {wanted or 1: 0}
    counts = [np.zeros(CELLS)]
    name = None
    for id, called, at, n in table:
        if id not in numbers:
            numbers[id] = len(counts)
            counts.append(np.zeros(CELLS))
        counts[numbers[id]][at] += n
        if id == wanted:
            name = called or None
    return name, [c.reshape(7, 24) for c in counts]


def _week(week: Week) -> dict[str, Any]:
    marked = [[int(d), int(h)] for d, h in zip(*week.hot.nonzero(), strict=True)]
    return {
        "counts": week.counts.astype(int).tolist(),
        "rate": _rounded(week.rate),
        "low": _rounded(week.low),
        "high": _rounded(week.high),
        "marked": marked,
    }


def _rounded(values: Any) -> list[list[float | None]]:
    """An hour that never passed has no rate."""
    return [[None if v != v else round(float(v), 5) for v in row] for row in values]


def _spans(week: Week) -> list[dict[str, int]]:
    """Hot hours in a row as one span, the one with most events first; weekday 1 is Monday."""
    out = []
    for day in range(7):
        hour = 0
        while hour < 24:
            if not week.hot[day, hour]:
                hour += 1
                continue
            end = hour
            while end < 24 and week.hot[day, end]:
                end += 1
            out.append(
                {"weekday": day + 1, "from": hour, "to": end, "events": int(week.counts[day, hour:end].sum())}
            )
            hour = end
    return sorted(out, key=lambda span: -span["events"])


PROCESS = Process(
    id="hot-hours",
    title=Text("熱時", "Hot hours"),
    description=Text(
        "任一點圖層在一週各小時的發生率與 95 % 區間；可限某里、路口、提款機或畫定範圍，件數少者向同類地點借力。",
        "How often things happen at each hour of the week, with 95 % intervals: in the city, a ward, at a junction, a "
        "cash machine, in a drawn area. Places with few events lean on the hours of their like.",
    ),
    inputs=HotHours,
    outputs=(Output("hours", Text("熱時", "Hot hours"), {JSON: {"type": "object"}}),),
    function=hot_hours,
    keywords=(Text("熱時", "hot hours"), Text("時段", "hours of the week")),
    example={"layer": "crashes"},
)
