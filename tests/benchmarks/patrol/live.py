"""Phones on the live map: five thousand, each with a position every ten seconds; none may be lost, in the table or on the map.

Each sends by itself, with its own session, as the phone page does. And how soon a message is on an open page.
"""

from __future__ import annotations

import asyncio
import json
import random
import threading
import time
from collections import Counter
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import httpx
import psycopg

from gis.cli.processes import web_command
from tests.benchmarks import points
from tests.benchmarks.load import cpu
from tests.benchmarks.patrol import crowd
from tests.benchmarks.patrol.crowd import PLACE, Phone
from tests.benchmarks.report import Report
from tests.server import free_port, started

PHONES, EVERY, SECONDS = 5000, 10.0, 30.0
LINES = 256
CSRF = "b" * 32
LISTENERS = 200


def measure(report: Report, dsn: str, phones: int = PHONES, seconds: float = SECONDS) -> None:
    port = free_port()
    command = web_command("127.0.0.1", port, 1)
    with (
        crowd.on_duty(phones) as (carried, chief),
        started(command, port, crowd.environment(dsn, port), "/readyz") as pid,
    ):
        positions(report, dsn, port, pid, carried, chief, seconds)
        told(report, port, carried, chief)


class Map(threading.Thread):
    """A supervisor's open map: which places it was told."""

    def __init__(self, port: int, session: str) -> None:
        super().__init__(daemon=True)
        self.seen: Counter[tuple[str, float, float]] = Counter()
        self.missed = 0
        self.open = threading.Event()
        self._http = httpx.Client(
            base_url=f"http://127.0.0.1:{port}", cookies={"sessionid": session}, timeout=60
        )

    def run(self) -> None:
        try:
            with self._http.stream("GET", "/api/patrol/live") as line:
                for text in line.iter_lines():
                    if not text.startswith("data: "):
                        continue
                    said = json.loads(text[6:])
                    if said.get("kind") == "missed":
                        self.missed += 1
                        self.open.set()  # the first one says that the line to the database stands
                    for u in said.get("units", ()):
                        self.seen[(u["id"], u["x"], u["y"])] += 1
        except httpx.HTTPError:
            return  # closed by us

    def close(self) -> None:
        self._http.close()


def positions(
    report: Report, dsn: str, port: int, pid: int, phones: list[Phone], chief: str, seconds: float
) -> None:
    watching = Map(port, chief)
    watching.start()
    assert watching.open.wait(60), "the live line did not open"
    with psycopg.connect(dsn, autocommit=True) as line:
        postgres = points.postmaster(dsn)
        asyncio.run(_send(port, _list(phones, 0.0)[:500], 500 / 5))  # warm
        warm = 500
        wanted = [p for i in range(int(seconds / EVERY)) for p in _list(phones, EVERY * i + 1)]
        before, began = (cpu(pid), cpu(postgres)), time.perf_counter()
        done = asyncio.run(_send(port, wanted, len(phones) / EVERY))
        spent = time.perf_counter() - began
        used = cpu(pid) - before[0], cpu(postgres) - before[1]
        stored = line.execute(
            "SELECT count(*) FROM patrol_position WHERE officer LIKE %s", [crowd.MARK + "%"]
        ).fetchone()
    expected = {(f"u{p.unit}", x, y) for p, _, x, y in wanted}
    until = time.monotonic() + 20
    while time.monotonic() < until and not expected <= watching.seen.keys():
        time.sleep(0.1)
    lost = len(expected - watching.seen.keys())
    watching.close()
    assert stored is not None
    waits = sorted(done["waits"])
    report.add(
        "phones on the live map: positions sent and not stored", len(wanted) - (stored[0] - warm), "", most=0
    )
    report.add("… stored and not told to the open map", lost, "", most=0)
    report.add("… positions taken in a second", len(wanted) / spent, "/s", least=0.95 * len(phones) / EVERY)
    report.add("… answered within, p95", waits[int(0.95 * len(waits))], "s", most=1.0)
    report.add("… share of a core, server", used[0] / spent, "cores", most=1.0)
    report.notes.append(
        f"- Live map: {len(phones):,} phones with sessions of their own, {len(wanted):,} positions in {spent:.1f} s; answers other than "
        f"200: {done['refused']}; server {1000 * used[0] / len(wanted):.2f} ms and PostgreSQL "
        f"{1000 * used[1] / len(wanted):.2f} ms of CPU for a position; the map was told to read anew {watching.missed - 1} times."
    )


Sending = tuple[Phone, str, float, float]


def _list(phones: list[Phone], after: float) -> list[Sending]:
    """One position of each, at a moment and place that no other has."""
    base, rng = time.time(), random.Random(after)
    found = []
    for i, p in enumerate(phones):
        at = datetime.fromtimestamp(base - 60 + after + i * 1e-4, UTC).isoformat()
        x = round(PLACE[0] + rng.uniform(-0.05, 0.05), 6)
        found.append((p, at, x, round(PLACE[1] + rng.uniform(-0.05, 0.05), 6)))
    return found


async def _send(port: int, wanted: list[Sending], rate: float) -> dict[str, Any]:
    """At an even pace; where the server is slower, they wait here, and the pace is not kept."""
    began = time.perf_counter()
    waits: list[float] = []
    refused: Counter[int] = Counter()
    turn = iter(enumerate(wanted))

    async def line() -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        for i, (phone, at, x, y) in turn:
            due = began + i / rate
            if (early := due - time.perf_counter()) > 0:
                await asyncio.sleep(early)
            body = json.dumps({"positions": [{"at": at, "lon": x, "lat": y}]}).encode()
            sent = time.perf_counter()
            writer.write(
                f"POST /api/patrol/positions HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nContent-Type: application/json\r\n"
                f"Cookie: sessionid={phone.session}; csrftoken={CSRF}\r\nX-CSRFToken: {CSRF}\r\n"
                f"Content-Length: {len(body)}\r\n\r\n".encode()
                + body
            )
            status = await _answer(reader)
            waits.append(time.perf_counter() - sent)
            if status != 200:
                refused[status] += 1
        writer.close()

    await asyncio.gather(*(line() for _ in range(LINES)))
    return {"waits": waits, "refused": dict(refused)}


async def _answer(reader: asyncio.StreamReader) -> int:
    head = (await reader.readuntil(b"\r\n\r\n")).lower()
    length = next(int(x.split(b":")[1]) for x in head.split(b"\r\n") if x.startswith(b"content-length"))
    await reader.readexactly(length)
    return int(head.split(b" ", 2)[1])


def told(report: Report, port: int, phones: list[Phone], chief: str) -> None:
    """Two hundred open pages; three messages to all of them, one after another."""
    waits = asyncio.run(_told(port, phones[:LISTENERS], chief))
    waits.sort()
    report.add(
        f"a message on {LISTENERS} open pages (SSE), p95", waits[int(0.95 * len(waits))], "s", most=2.0
    )


async def _told(port: int, phones: list[Phone], chief: str) -> list[float]:
    address = f"http://127.0.0.1:{port}"
    heard: dict[str, list[float]] = {p.officer: [] for p in phones}
    opened = asyncio.Semaphore(0)

    async def page(phone: Phone) -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(
            f"GET /api/patrol/mine HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nCookie: sessionid={phone.session}\r\n\r\n".encode()
        )
        try:
            while text := await reader.readline():
                if text.startswith(b"event: open"):
                    opened.release()
                elif text.startswith(b"event: notice"):
                    heard[phone.officer].append(time.perf_counter())
        finally:
            writer.close()

    pages = [asyncio.create_task(page(p)) for p in phones]
    for _ in phones:
        await asyncio.wait_for(opened.acquire(), 60)
    await asyncio.sleep(1.0)
    waits: list[float] = []
    async with httpx.AsyncClient(base_url=address, timeout=60) as http:
        http.cookies.update({"sessionid": chief, "csrftoken": CSRF})
        for n in range(3):
            body = {"event": str(uuid4()), "text": f"集合 {n}", "officers": [p.officer for p in phones]}
            sent = time.perf_counter()
            answer = await http.post("/api/patrol/messages", json=body, headers={"X-CSRFToken": CSRF})
            assert answer.status_code == 201, answer.text
            until = time.monotonic() + 20
            while time.monotonic() < until and any(len(h) <= n for h in heard.values()):
                await asyncio.sleep(0.02)
            assert all(len(h) == n + 1 for h in heard.values()), "a message did not come to an open page"
            waits += [h[n] - sent for h in heard.values()]
    for one in pages:
        one.cancel()
    await asyncio.gather(*pages, return_exceptions=True)
    return waits
