"""Tiles on disk: never older than the database, never for other eyes, never more than there is room for."""

from __future__ import annotations

import asyncio
import json
import os
import threading
from pathlib import Path
from typing import Any

import psycopg
import pytest
from click.testing import CliRunner

from layers.access import Clearance
from layers.registry.store import dsn
from tests.asgi import VIEWERS, client, running, tile_of
from tests.factories import CENTER, hideout, spot
from tilesrv.app import TileServer
from tilesrv.cache import Made
from tilesrv.disk import Disk
from tilesrv.grid import TWD97, Tile
from tilesrv.making import Maker

LON, LAT = CENTER
HERE = f"/tiles/spots/{tile_of(LON, LAT, 15)}.mvt"
KEY = ("spots", 0, "", Tile(3, 1, 1))


@pytest.fixture
def made(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Which tiles the database had to make."""
    seen: list[str] = []
    honest = Maker.make

    async def counted(self: Maker, order: Any) -> Made:
        seen.append(f"{order.names}/{order.tile}")
        return await honest(self, order)

    monkeypatch.setattr(Maker, "make", counted)
    return seen


def worker(folder: Path) -> TileServer:
    server = TileServer()
    server.maker.disk = Disk(folder, 2**20)
    return server


@pytest.fixture
def here(committed: None) -> None:
    spot(name="before")
    spot(LON, LAT, name="the council's", grade=9)
    hideout()


@pytest.mark.anyio
@pytest.mark.usefixtures("here")
async def test_a_tile_outlives_the_worker_that_made_it(tmp_path: Path, made: list[str]) -> None:
    answers = []
    for _ in range(3):
        async with running(worker(tmp_path)) as app, client(app) as http:
            answers.append(await http.get(HERE))
    assert len(made) == 1
    assert len({(a.content, a.headers["etag"]) for a in answers}) == 1
    assert answers[0].status_code == 200


@pytest.mark.anyio
@pytest.mark.usefixtures("here")
async def test_a_kept_tile_is_not_served_after_an_edit_that_no_worker_heard_of(
    tmp_path: Path, made: list[str]
) -> None:
    async with running(worker(tmp_path)) as app, client(app) as http:
        before = await http.get(HERE)
    async with await psycopg.AsyncConnection.connect(dsn(), autocommit=True) as other:
        await other.execute("UPDATE sample_spot SET name = 'after' WHERE name = 'before'")
    async with running(worker(tmp_path)) as app, client(app) as http:
        after = await http.get(HERE)
        assert b"after" in after.content and after.headers["etag"] != before.headers["etag"]
    assert len(made) == 2


@pytest.mark.anyio
@pytest.mark.usefixtures("here")
async def test_each_clearance_and_each_question_has_tiles_of_its_own(tmp_path: Path) -> None:
    paths = [HERE, f"{HERE}?filter=grade%3D9", f"{HERE}?fields=kind"]
    for _ in range(2):
        for clearance in (Clearance.PUBLIC, Clearance.POLICE):
            async with running(worker(tmp_path)) as app, client(app, VIEWERS[clearance]) as http:
                bodies = [(await http.get(path)).content for path in paths]
                seen = clearance is Clearance.POLICE
                assert [b"council" in b for b in bodies] == [seen, seen, False]
                assert bodies[0] != bodies[2]
    assert Disk(tmp_path, 1).size()[0] == 6


@pytest.mark.anyio
@pytest.mark.usefixtures("here")
async def test_tiles_whose_reading_is_written_down_are_not_kept(tmp_path: Path) -> None:
    async with running(worker(tmp_path)) as app, client(app, VIEWERS[Clearance.POLICE]) as http:
        assert (await http.get(f"/tiles/hideouts/{tile_of(LON, LAT, 14)}.mvt")).status_code == 200
        assert (await http.get(f"/tiles/spots,hideouts/{tile_of(LON, LAT, 14)}.mvt")).status_code == 200
    assert Disk(tmp_path, 1).size()[0] == 0


@pytest.mark.anyio
@pytest.mark.usefixtures("here")
@pytest.mark.parametrize("damage", [b"", b"noise", b"antu-tile-1\n[]\n", b"antu-tile-1\nno\n", None])
async def test_a_spoilt_file_is_as_if_it_were_not_there(
    tmp_path: Path, made: list[str], damage: bytes | None
) -> None:
    async with running(worker(tmp_path)) as app, client(app) as http:
        good = await http.get(HERE)
    (file,) = [p for p in tmp_path.rglob("*") if p.is_file() and p.name != ".lock"]
    file.write_bytes(file.read_bytes()[:-3] + b"xyz" if damage is None else damage)
    async with running(worker(tmp_path)) as app, client(app) as http:
        assert (await http.get(HERE)).content == good.content
    assert len(made) == 2


@pytest.mark.anyio
@pytest.mark.usefixtures("here")
async def test_many_who_ask_at_once_wait_for_one(tmp_path: Path, made: list[str]) -> None:
    async with running(worker(tmp_path)) as app, client(app) as http:
        answers = await asyncio.gather(*(http.get(HERE) for _ in range(20)))
    assert len(made) == 1 and len({a.content for a in answers}) == 1


@pytest.mark.anyio
@pytest.mark.usefixtures("here")
async def test_whoever_leaves_does_not_take_the_tile_from_those_who_wait(
    tmp_path: Path, made: list[str]
) -> None:
    async with running(worker(tmp_path)) as app, client(app) as http:
        first = asyncio.create_task(http.get(HERE))
        while not app.maker._making:
            await asyncio.sleep(0)
        second = asyncio.create_task(http.get(HERE))
        await asyncio.sleep(0)
        first.cancel()
        assert (await second).status_code == 200
    assert len(made) == 1


@pytest.mark.anyio
@pytest.mark.usefixtures("here")
async def test_a_disk_that_cannot_be_written_is_no_reason_to_fail(tmp_path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("not a folder")
    async with running(worker(blocked)) as app, client(app) as http:
        assert (await http.get(HERE)).status_code == 200


def test_no_more_is_kept_than_there_is_room_for_and_the_oldest_goes_first(tmp_path: Path) -> None:
    disk = Disk(tmp_path, 100 * 4096)
    for n in range(400):
        key = ("spots", 0, str(n), Tile(3, 1, 1))
        disk.write(key, Made(os.urandom(1000), f'W/"{n}"'))
        os.utime(disk.path(key), (n, n))
    disk.tidy()
    assert 0 < disk.size()[1] <= 100 * 4096
    assert disk.tag(("spots", 0, "399", Tile(3, 1, 1))) and not disk.tag(("spots", 0, "0", Tile(3, 1, 1)))


def test_workers_that_write_and_read_at_once_meet_whole_tiles_only(tmp_path: Path) -> None:
    bodies = {f'W/"{n}"': os.urandom(50_000 + n) for n in range(8)}
    wrong: list[str] = []

    def write(tag: str) -> None:
        for _ in range(20):
            Disk(tmp_path, 2**20).write(KEY, Made(bodies[tag], tag))

    def read() -> None:
        disk = Disk(tmp_path, 2**20)
        for _ in range(200):
            for tag, body in bodies.items():
                found = disk.read(KEY, tag)
                if found and found.raw != body:
                    wrong.append(tag)

    threads = [threading.Thread(target=write, args=(tag,)) for tag in bodies]
    threads += [threading.Thread(target=read) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []
    assert len([p for p in tmp_path.rglob("*") if p.is_file() and p.name != ".lock"]) == 1


def test_an_empty_tile_is_kept_too_and_each_set_has_its_own(tmp_path: Path) -> None:
    disk = Disk(tmp_path, 2**20)
    disk.write(KEY, Made(b"", 'W/"e"', 2))
    found = disk.read(KEY, 'W/"e"')
    assert found and (found.raw, found.thinned) == (b"", 2)
    assert disk.tag(("spots", 0, "", Tile(3, 1, 1, TWD97))) is None
    assert disk.read(KEY, 'W/"f"') is None


def test_purge_takes_away_what_it_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from gis.cli import setup
    from gis.cli.tiles import tiles_

    monkeypatch.setattr(setup, "django", lambda: None)
    monkeypatch.setattr("tilesrv.disk.disk_folder", lambda: tmp_path)
    disk = Disk(tmp_path, 2**20)
    many = ",".join(f"layer{n}" for n in range(12))
    for names in ("spots", "ways", "spots,zones", "zones", many):
        disk.write((names, 0, "", Tile(1, 1, 1)), Made(b"x", "e"))
    result = CliRunner().invoke(tiles_, ["purge", "spots", "--json"])
    assert json.loads(result.stdout) == {"purged": 3}, result.output
    assert disk.tag(("zones", 0, "", Tile(1, 1, 1))) and not disk.tag(("spots,zones", 0, "", Tile(1, 1, 1)))
    assert "2 kept tiles" in CliRunner().invoke(tiles_, ["purge"]).stdout
    assert disk.size()[0] == 0
