"""One `antu up` a folder: who runs here holds a lock, and says in it who it is and where it answers."""

from __future__ import annotations

import fcntl
import os
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from gis.cluster.processes import started
from gis.environment import writable
from gis.trouble import Trouble


@dataclass(frozen=True, slots=True)
class Holder:
    pid: int
    address: str


@contextmanager
def alone(folder: Path, address: str) -> Iterator[None]:
    """Raises Trouble where another one runs. The kernel gives the lock back however its holder ends."""
    writable(folder)
    with (folder / "up.lock").open("a+") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as problem:
            there = read(folder)
            where = f": {there.address} (process {there.pid})" if there else ""
            raise Trouble(
                f"Antu is running here already{where}.", "Open that address, or end it with antu stop."
            ) from problem
        file.truncate(0)
        file.write(f"{os.getpid()} {address}\n")
        file.flush()
        yield
        file.truncate(0)


def holder(folder: Path) -> Holder | None:
    """Who runs here now."""
    try:
        with (folder / "up.lock").open() as file:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except FileNotFoundError:
        return None
    except BlockingIOError:
        return read(folder)
    return None


def read(folder: Path) -> Holder | None:
    pid, _, address = (folder / "up.lock").read_text().strip().partition(" ")
    return Holder(int(pid), address) if pid.isdigit() else None


def end(there: Holder, seconds: float = 30) -> None:
    """Asks it to stop, as Ctrl-C would, and waits until it has."""
    try:
        os.kill(there.pid, signal.SIGTERM)
    except ProcessLookupError:
        return
    except PermissionError as problem:
        raise Trouble(
            f"Antu runs here as another user (process {there.pid}).", "Stop it as that user, or as root."
        ) from problem
    until = time.monotonic() + seconds
    while started(there.pid):
        if time.monotonic() > until:
            raise Trouble(
                f"Antu (process {there.pid}) did not stop within {seconds:.0f} seconds.",
                f"Make it: kill -9 {there.pid}, then antu stop.",
            )
        time.sleep(0.05)
