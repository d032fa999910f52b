"""`before-after`: what a measure changed at junctions or sections, naive, with a comparison group and Empirical Bayes.

What counts before is frozen by the day of the measure; the time of building on both sides of it may be left out.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from datetime import date, timedelta
from math import isfinite
from typing import Annotated, Any, Literal

from pydantic import Field

from layers.access import Clearance
from layers.registry.process import JSON, BadInput, Inputs, Output, Process, Run, rows
from layers.registry.sql import Sql, relation
from layers.registry.text import Text

YEAR = 365.25
LEAST = 10
"""Crashes before at places like the treated ones, without which nothing is expected of them."""


class Measure(Inputs):
    what: Annotated[Literal["junctions", "sections"], Text("路口或路段", "Junctions or sections")] = (
        "junctions"
    )
    places: Annotated[
        list[Annotated[int, Field(ge=1)]], Text("施作地點編號", "The ids of the treated places"), Field(min_length=1, max_length=500)
    ]  # fmt: skip
    done: Annotated[date, Text("完工日", "The day on which the measure was done")]
    before: Annotated[int, Text("改善前月數", "Months before"), Field(ge=3, le=120)] = 36
    after: Annotated[int, Text("改善後月數", "Months after"), Field(ge=3, le=120)] = 12
    apart: Annotated[
        int,
        Text("施工期間，前後不計（日）", "Days of building before the day that do not count"),
        Field(ge=0, le=730),
    ] = 0
    filter: Annotated[
        str | None, Text("目標事故的條件（CQL2）", "Which crashes the measure is aimed at, in CQL2"), Field(min_length=1, max_length=4096)
    ] = None  # fmt: skip
    movements: Annotated[
        list[Annotated[str, Field(min_length=2, max_length=40)]],
        Text("目標動態型態（警用）", "Movements the measure is aimed at; for police"),
        Field(max_length=20),
    ] = []


def compared(asked: Measure, run: Run) -> Mapping[str, Any]:
    from diagramming.statistics.effect import compare, needed
    from diagramming.statistics.rank import dispersion
    from diagramming.statistics.screen import grouped
    from layers.crashes.screening import network

    if not 1970 <= asked.done.year <= 2200:
        raise BadInput("done", "the day lies outside of 1970 to 2200.")
    start, stop = (
        _months(asked.done - timedelta(days=asked.apart), -asked.before),
        asked.done - timedelta(days=asked.apart),
    )
    last = _months(asked.done, asked.after)
    _, known = _known(network)
    if last > known:
        raise BadInput("after", f"crashes are known until {known}; the time after would end on {last}.")
    crashes = network.crashes(asked.what, _only(asked, run))
    run.progress(40, "counting")
    before = Counter(c.place for c in crashes if start <= c.day < stop)
    after = Counter(c.place for c in crashes if asked.done <= c.day < last)
    places = network.places(asked.what)
    treated = set(asked.places)
    if missing := treated - {p.id for p in places}:
        raise BadInput("places", f"there is no such place: {', '.join(map(str, sorted(missing)[:10]))}.")
    groups = grouped(places)
    mine = [(p, g) for p, g in zip(places, groups, strict=True) if p.id in treated]
    used = {g for _, g in mine}
    rest = [(p, g) for p, g in zip(places, groups, strict=True) if g in used and p.id not in treated]
    if not rest:
        raise BadInput("places", "there are no other places like these to compare with.")
    total = {
        g: (sum(before[p.id] for p, h in rest if h == g), sum(p.km or 1.0 for p, h in rest if h == g))
        for g in used
    }
    mu = [max(total[g][0] / total[g][1] * (p.km or 1.0), 0.02) for p, g in mine]
    phi = dispersion(
        [before[p.id] for p, _ in rest],
        [max(total[g][0] / total[g][1] * (p.km or 1.0), 1e-6) for p, g in rest],
    )
    pool = (sum(before[p.id] for p, _ in rest), sum(after[p.id] for p, _ in rest))
    if pool[0] < LEAST:
        raise BadInput(
            "places",
            f"places like these had {pool[0]} crashes before, too few to say what was to be expected; choose a longer time.",
        )
    years = ((stop - start).days / YEAR, (last - asked.done).days / YEAR)
    found = compare(
        [before[p.id] for p, _ in mine],
        [after[p.id] for p, _ in mine],
        mu,
        min(phi, 1e4),
        years,
        pool if min(pool) else None,
    )
    estimates = [_told(e) for e in (found.naive, found.group, found.bayes) if e is not None]
    return {
        "effect": {
            "what": asked.what, "places": sorted(treated), "before": {"start": str(start), "until": str(stop), "crashes": found.before},
            "after": {"start": str(asked.done), "until": str(last), "crashes": found.after},
            "comparison": {"places": len(rest), "before": pool[0], "after": pool[1], "groups": sorted(map(str, used))},
            "estimates": estimates, "conclusion": found.bayes.sentence(),
            "needed_for_30_percent": round(needed(0.3, years[0] / years[1])),
            "note": "簡單前後比受迴歸平均影響，僅供對照；以經驗貝氏為準。 The naive ratio flatters whoever chose the worst places; Empirical Bayes counts.",
        }
    }  # fmt: skip


def _known(network: Any) -> tuple[date, date]:
    try:
        found: tuple[date, date] = network.period()
    except network.NothingToScreen as wrong:
        raise BadInput("places", str(wrong)) from wrong
    return found


def _only(asked: Measure, run: Run) -> Sql | None:
    layer = run.layer("crashes")
    only = None
    if asked.filter:
        only = Sql(f"SELECT q.id FROM {relation(layer)} WHERE ") + rows(layer, run, asked.filter)
    if asked.movements:
        if run.clearance < Clearance.POLICE:
            raise BadInput("movements", "what each party did is for police alone.")
        from layers.crashes.movements.infer import with_keys

        ids = with_keys(asked.movements, asked.what)
        chosen = Sql("SELECT unnest(%s::bigint[])", (ids,))
        only = chosen if only is None else only + Sql(" INTERSECT ") + chosen
    return only


def _told(e: Any) -> dict[str, Any]:
    return {
        "method": e.method, "theta": round(e.theta, 4), "low": round(e.low, 4),
        "high": round(e.high, 4) if isfinite(e.high) else None, "expected": round(e.expected, 3), "told": e.told,
        "sentence": e.sentence(),
    }  # fmt: skip


def _months(day: date, months: int) -> date:
    """The same day of another month, or its last one."""
    month = day.year * 12 + day.month - 1 + months
    year, month = divmod(month, 12)
    for back in range(4):
        try:
            return date(year, month + 1, day.day - back)
        except ValueError:
            continue
    raise ValueError(f"There is no day {day.day} near month {month + 1}.")


EFFECT = Process(
    id="before-after",
    title=Text("改善前後評估", "Before and after"),
    description=Text(
        "一項措施在若干路口或路段的成效：簡單前後比、對照組與經驗貝氏三種估計並列，附 95% 區間；可限定目標事故或動態型態。",
        "What a measure changed at junctions or sections: naive, comparison-group and Empirical-Bayes estimates side by side "
        "with 95 % intervals, for all crashes or those that it is aimed at.",
    ),
    inputs=Measure,
    outputs=(Output("effect", Text("成效", "Effect"), {JSON: {"type": "object"}}),),
    function=compared,
    keywords=(Text("改善前後", "before and after"), Text("成效", "effect")),
)
