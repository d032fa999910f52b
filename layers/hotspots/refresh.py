"""Keeps all surfaces up: draws those that are due, judges those whose weeks have passed, and keeps the old ones.

Time is told by the data: a surface begins on the day after the newest row of its theme, never in the future. A
month without new rows makes no new map; a map that is there is not drawn again with what came later.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import asdict
from datetime import date, timedelta
from typing import Any

import numpy as np
from affine import Affine
from django.utils import timezone

from layers.hotspots import judging, points, streets
from layers.hotspots.craft.area import near
from layers.hotspots.craft.evaluate import JUDGED
from layers.hotspots.craft.forecast import Ground, TooFew
from layers.hotspots.making import HORIZON, Choices, Made, Place, city, make
from layers.hotspots.points import Points, day_of, number
from layers.hotspots.themes import SURFACES, THEMES, Surface
from layers.registry import cards, raster
from layers.registry.rows import TWD97

Json = dict[str, Any]
Say = Callable[[str], None]
EVERY = 7
"""Days after which a forecast is made anew."""
BACK = 3
"""Spans before the newest that are drawn as well where there is nothing yet, each from the days before it."""
LATE = 2
"""Quarters drawn anew each time, for rows that came late."""
log = logging.getLogger(__name__)


def silent(_: str) -> None:
    """Says nothing."""


def refresh(say: Say = silent, *, anew: bool = False, back: int = BACK) -> int:
    """What is due; `anew` draws everything from the data as they are, and forgets what was. Says how many."""
    count, places = 0, {}
    for theme in THEMES.values():
        surfaces = [s for s in SURFACES.values() if s.theme == theme.id]
        if anew:
            for surface in surfaces:
                raster.forget(surface.layer)
                streets.forget(surface.layer)
        if theme.cell not in places:
            places[theme.cell] = city(theme.cell)
        place, found = places[theme.cell], points.of(theme)
        if place is None or not len(found):
            continue
        found = found.between(-np.inf, number(timezone.localdate()) + 1)
        if not len(found):
            continue  # all of them are of days to come
        for surface in surfaces:
            try:
                count += _one(surface, place, found, back)
            except TooFew as few:
                say(f"{surface.layer}: {few}")
            except ValueError as wrong:  # what does not fit one surface keeps no other from being drawn
                log.warning("surface %s is not drawn: %s", surface.layer, wrong)
                say(f"{surface.layer}: {wrong}")
            else:
                say(surface.layer)
    return count


def _one(surface: Surface, place: Place, found: Points, back: int) -> int:
    if surface.method == "network":
        return _streets(surface, found, back)
    if surface.quarterly:
        return _quarters(surface, place, found)
    there = {card.start for card in cards.cards(surface.layer)}
    count = 0
    for start in _due(there, found.last, back):
        try:
            _draw(surface, Choices.of(surface), place, found, start, start + HORIZON)
        except TooFew:
            if start == found.last:
                raise
            continue  # history does not reach back so far
        count += 1
    _settle(surface, place, found)
    return count


def _due(there: set[date], last: float, back: int) -> list[float]:
    """The first days of surfaces that are missing, oldest first."""
    if not there:
        return [last - HORIZON * n for n in range(back, -1, -1)]
    return [last] if number(max(there)) + EVERY <= last else []


def _draw(
    surface: Surface,
    choices: Choices,
    place: Place,
    found: Points,
    start: float,
    end: float,
    of: float | None = None,
) -> None:
    """The surface that speaks of [start, end); `of` is the first day that it does not look at, start without."""
    now = start if of is None else of
    made = make(place, found, now, choices)
    said = _like(surface, choices, now, found.last) or judging.judge(place, found, now, choices, made)
    first, after = day_of(start), day_of(end - 1)
    grid = place.grid
    raster.write(
        surface.layer, first, after, made.plane, Affine(*grid.affine), f"EPSG:{TWD97}",
        {"HIT_RATES": said["sentence"]["en"], "SCORES": _short(said)},
    )  # fmt: skip
    cards.write(surface.layer, first, after, card(surface, choices, found, now, made.told, said))


def _like(surface: Surface, choices: Choices, now: float, last: float) -> Json | None:
    """What the same choices were worth four weeks earlier, where that surface is there and its weeks have passed."""
    if surface.quarterly or now != last:
        return None
    for one in cards.cards(surface.layer):
        same = {k: one.said["choices"].get(k) for k in asdict(choices)} == asdict(choices)
        if (
            one.start == day_of(now - choices.horizon)
            and same
            and (one.scores or {}).get("kind") == "outcome"
        ):
            return (one.scores or {}) | {"kind": "trial"}
    return None


def card(surface: Surface, choices: Choices, found: Points, now: float, told: Json, scores: Json) -> Json:
    known = found.day[found.day < now]
    return {
        "layer": surface.layer,
        "theme": surface.theme,
        "made_at": timezone.now().isoformat(timespec="seconds"),
        "choices": asdict(choices) | {"source": surface.of.source, "filter": surface.of.where, "weight": surface.of.weight},
        "data": {
            "from": day_of(float(known[0])).isoformat() if choices.back is None else day_of(now - choices.back).isoformat(),
            "to": day_of(now - 1).isoformat(),
        },
        "told": told,
        "scores": scores,
    }  # fmt: skip


def _short(scores: Json) -> str:
    """The figures in one line, for the tags of a file."""
    return "; ".join(
        f"{s['share']:.0%} of area: hit rate {s['hit_rate']:.3f}, PAI {s['pai']:.1f}, PEI {s['pei']:.2f}"
        for s in scores["maps"].get("surface", ())
        if s["share"] in JUDGED
    )


def _settle(surface: Surface, place: Place, found: Points) -> None:
    """Surfaces whose weeks have passed meanwhile are judged by what happened in them."""
    drawn = {(p.start, p.end): p for p in raster.periods(surface.layer)}
    for one in cards.cards(surface.layer):
        now = number(one.start)
        choices = Choices(
            **{k: v for k, v in one.said["choices"].items() if k in Choices.__dataclass_fields__}
        )
        source = drawn.get((one.start, one.end))
        if (
            source is None
            or (one.scores or {}).get("kind") == "outcome"
            or now + choices.horizon > found.last
        ):
            continue
        plane = raster.values(source)
        if plane.shape != place.grid.shape:
            continue  # of a city that had other bounds
        before = found.between(-np.inf, now)
        ground = Ground(place.grid, place.inside & near(place.grid, before.x, before.y))
        rank = np.nan_to_num(plane[ground.inside])
        said = judging.judge(place, found, now, choices, Made(plane, ground, rank))
        cards.write(surface.layer, one.start, one.end, one.said | {"scores": said})


def _quarters(surface: Surface, place: Place, found: Points) -> int:
    there = {card.start for card in cards.cards(surface.layer)}
    all_ = quarters(day_of(found.day[0]), day_of(found.last - 1))
    count = 0
    for n, (start, end) in enumerate(all_):
        if start in there and n < len(all_) - LATE:
            continue
        first, after = number(start), number(end) + 1
        if not len(found.between(first, after)):
            continue
        try:
            _draw(surface, Choices.of(surface, after - first), place, found, first, after, of=after)
        except TooFew:
            log.info("%s: too little happened in the quarter from %s", surface.layer, start)
            continue
        count += 1
    return count


def _streets(surface: Surface, found: Points, back: int) -> int:
    """As surfaces of cells: what was drawn stays, and is judged by its weeks when they have passed."""
    there = {c.start: c for c in cards.cards(surface.layer)}
    due = _due(set(there), found.last, back)
    network, choices = None, Choices.of(surface)
    count = 0
    for start in due:
        network = network or streets.streets()
        try:
            values = streets.along(network, found, start, choices)
            said = streets.judged(network, found, start, choices)
        except TooFew:
            if start == found.last:
                raise
            continue  # history does not reach back so far
        stretches = streets.keep(surface.layer, network, values, start, start + HORIZON)
        cards.write(
            surface.layer, day_of(start), day_of(start + HORIZON - 1),
            card(surface, choices, found, start, {"stretches": stretches}, said),
        )  # fmt: skip
        count += 1
    for one in there.values():
        now = number(one.start)
        if (one.scores or {}).get("kind") != "outcome" and now + HORIZON <= found.last:
            network = network or streets.streets()
            said = streets.judged(network, found, now, choices)
            cards.write(surface.layer, one.start, one.end, one.said | {"scores": said})
    return count


def quarters(first: date, last: date) -> list[tuple[date, date]]:
    """The whole quarters of the year from one day to another, each with its first and last day."""
    out, start = [], date(first.year, (first.month - 1) // 3 * 3 + 1, 1)
    while start <= last:
        after = date(start.year + start.month // 10, (start.month + 2) % 12 + 1, 1)
        out.append((start, after - timedelta(days=1)))
        start = after
    return out
