"""How well the measurement solver places a car, and what it notices: `python -m tests.benchmarks.scenes`.

Simulated: a car of 4.5 × 1.8 m, four corners measured by base line and offset, at random places and headings.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass
from math import sqrt

import numpy as np

from diagramming.scene.document import Scene, read
from diagramming.scene.solve import solve

CORNERS = ("LF", "RF", "LR", "RR")
ORIGIN = [194012.4, 2597220.15]


@dataclass(frozen=True, slots=True)
class Figures:
    centre: float
    heading: float
    noticed: float
    false: float
    """Share of good readings that were flagged, in runs without a gross error."""
    swept: float
    """The same in runs with one."""


def measured(
    random: np.random.Generator, sigma: float, gross: float, instrument: str = "wheel"
) -> tuple[Scene, tuple[float, float, float], str]:
    """A scene with readings, the true pose, and the reading that is wrong."""
    x, y = random.uniform(-15, 15, 2)
    heading = float(random.uniform(0, 360))
    car = {"id": "v", "type": "vehicle", "kind": "car", "pose": {"x": x, "y": y, "heading": heading}}
    line = {"id": "BL", "type": "baseline", "start": [-20.0, -18.0], "end": [20.0, -15.0]}
    truth = read({"schema": "scene/2", "origin": ORIGIN, "elements": [car, line]})
    u = np.array([40.0, 3.0]) / np.hypot(40, 3)
    wrong, side = int(random.integers(4)), "sd"[int(random.integers(2))]
    readings = []
    for n, corner in enumerate(CORNERS):
        p = np.array(truth.place(f"v.{corner}")) - np.array([-20.0, -18.0])
        s, d = float(p @ u), float(p @ np.array([-u[1], u[0]]))
        s, d = s + float(random.normal(0, sigma)), d + float(random.normal(0, sigma))
        if gross and n == wrong:
            s, d = s + gross * (side == "s"), d + gross * (side == "d")
        readings.append(
            {
                "id": f"m{n}",
                "type": "offset",
                "line": "BL",
                "of": f"v.{corner}",
                "s": s,
                "d": d,
                "instrument": instrument,
                "sigma": sigma,
            }
        )
    car = {**car, "pose": {"x": x + 1, "y": y - 1, "heading": (heading + 25) % 360}}
    scene = read({"schema": "scene/2", "origin": ORIGIN, "elements": [car, line], "readings": readings})
    return scene, (float(x), float(y), heading), f"m{wrong}"


def simulate(sigma: float, gross: float = 0.5, runs: int = 500, seed: int = 7) -> Figures:
    random = np.random.default_rng(seed)
    place, turn, false = [], [], 0
    for _ in range(runs):
        scene, (x, y, heading), _ = measured(random, sigma, 0)
        fit = solve(scene)[0]
        place.append((fit.x - x) ** 2 + (fit.y - y) ** 2)
        assert fit.heading is not None
        turn.append(((fit.heading - heading + 180) % 360 - 180) ** 2)
        false += len(fit.flagged)
    noticed = swept = 0
    for _ in range(runs):
        scene, _, wrong = measured(random, sigma, gross * (1 if random.random() < 0.5 else -1))
        flagged = solve(scene)[0].flagged
        noticed += wrong in flagged
        swept += len(set(flagged) - {wrong})
    return Figures(
        sqrt(float(np.mean(place))),
        sqrt(float(np.mean(turn))),
        noticed / runs,
        false / runs / 4,
        swept / runs / 3,
    )


def main() -> None:
    runs = int(sys.argv[1]) if len(sys.argv) > 1 else 2000
    for name, sigma in (
        ("wheel 0.16 m", 0.16),
        ("half a wheel 0.08 m", 0.08),
        ("tape 0.05 m", 0.05),
        ("orthophoto 0.033 m", 0.033),
    ):
        f = simulate(sigma, runs=runs)
        print(
            f"{name:20} centre {f.centre:.3f} m  heading {f.heading:.2f}°  0.5 m noticed {f.noticed:.1%}  "
            f"false flags {f.false:.2%} (beside a gross error {f.swept:.2%})"
        )


if __name__ == "__main__":
    main()
