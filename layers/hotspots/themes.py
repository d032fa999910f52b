"""Which surfaces there are, as data: what each is made of, by which method, for how long, and who may see it.

A new one is a line in SURFACES; its layer, its jobs, its hit rate and its place in the portal follow from that.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from layers.access import Clearance
from layers.registry.text import Text

Method = Literal["forecast", "kde", "gistar", "repeat", "scan", "network"]
METHODS: dict[Method, Text] = {
    "forecast": Text("預測（混合核）", "Forecast (mixture of kernels)"),
    "kde": Text("核密度", "Kernel density"),
    "gistar": Text("顯著熱區（Gi*）", "Significant spots (Gi*)"),
    "repeat": Text("鄰近重複", "Near repeats"),
    "scan": Text("時空聚集（掃描統計）", "Clusters in space and time (scan)"),
    "network": Text("沿街密度", "Density along streets"),
}
LEAST = 3
"""Events near a cell, below which it is left out for whoever may not see the events themselves."""


@dataclass(frozen=True, slots=True)
class Theme:
    """Rows of a layer of points, what each weighs, and who may see what is made of them."""

    id: str
    title: Text
    source: str
    where: str | None = None
    """Which rows of the source, in CQL2."""
    weight: str | None = None
    clearance: Clearance = Clearance.POLICE
    cell: float = 50.0


THEMES: dict[str, Theme] = {
    theme.id: theme
    for theme in (
        Theme("crashes", Text("事故", "Crashes"), "crashes", weight="epdo", clearance=Clearance.PUBLIC),
        Theme("crimes", Text("刑案", "Crimes"), "crimes"),
        Theme("theft", Text("竊盜", "Theft"), "crimes", "kind = 'theft'"),
        Theme("burglary", Text("住宅竊盜", "Burglary"), "crimes", "kind = 'burglary'"),
        Theme("violence", Text("暴力", "Violence"), "crimes", "kind IN ('robbery', 'snatching', 'assault')"),
        Theme("calls", Text("110 報案", "Calls to 110"), "calls_110"),
        Theme("withdrawals", Text("詐欺提領", "Fraud withdrawals"), "withdrawals"),
        Theme(
            "reports", Text("民眾通報", "Citizens' reports"), "citizen_reports", clearance=Clearance.PUBLIC
        ),
    )
}


@dataclass(frozen=True, slots=True)
class Surface:
    """One layer: a theme by a method. `back` is how many days it is made of; None is all there is."""

    layer: str
    theme: str
    method: Method
    low: float
    high: float
    bandwidth: float = 250.0
    back: int | None = None
    quarterly: bool = False
    """One a quarter of the year and of that quarter, instead of one for the weeks to come."""
    clearance: Clearance | None = None
    """Below that of the theme only where small numbers are left out."""

    @property
    def of(self) -> Theme:
        return THEMES[self.theme]

    @property
    def seen_from(self) -> Clearance:
        return self.of.clearance if self.clearance is None else self.clearance

    @property
    def least(self) -> int:
        """Of so few events nearby nothing is told."""
        return LEAST if self.seen_from < self.of.clearance else 0


SURFACES: dict[str, Surface] = {
    surface.layer: surface
    for surface in (
        Surface("crash_forecast", "crashes", "forecast", 2, 30),
        Surface("crash_surface", "crashes", "kde", 60, 520, bandwidth=150, quarterly=True),
        Surface("crash_spots", "crashes", "gistar", 1.5, 8, back=365),
        Surface("crash_streets", "crashes", "network", 0, 1, bandwidth=300, back=365),
        Surface(
            "crime_surface", "crimes", "kde", 20, 320,
            bandwidth=150, quarterly=True, clearance=Clearance.COUNCIL,
        ),
        Surface("theft_forecast", "theft", "forecast", 2, 30),
        Surface("theft_spots", "theft", "gistar", 1.5, 8, back=365),
        Surface("theft_clusters", "theft", "scan", 1, 4, back=365),
        Surface("burglary_forecast", "burglary", "forecast", 2, 30),
        Surface("burglary_repeats", "burglary", "repeat", 1, 4, back=365),
        Surface("violence_forecast", "violence", "forecast", 2, 30),
        Surface("call_forecast", "calls", "forecast", 2, 30),
        Surface(
            "call_surface", "calls", "kde", 250, 3200,
            bandwidth=150, quarterly=True, clearance=Clearance.COUNCIL,
        ),
        Surface("withdrawal_forecast", "withdrawals", "forecast", 2, 60),
        Surface("withdrawal_repeats", "withdrawals", "repeat", 1, 4, back=365),
        Surface("withdrawal_clusters", "withdrawals", "scan", 1, 4, back=365),
        Surface("report_forecast", "reports", "forecast", 2, 30),
    )
}  # fmt: skip
