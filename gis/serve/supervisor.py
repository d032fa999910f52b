"""Starts child processes and ends them together: on Ctrl-C, on SIGTERM, or when one of them dies.

A pid file with the start time of the process lets the next start find and end what a killed one left behind.
"""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from types import FrameType

from gis.trouble import Trouble

PATIENCE = 10.0


class Supervisor:
    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.children: dict[str, subprocess.Popen[bytes]] = {}
        self._stop = False

    def start(self, name: str, command: list[str]) -> None:
        child = subprocess.Popen(command, stdin=subprocess.DEVNULL, start_new_session=True)
        self.children[name] = child
        self.folder.mkdir(parents=True, exist_ok=True)
        (self.folder / f"{name}.pid").write_text(f"{child.pid} {started(child.pid)}\n")

    def wait(self) -> int:
        """Until told to stop, or until a child ends by itself; then all end. The exit code to use."""
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, self._told)
        code = 0
        while not self._stop:
            for name, child in self.children.items():
                if child.poll() is not None:
                    sys.stderr.write(f"{name} ended with {child.returncode}\n")
                    self._stop, code = True, child.returncode or 1
            time.sleep(0.1)
        self.end()
        return code

    def _told(self, number: int, frame: FrameType | None) -> None:
        self._stop = True

    def end(self) -> None:
        for child in self.children.values():
            if child.poll() is None:
                child.send_signal(signal.SIGTERM)
        until = time.monotonic() + PATIENCE
        for name, child in self.children.items():
            try:
                child.wait(max(until - time.monotonic(), 0.1))
            except subprocess.TimeoutExpired:
                kill_group(child.pid)
                child.wait(5)
            (self.folder / f"{name}.pid").unlink(missing_ok=True)


def started(pid: int) -> str:
    """When a process began, as the kernel counts; '' when it is gone."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[19]
    except (FileNotFoundError, ProcessLookupError, IndexError):
        return ""


def end_leftovers(folder: Path) -> list[str]:
    """Ends what a killed supervisor left running; a number that now belongs to another process is left alone."""
    found = []
    for path in folder.glob("*.pid"):
        pid, _, since = path.read_text().strip().partition(" ")
        if pid.isdigit() and since and started(int(pid)) == since:
            kill_group(int(pid))
            found.append(path.stem)
        path.unlink(missing_ok=True)
    return found


def kill_group(pid: int) -> None:
    for number, wait in ((signal.SIGTERM, 3.0), (signal.SIGKILL, 1.0)):
        try:
            os.killpg(pid, number)
        except ProcessLookupError:
            return
        until = time.monotonic() + wait
        while time.monotonic() < until and started(pid):
            time.sleep(0.05)


def check_port(host: str, port: int) -> None:
    """Raises Trouble when the port is taken, with the name of who holds it where the kernel tells."""
    with socket.socket() as trial:
        trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            trial.bind((host, port))
        except OSError as problem:
            holder = who_holds(port)
            raise Trouble(
                f"Port {port} is taken{f' by {holder}' if holder else ''}.",
                f"Stop it, or use another: antu up --port {port + 1}",
                code=3,
            ) from problem


def who_holds(port: int) -> str:
    wanted = f":{port:04X}"
    inodes = set()
    for table in ("tcp", "tcp6"):
        for line in Path(f"/proc/net/{table}").read_text().splitlines()[1:]:
            parts = line.split()
            if parts[1].endswith(wanted) and parts[3] == "0A":
                inodes.add(f"socket:[{parts[9]}]")
    for process in Path("/proc").iterdir():
        if not process.name.isdigit():
            continue
        try:
            if any(str(f.readlink()) in inodes for f in (process / "fd").iterdir()):
                name = (process / "comm").read_text().strip()
                return f"{name} (process {process.name})"
        except OSError:
            continue
    return ""


def until_answers(
    ask: Callable[[], bool], children: dict[str, subprocess.Popen[bytes]], seconds: float
) -> bool:
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        if any(child.poll() is not None for child in children.values()):
            return False
        if ask():
            return True
        time.sleep(0.05)
    return False
