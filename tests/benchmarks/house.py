"""How fast the house stands: a start to the first tile, an idle worker's memory, the price of a new layer.

Runs on the database that is there, loaded with the demonstration; starts and stops servers of its own.
"""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import time
import urllib.error
import urllib.request
from pathlib import Path

from tests.benchmarks.report import Report

ROOT = Path(__file__).resolve().parents[2]
TILE = "/tiles/crashes/14/13673/7075.mvt"


def run() -> Report:
    report = Report("The house", "antu bench house")
    stopped = subprocess.run([ROOT / "antu", "stop"], cwd=ROOT, capture_output=True, timeout=60)
    if stopped.returncode:
        report.notes.append("`antu stop` found nothing to stop.")
    seconds, memory = start_to_first_tile()
    report.add("second `./antu up` to first tile, database stopped before", seconds, "s", most=6)
    report.add(
        "memory of one idle worker after its first tile, page and OGC request (PSS)", memory, "MB", most=250
    )
    report.add(
        "lines to add a point layer: model, declaration, migration, test",
        lines_of_a_layer(),
        "lines",
        most=60,
    )
    return report


def start_to_first_tile() -> tuple[float, float]:
    port = free_port()
    began = time.perf_counter()
    up = subprocess.Popen(
        [ROOT / "antu", "up", "--port", str(port), "--workers", "1"],
        cwd=ROOT,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        wait_for(f"http://127.0.0.1:{port}{TILE}", up)
        seconds = time.perf_counter() - began
        for path in ("/", "/ogc/collections?f=json", "/ogc/collections/crashes/items?limit=10"):
            wait_for(f"http://127.0.0.1:{port}{path}", up)
        return seconds, heaviest_worker(up.pid)
    finally:
        up.send_signal(signal.SIGINT)
        up.wait(30)


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


def wait_for(url: str, server: subprocess.Popen[bytes], most: float = 120) -> None:
    """Asks every 20 ms until the address answers; the server ending first is an error."""
    end = time.perf_counter() + most
    while time.perf_counter() < end:
        if server.poll() is not None:
            raise RuntimeError(f"the server ended with {server.returncode} before it answered {url}")
        try:
            with urllib.request.urlopen(url, timeout=5) as answer:
                answer.read()
                return
        except (urllib.error.URLError, ConnectionError, TimeoutError):
            time.sleep(0.02)
    raise TimeoutError(f"{url} did not answer within {most:g} s")


def heaviest_worker(root: int) -> float:
    """Megabytes of the largest process below the supervisor that serves requests: private plus its share."""
    return max(pss(pid) for pid in descendants(root)) / 1e6


def descendants(root: int) -> list[int]:
    parents: dict[int, list[int]] = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                stat = (entry / "stat").read_text()
            except (FileNotFoundError, ProcessLookupError):
                continue
            parents.setdefault(int(stat.rpartition(")")[2].split()[1]), []).append(int(entry.name))
    found, queue = [], [root]
    while queue:
        children = parents.get(queue.pop(), [])
        found += children
        queue += children
    return [pid for pid in found if b"postgres" not in (Path("/proc") / str(pid) / "cmdline").read_bytes()]


def pss(pid: int) -> int:
    for line in (Path("/proc") / str(pid) / "smaps_rollup").read_text().splitlines():
        if line.startswith("Pss:"):
            return int(line.split()[1]) * 1024
    return 0


def lines_of_a_layer() -> int:
    """Lines of the smallest complete theme, `tests/example`: model, declaration, migration and test."""
    folder = ROOT / "tests" / "example"
    files = [p for p in sorted(folder.rglob("*.py")) if p.name != "__init__.py"]
    return sum(sum(1 for line in p.read_text("utf-8").splitlines() if line.strip()) for p in files)


if __name__ == "__main__":
    os.environ.setdefault("PYTHONUNBUFFERED", "1")
    print(run().markdown())
