"""What a client says it can unpack is what it gets, made once for each tile and coding."""

from __future__ import annotations

import gzip

import mapbox_vector_tile
import pytest

from tests.asgi import client, running, tile_of
from tests.factories import CENTER, spot
from tilesrv import cache
from tilesrv.app import TileServer
from tilesrv.encoding import best, unpack

LON, LAT = CENTER
HERE = f"/tiles/spots/{tile_of(LON, LAT, 14)}.mvt"


@pytest.mark.parametrize(
    ("accepted", "coding"),
    [
        (b"", "identity"),
        (b"gzip", "gzip"),
        (b"gzip, deflate, br, zstd", "zstd"),
        (b"zstd;q=0.5, gzip", "gzip"),
        (b"gzip;q=0, zstd;q=0", "identity"),
        (b"gzip;q=0.001", "gzip"),
        (b"x-gzip", "gzip"),
        (b"*", "zstd"),
        (b"*;q=0.5, gzip;q=0.9", "gzip"),
        (b"zstd;q=0, *", "gzip"),
        (b"identity, gzip;q=0.5", "identity"),
        (b"br", "identity"),
        (b"*;q=0", "identity"),
        (b"gzip;q=often, zstd;q=7", "identity"),
        (b"GZIP ; Q=1.0", "gzip"),
    ],
)
def test_the_coding_liked_most_is_taken(accepted: bytes, coding: str) -> None:
    assert best(accepted) == coding


@pytest.mark.parametrize("coding", ["zstd", "gzip"])
def test_bytes_that_are_not_what_they_say_are_refused(coding: str) -> None:
    with pytest.raises(ValueError):
        unpack(b"neither the one nor the other", coding, 5)  # type: ignore[arg-type]


@pytest.fixture
def crowd(committed: None) -> None:
    for n in range(60):
        spot(LON + n * 0.0001, LAT, name=f"spot number {n}")


@pytest.mark.anyio
@pytest.mark.usefixtures("crowd")
async def test_a_tile_comes_in_the_coding_asked_for_under_one_etag(monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[str] = []
    honest = cache.pack
    monkeypatch.setattr(cache, "pack", lambda raw, coding: (made.append(coding), honest(raw, coding))[1])
    async with running(TileServer()) as app, client(app) as http:
        await app.listener.up.wait()
        plain = await http.get(HERE, headers={"accept-encoding": "identity"})
        assert "content-encoding" not in plain.headers
        assert len(mapbox_vector_tile.decode(plain.content)["spots"]["features"]) == 60
        before = app.cache.size
        for _ in range(3):
            async with http.stream("GET", HERE, headers={"accept-encoding": "zstd, gzip;q=0.9"}) as answer:
                packed = b"".join([part async for part in answer.aiter_raw()])
            assert answer.headers["content-encoding"] == "zstd"
            assert unpack(packed, "zstd", len(plain.content)) == plain.content
            assert int(answer.headers["content-length"]) == len(packed) < len(plain.content)
            async with http.stream("GET", HERE, headers={"accept-encoding": "gzip"}) as answer:
                packed = b"".join([part async for part in answer.aiter_raw()])
            assert gzip.decompress(packed) == plain.content
            assert "Accept-Encoding" in answer.headers["vary"]
            assert answer.headers["etag"] == plain.headers["etag"]
        assert sorted(made) == ["gzip", "zstd"], "each coding is made once"
        assert app.cache.size > before, "what a tile packed takes is reckoned"


@pytest.mark.anyio
@pytest.mark.usefixtures("crowd")
async def test_a_tag_is_known_among_several_and_whoever_has_it_makes_no_tile() -> None:
    async with running(TileServer()) as app, client(app) as http:
        tag = (await http.get(HERE)).headers["etag"]
    async with running(TileServer()) as app, client(app) as http:
        again = await http.get(HERE, headers={"if-none-match": f'"other", {tag}'})
        assert (again.status_code, again.headers["etag"]) == (304, tag)
        assert app.cache.size == 0
        assert (await http.get(HERE, headers={"if-none-match": '"other"'})).status_code == 200
