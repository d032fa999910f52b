"""A forecast put to the test: fitted on the days up to one day, scored on the weeks after it, next to simple maps.

Promises: nothing after the day is seen by any map; cells, area and shares are fixed before; the verdict says
plainly when the forecast finds no more than going to the same places as last year.
"""

from __future__ import annotations

from dataclasses import dataclass
from time import process_time

from layers.hotspots.craft.forecast import Forecast, Ground, fixed, forecast, plain
from layers.hotspots.craft.grid import Floats
from layers.hotspots.craft.score import SHARES, Score, gain, mean_log, scores

FORECAST, PLAIN = "forecast", "same places as last year"
COUNTS = "all places before"
OTHER = 400.0
YEAR = 365.0
KERNEL = f"kernel {OTHER:g} m"
JUDGED = (0.01, 0.05)
FEW = 250
"""Test events below which a difference of some percents is noise."""


@dataclass(frozen=True, slots=True)
class Lead:
    """How many percent of all events the forecast found beyond last year's places, and the 95 % interval."""

    share: float
    gain: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Evaluation:
    trained: int
    tested: int
    outside: int
    """Test events beyond the area; they count as missed by every map."""
    cells: int
    km2: float
    seconds: float
    made: Forecast
    maps: dict[str, list[Score]]
    logs: dict[str, float]
    places: float
    """The share of the area where anything happened last year; beyond it, last year's places are drawn by lot."""
    leads: list[Lead]

    @property
    def verdict(self) -> str:
        return verdict_of(self.leads, self.tested)


def verdict_of(leads: list[Lead], tested: int) -> str:
    """`better`, `worse`, `no better`, or `unknown` where nothing happened."""
    if not tested:
        return "unknown"
    if any(lead.low > 0 for lead in leads) and all(lead.high >= 0 for lead in leads):
        return "better"
    if any(lead.high < 0 for lead in leads) and all(lead.low <= 0 for lead in leads):
        return "worse"
    return "no better"


def evaluate(
    ground: Ground,
    x: Floats,
    y: Floats,
    day: Floats,
    *,
    now: float,
    horizon: float,
    shares: tuple[float, ...] = SHARES,
) -> Evaluation:
    """`now` is the first day that is tested, `now + horizon` the first that is not."""
    known = day < now
    begun = process_time()
    made = forecast(ground, x[known], y[known], day[known], now=now, horizon=horizon)
    seconds = process_time() - begun
    surfaces = {
        FORECAST: made.surface,
        PLAIN: plain(ground, x, y, day, now=now, back=YEAR),
        KERNEL: fixed(ground, x, y, day, now=now, bandwidth=OTHER),
    }
    if (day < now - YEAR).any():
        surfaces[COUNTS] = plain(ground, x, y, day, now=now, back=float("inf"))
    after = (day >= now) & (day < now + horizon)
    cells = ground.places(x[after], y[after])
    km2 = ground.grid.km2
    return Evaluation(
        trained=int(known.sum()),
        tested=int(cells.size),
        outside=int((cells < 0).sum()),
        cells=ground.size,
        km2=ground.size * km2,
        seconds=seconds,
        made=made,
        maps={name: scores(surface, cells, shares) for name, surface in surfaces.items()},
        logs={name: mean_log(surface, cells, km2) for name, surface in surfaces.items()},
        places=float((surfaces[PLAIN] > 0).mean()),
        leads=[Lead(s, *gain(surfaces[FORECAST], surfaces[PLAIN], cells, s)) for s in JUDGED],
    )
