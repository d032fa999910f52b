"""What the police have on the street: cameras, patrol boxes, routes, sign-ins, cars and their tracks."""

from __future__ import annotations

from datetime import timedelta
from itertools import pairwise

import numpy as np
import shapely

from data.city import names
from data.city.areas import Areas
from data.city.clock import DAYTIME, NIGHT, NOW, moments
from data.city.ground import Ground
from data.city.records import Rows, Table

FUNCTIONS = ("live", "plate", "suspicious", "playback", "tracking", "video_patrol")
CAMPAIGNS = ("petrol", "jeweller", "post", "store", "temple", "nightmarket", "school", "parking")
STATES = ("received", "site_visit", "decided_build", "decided_reject", "deferred", "built")
JUDGED = (
    ("normal", 0.955),
    ("late", 0.022),
    ("early", 0.008),
    ("out_of_range", 0.007),
    ("wrong_box", 0.004),
    ("replay", 0.002),
    ("proxy", 0.002),
)


def cameras(ground: Ground, areas: Areas, scale: float, rng: np.random.Generator) -> list[Table]:
    """Sets stand at junctions, more where more roads of rank meet; each holds several lenses."""
    assert ground.junctions.geometry is not None
    junctions = ground.junctions
    spots = shapely.get_coordinates(junctions.geometry)
    rank = np.array(junctions.columns["rank"])
    share = np.array([0, 9, 3, 0.5, 0.1])[rank]
    chosen = np.sort(
        rng.choice(
            len(spots), size=min(round(685 * scale), len(spots) // 2), replace=False, p=share / share.sum()
        )
    )
    sets, lenses = Rows("camera_sets"), Rows("lenses")
    ward = areas.ward_index(spots)
    for number, j in enumerate(chosen.tolist(), 1):
        key = f"C{number:04d}"
        count = int(rng.integers(2, 7))
        fault = rng.random() < 0.026
        reading = rank[j] <= 2 and rng.random() < 0.8
        held = (
            [FUNCTIONS[0], FUNCTIONS[3]]
            + ([FUNCTIONS[1], FUNCTIONS[2], FUNCTIONS[4]] if reading else [])
            + ([FUNCTIONS[5]] if rng.random() < 0.5 else [])
        )
        sets.add(
            shapely.Point(spots[j] + (9.0, -8.0)),
            key=key,
            name=f"{junctions.columns['name'][j]}監視器",
            name_en=f"Cameras at {junctions.columns['name_en'][j]}",
            junction_key=junctions.columns["key"][j],
            station_key=areas.station_of_ward[int(ward[j])],
            lens_count=count,
            plate_reading=bool(reading),
            networked=bool(reading or rng.random() < 0.6),
            status="fault" if fault else "ok",
            availability=round(float(np.clip(rng.normal(82 if fault else 98.4, 1.6), 40, 100)), 2),
            functions=",".join(held),
        )
        first = int(rng.integers(0, 360))
        for lens in range(count):
            lenses.add(
                shapely.Point(spots[j] + (9.0, -8.0)),
                key=f"{key}-{lens + 1}",
                set_key=key,
                number=lens + 1,
                bearing=(first + lens * 360 // count) % 360,
                kind="ptz" if rng.random() < 0.12 else "fixed",
                status="fault" if fault and rng.random() < 0.7 else "ok",
            )
    return [
        sets.table(),
        lenses.table(),
        _private(ground, areas, round(7209 * scale), rng),
        _wishes(ground, areas, round(260 * scale), rng),
    ]


def _along_roads(
    ground: Ground, count: int, rng: np.random.Generator, aside: float, ranks: tuple[float, ...]
) -> np.ndarray:
    assert ground.roads.geometry is not None
    share = np.array(ranks)[np.array(ground.roads.columns["rank"])] * shapely.length(ground.roads.geometry)
    road = rng.choice(len(share), size=count, p=share / share.sum())
    places = shapely.line_interpolate_point(ground.roads.geometry[road], rng.random(count), normalized=True)
    found: np.ndarray = np.round(shapely.get_coordinates(places) + rng.normal(0, aside, size=(count, 2)), 2)
    return found


def _private(ground: Ground, areas: Areas, count: int, rng: np.random.Generator) -> Table:
    places = _along_roads(ground, count, rng, 9.0, (0, 3, 3, 1, 0.5))
    ward = areas.ward_index(places)
    kinds = rng.choice(CAMPAIGNS, size=count)
    return Table(
        "private_cameras",
        {
            "key": [f"PC{n:05d}" for n in range(1, count + 1)],
            "kind": kinds.tolist(),
            "lens_count": (1 + (rng.random(count) < 0.3)).astype(int).tolist(),
            "owner": [f"示範業主{n:05d}" for n in range(1, count + 1)],
            "phone": [f"05-000-{n % 10000:04d}" for n in range(1, count + 1)],
            "checked_on": [(NOW - timedelta(days=int(d))).date() for d in rng.integers(1, 120, count)],
            "ward_key": [areas.wards[w] for w in ward],
        },
        shapely.points(places),
    )


def _wishes(ground: Ground, areas: Areas, count: int, rng: np.random.Generator) -> Table:
    places = _along_roads(ground, count, rng, 5.0, (0, 1, 2, 2, 1))
    asked = moments(count, rng, DAYTIME, last_days=500)
    who = rng.choice(("citizen", "ward_head", "councillor"), size=count, p=(0.5, 0.32, 0.18))
    state = rng.choice(STATES, size=count, p=(0.15, 0.16, 0.2, 0.22, 0.1, 0.17))
    return Table(
        "site_suggestions",
        {
            "key": [f"SG{n:04d}" for n in range(1, count + 1)],
            "source": who.tolist(),
            "state": state.tolist(),
            "asked_at": asked,
            "reason": rng.choice(
                ("路口視線不良", "常有竊案", "夜間聚眾", "學童通學安全", "違規左轉"), size=count
            ).tolist(),
            "ward_key": [areas.wards[w] for w in areas.ward_index(places)],
        },
        shapely.points(places),
    )


def patrol(ground: Ground, areas: Areas, scale: float, rng: np.random.Generator) -> list[Table]:
    boxes = _boxes(ground, areas, max(round(773 * scale), 20), rng)
    return [
        boxes,
        _routes(ground, areas, boxes, rng),
        _sign_ins(boxes, round(14_000 * scale), rng),
        *_cars(ground, areas, max(round(14 * scale), 3), rng),
    ]


def _boxes(ground: Ground, areas: Areas, count: int, rng: np.random.Generator) -> Table:
    places = _along_roads(ground, count, rng, 4.0, (0, 3, 3, 1.5, 0.6))
    ward = areas.ward_index(places)
    lasting = rng.random(count) < 0.94
    return Table(
        "patrol_boxes",
        {
            "key": [f"{areas.station_of_ward[w]}-{n:04d}" for n, w in enumerate(ward, 1)],
            "name": [f"巡邏箱{n:04d}" for n in range(1, count + 1)],
            "tag": np.where(lasting, "nfc", "qr").tolist(),
            "permanent": lasting.tolist(),
            "kind": rng.choice(
                ("bank", "store", "school", "junction", "park", "household"), size=count
            ).tolist(),
            "station_key": [areas.station_of_ward[w] for w in ward],
            "valid_from": [(NOW - timedelta(days=int(d))).date() for d in rng.integers(60, 2600, count)],
            "valid_to": [None if keep else (NOW + timedelta(days=30)).date() for keep in lasting],
            "remark": [str(r) for r in rng.choice(names.REMARKS, size=count)],
        },
        shapely.points(places),
    )


def _routes(ground: Ground, areas: Areas, boxes: Table, rng: np.random.Generator) -> Table:
    """One round a station and shift: its boxes in the order of a sweep, walked along the streets' axes."""
    assert boxes.geometry is not None
    rows = Rows("patrol_routes")
    where = shapely.get_coordinates(boxes.geometry)
    station_of = np.array(boxes.columns["station_key"])
    for station, name in zip(areas.stations.columns["key"], areas.stations.columns["name"], strict=True):
        mine = np.flatnonzero(station_of == station)
        if len(mine) < 3:
            continue
        for number, (shift, words) in enumerate((("day", "日間"), ("evening", "晚間"), ("night", "深夜"))):
            picked = rng.choice(mine, size=min(len(mine), 12), replace=False)
            line = _street_walk(ground, _sweep(where[picked]))
            km = float(shapely.length(line)) / 1000
            rows.add(
                line,
                key=f"{station}-{shift}",
                name=f"{name}{words}巡邏線",
                station_key=station,
                shift=shift,
                mode=("motorcycle", "car", "car")[number],
                minutes=round(km / 18 * 60 + 3 * len(picked)),
                km=round(km, 2),
            )
    return rows.table()


def _sweep(places: np.ndarray) -> np.ndarray:
    """Nearest next: good enough for a demonstration, planned properly elsewhere."""
    left, order = list(range(1, len(places))), [0]
    while left:
        here = places[order[-1]]
        nearest = min(left, key=lambda i: (float(np.hypot(*(places[i] - here))), i))
        left.remove(nearest)
        order.append(nearest)
    found: np.ndarray = places[[*order, 0]]
    return found


def _street_walk(ground: Ground, stops: np.ndarray) -> shapely.Geometry:
    """Shortest ways along the streets between the stops."""
    graph = ground.walk()
    points = [graph.nearest(p) for p in stops]
    nodes = [points[0]]
    for a, b in pairwise(points):
        nodes += graph.way(a, b)[1:]
    coordinates = graph.xy[nodes]
    return shapely.linestrings(coordinates if len(coordinates) > 1 else np.vstack([stops[0], stops[1]]))


def _sign_ins(boxes: Table, count: int, rng: np.random.Generator) -> Table:
    assert boxes.geometry is not None
    where = shapely.get_coordinates(boxes.geometry)
    at = moments(count, rng, NIGHT, "night", last_days=30)
    box = rng.integers(0, len(boxes), count)
    judged = rng.choice([j for j, _ in JUDGED], size=count, p=[s for _, s in JUDGED])
    spread = np.where(judged == "out_of_range", 160.0, 6.0)
    places = np.round(where[box] + rng.normal(0, spread[:, None], size=(count, 2)), 2)
    keys = boxes.columns["key"]
    return Table(
        "sign_ins",
        {
            "key": [f"SI{n:06d}" for n in range(1, count + 1)],
            "box_key": [keys[b] for b in box],
            "station_key": [boxes.columns["station_key"][b] for b in box],
            "officer": [
                f"{keys[b][:5]}-{int(o):02d}" for b, o in zip(box, rng.integers(1, 19, count), strict=True)
            ],
            "at": at,
            "judgement": judged.tolist(),
            "accuracy_m": np.round(rng.gamma(3, 3, count) + 2, 1).tolist(),
        },
        shapely.points(places),
    )


def _cars(ground: Ground, areas: Areas, count: int, rng: np.random.Generator) -> list[Table]:
    cars, tracks = Rows("patrol_cars"), Rows("patrol_tracks")
    graph = ground.walk()
    stations = areas.stations
    assert stations.geometry is not None
    for number in range(1, count + 1):
        key = f"PAT{number:02d}"
        here = graph.nearest(shapely.get_coordinates(stations.geometry[(number - 1) % len(stations)])[0])
        for shift in range(9):
            start = NOW - timedelta(hours=8 * (9 - shift))
            nodes = [here]
            for _ in range(5):
                there = int(rng.choice(graph.nodes))
                nodes += graph.way(nodes[-1], there)[1:]
            line = shapely.linestrings(graph.xy[nodes])
            km = float(shapely.length(line)) / 1000
            tracks.add(
                line,
                key=f"{key}-{shift + 1}",
                car_key=key,
                started_at=start,
                ended_at=start + timedelta(hours=8),
                km=round(km, 2),
            )
            here = nodes[-1]
        cars.add(
            shapely.Point(graph.xy[here]),
            key=key,
            name=f"巡邏車{number:02d}",
            station_key=stations.columns["key"][(number - 1) % len(stations)],
            at=NOW,
            speed_kmh=int(rng.integers(0, 45)),
            heading=int(rng.integers(0, 360)),
            status=str(rng.choice(("patrolling", "responding", "standing"), p=(0.7, 0.12, 0.18))),
        )
    return [cars.table(), tracks.table()]
