"""Who is in charge where: wards, districts, precincts, stations and beats, each a union of whole faces.

Faces tile the city, so wards do too, without gaps or overlaps; a beat lies within one ward.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import shapely
from scipy.spatial import cKDTree

from data.city import names
from data.city.ground import Ground
from data.city.network import CENTER, Plan
from data.city.records import Rows, Table

DISTRICTS = (
    ("D1", "東區", "East District", "第一分局", "First Precinct"),
    ("D2", "西區", "West District", "第二分局", "Second Precinct"),
)


@dataclass(slots=True)
class Areas:
    tables: list[Table]
    ward_of_face: np.ndarray
    wards: list[str]
    station_of_ward: list[str]
    district_of_ward: list[int]
    stations: Table
    tree: cKDTree

    def ward_index(self, xy: np.ndarray) -> np.ndarray:
        """The ward of each place, by the nearest face."""
        _, nearest = self.tree.query(xy)
        found: np.ndarray = self.ward_of_face[nearest]
        return found


def settle(ground: Ground, plan: Plan, rng: np.random.Generator) -> Areas:
    centers = ground.centers
    seeds = _spread(centers, plan.wards, rng)
    _, ward_of_face = cKDTree(seeds).query(centers)
    used = np.unique(ward_of_face)
    ward_of_face = np.searchsorted(used, ward_of_face)
    seeds = seeds[used]
    station_seeds = _spread(seeds, min(plan.stations, len(seeds)), rng)
    _, station_of = cKDTree(station_seeds).query(seeds)
    split = float(np.median(station_seeds[:, 0]))
    district_of_station = (station_seeds[:, 0] < split).astype(int)
    words = names.wards(len(seeds))
    ward_keys = [f"V{n:03d}" for n in range(1, len(seeds) + 1)]

    stations = _stations(ground, station_seeds, district_of_station, words, station_of)
    station_keys = stations.columns["key"]
    district_of_ward = [int(district_of_station[s]) for s in station_of]
    shapes = np.array([_union(ground.faces[ward_of_face == w]) for w in range(len(seeds))])
    wards = Table(
        "wards",
        {
            "key": ward_keys,
            "name": [zh for zh, _ in words],
            "name_en": [en for _, en in words],
            "district_key": [DISTRICTS[d][0] for d in district_of_ward],
            "precinct_key": [f"BM{d + 1}" for d in district_of_ward],
            "station_key": [station_keys[s] for s in station_of],
            "population": [int(n) for n in rng.normal(3100, 900, len(seeds)).clip(700)],
        },
        shapes,
    )
    tables = [
        *_large(shapes, district_of_ward),
        stations,
        wards,
        _station_areas(shapes, station_of, stations),
    ]
    tables.append(_beats(ground, ward_of_face, wards, rng))
    station_of_ward = [station_keys[s] for s in station_of]
    return Areas(
        tables, ward_of_face, ward_keys, station_of_ward, district_of_ward, stations, cKDTree(ground.centers)
    )


def _spread(points: np.ndarray, count: int, rng: np.random.Generator) -> np.ndarray:
    """Seeds that lie apart, denser in the middle: a few rounds of weighted k-means."""
    near = np.exp(-np.hypot(*(points - CENTER).T) / 3200) + 0.12
    seeds = points[rng.choice(len(points), size=count, replace=False, p=near / near.sum())]
    for _ in range(8):
        _, mine = cKDTree(seeds).query(points)
        total = np.bincount(mine, weights=near, minlength=count)
        x = np.bincount(mine, weights=near * points[:, 0], minlength=count)
        y = np.bincount(mine, weights=near * points[:, 1], minlength=count)
        full = total > 0
        seeds[full] = np.column_stack([x[full] / total[full], y[full] / total[full]])
    return seeds


def _union(faces: np.ndarray) -> shapely.Geometry:
    whole = shapely.union_all(faces)
    return whole if whole.geom_type == "MultiPolygon" else shapely.multipolygons([whole])


def _large(wards: np.ndarray, district_of_ward: list[int]) -> list[Table]:
    whole = [_union(wards[np.array(district_of_ward) == d]) for d in (0, 1)]
    geometry = np.array(whole)
    return [
        Table(
            "districts",
            {
                "key": [d[0] for d in DISTRICTS],
                "name": [d[1] for d in DISTRICTS],
                "name_en": [d[2] for d in DISTRICTS],
            },
            geometry,
        ),
        Table(
            "precincts",
            {"key": ["BM1", "BM2"], "name": [d[3] for d in DISTRICTS], "name_en": [d[4] for d in DISTRICTS]},
            geometry.copy(),
        ),
    ]


def _stations(
    ground: Ground,
    seeds: np.ndarray,
    district: np.ndarray,
    words: list[tuple[str, str]],
    station_of: np.ndarray,
) -> Table:
    rows = Rows("stations")
    assert ground.junctions.geometry is not None
    places = shapely.get_coordinates(ground.junctions.geometry)
    _, nearest = cKDTree(places).query(seeds)
    for number, (place, which) in enumerate(zip(places[nearest], district, strict=True)):
        ward = int(np.flatnonzero(station_of == number)[0])
        zh, en = words[ward]
        code = f"BM{which + 1}{number + 1:02d}"
        rows.add(
            shapely.Point(place[0] + 16, place[1] + 14),
            key=code,
            name=f"{zh[:-1]}派出所",
            name_en=f"{en.split()[0]} Police Station",
            precinct_key=f"BM{which + 1}",
            unit_code=code,
        )
    return rows.table()


def _station_areas(wards: np.ndarray, station_of: np.ndarray, stations: Table) -> Table:
    shapes = np.array([_union(wards[station_of == s]) for s in range(len(stations))])
    return Table(
        "station_areas",
        {
            "key": [f"A{k}" for k in stations.columns["key"]],
            "name": [f"{n}轄區" for n in stations.columns["name"]],
            "station_key": list(stations.columns["key"]),
        },
        shapes,
    )


def _beats(ground: Ground, ward_of_face: np.ndarray, wards: Table, rng: np.random.Generator) -> Table:
    rows = Rows("beats")
    for w, (key, name, station) in enumerate(
        zip(wards.columns["key"], wards.columns["name"], wards.columns["station_key"], strict=True)
    ):
        mine = np.flatnonzero(ward_of_face == w)
        count = min(3, len(mine))
        seeds = ground.centers[rng.choice(mine, size=count, replace=False)]
        _, part = cKDTree(seeds).query(ground.centers[mine])
        for number in range(count):
            faces = ground.faces[mine[part == number]]
            if len(faces):
                rows.add(
                    _union(faces),
                    key=f"{key}-{number + 1}",
                    name=f"{name[:-1]}第{number + 1}警勤區",
                    station_key=station,
                    ward_key=key,
                )
    return rows.table()
