"""Three years of crashes: a few junctions are bad every year, each in its own way, and some become better.

Proportions follow published figures for cities of this kind: A1 about 0.3 % and A2 about 47 % of all, side
impacts before rear-end and crossing ones, mostly two parties, scooters in two of three parties.
"""

from __future__ import annotations

from datetime import date, datetime

import numpy as np
import shapely

from data.city.areas import Areas
from data.city.clock import TRAFFIC, moments
from data.city.council import improve
from data.city.ground import Ground
from data.city.records import Rows, Table

TYPES = {
    "16": 0.27,
    "17": 0.20,
    "13": 0.15,
    "15": 0.12,
    "12": 0.09,
    "18": 0.09,
    "11": 0.018,
    "10": 0.01,
    "14": 0.007,
    "03": 0.03,
    "09": 0.012,
    "20": 0.008,
}
CAUSES = {
    "16": ("74", "71", "72"), "15": ("72", "73", "81", "75"), "13": ("16",), "12": ("17", "100"), "11": ("04", "17"),
    "10": ("04",), "14": ("12",), "03": ("70", "53"), "09": ("70",), "18": ("42", "14"), "20": ("14", "21"), "17": ("42", "40", "19"),
}  # fmt: skip
ACTIONS = {
    "16": ("05", "09"), "15": ("09", "09"), "13": ("09", "14"), "12": ("08", "09"), "11": ("09", "09"), "10": ("09", "09"),
    "14": ("02", "13"), "03": ("09", "16"), "09": ("06", "17"), "18": ("09",), "20": ("09",), "17": ("01", "09"),
}  # fmt: skip
IMPACTS = {
    "16": (("01", "05"), ("11", "14")), "15": (("01", "11"), ("04", "12")), "13": (("01", "11"), ("03", "13")),
    "12": (("02", "12"), ("04", "14")), "11": (("08", "14"), ("08", "14")), "10": (("01",), ("01", "11")),
    "14": (("03",), ("01", "11")), "03": (("01", "11"), ("16",)), "09": (("05",), ("16",)), "18": (("12", "14"),),
    "20": (("01", "11"),), "17": (("04", "02"), ("11", "12")),
}  # fmt: skip
VEHICLES = (
    ("C03", 0.58),
    ("B03", 0.27),
    ("C04", 0.03),
    ("B12", 0.04),
    ("F01", 0.03),
    ("B01", 0.02),
    ("A12", 0.01),
    ("F03", 0.02),
)
WEATHER, LIGHT = ("8", "7", "6"), ("5", "7")
NEW_FORM = date(2023, 7, 1)
CAUSE_BEFORE = {
    "70": "15",
    "71": "06",
    "72": "06",
    "73": "06",
    "74": "06",
    "75": "06",
    "81": "25",
    "100": "07",
}
LIGHT_BEFORE = {"6": "1", "5": "3", "7": "4"}
WEIGHT = {1: 9.5, 2: 3.5, 3: 1.0}
AT_JUNCTION = 30.0
"""Metres within which a crash belongs to the nearest junction, whatever it was that caused it; as when files are read."""


def happen(ground: Ground, areas: Areas, count: int, rng: np.random.Generator) -> list[Table]:
    places, junction, road = _places(ground, count, rng)
    times = moments(count, rng, TRAFFIC)
    better = _rebuilt(junction)
    quiet = _became_better(junction, better, times, rng)
    keep = np.flatnonzero(~quiet)
    ward = areas.ward_index(places)
    nearest = _nearest(ground, places)
    crashes, parties = Rows("crashes"), Rows("parties")
    keys = ground.junctions.columns["key"]
    signals, forms = ground.junctions.columns["signal"], ground.junctions.columns["form"]
    habit = rng.choice(list(TYPES), size=len(keys), p=_shares(TYPES))
    serial: dict[tuple[str, str], int] = {}
    for n in keep.tolist():
        at, j, w = times[n], int(junction[n]), int(ward[n])
        kind = (
            str(habit[j])
            if j >= 0 and rng.random() < 0.35
            else str(rng.choice(list(TYPES), p=_shares(TYPES)))
        )
        if j < 0 and kind in ("15", "16"):
            kind = "13" if rng.random() < 0.5 else "12"
        severity = _severity(kind, at.hour, rng)
        station = areas.station_of_ward[w]
        month = f"{at.year - 1911}{at.month:02d}"
        serial[(month, station)] = serial.get((month, station), 0) + 1
        key = f"{month}{station}{'AAB'[severity - 1]}{serial[(month, station)]:04d}"
        involved = _parties(key, kind, severity, parties, rng)
        deaths = 1 if severity == 1 else 0
        crashes.add(
            shapely.Point(places[n]),
            key=key,
            severity=severity,
            occurred_at=at,
            type=kind,
            cause=as_of(CAUSE_BEFORE, str(rng.choice(CAUSES[kind])), at),
            weather=str(rng.choice(WEATHER, p=(0.72, 0.14, 0.14))),
            light=as_of(
                LIGHT_BEFORE, "6" if 6 <= at.hour < 18 else str(rng.choice(LIGHT, p=(0.94, 0.06))), at
            ),
            location="01" if j >= 0 else str(rng.choice(("09", "08", "02"), p=(0.6, 0.25, 0.15))),
            form=forms[j] if j >= 0 else "14",
            signal=signals[j] if j >= 0 else "4",
            junction_key=keys[nearest[n]] if nearest[n] >= 0 else None,
            road_key=ground.roads.columns["key"][int(road[n])],
            ward_key=areas.wards[w],
            station_key=station,
            deaths=deaths,
            injuries=0 if severity == 3 else 1 + int(rng.random() < 0.28) - deaths * int(rng.random() < 0.6),
            party_count=len(involved),
            pedestrian="H01" in involved,
            motorcycle=any(v.startswith("C") for v in involved),
            vehicle=involved[0][0],
            weight=WEIGHT[severity],
        )
    return [crashes.table(), parties.table(), *improve(ground, better.tolist())]


def as_of(before: dict[str, str], code: str, at: datetime) -> str:
    """The code as the form of that day has it."""
    return before.get(code, code) if at.date() < NEW_FORM else code


def _shares(of: dict[str, float]) -> np.ndarray:
    values = np.array(list(of.values()))
    shares: np.ndarray = values / values.sum()
    return shares


def _places(
    ground: Ground, count: int, rng: np.random.Generator
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Where: two of three at junctions with a heavy-tailed, lasting risk, the rest along roads."""
    assert ground.junctions.geometry is not None and ground.roads.geometry is not None
    spots = shapely.get_coordinates(ground.junctions.geometry)
    rank = np.array(ground.junctions.columns["rank"])
    legs = np.array(ground.junctions.columns["legs"])
    middle = np.exp(-np.hypot(*(spots - spots.mean(0)).T) / 3800)
    risk = (
        np.array([0, 30, 8, 2, 0.7])[rank] * (legs - 1) * (0.25 + middle) * rng.lognormal(0, 0.85, len(spots))
    )
    lengths = shapely.length(ground.roads.geometry)
    volume = lengths * np.array([0, 12, 4, 1, 0.3])[np.array(ground.roads.columns["rank"])]
    volume *= rng.lognormal(0, 0.6, len(volume))
    at_junction = rng.random(count) < 0.66
    junction = np.where(at_junction, rng.choice(len(spots), size=count, p=risk / risk.sum()), -1)
    road = rng.choice(len(lengths), size=count, p=volume / volume.sum())
    along = shapely.line_interpolate_point(ground.roads.geometry[road], rng.random(count), normalized=True)
    places = np.where(at_junction[:, None], spots[np.maximum(junction, 0)], shapely.get_coordinates(along))
    places = places + rng.normal(0, np.where(at_junction, 7.0, 2.5)[:, None], size=(count, 2))
    near = _road_of_junction(ground)
    road = np.where(at_junction, near[np.maximum(junction, 0)], road)
    return np.round(places, 2), junction, road


def _nearest(ground: Ground, places: np.ndarray) -> np.ndarray:
    """The junction that each crash belongs to, or -1."""
    assert ground.junctions.geometry is not None
    found = np.full(len(places), -1)
    tree = shapely.STRtree(ground.junctions.geometry)
    crash, junction = tree.query_nearest(shapely.points(places), max_distance=AT_JUNCTION, all_matches=False)
    found[crash] = junction
    return found


def _road_of_junction(ground: Ground) -> np.ndarray:
    """A road that meets each junction, the most important one."""
    number = {key: i for i, key in enumerate(ground.junctions.columns["key"])}
    found = np.zeros(len(number), dtype=int)
    best = np.full(len(number), 99)
    columns = ground.roads.columns
    for r, (a, b, rank) in enumerate(
        zip(columns["from_junction_key"], columns["to_junction_key"], columns["rank"], strict=True)
    ):
        for key in (a, b):
            if key is not None and rank < best[number[key]]:
                best[number[key]], found[number[key]] = rank, r
    return found


def _rebuilt(junction: np.ndarray) -> np.ndarray:
    """Twelve of the worst junctions, the worst first."""
    counts = np.bincount(junction[junction >= 0])
    found: np.ndarray = np.argsort(counts)[::-1][2:40:3][:12]
    return found


def _became_better(
    junction: np.ndarray, worst: np.ndarray, times: list[datetime], rng: np.random.Generator
) -> np.ndarray:
    """These are rebuilt in mid 2023 and lose a third of their crashes after it."""
    late = np.array([t.year > 2023 or (t.year == 2023 and t.month >= 7) for t in times])
    gone: np.ndarray = np.isin(junction, worst) & late & (rng.random(len(junction)) < 0.36)
    return gone


def _severity(kind: str, hour: int, rng: np.random.Generator) -> int:
    fatal = 0.0025 * (2.6 if kind in ("10", "03", "20") else 1) * (2.0 if hour < 6 else 1)
    hurt = 0.47 + (0.2 if kind in ("18", "03", "15") else -0.12 if kind in ("13", "14") else 0)
    draw = rng.random()
    return 1 if draw < fatal else 2 if draw < fatal + hurt else 3


def _parties(key: str, kind: str, severity: int, rows: Rows, rng: np.random.Generator) -> list[str]:
    actions, impacts = ACTIONS[kind], IMPACTS[kind]
    count = 1 if len(actions) == 1 else 3 if rng.random() < 0.13 else 2
    classes = [str(v) for v in rng.choice([v for v, _ in VEHICLES], size=count, p=_shares(dict(VEHICLES)))]
    if actions[-1] in ("16", "17"):
        classes[1] = "H01"
    if len(actions) == 1 and kind == "18":
        classes[0] = "C03"
    hurt = int(rng.integers(0, count)) if severity < 3 else -1
    for number, vehicle in enumerate(classes):
        role = min(number, len(actions) - 1)
        two_wheels = vehicle[0] in "CF"
        fitting = [i for i in impacts[role] if vehicle == "H01" or (i >= "11") == two_wheels] or [
            "11" if two_wheels else "01"
        ]
        injury = (
            ("1" if severity == 1 else "2")
            if number == hurt
            else "2"
            if severity < 3 and two_wheels and rng.random() < 0.3
            else "3"
        )
        rows.add(
            None,
            key=f"{key}-{number + 1}",
            crash_key=key,
            number=number + 1,
            vehicle=vehicle,
            action=actions[role],
            impact=str(rng.choice(fitting)),
            age=int(np.clip(rng.normal(42, 18), 8, 92)),
            sex=str(rng.choice(("1", "2"), p=(0.58, 0.42))),
            injury=injury,
        )
    return classes
