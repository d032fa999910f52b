"""The solver: exact on exact readings, as good as its instruments on real ones, and it says what contradicts."""

from __future__ import annotations

from math import hypot
from typing import Any

import numpy as np
import pytest

from diagramming.scene.document import Scene, read
from diagramming.scene.solve import report, solve
from tests.benchmarks.scenes import simulate
from tests.diagramming.scenes import raw

LINE = {"id": "BL", "type": "baseline", "start": [0, 0], "end": [30, 10]}
POLES = [
    {"id": f"P{n}", "type": "fixed", "kind": "pole", "at": at}
    for n, at in enumerate([(0, 0), (20, 0), (10, 18), (0.5, 1)])
]


def scene_with(
    readings: list[dict[str, Any]], kind: str = "car", drawn: tuple[float, float, float] = (9, 8, 30)
) -> Scene:
    pose = dict(zip(("x", "y", "heading"), drawn, strict=True))
    return read(
        raw({"id": "v", "type": "vehicle", "kind": kind, "pose": pose}, LINE, *POLES, readings=readings)
    )


TRUE = (10.0, 7.0, 52.0)


def offset(point: str, kind: str = "car", off: tuple[float, float] = (0, 0), **more: Any) -> dict[str, Any]:
    p = scene_with([], kind, TRUE).place(f"v.{point}")
    assert p
    u = (30 / hypot(30, 10), 10 / hypot(30, 10))
    s, d = p[0] * u[0] + p[1] * u[1], -p[0] * u[1] + p[1] * u[0]
    return {
        "id": f"m{point}",
        "type": "offset",
        "line": "BL",
        "of": f"v.{point}",
        "s": s + off[0],
        "d": d + off[1],
        **more,
    }


def ranged(point: str, pole: int, kind: str = "car", off: float = 0) -> dict[str, Any]:
    p = scene_with([], kind, TRUE).place(f"v.{point}")
    x, y = POLES[pole]["at"]
    assert p
    return {
        "id": f"r{point}{pole}",
        "type": "range",
        "to": f"P{pole}",
        "of": f"v.{point}",
        "r": hypot(p[0] - x, p[1] - y) + off,
    }


@pytest.mark.parametrize(
    ("kind", "readings"),
    [
        ("car", [offset(p) for p in ("LF", "RF", "LR", "RR")]),
        ("car", [offset("RF"), offset("RR")]),
        ("car", [ranged(p, n) for p in ("LF", "RF", "RR") for n in (0, 1)]),
        ("car", [offset("LFW"), ranged("RRW", 1), ranged("RRW", 2)]),
        ("motorcycle", [offset("FW", "motorcycle"), offset("RW", "motorcycle")]),
    ],
)
def test_exact_readings_give_the_exact_pose(kind: str, readings: list[dict[str, Any]]) -> None:
    fit = solve(scene_with(readings, kind))[0]
    assert fit.heading is not None
    assert (fit.x, fit.y, fit.heading) == pytest.approx(TRUE, abs=2e-3)
    assert fit.flagged == [] and fit.rms < 1e-3


def test_a_contradiction_is_named_and_not_followed_and_the_reading_stays() -> None:
    readings = [offset("LF"), offset("RF", off=(1.0, 0)), offset("LR"), offset("RR")]
    scene = scene_with(readings)
    fit = solve(scene)[0]
    assert fit.flagged == ["mRF"] and (fit.x, fit.y) == pytest.approx(TRUE[:2], abs=0.01)
    off = next(r.off for r in fit.residuals if r.reading == "mRF" and r.part == "s")
    assert off == pytest.approx(1.0, abs=0.02)
    assert next(r for r in scene.readings if r.id == "mRF").s == readings[1]["s"]  # type: ignore[union-attr]


def test_simulated_cars_are_placed_as_well_as_the_wheel_allows() -> None:
    wheel = simulate(0.16, runs=250)
    assert wheel.centre <= 0.12 and wheel.heading <= 2.0 and wheel.false <= 0.02


def test_half_a_metre_is_noticed_with_a_tape() -> None:
    tape = simulate(0.05, runs=150)
    assert tape.noticed >= 0.95 and tape.false <= 0.02 and tape.centre < 0.05


def test_each_reading_says_what_error_would_be_noticed() -> None:
    """And says the truth: errors of that size are noticed four times in five."""
    readings = [offset(p, instrument="wheel") for p in ("LF", "RF", "LR", "RR")]
    seen = next(
        r.seen for r in solve(scene_with(readings))[0].residuals if r.reading == "mLF" and r.part == "s"
    )
    assert seen is not None and seen > 0.5, "with a wheel half a metre is too little to be sure of"
    dice = np.random.default_rng(3)
    hits = 0
    for _ in range(150):
        noisy = [
            offset(p, off=tuple(dice.normal(0, 0.16, 2)), instrument="wheel") for p in ("RF", "LR", "RR")
        ]
        first = offset("LF", off=(seen + dice.normal(0, 0.16), dice.normal(0, 0.16)), instrument="wheel")
        hits += "mLF" in solve(scene_with([first, *noisy]))[0].flagged
    assert 0.6 < hits / 150 < 0.95


@pytest.mark.parametrize(
    ("readings", "word"),
    [
        ([offset("LF"), offset("RF")], "one end"),
        ([offset("LF")], "drawn one"),
        ([ranged("LF", 0)], "stands as drawn"),
        ([offset("RF"), ranged("RR", 1)], "nothing checks"),
        ([offset("RR"), ranged("LF", 0), ranged("LF", 3)], "meet at"),
        ([offset(p, sigma=2.0) for p in ("LF", "RF", "LR", "RR")], "uncertain"),
    ],
)
def test_weak_measuring_is_warned_of(readings: list[dict[str, Any]], word: str) -> None:
    assert any(word in said for said in report(scene_with(readings))[0].warnings)


def test_the_ellipse_is_long_where_little_is_known() -> None:
    """Ranges from one direction fix the distance, not the side."""
    readings = [ranged(p, n) for p in ("LF", "RR") for n in (0, 3)]
    fit = solve(scene_with(readings, drawn=(10.2, 6.9, 50)))[0]
    long, short, azimuth = fit.ellipse
    assert long > 3 * short
    away = np.degrees(np.arctan2(-7, 10)) % 180  # across the line of sight from the poles
    assert abs((azimuth - away + 90) % 180 - 90) < 25


def test_a_span_of_the_vehicle_itself_checks_its_size() -> None:
    readings = [offset(p) for p in ("LF", "RF", "LR", "RR")]
    span = {"id": "w", "type": "span", "of": "v.LF", "to": "v.RF", "r": 2.6}
    fit = solve(scene_with([*readings, span]))[0]
    assert fit.flagged == ["w"] and next(r.off for r in fit.residuals if r.reading == "w") == pytest.approx(
        0.8
    )


def test_points_are_solved_too() -> None:
    """A second fixed point, measured from the base line."""
    readings = [
        {"id": "a", "type": "range", "of": "P2", "to": "P0", "r": hypot(10, 18)},
        {"id": "b", "type": "range", "of": "P2", "to": "P1", "r": hypot(10, 18)},
    ]
    fit = solve(scene_with(readings))[0]
    assert (fit.element, fit.heading) == ("P2", None) and (fit.x, fit.y) == pytest.approx((10, 18), abs=1e-3)
