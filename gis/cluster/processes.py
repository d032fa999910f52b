"""What the kernel says about processes: since when they run, and which of them work in a folder."""

from __future__ import annotations

import os
import signal
import time
from pathlib import Path

PROC = Path("/proc")


def started(pid: int) -> str:
    """When a process began, as the kernel counts; '' when it is gone or only waits to be buried."""
    try:
        state, *rest = (PROC / str(pid) / "stat").read_text().rpartition(")")[2].split()
    except (FileNotFoundError, ProcessLookupError, ValueError):
        return ""
    return "" if state in "ZX" else rest[18]


def working_in(folder: Path) -> list[int] | None:
    """The processes whose working folder this is, as a postmaster's is its data; None where we may not know."""
    there, hidden = [], False
    for entry in PROC.iterdir():
        if not entry.name.isdigit():
            continue
        try:
            if (entry / "cwd").readlink() == folder:
                there.append(int(entry.name))
        except PermissionError:
            hidden = hidden or "postgres" in _name(entry)
        except OSError:  # it ended while we looked
            continue
    return None if hidden and not there else there


def _name(process: Path) -> str:
    try:
        return (process / "comm").read_text()
    except OSError:
        return ""


def wait_until_gone(pids: list[int], seconds: float) -> bool:
    until = time.monotonic() + seconds
    while any(started(pid) for pid in pids):
        if time.monotonic() > until:
            return False
        time.sleep(0.05)
    return True


def group(leader: int) -> list[int]:
    """The living processes of a process group."""
    found = []
    for entry in PROC.iterdir():
        if entry.name.isdigit():
            try:
                state, _, of = (entry / "stat").read_text().rpartition(")")[2].split()[:3]
            except (OSError, ValueError):
                continue
            if int(of) == leader and state not in "ZX":
                found.append(int(entry.name))
    return found


def end_group(leader: int, patience: float = 3.0) -> None:
    """Asks a process group to end, then makes it."""
    for number, wait in ((signal.SIGTERM, patience), (signal.SIGKILL, 3.0)):
        try:
            os.killpg(leader, number)
        except ProcessLookupError:
            return
        if wait_until_gone(group(leader), wait):
            return
