"""Kept counts say exactly what counting anew would say, after whatever edits, and to each what they may see."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import mapbox_vector_tile
import psycopg
import pytest
from django.db import connection, transaction
from pytest_django.plugin import DjangoDbBlocker

from layers.access import Clearance
from layers.registry import pyramid
from layers.registry.generalise import Grid, Only
from layers.registry.layer import Below, BrokenLayer, Layer
from layers.registry.register import register
from layers.registry.store import dsn
from tests.asgi import VIEWERS, client, running, tile_of
from tests.factories import CENTER, spot
from tests.sample.models import Spot
from tilesrv.app import TileServer
from tilesrv.grid import TWD97, WEB, Tile, ends_in
from tilesrv.statement import Ask, counted, kept_counts, statement

LON, LAT = CENTER
SPOTS = register.get("spots")
assert SPOTS
Cells = dict[int, tuple[Any, ...]]


def drawn(tile: Tile, clearance: Clearance, kept: bool, layer: Layer = SPOTS) -> Cells:
    """The cells that lie within the tile proper; those in its margin may be counted in part."""
    sql = statement([Ask(layer, clearance)], tile, kept=kept)
    with connection.cursor() as cursor:
        cursor.execute(sql.text, sql.params)
        raw = bytes(cursor.fetchone()[0])
    features = mapbox_vector_tile.decode(raw)["spots"]["features"] if raw else []
    out: Cells = {}
    for f in features:
        x, y = f["geometry"]["coordinates"]
        if 1 < x < 4095 and 1 < y < 4095:
            out[f["id"]] = (f["properties"]["n"], f["properties"]["weight"], x, y)
    return out


def alike(tile: Tile, clearance: Clearance, layer: Layer = SPOTS) -> bool:
    kept, anew = (drawn(tile, clearance, kept, layer) for kept in (True, False))
    return kept.keys() == anew.keys() and all(
        (n, weight) == (anew[id][0], pytest.approx(anew[id][1]))
        and (x, y) == pytest.approx(anew[id][2:], abs=1)
        for id, (n, weight, x, y) in kept.items()
    )


def compare() -> int:
    """Looks at every zoom for every clearance; how many points the public sees."""
    for z in range(12):
        z_, x, y = (int(n) for n in tile_of(LON, LAT, z).split("/"))
        for clearance in Clearance:
            assert alike(Tile(z_, x, y), clearance), (z, clearance)
    whole = drawn(Tile(0, 0, 0), Clearance.PUBLIC, kept=True)
    return sum(n for n, *_ in whole.values())


@pytest.fixture
def crowd(committed: None) -> None:
    chance = random.Random(5)
    for n in range(120):
        spot(LON + chance.gauss(0, 0.05), LAT + chance.gauss(0, 0.05), grade=n % 10, weight=n / 7)


@pytest.mark.usefixtures("crowd")
def test_whatever_is_done_to_rows_the_counts_follow() -> None:
    assert compare() == 108
    Spot.objects.filter(grade=3).delete()
    assert compare() == 96
    Spot.objects.filter(grade=9).update(grade=1)
    assert compare() == 108
    for one in Spot.objects.filter(grade=2):
        one.geom.x += 0.03
        one.save()
    Spot.objects.filter(grade=4).update(weight=-0.1)
    assert compare() == 108
    with connection.cursor() as cursor:
        cursor.execute("UPDATE sample_spot SET name = 'only a name'")
        cursor.execute(
            "INSERT INTO sample_spot (key, origin, version, changed_at, geom, name, kind, grade, weight, open, informant)"
            " SELECT 'x' || key, origin, 1, now(), geom, name, kind, grade, 'NaN', open, '' FROM sample_spot LIMIT 10"
        )
    kept = drawn(Tile(0, 0, 0), Clearance.RESTRICTED, kept=True)
    assert sum(n for n, *_ in kept.values()) == Spot.objects.count()
    Spot.objects.all().delete()
    assert compare() == 0


@pytest.mark.usefixtures("crowd")
def test_what_is_rolled_back_was_never_counted() -> None:
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        Spot.objects.filter(grade=1).delete()
        raise ZeroDivisionError
    assert compare() == 108


@pytest.mark.usefixtures("crowd")
def test_sessions_that_edit_at_once_do_not_wait_for_each_other_at_the_top() -> None:
    lines = [psycopg.connect(dsn()) for _ in range(4)]
    try:
        parts = {line.info.backend_pid % 16 for line in lines}
        for line in lines:
            line.execute("SET lock_timeout = '2s'")
        # each in a square of its own, else the counters of change would make them wait
        for n, line in enumerate(lines[: len(parts)]):
            if [o.info.backend_pid % 16 for o in lines].index(line.info.backend_pid % 16) == n:
                line.execute(
                    "INSERT INTO sample_spot (key, origin, version, changed_at, geom, name, kind, grade, weight, open, informant)"
                    " VALUES (%s, 'test', 1, now(), ST_SetSRID(ST_MakePoint(%s, %s), 4326), '', 'a', 1, 1, true, '')",
                    (f"p{n}", LON + n * 0.05, LAT),
                )
        for line in lines:
            line.commit()
    finally:
        for line in lines:
            line.close()
    assert compare() == 108 + len(parts)


@pytest.mark.usefixtures("crowd")
@pytest.mark.parametrize("z", range(7))
def test_tiles_in_twd97_show_every_point_once(z: int) -> None:
    west, south, east, north = ends_in(TWD97, (119, 22, 122, 25), z)
    tiles = [Tile(z, x, y, TWD97) for x in range(west, east + 1) for y in range(north, south + 1)]
    if len(tiles) > 16:
        here = ends_in(TWD97, (LON - 0.2, LAT - 0.2, LON + 0.2, LAT + 0.2), z)
        tiles = [t for t in tiles if here[0] <= t.x <= here[2] and here[3] <= t.y <= here[1]]
    cells = [drawn(t, Clearance.COUNCIL, kept=True) for t in tiles]
    assert sum(n for found in cells for n, *_ in found.values()) == 120


@pytest.mark.usefixtures("crowd")
def test_a_tile_of_kept_counts_reads_no_row_of_the_layer() -> None:
    sql = statement([Ask(SPOTS, Clearance.PUBLIC)], Tile(8, *map(int, tile_of(LON, LAT, 8).split("/")[1:])))
    with connection.cursor() as cursor:
        cursor.execute("EXPLAIN " + sql.text, sql.params)
        plan = "\n".join(row[0] for row in cursor.fetchall())
    assert "sample_spot" not in plan and "registry_pyramid" in plan


@pytest.mark.usefixtures("crowd")
def test_a_question_is_counted_anew() -> None:
    tile = Tile(8, *map(int, tile_of(LON, LAT, 8).split("/")[1:]))
    plain = Ask(SPOTS, Clearance.PUBLIC)
    assert kept_counts([plain], tile) and not kept_counts([replace(plain, interval=(None, None))], tile)
    assert not kept_counts([plain], Tile(12, 1, 1)), "above the grid there is nothing to count"


@pytest.fixture
def restored(committed: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    yield
    pyramid.keep_counts()


@pytest.mark.usefixtures("crowd", "restored")
def test_truncating_the_table_empties_the_counts_and_makes_its_tiles_new() -> None:
    with connection.cursor() as cursor:
        sql = "SELECT coalesce(max(version), 0) FROM registry_tilecell WHERE table_name = 'sample_spot' AND x = -1"
        cursor.execute(sql)
        before = cursor.fetchone()[0]
        cursor.execute("TRUNCATE sample_spot")
        cursor.execute(sql)
        assert cursor.fetchone()[0] == before + 1
    assert compare() == 0


@pytest.mark.usefixtures("crowd", "restored")
def test_another_declaration_is_counted_at_the_next_migration_and_the_old_one_forgotten() -> None:
    other = replace(
        SPOTS,
        generalise=(Grid(below=10, cells=32, sums=("weight",), kept=True),),
        rows=(Below(Clearance.POLICE, "q.grade < 5"),),
    )
    tile = Tile(7, *map(int, tile_of(LON, LAT, 7).split("/")[1:]))
    keys = kept_counts([Ask(other, Clearance.PUBLIC)], tile)
    assert how_many(keys) == 0
    pyramid.keep_counts([other])
    assert how_many(keys) == 1
    for clearance in Clearance:
        assert alike(tile, clearance, other)
    Spot.objects.filter(grade__lt=3).delete()
    seen = drawn(tile, Clearance.COUNCIL, kept=True, layer=other)
    assert sum(n for n, *_ in seen.values()) == 24
    assert how_many(kept_counts([Ask(SPOTS, Clearance.PUBLIC)], tile)) == 0
    pyramid.keep_counts([])
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM registry_pyramid")
        assert cursor.fetchone()[0] == 0
        cursor.execute("SELECT count(*) FROM pg_trigger WHERE tgname LIKE 'antu_count%'")
        assert cursor.fetchone()[0] == 0


@pytest.mark.usefixtures("crowd", "restored")
def test_a_table_that_lost_its_triggers_is_counted_anew() -> None:
    with connection.cursor() as cursor:
        cursor.execute("DROP TRIGGER antu_count_insert ON sample_spot")
    spot(LON, LAT)
    assert not alike(Tile(0, 0, 0), Clearance.PUBLIC)
    assert pyramid.settle(), "no migration is needed for that"
    assert compare() == 109
    assert not pyramid.settle()


def how_many(keys: list[int]) -> int:
    sql = counted(keys)
    with connection.cursor() as cursor:
        cursor.execute(sql.text, sql.params)
        return int(cursor.fetchone()[0])


@pytest.fixture
def not_kept(crowd: None, restored: None) -> None:
    pyramid.keep_counts([])


@pytest.mark.anyio
@pytest.mark.usefixtures("not_kept")
async def test_counts_that_are_not_kept_yet_are_counted_for_the_tile() -> None:
    async with running(TileServer()) as app, client(app, VIEWERS[Clearance.COUNCIL]) as http:
        app.maker.disk = None
        got = await http.get(f"/tiles/spots/{tile_of(LON, LAT, 8)}.mvt")
        cells = mapbox_vector_tile.decode(got.content)["spots"]["features"]
        assert sum(c["properties"]["n"] for c in cells) == 120


@pytest.mark.parametrize(
    ("more", "sentence"),
    [
        ({"generalise": (Grid(12, kept=True), Only(9, "q.grade < 3"))}, "beside Only"),
        ({"generalise": (Grid(12, sums=("weight",) * 5, kept=True),)}, "at most four sums"),
        (
            {"rows": (Below(Clearance.POLICE, "q.happened_at < now()"),)},
            "depends on other tables or on the time",
        ),
        (
            {"rows": (Below(Clearance.POLICE, "q.id IN (SELECT id FROM sample_zone)"),)},
            "depends on other tables",
        ),
    ],
)
def test_a_declaration_whose_counts_cannot_be_kept_is_refused(more: dict[str, Any], sentence: str) -> None:
    with pytest.raises(BrokenLayer, match=sentence):
        replace(SPOTS, **more).resolve("sample")


def test_zooms_agree_on_what_a_cell_is() -> None:
    (one, *_) = pyramid.declared([SPOTS])["sample_spot"].values()
    assert (one.finest, one.coarsest) == (11, 7)
    assert one.cell(7) == one.cell(11) * 2**4 == WEB.span / 2**7 / one.cells
