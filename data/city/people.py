"""What citizens meet and report: road defects, complaints, landmarks; people gone missing and who may hear them."""

from __future__ import annotations

from datetime import timedelta

import numpy as np
import shapely

from data.city import names
from data.city.areas import Areas
from data.city.clock import DAYTIME, NOW, moments
from data.city.ground import Ground
from data.city.police import _along_roads
from data.city.records import Rows, Table

DEFECTS = ("pothole", "marking", "sign", "signal", "streetlight", "tree", "manhole")
REPORTS = (("parking", 0.62), ("pavement", 0.12), ("noise", 0.08), ("obstacle", 0.10), ("abandoned", 0.08))


def landmarks(ground: Ground, areas: Areas, scale: float, rng: np.random.Generator) -> Table:
    rows = Rows("landmarks")
    words = names.pairs()[40:]
    number = 0
    for kind, zh, en, count in names.LANDMARKS:
        for _ in range(max(round(count * scale), 1)):
            place = _along_roads(ground, 1, rng, 24.0, (0, 1, 2, 2, 0.5))[0]
            name, latin = words[number % len(words)]
            number += 1
            rows.add(
                shapely.Point(place),
                key=f"L{number:03d}",
                kind=kind,
                name=f"{name}{zh}",
                name_en=f"{latin} {en}",
            )
    return rows.table()


def complain(ground: Ground, areas: Areas, scale: float, rng: np.random.Generator) -> list[Table]:
    holes, asked = round(1_400 * scale), round(9_000 * scale)
    places = _along_roads(ground, holes, rng, 3.0, (0, 2, 2, 2, 1))
    at = moments(holes, rng, DAYTIME, last_days=400)
    age = np.array([(NOW - t).days for t in at])
    state = np.where(age > 45, "repaired", np.where(age > 12, "assigned", "reported"))
    state = np.where((age > 45) & (rng.random(holes) < 0.08), "assigned", state)
    took = rng.integers(3, 40, holes)
    defects = Table(
        "road_defects",
        {
            "key": [f"DF{n:05d}" for n in range(1, holes + 1)],
            "kind": rng.choice(DEFECTS, size=holes).tolist(),
            "state": state.tolist(),
            "reported_at": at,
            "repaired_at": [
                t + timedelta(days=int(d)) if s == "repaired" else None
                for t, d, s in zip(at, took, state, strict=True)
            ],
        },
        shapely.points(places),
    )
    places = _along_roads(ground, asked, rng, 5.0, (0, 2, 3, 2, 2))
    reports = Table(
        "citizen_reports",
        {
            "key": [f"RP{n:06d}" for n in range(1, asked + 1)],
            "kind": rng.choice([k for k, _ in REPORTS], size=asked, p=[s for _, s in REPORTS]).tolist(),
            "state": rng.choice(("closed", "open"), size=asked, p=(0.93, 0.07)).tolist(),
            "at": moments(asked, rng, DAYTIME),
            "ward_key": [areas.wards[w] for w in areas.ward_index(places)],
        },
        shapely.points(places),
    )
    return [defects, reports]


def missing(ground: Ground, scale: float, rng: np.random.Generator) -> list[Table]:
    people, ears = max(round(12 * scale), 2), max(round(45 * scale), 4)
    places = _along_roads(ground, people, rng, 6.0, (0, 1, 2, 2, 1))
    persons = Table(
        "missing_persons",
        {
            "key": [f"MP{n:03d}" for n in range(1, people + 1)],
            "age": rng.integers(68, 92, people).tolist(),
            "sex": [str(s) for s in rng.choice(("1", "2"), size=people)],
            "seen_at": moments(people, rng, DAYTIME, last_days=60),
            "state": rng.choice(("found", "searching"), size=people, p=(0.8, 0.2)).tolist(),
            "clothes": [
                str(c)
                for c in rng.choice(("藍色外套、灰長褲", "紅帽、花襯衫", "白上衣、黑背心"), size=people)
            ],
        },
        shapely.points(places),
    )
    spots = _along_roads(ground, ears, rng, 5.0, (0, 3, 3, 1, 0))
    receivers = Table(
        "receivers",
        {
            "key": [f"BLE{n:02d}" for n in range(1, ears + 1)],
            "name": [f"藍牙接收器{n:02d}" for n in range(1, ears + 1)],
            "status": rng.choice(("ok", "silent"), size=ears, p=(0.95, 0.05)).tolist(),
        },
        shapely.points(spots),
    )
    return [persons, receivers]
