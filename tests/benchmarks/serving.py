"""Tiles, features, downloads and freshness, against raw PostGIS and the peers that are at hand, in one run.

What declared generalisation saves is measured by `antu bench tiles`.

Peers are looked for in `ANTU_PEERS` (a Python environment with tipg and pygeoapi's PostgreSQL provider, and
perhaps the binary `martin`); what is absent is left out and said so.
"""

from __future__ import annotations

import asyncio
import os
import statistics
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx

from gis.cli.processes import web_command
from tests.benchmarks import peers, points
from tests.benchmarks.load import Load, cpu, fire, memory
from tests.benchmarks.report import Report
from tests.server import free_port

PAIRS = 6


def run() -> Report:
    report = Report("Serving", "antu bench serving")
    dsn = points.prepare()
    postgres = points.postmaster(dsn)
    tiles = points.tiles()
    wanted = os.environ.get("ANTU_BENCH_PARTS", "").split(",")
    for name, part in {
        "uncached": lambda: _uncached(report, dsn, postgres, tiles),
        "cached": lambda: _cached(report, dsn, postgres, tiles),
        "features": lambda: _features(report, dsn, postgres),
        "download": lambda: _download(report, dsn),
        "freshness": lambda: _freshness(report, dsn, postgres),
        "catalogue": lambda: _catalogue(report),
    }.items():
        if wanted == [""] or name in wanted:
            part()
    return report


@contextmanager
def ours(dsn: str, **more: str) -> Iterator[tuple[str, int]]:
    """A server with one worker; its address and process."""
    port = free_port()
    environment = os.environ | {
        "DATABASE_URL": peers.url(dsn),
        "DJANGO_SETTINGS_MODULE": "tests.settings",
        "ANTU_STATEMENT_TIMEOUT_MS": "60000",
        "ANTU_TILE_DISK_MB": "0",
    } | more  # fmt: skip
    with peers.started(web_command("127.0.0.1", port, 1), port, environment) as pid:
        yield f"http://127.0.0.1:{port}", pid


def path(tile: tuple[int, int, int]) -> str:
    return "/tiles/spots/{}/{}/{}.mvt".format(*tile)


def _uncached(report: Report, dsn: str, postgres: int, tiles: list[tuple[int, int, int]]) -> None:
    """The same SQL, raw and through the server, in turns: the median of the pairs is the figure."""
    slim = [t for t in tiles if t[0] >= 14]
    shares, costs, loads = [], [], []
    with ours(dsn, ANTU_TILE_CACHE_MB="0") as (address, server):
        fire(address, [path(t) for t in slim], server=server, postmaster=postgres)
        for _ in range(PAIRS):
            raw = asyncio.run(_raw(dsn, slim, postgres))
            load = fire(address, [path(t) for t in slim], server=server, postmaster=postgres, headers="")
            assert not load.refused
            loads.append(load)
            shares.append(load.rate / raw.rate)
            costs.append(raw.database_ms / load.cpu_ms)
    middle = sorted(loads, key=lambda x: x.rate)[len(loads) // 2]
    report.add(
        "uncached tile, same SQL: share of raw ST_AsMVT throughput, median of pairs",
        statistics.median(shares),
        "",
        least=0.90,
    )
    report.notes.append(
        f"- Uncached tiles z14–z16: {middle.rate:.0f} req/s, p50 {middle.percentile(0.5):.1f} ms, p95 {middle.percentile(0.95):.1f} ms, "
        f"{middle.database_ms:.2f} ms CPU in PostgreSQL + {middle.server_ms:.2f} ms in the server, {middle.kilobytes:.0f} kB a tile; "
        f"raw CPU / ours {statistics.median(costs):.2f}; shares of the pairs {', '.join(f'{s:.2f}' for s in shares)}."
    )  # fmt: skip
    for name, load in peers.tile_loads(dsn, postgres, slim):
        report.notes.append(
            f"- {name}, the same tiles: {load.rate:.0f} req/s, p95 {load.percentile(0.95):.1f} ms, {load.cpu_ms:.2f} ms CPU, "
            f"{load.kilobytes:.0f} kB a tile; ours is ×{middle.rate / load.rate:.1f} in req/s, ×{load.cpu_ms / middle.cpu_ms:.1f} in CPU."
        )  # fmt: skip
    report.notes += [f"- {absent}" for absent in peers.absent()]


async def _raw(dsn: str, tiles: list[tuple[int, int, int]], postgres: int) -> Load:
    """The statements of the server, sent to PostgreSQL without one, over as many connections as its pool has."""
    from psycopg_pool import AsyncConnectionPool

    from layers.access import Clearance
    from layers.registry.register import register
    from tilesrv.grid import Tile
    from tilesrv.statement import Ask, statement, version

    layer = register.get("spots")
    assert layer is not None
    asks = [Ask(layer, Clearance.PUBLIC)]
    waiting = iter(tiles)
    sizes: list[int] = []
    options = {
        "autocommit": True,
        "prepare_threshold": 0,
        "options": "-c jit=off -c plan_cache_mode=force_custom_plan",
    }
    connections = 2 * (os.cpu_count() or 2)
    async with AsyncConnectionPool(
        dsn, min_size=connections, max_size=connections, kwargs=options, open=False
    ) as pool:
        before, began = cpu(postgres), time.perf_counter()

        async def one() -> None:
            for place in waiting:
                tile = Tile(*place)
                sql = statement(asks, tile) + ", (" + version(asks, tile) + ")"
                async with pool.connection() as line:
                    cursor = line.cursor(binary=True)
                    await cursor.execute(sql.text.encode(), sql.params)
                    row = await cursor.fetchone()
                    sizes.append(len(row[0]))

        await asyncio.gather(*(one() for _ in range(8)))
        seconds = time.perf_counter() - began
        spent = cpu(postgres) - before
    return Load(len(sizes), seconds, 0, spent, (0.0,), sum(sizes), max(sizes), 0)


def _cached(report: Report, dsn: str, postgres: int, tiles: list[tuple[int, int, int]]) -> None:
    slim = [t for t in tiles if t[0] >= 14][:50]
    with ours(dsn) as (address, server):
        paths = [path(t) for t in slim]
        fire(address, paths, server=server, postmaster=postgres)
        load = fire(address, paths * 400, server=server, postmaster=postgres)
        tag = httpx.get(address + paths[0]).headers["etag"]
        same = fire(
            address,
            paths[:1] * 20_000,
            server=server,
            postmaster=postgres,
            headers=f"If-None-Match: {tag}\r\n",
        )
        wrk = _wrk(address + paths[0])
    report.add("cached tile from memory: CPU of the server", load.cpu_ms, "ms", most=0.10)
    report.add(
        "… requests a core of the server can answer in a second", 1000 / load.cpu_ms, "req/s", least=10_000
    )
    report.add("304: CPU of the server", same.cpu_ms, "ms", most=0.10)
    report.notes.append(f"- Cached tiles: {wrk}")


def _wrk(address: str) -> str:
    try:
        done = subprocess.run(
            ["wrk", "-t1", "-c8", "-d5s", "--latency", address], capture_output=True, text=True, check=True
        )
    except FileNotFoundError:
        return "wrk is not installed, so the rate was not taken by a client that costs less than the server."
    lines = {line.split()[0]: line.split()[-1] for line in done.stdout.splitlines() if line.strip()}
    return f"wrk on the other core: {lines['Requests/sec:']} req/s, p50 {lines['50%']}, p99 {lines['99%']}."


def _features(report: Report, dsn: str, postgres: int) -> None:
    boxes = [
        f"{120.3 + 0.06 * i:.2f},{23.3 + 0.06 * i:.2f},{120.38 + 0.06 * i:.2f},{23.38 + 0.06 * i:.2f}"
        for i in range(5)
    ]
    ask = [f"/ogc/collections/spots/items?limit=1000&bbox={b}" for b in boxes] * 8
    with ours(dsn) as (address, server):
        fire(address, ask[:8], server=server, postmaster=postgres)
        load = fire(address, ask, server=server, postmaster=postgres, headers="")
        first, deep = _pages(address, dsn, server, postgres)
    assert not load.refused
    report.notes.append(
        f"- 1,000 items in a dense bbox: {load.rate:.0f} req/s, p95 {load.percentile(0.95):.0f} ms, "
        f"{load.database_ms:.1f} ms CPU in PostgreSQL + {load.server_ms:.1f} ms in the server."
    )
    found = dict(peers.item_loads(dsn, postgres, boxes))
    for name, least in (("pygeoapi's PostgreSQL provider", 8), ("tipg", 4)):
        if peer := found.get(name):
            report.add(
                f"1,000 items in a dense bbox: CPU of {name} / ours",
                peer.cpu_ms / load.cpu_ms,
                "×",
                least=least,
            )
            report.notes.append(
                f"- {name}: {peer.rate:.1f} req/s, p95 {peer.percentile(0.95):.0f} ms, {peer.cpu_ms:.1f} ms CPU."
            )
    report.add("page at row 900,000 / the first page, CPU", deep.cpu_ms / first.cpu_ms, "×", most=2)


def _pages(address: str, dsn: str, server: int, postgres: int) -> tuple[Load, Load]:
    import psycopg

    from gis.ogc.request import token

    with psycopg.connect(dsn) as line:
        row = line.execute("SELECT id FROM sample_spot ORDER BY id OFFSET 900000 LIMIT 1").fetchone()
    assert row is not None
    page = "/ogc/collections/spots/items?limit=1000"
    first = fire(address, [page] * 20, server=server, postmaster=postgres)
    deep = fire(address, [f"{page}&after={token([row[0]])}"] * 20, server=server, postmaster=postgres)
    return first, deep


def _download(report: Report, dsn: str) -> None:
    with ours(dsn) as (address, server):
        httpx.get(f"{address}/ogc/collections/spots/items?limit=1")
        idle = memory(server)
        most, told = idle, []
        for form in ("csv", "geojson", "parquet"):
            began, size = time.perf_counter(), 0
            with httpx.stream(
                "GET", f"{address}/ogc/collections/spots/download?f={form}", timeout=600
            ) as answer:
                parts = answer.iter_bytes()
                size += len(next(parts))
                first = time.perf_counter() - began
                for n, part in enumerate(parts):
                    size += len(part)
                    if n % 200 == 0:
                        most = max(most, memory(server))
            told.append((form, first, size, time.perf_counter() - began))
    report.add(
        "first byte of a download of 10⁶ features, slowest format that streams",
        max(t[1] for t in told),
        "s",
        most=0.3,
    )
    report.add("memory that downloads add to the worker", most - idle, "MB", most=64)
    report.notes += [
        f"- Download as {f}: {s / 1e6:.0f} MB in {t:.0f} s, first byte after {1000 * b:.0f} ms."
        for f, b, s, t in told
    ]


def _freshness(report: Report, dsn: str, postgres: int) -> None:
    """CPU of the same edits with and without the triggers, in turns, each edit a transaction."""
    import psycopg

    edits = 3000
    spent: dict[bool, list[float]] = {True: [], False: []}
    with psycopg.connect(dsn, autocommit=True) as line:
        line.execute("ALTER TABLE sample_spot DISABLE TRIGGER audit_rows_update")
        for turn in range(12):
            on = turn % 2 == 0
            line.execute(f"ALTER TABLE sample_spot {'ENABLE' if on else 'DISABLE'} TRIGGER antu_touch_update")
            before = cpu(postgres)
            for n in range(edits):
                line.execute("UPDATE sample_spot SET grade = grade WHERE key = %s", [f"b{turn * edits + n}"])
            spent[on].append((cpu(postgres) - before) / edits * 1000)
        line.execute("ALTER TABLE sample_spot ENABLE TRIGGER USER")
    cost = statistics.median(spent[True]) - statistics.median(spent[False])
    report.add("freshness: CPU per edited row, an edit at a time", cost, "ms", most=0.05)


def _catalogue(report: Report) -> None:
    """Descriptions for a hundred layers and three clearances, made anew as after a change of the register."""
    from dataclasses import replace

    from gis.ogc import bridge, openapi
    from layers.access import Clearance, Viewer
    from layers.registry.register import register

    known = [layer for layer in register if layer.clearance is Clearance.PUBLIC and not layer.raster]
    held, best = list(register), 1e9
    try:
        for turn in range(3):
            some = (known[n % len(known)] for n in range(100))
            register.swap([replace(x, id=f"{x.id}_{n}_{turn}") for n, x in enumerate(some)])
            began = time.perf_counter()
            for clearance in (Clearance.PUBLIC, Clearance.COUNCIL, Clearance.POLICE):
                bridge.collections(clearance, "http://bench", "zh-TW")
                openapi.document(Viewer(actor="bench", clearance=clearance), "http://bench")
            best = min(best, time.perf_counter() - began)
    finally:
        register.swap(held)
    report.add("collections and OpenAPI made anew, 100 layers × 3 clearances", best * 1000, "ms", most=300)


if __name__ == "__main__":
    Path("/dev/stdout").write_text(run().markdown())
