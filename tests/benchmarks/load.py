"""Measures servers by what they cost: CPU of a process tree and of PostgreSQL, so that a noisy machine still gives a verdict."""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

TICKS = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True, slots=True)
class Load:
    """What a list of requests came to. CPU is of the server and of PostgreSQL, never of the client."""

    requests: int
    seconds: float
    server_cpu: float
    database_cpu: float
    times: tuple[float, ...]
    size: int
    largest: int
    refused: int

    @property
    def rate(self) -> float:
        return self.requests / self.seconds

    @property
    def cpu_ms(self) -> float:
        return 1000 * (self.server_cpu + self.database_cpu) / self.requests

    @property
    def server_ms(self) -> float:
        return 1000 * self.server_cpu / self.requests

    @property
    def database_ms(self) -> float:
        return 1000 * self.database_cpu / self.requests

    def percentile(self, share: float) -> float:
        """Milliseconds within which this share of the requests was answered."""
        return 1000 * sorted(self.times)[min(int(share * len(self.times)), len(self.times) - 1)]

    @property
    def kilobytes(self) -> float:
        return self.size / self.requests / 1000


def children(pid: int) -> list[int]:
    """The process and all that descend from it."""
    parents: dict[int, list[int]] = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit() and (fields := _stat(int(entry.name))):
            parents.setdefault(int(fields[1]), []).append(int(entry.name))
    found, open_ = [], [pid]
    while open_:
        one = open_.pop()
        found.append(one)
        open_ += parents.get(one, [])
    return found


def _stat(pid: int) -> list[str]:
    """The fields of /proc/PID/stat behind the name, or nothing when the process has ended."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except (FileNotFoundError, ProcessLookupError):
        return []


def cpu(pid: int) -> float:
    """CPU seconds of a process tree, children that have ended included."""
    total = 0
    for one in children(pid):
        if fields := _stat(one):
            total += sum(int(v) for v in fields[11:15])
    return total / TICKS


def memory(pid: int) -> float:
    """MB of a process tree, shared pages counted once (PSS)."""
    total = 0
    for one in children(pid):
        try:
            lines = Path(f"/proc/{one}/smaps_rollup").read_text().splitlines()
        except (FileNotFoundError, ProcessLookupError):
            continue
        total += next(int(line.split()[1]) for line in lines if line.startswith("Pss:"))
    return total / 1024


def fire(
    address: str,
    paths: Sequence[str],
    *,
    server: int,
    postmaster: int,
    together: int = 8,
    headers: str = "Accept-Encoding: gzip\r\n",
) -> Load:
    """Sends the requests, so many at a time over connections that stay open, and sums up."""
    before = cpu(server), cpu(postmaster)
    began = time.perf_counter()
    told = asyncio.run(_fire(address, list(paths), together, headers))
    seconds = time.perf_counter() - began
    after = cpu(server), cpu(postmaster)
    return Load(
        requests=len(told),
        seconds=seconds,
        server_cpu=after[0] - before[0],
        database_cpu=after[1] - before[1],
        times=tuple(t for t, _, _ in told),
        size=sum(s for _, s, _ in told),
        largest=max(s for _, s, _ in told),
        refused=sum(status >= 400 for _, _, status in told),
    )


async def _fire(address: str, paths: list[str], together: int, headers: str) -> list[tuple[float, int, int]]:
    told: list[tuple[float, int, int]] = []
    waiting = iter(paths)

    async def one() -> None:
        host = urlsplit(address).netloc
        name, _, port = host.partition(":")
        reader, writer = await asyncio.open_connection(name, int(port))
        for path in waiting:
            began = time.perf_counter()
            writer.write(f"GET {path} HTTP/1.1\r\nHost: {host}\r\n{headers}\r\n".encode())
            status, size = await _answer(reader)
            told.append((time.perf_counter() - began, size, status))
        writer.close()

    await asyncio.gather(*(one() for _ in range(together)))
    return told


async def _answer(reader: asyncio.StreamReader) -> tuple[int, int]:
    head = (await reader.readuntil(b"\r\n\r\n")).lower()
    status = int(head.split(b" ", 2)[1])
    if b"transfer-encoding: chunked" in head:
        size = 0
        while count := int(await reader.readline(), 16):
            await reader.readexactly(count + 2)
            size += count
        await reader.readexactly(2)
        return status, size
    length = next((int(x.split(b":")[1]) for x in head.split(b"\r\n") if x.startswith(b"content-length")), 0)
    await reader.readexactly(length)
    return status, length
