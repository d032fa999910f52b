"""How good a surface was: its hit rate, PAI and PEI in the weeks after its data, against last year's places.

A surface whose weeks have passed is judged by itself. One that speaks of days to come is judged by its like, made
of the same choices four weeks earlier and tried on the last four: never on anything that it has seen.
"""

from __future__ import annotations

from typing import Any

from layers.hotspots.craft.evaluate import FEW, JUDGED, YEAR, Lead, verdict_of
from layers.hotspots.craft.forecast import Ground, TooFew, plain
from layers.hotspots.craft.grid import Floats, Ints
from layers.hotspots.craft.score import SHARES, Score, gain, scores
from layers.hotspots.making import Choices, Made, Place, make
from layers.hotspots.points import Points, day_of
from layers.registry.text import Text

Json = dict[str, Any]
SENTENCES = {
    "better": Text(
        "這張圖比去年的地點更準。", "This map finds more than going to the same places as last year."
    ),
    "no better": Text(
        "這張圖不比去年的地點更準。", "This map is no better than going to the same places as last year."
    ),
    "worse": Text(
        "這張圖比去年的地點還不準，請勿據以派勤。",
        "This map finds less than going to the same places as last year: do not send anybody by it.",
    ),
    "unknown": Text(
        "沒有可供檢驗的事件，準不準還不知道。",
        "Nothing happened to judge it by: nobody knows how good it is.",
    ),
}


def judge(place: Place, points: Points, now: float, choices: Choices, made: Made | None = None) -> Json:
    """`made` is the surface of the day `now`; nothing is known of the day after the last point and later."""
    last = points.last
    if now + choices.horizon <= last and made is not None:
        return tried(made.ground, made.rank, points, now, choices.horizon, kind="outcome")
    earlier = min(now, last) - choices.horizon
    try:
        before = make(place, points, earlier, choices)
    except TooFew as few:
        return _document("none", earlier, choices.horizon, 0, {}, [], str(few))
    return tried(before.ground, before.rank, points, earlier, choices.horizon, kind="trial")


def tried(ground: Ground, rank: Floats, points: Points, now: float, horizon: float, *, kind: str) -> Json:
    """A ranking of the ground's cells, held against what happened from the day on."""
    after = points.between(now, now + horizon)
    cells = ground.places(after.x, after.y)
    usual = plain(ground, points.x, points.y, points.day, now=now, back=YEAR)
    return compared(kind, now, horizon, cells, rank, usual) | {"km2": round(ground.size * ground.grid.km2, 2)}


def compared(kind: str, now: float, horizon: float, cells: Ints, rank: Floats, usual: Floats) -> Json:
    """`cells` says where each event fell, -1 outside; `rank` and `usual` hold one number a cell."""
    maps = {"surface": scores(rank, cells, SHARES), "last_year": scores(usual, cells, SHARES)}
    leads = [Lead(s, *gain(rank, usual, cells, s)) for s in JUDGED]
    return _document(kind, now, horizon, int(cells.size), maps, leads)


def _document(
    kind: str,
    now: float,
    horizon: float,
    tested: int,
    maps: dict[str, list[Score]],
    leads: list[Lead],
    why: str = "",
) -> Json:
    verdict = verdict_of(leads, tested)
    out: Json = {
        "kind": kind,
        "from": day_of(now).isoformat(),
        "to": day_of(now + horizon - 1).isoformat(),
        "events": tested,
        "few": tested < FEW,
        "maps": {
            name: [
                {
                    "share": s.share, "hit_rate": round(s.hit_rate, 4), "low": round(s.low, 4),
                    "high": round(s.high, 4), "pai": round(s.pai, 2), "pei": round(s.pei, 4),
                }
                for s in found
            ]
            for name, found in maps.items()
        },
        "leads": [
            {"share": v.share, "gain": round(v.gain, 4), "low": round(v.low, 4), "high": round(v.high, 4)}
            for v in leads
        ],
        "verdict": verdict,
        "sentence": SENTENCES[verdict].as_json(),
    }  # fmt: skip
    return out | ({"why": why} if why else {})
