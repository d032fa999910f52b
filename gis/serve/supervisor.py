"""Starts child processes, starts those again that die, and ends them together: on Ctrl-C or SIGTERM.

A pid file lets the next start find and end what a killed supervisor left; a mark in their environment proves
that they are ours, whoever has their numbers by then.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from types import FrameType, TracebackType

from gis.cluster.processes import end_group, group
from gis.trouble import Trouble

MARK = "ANTU_RUN"
PATIENCE = 8.0
DEATHS, WITHIN = 4, 60.0  # so many within so many seconds are no accident


class Supervisor:
    """`with Supervisor(folder) as supervisor`: whatever happens inside, no child outlives the block."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.children: dict[str, subprocess.Popen[bytes]] = {}
        self._commands: dict[str, list[str]] = {}
        self._deaths: dict[str, list[float]] = {}
        self.told = False

    def __enter__(self) -> Supervisor:
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, self._tell)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.end()  # with the signals still caught: a second Ctrl-C leaves no half behind

    def start(self, name: str, command: list[str]) -> None:
        child = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            start_new_session=True,
            env=os.environ | {MARK: str(self.folder)},
        )
        self.children[name] = child
        self._commands[name] = command
        self.folder.mkdir(parents=True, exist_ok=True)
        (self.folder / f"{name}.pid").write_text(f"{child.pid}\n")

    def until(self, ask: Callable[[], bool], seconds: float) -> bool:
        """Waits for a sign that the children work; False when one ends before, or when it takes too long."""
        until = time.monotonic() + seconds
        while time.monotonic() < until and not self.told:
            if any(child.poll() is not None for child in self.children.values()):
                return False
            if ask():
                return True
            time.sleep(0.05)
        return self.told

    def wait(self) -> None:
        """Until told to stop. Raises Trouble when a child dies again and again."""
        while not self.told:
            for name, child in list(self.children.items()):
                if child.poll() is not None and not self.told:
                    self._again(name, child)
            time.sleep(0.1)

    def _again(self, name: str, child: subprocess.Popen[bytes]) -> None:
        now = time.monotonic()
        deaths = [at for at in self._deaths.get(name, []) if now - at < WITHIN] + [now]
        self._deaths[name] = deaths
        end_group(child.pid)  # what it started itself would hold the port
        if len(deaths) >= DEATHS:
            raise Trouble(
                f"“{name}” ended {len(deaths)} times within a minute, last with {ending(child.returncode)}.",
                "What it said is above. antu check may know more.",
                code=1,
            )
        sys.stderr.write(f"{name} ended with {ending(child.returncode)}; it is started again\n")
        self.start(name, self._commands[name])

    def _tell(self, number: int, frame: FrameType | None) -> None:
        self.told = True

    def end(self) -> None:
        for child in self.children.values():
            if child.poll() is None:
                child.send_signal(signal.SIGTERM)
        until = time.monotonic() + PATIENCE
        for name, child in self.children.items():
            with suppress(subprocess.TimeoutExpired):  # then its group is ended by force
                child.wait(max(until - time.monotonic(), 0.1))
            end_group(child.pid)
            child.wait(5)
            (self.folder / f"{name}.pid").unlink(missing_ok=True)
        self.children.clear()


def ending(code: int) -> str:
    try:
        return signal.Signals(-code).name if code < 0 else f"exit code {code}"
    except ValueError:
        return f"signal {-code}"


def running(folder: Path) -> dict[str, int]:
    """The process groups of the pid files that are alive and ours, by name."""
    found = {}
    for path in sorted(folder.glob("*.pid")):
        pid = path.read_text("utf-8", "replace").strip()
        if pid.isdigit() and any(_ours(member, folder) for member in group(int(pid))):
            found[path.stem] = int(pid)
    return found


def _ours(pid: int, folder: Path) -> bool:
    try:
        told = Path(f"/proc/{pid}/environ").read_bytes().split(b"\0")
    except OSError:
        return False
    return f"{MARK}={folder}".encode() in told


def end_leftovers(folder: Path) -> list[str]:
    """Ends what a killed supervisor left running. Only for whoever holds the folder's lock, or knows that nobody does."""
    found = running(folder)
    for pid in found.values():
        end_group(pid)
    for path in folder.glob("*.pid"):
        path.unlink(missing_ok=True)
    return list(found)
