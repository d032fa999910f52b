"""How fast the house stands: from nothing to the portal, a second start, the tests, memory, the price of a layer.

Runs in a copy of this folder with a private database of its own, so that nothing that is here is touched.
What needs a fresh machine, installing, is not repeated but noted.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from gis.cluster import Cluster
from gis.cluster.processes import group
from gis.trouble import Trouble
from tests.benchmarks.report import Report, Row
from tests.server import free_port

ROOT = Path(__file__).resolve().parents[2]
RECORD = ROOT / "var" / "setup" / "last-test.json"
TILE = "/tiles/crashes/14/13673/7075.mvt"
STARTS = 3
INSTALLING = (
    "Installing is not repeated here. It was noted on a fresh Debian 12 with registries near by and some 90 Python "
    "packages: about 20 s for Debian's packages and 6 s for Python's, without the build of the portal"
)


def run() -> Report:
    report = Report("The house", "antu bench house")
    with copy() as house:
        first = house.start_to("/").seconds
        report.add(
            "from an empty folder to the portal: database, tables, demonstration, web (without installing)",
            first,
            "s",
            most=240,
        )
        again = [house.start_to(TILE) for _ in range(STARTS)]
    seconds = sorted(start.seconds for start in again)
    report.add(
        "second `./antu up` to the first tile, database stopped before (median)", median(seconds), "s", most=6
    )
    tests(report)
    report.add(
        "memory of an idle web worker after its first tile, page and OGC requests (PSS)",
        max(start.memory for start in again),
        "MB",
        most=250,
    )
    report.add(
        "lines to add a point layer: model, declaration, migration, test",
        lines_of_a_layer(),
        "lines",
        most=60,
    )
    report.notes += [
        f"- {INSTALLING}: {first:.0f} s + 26 s = {first + 26:.0f} s together.",
        f"- The {STARTS} second starts: {', '.join(f'{s:.1f}' for s in seconds)} s"
        f"{'' if house.by_script else ', without the look at packages that `./antu` takes first'}.",
        f"- Work of a second start, which other programs do not stretch: {median(s.work for s in again):.1f} s of a core "
        "(command line, web and its worker; the database is not counted).",
        f"- Load of the machine over the last minute: {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores.",
    ]
    return report


def tests(report: Report) -> None:
    """The last whole run of `antu test`, which keeps a record; it is not run again for this."""
    what = "whole test suite and all checks, `./antu test`"
    if not RECORD.exists():
        report.rows.append(Row(what, "not run here yet", "≤ 600 s", met=False))
        return
    told = json.loads(RECORD.read_text("utf-8"))
    report.add(what, float(told["seconds"]), "s", most=600)
    failed = f"with failures in {', '.join(told['failed'])}" if told["failed"] else "all passed"
    report.notes.append(f"- The test suite's figure is of its last whole run, {told['on']}, {failed}.")


@dataclass(frozen=True, slots=True)
class Start:
    """`seconds` by the clock, `work` seconds of a core (which other programs do not stretch), `memory` in MB."""

    seconds: float
    work: float
    memory: float


@dataclass(frozen=True, slots=True)
class House:
    root: Path
    by_script: bool

    def start_to(self, path: str) -> Start:
        """From the command to the first answer, and the web worker when it idles again."""
        port = free_port()
        command = ["./antu"] if self.by_script else [sys.executable, "-m", "gis.cli"]
        began = time.perf_counter()
        up = subprocess.Popen(
            [*command, "up", "--port", str(port), "--workers", "1"],
            cwd=self.root,
            env=self.environment(),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )
        said: list[str] = []
        listener = threading.Thread(target=lambda: said.extend(up.stderr or ()), daemon=True)
        listener.start()
        try:
            wait_for(f"http://127.0.0.1:{port}{path}", up, said)
            seconds = time.perf_counter() - began
            leader = int((self.root / "var" / "run" / "web.pid").read_text())
            work = sum(cpu(pid) for pid in [up.pid, *group(leader)])
            for more in (TILE, "/", "/ogc/collections?f=json", "/ogc/collections/crashes/items?limit=10"):
                wait_for(f"http://127.0.0.1:{port}{more}", up, said)
            return Start(seconds, work, max(pss(pid) for pid in group(leader)) / 1e6)
        finally:
            up.send_signal(signal.SIGINT)
            up.wait(60)

    def environment(self) -> dict[str, str]:
        mine = {k: v for k, v in os.environ.items() if not k.startswith(("ANTU_", "DJANGO_", "DATABASE_"))}
        return mine | {"PYTHONPATH": str(self.root), "ANTU_INSTALL": "no"}


@contextmanager
def copy() -> Iterator[House]:
    """The product in a folder of its own with nothing in it yet, and taken away afterwards."""
    folder = Path(tempfile.mkdtemp(prefix="antu-bench-", dir="/tmp"))
    folder.chmod(0o755)
    ignored = shutil.ignore_patterns(
        "node_modules", ".git", ".venv", "var", ".*_cache", "__pycache__", "tests"
    )
    shutil.copytree(ROOT, folder, ignore=ignored, dirs_exist_ok=True)
    (folder / ".venv").symlink_to((ROOT / ".venv").resolve())
    stamps = [ROOT / "var" / "setup" / name for name in ("python", "portal")]
    (folder / "var" / "setup").mkdir(parents=True)
    for stamp in stamps:
        if stamp.exists():
            shutil.copy(stamp, folder / "var" / "setup")
    house = House(folder, by_script=all(stamp.exists() for stamp in stamps))
    try:
        yield house
    finally:
        words = [sys.executable, "-m", "gis.cli", "stop"]
        subprocess.run(words, cwd=folder, env=house.environment(), capture_output=True, check=False)
        shutil.rmtree(Cluster.of(folder).home, ignore_errors=True)
        shutil.rmtree(folder)


def wait_for(url: str, server: subprocess.Popen[str], said: list[str], most: float = 400) -> None:
    """Asks every 20 ms until the address answers; the server ending first is an error."""
    end = time.perf_counter() + most
    while time.perf_counter() < end:
        if server.poll() is not None:
            raise Trouble(f"the server ended with {server.returncode} before {url}: {''.join(said[-5:])}")
        try:
            with urllib.request.urlopen(url, timeout=5) as answer:
                answer.read()
                return
        except (urllib.error.URLError, ConnectionError, TimeoutError):
            time.sleep(0.02)
    raise Trouble(f"{url} did not answer within {most:g} s")


def cpu(pid: int) -> float:
    """Seconds of a core that a process and those of its children that ended have used."""
    fields = (Path("/proc") / str(pid) / "stat").read_text().rpartition(")")[2].split()
    return sum(int(n) for n in fields[11:15]) / os.sysconf("SC_CLK_TCK")


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
