"""A cached tile is never older than the last commit under it, whoever made the edit and however."""

from __future__ import annotations

import asyncio
import os
from typing import Any

import psycopg
import pytest

from layers.registry.store import dsn
from tests.asgi import client, running, tile_of
from tests.factories import CENTER, spot
from tilesrv.app import TileServer
from tilesrv.cache import Made, TileCache
from tilesrv.grid import Tile

LON, LAT = CENTER
HERE = f"/tiles/spots/{tile_of(LON, LAT, 15)}.mvt"
ELSEWHERE = f"/tiles/spots/{tile_of(LON + 0.5, LAT, 15)}.mvt"


@pytest.fixture
def seeded(committed: None) -> str:
    spot(name="before")
    spot(LON + 0.5, name="far away")
    return dsn()


async def until(happened: Any) -> None:
    """Waits for something that another connection causes; the test's own time limit ends it otherwise."""
    async with asyncio.timeout(10):
        while not happened():
            await asyncio.sleep(0.005)


@pytest.mark.anyio
async def test_an_edit_in_another_session_makes_just_the_tiles_it_touches_new(seeded: str) -> None:
    async with running(TileServer()) as app, client(app) as http:
        await until(lambda: app.cache.open)
        here, there = await http.get(HERE), await http.get(ELSEWHERE)
        assert app.cache.size > 0
        kept = set(app.cache._tiles)
        async with await psycopg.AsyncConnection.connect(seeded, autocommit=True) as other:
            await other.execute("UPDATE sample_spot SET name = 'after' WHERE name = 'before'")
        await until(lambda: set(app.cache._tiles) != kept)
        assert len(app.cache._tiles) == 1, "the tile far away stays"
        again = await http.get(HERE)
        assert again.content != here.content and again.headers["etag"] != here.headers["etag"]
        assert b"after" in again.content
        assert (await http.get(ELSEWHERE)).headers["etag"] == there.headers["etag"]


@pytest.mark.anyio
async def test_a_client_that_has_the_tile_is_told_so(seeded: str) -> None:
    async with running(TileServer()) as app, client(app) as http:
        first = await http.get(HERE)
        again = await http.get(HERE, headers={"if-none-match": first.headers["etag"]})
        assert (again.status_code, again.content) == (304, b"")


@pytest.mark.anyio
async def test_two_workers_give_the_same_etag(seeded: str) -> None:
    tags = []
    for _ in range(2):
        async with running(TileServer()) as app, client(app) as http:
            tags.append((await http.get(HERE)).headers["etag"])
    assert tags[0] == tags[1]


@pytest.mark.anyio
async def test_while_the_line_to_the_database_is_cut_nothing_is_kept(seeded: str) -> None:
    async with running(TileServer()) as app, client(app) as http:
        await until(lambda: app.cache.open)
        await http.get(HERE)
        async with await psycopg.AsyncConnection.connect(seeded, autocommit=True) as other:
            await other.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                "WHERE query = 'LISTEN antu_touch' AND datname = current_database() AND pid <> pg_backend_pid()"
            )
        await until(lambda: not app.cache.open)
        assert app.cache.size == 0
        assert (await http.get(HERE)).status_code == 200
        assert app.cache.size == 0 or app.cache.open, "a tile is kept only once the line is back"
        await until(lambda: app.cache.open)


@pytest.mark.anyio
async def test_an_open_map_is_told_what_changed(seeded: str) -> None:
    async with running(TileServer()) as app:
        await until(lambda: app.listener.up.is_set())
        sent: list[bytes] = []
        leave = asyncio.Event()

        async def send(message: dict[str, Any]) -> None:
            sent.append(message.get("body", b""))

        async def receive() -> dict[str, str]:
            await leave.wait()
            return {"type": "http.disconnect"}

        from layers.access import ANONYMOUS

        reading = asyncio.create_task(app.events.stream(ANONYMOUS, receive, send))
        await until(lambda: sent)
        async with await psycopg.AsyncConnection.connect(seeded, autocommit=True) as other:
            await other.execute("DELETE FROM sample_hideout; UPDATE sample_spot SET grade = 2")
        await until(lambda: any(b'"spots"' in s for s in sent))
        leave.set()
        await reading
        assert not any(b"hideouts" in s for s in sent)


def test_a_tile_made_while_a_change_came_in_is_not_kept() -> None:
    cache = TileCache(10_000)
    cache.open = True
    key = ("spots", 0, "", Tile(14, 1, 1))
    clock = cache.clock(("t",))
    cache.changed("t", [(5, 5)], everywhere=False)
    assert not cache.put(key, ("t",), Made(b"x", "e"), clock)
    assert cache.put(key, ("t",), Made(b"x", "e"), cache.clock(("t",)))


def test_the_cache_stays_within_its_bounds() -> None:
    cache = TileCache(5_000)
    cache.open = True
    for n in range(100):
        cache.put(("spots", 0, "", Tile(10, n, 1)), ("t",), Made(os.urandom(500), "e"), cache.clock(("t",)))
    assert cache.size <= 5_000
    assert cache.get(("spots", 0, "", Tile(10, 99, 1))) is not None
    assert cache.get(("spots", 0, "", Tile(10, 0, 1))) is None


def test_tiles_kept_for_one_clearance_are_never_given_to_another() -> None:
    cache = TileCache(10_000)
    cache.open = True
    cache.put(("spots", 2, "", Tile(10, 1, 1)), ("t",), Made(b"secret", "e"), cache.clock(("t",)))
    assert cache.get(("spots", 0, "", Tile(10, 1, 1))) is None
