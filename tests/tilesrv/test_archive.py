"""Archives hold what the server would have answered, for whose eyes they are, and survive a kill half-way."""

from __future__ import annotations

import asyncio
import gzip
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import mapbox_vector_tile
import numpy as np
import pytest
from click.testing import CliRunner
from django.db import connection
from pmtiles.reader import MemorySource, Reader, all_tiles
from pmtiles.tile import Compression, TileType
from pmtiles.writer import Writer

from layers.access import Clearance
from layers.registry.register import register
from tests.asgi import VIEWERS, client, running
from tests.factories import CENTER, spot, zone
from tests.sample.models import Spot
from tilesrv import archive as reading
from tilesrv import build as building
from tilesrv.app import TileServer
from tilesrv.archive import Archives
from tilesrv.build import Plan, build
from tilesrv.grid import Tile

LON, LAT = CENTER
ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def city(committed: None) -> None:
    zone(name="here")
    for n in range(40):
        spot(LON + n * 0.0006, LAT + n % 5 * 0.0006, grade=n % 10, informant="mole", kind="abc"[n % 3])


def plan(out: Path, *ids: str, clearance: Clearance = Clearance.PUBLIC, **more: Any) -> Plan:
    found = tuple(layer for id in ids if (layer := register.get(id)))
    return Plan(found, clearance, out, **{"low": 8, "high": 16} | more)


def opened(path: Path) -> tuple[Reader, dict[Tile, bytes]]:
    source = MemorySource(path.read_bytes())
    reader = Reader(source)
    return reader, {Tile(*place): body for place, body in all_tiles(source)}


@pytest.mark.usefixtures("city")
def test_an_archive_holds_exactly_what_would_be_served(tmp_path: Path) -> None:
    out = tmp_path / "city.pmtiles"
    built = asyncio.run(build(plan(out, "spots", "zones")))
    reader, tiles = opened(out)
    head, said = reader.header(), reader.metadata()
    assert built.tiles == len(tiles) > 20
    assert (head["min_zoom"], head["max_zoom"], head["clustered"]) == (8, 16, True)
    assert (head["tile_type"], head["tile_compression"]) == (TileType.MVT, Compression.GZIP)
    assert head["min_lon_e7"] / 1e7 == pytest.approx(LON - 0.01)
    assert {v["id"] for v in said["vector_layers"]} >= {"spots", "zones"}
    assert "informant" not in json.dumps(said)
    assert said["attribution"] and said["antu:clearance"] == "public"

    async def served() -> dict[Tile, bytes]:
        async with running(TileServer()) as app, client(app) as http:
            return {t: (await http.get(f"/tiles/spots,zones/{t}.mvt")).content for t in tiles}

    assert {t: gzip.decompress(body) for t, body in tiles.items()} == asyncio.run(served())


@pytest.mark.usefixtures("city")
def test_an_archive_shows_what_its_clearance_may_see(tmp_path: Path) -> None:
    seen = {}
    for clearance in (Clearance.PUBLIC, Clearance.POLICE):
        out = tmp_path / f"{clearance.slug}.pmtiles"
        asyncio.run(build(plan(out, "spots", clearance=clearance)))
        _, tiles = opened(out)
        low = [b for t, b in tiles.items() if t.z == 8]
        deep = [b for t, b in tiles.items() if t.z == 14]
        cells = [f for b in low for f in mapbox_vector_tile.decode(gzip.decompress(b))["spots"]["features"]]
        seen[clearance] = sum(c["properties"]["n"] for c in cells)
        assert any(b"informant" in gzip.decompress(b) for b in deep) == (clearance is Clearance.POLICE)
    assert seen == {Clearance.PUBLIC: 36, Clearance.POLICE: 40}


KILLED = """
import asyncio, os, signal, sys, django
django.setup()
from django.db import connection
connection.settings_dict["NAME"] = sys.argv[1]
from pathlib import Path
from layers.access import Clearance
from layers.registry.register import register
from tilesrv import journal
from tilesrv.build import Plan, build
journal.EVERY = 0
seen = 0
def progress(zoom, done, total):
    global seen
    seen += 1
    if seen == 18:
        print("now", flush=True)
        signal.pause()
asyncio.run(build(Plan((register.get("spots"),), Clearance.PUBLIC, Path(sys.argv[2]), 8, 16, jobs=1), progress))
"""


@pytest.mark.usefixtures("city")
def test_a_killed_build_goes_on_where_it_was(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    out = tmp_path / "city.pmtiles"
    name = str(connection.settings_dict["NAME"])
    child = subprocess.Popen(
        [sys.executable, "-c", KILLED, name, str(out)],
        cwd=ROOT, env=os.environ | {"DJANGO_SETTINGS_MODULE": "tests.settings"}, stdout=subprocess.PIPE,
    )  # fmt: skip
    assert child.stdout and child.stdout.readline() == b"now\n"
    child.kill()
    child.wait()
    assert not out.exists() and plan(out, "spots").journal.exists()
    made: list[Tile] = []
    honest = building.Builder._tile

    async def counted(self: building.Builder, tile: Tile) -> tuple[bool, bytes]:
        made.append(tile)
        return await honest(self, tile)

    monkeypatch.setattr(building.Builder, "_tile", counted)
    built = asyncio.run(build(plan(out, "spots")))
    assert built.resumed and not plan(out, "spots").journal.exists()
    resumed, rest = out.read_bytes(), len(made)
    assert not asyncio.run(build(plan(out, "spots"))).resumed
    whole = len(made) - rest
    assert 5 < rest <= whole - 5, "at least five tiles were kept, and some were left to make"
    assert out.read_bytes() == resumed


@pytest.mark.usefixtures("city")
def test_what_was_begun_before_the_data_changed_is_begun_anew(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = tmp_path / "city.pmtiles"

    def stop(zoom: int, done: int, total: int) -> None:
        if zoom == 12:
            raise KeyboardInterrupt

    with pytest.raises((KeyboardInterrupt, BaseExceptionGroup)):
        asyncio.run(build(plan(out, "spots"), stop))
    Spot.objects.filter(grade=1).update(name="changed")
    assert not asyncio.run(build(plan(out, "spots"))).resumed


@pytest.mark.usefixtures("city")
def test_one_archive_is_built_by_one_process(tmp_path: Path) -> None:
    order = plan(tmp_path / "city.pmtiles", "spots")

    async def both() -> list[Any]:
        return await asyncio.gather(build(order), build(order), return_exceptions=True)

    results = asyncio.run(both())
    assert [str(r) for r in results if isinstance(r, Exception)] == [
        "city.pmtiles is being built by another process."
    ]


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["hideouts"], "not for public eyes"),
        (["nosuch"], "no layer “nosuch”"),
        (["spots", "--bbox", "nan,0,1,1"], "is no box"),
        (["spots", "--bbox", "10,10,5,20"], "is no box"),
        (["spots", "--bbox", "0,0,1,1"], "nothing within this box"),
        (["spots", "--min-zoom", "9", "--max-zoom", "3"], "no range"),
        (["spots", "--out", "city.mbtiles"], "does not end in .pmtiles"),
    ],
)
@pytest.mark.usefixtures("city")
def test_a_wrong_order_is_answered_with_a_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, words: list[str], sentence: str
) -> None:
    from gis.cli import setup
    from gis.cli.tiles import tiles_

    monkeypatch.setattr(setup, "ready", lambda: None)
    out = [] if "--out" in words else ["--out", str(tmp_path / "x.pmtiles")]
    result = CliRunner().invoke(tiles_, ["build", *words, *out])
    assert result.exception is not None and sentence in str(result.exception)
    assert list(tmp_path.glob("*.pmtiles")) == []


@pytest.mark.usefixtures("city")
def test_the_command_builds_and_says_what(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from gis.cli import setup
    from gis.cli.tiles import tiles_

    monkeypatch.setattr(setup, "ready", lambda: None)
    out = tmp_path / "archives" / "city.pmtiles"
    words = ["build", "zones", "--out", str(out), "--max-zoom", "10", "--bbox", "120,23,121,24", "--json"]
    result = CliRunner().invoke(tiles_, words)
    assert result.exit_code == 0, result.output
    assert json.loads(result.stdout)["tiles"] == len(opened(out)[1]) == 11


# serving


def written(path: Path, tiles: dict[Tile, bytes], **said: Any) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_suffix(".part")
    with draft.open("wb") as file:
        writer = Writer(file)
        for tile, body in sorted(tiles.items(), key=lambda pair: reading.zxy_to_tileid(*place(pair[0]))):
            writer.write_tile(reading.zxy_to_tileid(*place(tile)), gzip.compress(body))
        head = {"version": 3, "tile_type": TileType.MVT, "tile_compression": Compression.GZIP}
        writer.finalize(head, said)
    draft.replace(path)


def place(tile: Tile) -> tuple[int, int, int]:
    return tile.z, tile.x, tile.y


@pytest.fixture
def server(django_db_setup: None, tmp_path: Path) -> TileServer:
    written(tmp_path / "base.pmtiles", {Tile(3, 4, 5): b"a tile" * 100}, name="Base", vector_layers=[])
    made = TileServer()
    made.archives = Archives(tmp_path)
    return made


@pytest.mark.anyio
async def test_an_archive_in_the_folder_is_served(server: TileServer) -> None:
    async with running(server) as app, client(app) as http:
        (listed,) = (await http.get("/tiles/archives.json")).json()["archives"]
        told = (await http.get("/tiles/archive/base.json")).json()
        assert listed == told
        assert told["tiles"] == ["http://antu.test/tiles/archive/base/{z}/{x}/{y}.mvt"]
        assert (told["name"], told["minzoom"], told["maxzoom"]) == ("Base", 3, 3)
        tile = await http.get("/tiles/archive/base/3/4/5.mvt")
        assert tile.content == b"a tile" * 100 and tile.headers["content-encoding"] == "gzip"
        assert tile.headers["cache-control"].startswith("public")
        plain = await http.get("/tiles/archive/base/3/4/5", headers={"accept-encoding": "identity"})
        assert plain.content == tile.content and "content-encoding" not in plain.headers
        tag = {"if-none-match": tile.headers["etag"]}
        assert (await http.get("/tiles/archive/base/3/4/5.mvt", headers=tag)).status_code == 304
        assert (await http.get("/tiles/archive/base/3/4/4.mvt")).status_code == 204
        assert (await http.get("/tiles/archive/base/4/4/4.mvt")).status_code == 204
        for wrong, status in [("9/999/0", 400), ("3/4/5.png", 404), ("99/0/0", 400), ("a/b/c", 400)]:
            assert (await http.get(f"/tiles/archive/base/{wrong}")).status_code == status


@pytest.mark.anyio
async def test_a_replaced_file_is_seen_at_once(server: TileServer) -> None:
    async with running(server) as app, client(app) as http:
        before = await http.get("/tiles/archive/base/3/4/5.mvt")
        written(server.archives.folder / "base.pmtiles", {Tile(3, 4, 5): b"another"})
        after = await http.get("/tiles/archive/base/3/4/5.mvt")
        assert after.content == b"another" and after.headers["etag"] != before.headers["etag"]
        (server.archives.folder / "base.pmtiles").unlink()
        assert (await http.get("/tiles/archive/base/3/4/5.mvt")).status_code == 404


@pytest.mark.anyio
@pytest.mark.parametrize("way", ["sidecar", "metadata"])
async def test_an_archive_for_other_eyes_looks_like_one_that_is_not_there(
    server: TileServer, way: str
) -> None:
    folder = server.archives.folder
    written(
        folder / "duty.pmtiles",
        {Tile(3, 4, 5): b"x"},
        **({"antu:clearance": "police"} if way == "metadata" else {}),
    )
    if way == "sidecar":
        (folder / "duty.json").write_text('{"clearance": "police"}')
    async with running(server) as app:
        for path in ("{}.json", "{}/3/4/5.mvt", "{}/3/4/5.png", "{}/9/999/0.mvt"):
            async with client(app, VIEWERS[Clearance.COUNCIL]) as http:
                hidden = await http.get("/tiles/archive/" + path.format("duty"))
                absent = await http.get("/tiles/archive/" + path.format("nosuch"))
                assert hidden.status_code == 404 and hidden.content == absent.content
                assert "duty" not in (await http.get("/tiles/archives.json")).text
        async with client(app, VIEWERS[Clearance.POLICE]) as http:
            answer = await http.get("/tiles/archive/duty/3/4/5.mvt")
            assert answer.content == b"x" and answer.headers["cache-control"] == "private, no-cache"
            assert "duty" in (await http.get("/tiles/archives.json")).text


@pytest.mark.anyio
async def test_files_that_are_no_good_archives_are_served_to_nobody(server: TileServer) -> None:
    folder = server.archives.folder
    good = (folder / "base.pmtiles").read_bytes()
    (folder / "noise.pmtiles").write_bytes(os.urandom(500))
    (folder / "empty.pmtiles").write_bytes(b"")
    (folder / "odd name.pmtiles").write_bytes(good)
    written(folder / "unclear.pmtiles", {Tile(3, 4, 5): b"x"})
    (folder / "unclear.json").write_text('{"clearance": "everybody"}')
    (folder / "broken.pmtiles").write_bytes(good)
    (folder / "broken.json").write_text("{")
    (folder / "cut.pmtiles").write_bytes(good[:-5])
    async with running(server) as app, client(app, VIEWERS[Clearance.RESTRICTED]) as http:
        listed = [a["id"] for a in (await http.get("/tiles/archives.json")).json()["archives"]]
        assert listed == ["base", "cut"]
        for name in ("noise", "empty", "unclear", "broken", "odd%20name", "..%2Fbase", "base.pmtiles"):
            assert (await http.get(f"/tiles/archive/{name}/3/4/5.mvt")).status_code == 404
        cut = await http.get("/tiles/archive/cut/3/4/5.mvt")
        assert cut.status_code == 500 and "built again" in cut.json()["detail"]


def test_a_tile_of_a_large_archive_takes_small_reads(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    noise = np.random.default_rng(1)
    tiles = {
        Tile(8, x, y): noise.bytes(int(noise.integers(200, 400))) for x in range(128) for y in range(128)
    }
    written(tmp_path / "large.pmtiles", tiles)
    read: list[int] = []
    honest = os.pread
    monkeypatch.setattr(
        os, "pread", lambda fd, length, offset: (read.append(length), honest(fd, length, offset))[1]
    )
    large = Archives(tmp_path).find("large", VIEWERS[Clearance.PUBLIC])
    for tile in (Tile(8, 3, 4), Tile(8, 120, 120), Tile(8, 3, 5)):
        stored = large.tile(tile)
        assert stored and gzip.decompress(stored.body) == tiles[tile]
    assert large.header["leaf_directory_length"] > 0, "deep enough to have leaves"
    assert sum(read) < 64_000 < (tmp_path / "large.pmtiles").stat().st_size / 50
    assert large.tile(Tile(8, 200, 200)) is None
