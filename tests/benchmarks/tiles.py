"""200 tiles over a million points: as declared (kept counts below zoom 15, as our own layers of such size do, and few fields above) against plain SQL.

Makes a table of its own in the database that is there, and takes it away again. CPU is that of the database's
own process, which other programs on the machine hardly change; the slowest tile is the better of two passes.
"""

from __future__ import annotations

import math
import os
import random
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np

from gis.cli import setup

setup.ready()  # models are declared below, which takes Django

from django.contrib.gis.db import models  # noqa: E402
from django.db import connection  # noqa: E402

from layers.access import Clearance  # noqa: E402
from layers.registry import pyramid  # noqa: E402
from layers.registry.field import Field  # noqa: E402
from layers.registry.freshness import watch_tables  # noqa: E402
from layers.registry.generalise import Grid  # noqa: E402
from layers.registry.layer import Below, Layer  # noqa: E402
from layers.registry.register import register  # noqa: E402
from layers.registry.rows import PointRow  # noqa: E402
from layers.registry.sql import Sql  # noqa: E402
from layers.registry.style import Points, Style  # noqa: E402
from layers.registry.text import Text  # noqa: E402
from tests.benchmarks.report import Report  # noqa: E402
from tilesrv.grid import Tile  # noqa: E402
from tilesrv.statement import MOST_BYTES, THINNEST, Ask, statement  # noqa: E402

CENTER = (120.20, 22.99)
BOX = (120.08, 22.89, 120.32, 23.09)
POINTS = int(os.environ.get("ANTU_BENCH_POINTS", "1000000"))
TABLE = "bench_point"
LIST = {10: 2, 11: 4, 12: 12, 13: 28, 14: 46, 15: 52, 16: 56}
NAIVE = """
SELECT ST_AsMVT(t, 'points', 4096, 'g', 'id') FROM (
    SELECT id, key, origin, grade, parties, district, happened_at, speed, hour,
           ST_AsMVTGeom(ST_Transform(geom, 3857), ST_TileEnvelope(%s, %s, %s), 4096, 64, true) AS g
    FROM bench_point
    WHERE geom && ST_Transform(ST_TileEnvelope(%s, %s, %s, margin => 64.0 / 4096), 4326)
) AS t WHERE g IS NOT NULL
"""


class Point(PointRow):
    grade = models.IntegerField()
    parties = models.IntegerField()
    district = models.CharField(max_length=8)
    happened_at = models.DateTimeField()
    speed = models.FloatField()
    hour = models.SmallIntegerField()

    class Meta(PointRow.Meta):
        app_label = "bench"
        db_table = TABLE


LAYER = Layer(
    id="bench_points",
    title=Text("點", "Points"),
    description=Text("量測用。", "To be measured."),
    group="harm",
    source=Point,
    fields=(
        Field("grade", Text("等級", "Grade"), tile=0),
        Field("hour", Text("時", "Hour"), tile=15),
        Field("parties", Text("人數", "Parties"), tile=15),
        Field("district", Text("區", "District")),
    ),
    generalise=(Grid(below=15, cells=64, sums=("parties",), kept=True),),
    rows=(Below(Clearance.POLICE, "q.grade < 9"),),
    style=Style(Points(color="a1")),
    attribution=Text("量測", "Benchmark"),
    provenance=Text("量測所造。", "Made by the benchmark."),
)


def run() -> Report:
    report = Report("Tiles over a million points", "antu bench tiles")
    with table() as seconds:
        layer = LAYER.resolve("bench")
        others = list(register)
        register.swap([*others, layer])
        try:
            before = edit()
            watch_tables()
            watched = edit()
            began = time.perf_counter()
            pyramid.keep_counts(register)
            keeping = time.perf_counter() - began
            kept = edit()
            wanted = tiles()
            plain = measure(lambda t, _: Sql(NAIVE, (t.z, t.x, t.y) * 2), wanted, passes=1)
            ours = measure(
                lambda t, thin: statement([Ask(layer, Clearance.PUBLIC)], t, thin), wanted, passes=2
            )
            anew = measure(
                lambda t, thin: statement([Ask(layer, Clearance.PUBLIC)], t, thin, kept=False),
                wanted,
                passes=1,
            )
        finally:
            register.swap(others)
            pyramid.keep_counts(others)
    report.add("CPU of plain SQL over CPU as declared, 200 tiles", plain.cpu / ours.cpu, "×", least=20)
    report.add("CPU a tile, mean", ours.cpu, "ms", most=5)
    report.add("bytes a tile, mean", ours.mean / 1000, "kB", most=80)
    report.add("largest tile", ours.largest / 1000, "kB", most=500)
    report.add("slowest tile", ours.slowest, "ms", most=100)
    report.add("CPU that freshness and kept counts add to an edit of one row", kept - before, "ms", most=0.5)
    report.notes += [
        f"{POINTS:,} points made in {seconds[0]:.0f} s, counted in {keeping:.0f} s; zooms 10–16, {len(wanted)} tiles.",
        f"Plain SQL: {plain.cpu:.1f} ms CPU and {plain.mean / 1000:.0f} kB a tile, slowest {plain.slowest:.0f} ms.",
        f"Counted for each tile instead of kept: {anew.cpu:.1f} ms CPU a tile, slowest {anew.slowest:.0f} ms.",
        f"An edit of one row, CPU: {before:.2f} ms bare, {watched:.2f} with freshness, {kept:.2f} with counts kept as well.",
        "By zoom, CPU ms and kB: "
        + ", ".join(f"z{z} {c:.1f} ms {b / 1000:.0f} kB" for z, (c, b) in sorted(ours.zooms.items())),
    ]
    return report


@contextmanager
def table() -> Iterator[list[float]]:
    """The points, in the order of the Hilbert curve; the seconds that it took."""
    drop()
    began = time.perf_counter()
    with connection.schema_editor() as editor:
        editor.create_model(Point)
    chance = np.random.default_rng(42)
    centres = chance.normal(CENTER, (0.06, 0.05), (400, 2))
    weights = chance.random(400)
    which = chance.choice(400, POINTS, p=weights / weights.sum())
    places = centres[which] + chance.normal(0, 0.01, (POINTS, 2))
    spread = chance.random(POINTS) < 0.1
    places[spread] = chance.uniform(BOX[:2], BOX[2:], (int(spread.sum()), 2))
    with connection.cursor() as cursor:
        cursor.execute("CREATE TEMP TABLE drawn (lon float8, lat float8)")
        with cursor.copy("COPY drawn FROM STDIN") as copy:
            for lon, lat in places.tolist():
                copy.write(f"{lon:.7f}\t{lat:.7f}\n")
        cursor.execute("SELECT setseed(0.42)")
        cursor.execute(
            f"INSERT INTO {TABLE} (key, origin, version, changed_at, geom, grade, parties, district, happened_at, speed, hour) "
            "SELECT 'p' || row_number() OVER (), 'bench', 1, now(), g, (random() * 10)::int, (random() * 5)::int, "
            "'d' || (random() * 7)::int, timestamptz '2020-01-01' + random() * interval '5 years', "
            "(random() * 1200)::int / 10.0, (random() * 23)::int "
            "FROM (SELECT ST_SetSRID(ST_MakePoint(lon, lat), 4326) AS g FROM drawn ORDER BY 1) AS p"
        )
        cursor.execute(f"CREATE INDEX ON {TABLE} USING gist (geom)")
        cursor.execute(f"VACUUM ANALYZE {TABLE}")
        cursor.execute("DROP TABLE drawn")
    try:
        yield [time.perf_counter() - began]
    finally:
        drop()


def drop() -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"DROP TABLE IF EXISTS {TABLE}")
        cursor.execute("DELETE FROM registry_tilecell WHERE table_name = %s", [TABLE])


def tiles() -> list[Tile]:
    """The same list every time: three of five around a point, the others anywhere."""
    chance = random.Random(7)
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT ST_X(geom), ST_Y(geom) FROM {TABLE} ORDER BY hashint8(id) LIMIT 200")
        places = cursor.fetchall()
    out = []
    for z, count in LIST.items():
        for n in range(count):
            lon, lat = places[len(out)]
            if n % 5 >= 3:
                lon, lat = chance.uniform(BOX[0], BOX[2]), chance.uniform(BOX[1], BOX[3])
            y = math.asinh(math.tan(math.radians(lat)))
            out.append(Tile(z, int((lon + 180) / 360 * 2**z), int((1 - y / math.pi) / 2 * 2**z)))
    return out


class Measured:
    def __init__(
        self, cpu: float, sizes: list[int], walls: list[float], zooms: dict[int, tuple[float, float]]
    ):
        self.cpu, self.zooms = cpu, zooms
        self.mean, self.largest, self.slowest = sum(sizes) / len(sizes), max(sizes), max(walls)


def measure(sql: Callable[[Tile, int], Sql], wanted: list[Tile], passes: int) -> Measured:
    sizes = [0] * len(wanted)
    walls = [math.inf] * len(wanted)
    spent = 0.0
    by_zoom: dict[int, list[tuple[float, int]]] = {}
    with connection.cursor() as cursor:
        cursor.execute("SET jit = off")
        cursor.execute("SELECT pg_backend_pid()")
        pid = cursor.fetchone()[0]
        for _ in range(passes):
            start = cpu(pid)
            for n, tile in enumerate(wanted):
                began, before = time.perf_counter(), cpu(pid)
                for thin in range(THINNEST):  # as the server does; plain SQL has no way to
                    asked = sql(tile, thin)
                    cursor.execute(asked.text, asked.params)
                    sizes[n] = len(cursor.fetchone()[0])
                    if sizes[n] <= MOST_BYTES or asked.text == NAIVE:
                        break
                walls[n] = min(walls[n], (time.perf_counter() - began) * 1000)
                by_zoom.setdefault(tile.z, []).append((cpu(pid) - before, sizes[n]))
            spent += cpu(pid) - start
    zooms = {z: tuple(np.mean(found, axis=0).tolist()) for z, found in by_zoom.items()}
    return Measured(spent / passes / len(wanted), sizes, walls, zooms)


def cpu(pid: int) -> float:
    """Milliseconds that the process has run, to the nanosecond where the kernel tells."""
    return int(Path(f"/proc/{pid}/schedstat").read_text().split()[0]) / 1e6


def edit() -> float:
    """Milliseconds of CPU of an update of one row and its commit, the median of 300."""
    times: list[float] = []
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        pid = cursor.fetchone()[0]
        cursor.execute(f"SELECT id FROM {TABLE} ORDER BY hashint8(id) LIMIT 300")
        for (id_,) in cursor.fetchall():
            began = cpu(pid)
            cursor.execute(f"UPDATE {TABLE} SET parties = parties + 1 WHERE id = %s", [id_])
            times.append(cpu(pid) - began)
    return sorted(times)[len(times) // 2]
