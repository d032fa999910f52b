"""Is the port free? Where not, who has it: another program, or Antu itself, from this folder or another."""

from __future__ import annotations

import errno
import socket
from pathlib import Path

from gis.trouble import Trouble


def check_port(host: str, port: int, command: str = "up") -> None:
    """Raises Trouble when nothing can listen there, with the name of who does where the kernel tells."""
    try:
        family, kind, protocol, _, place = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
    except socket.gaierror as problem:
        raise Trouble(
            f"“{host}” is no address of a machine.", "Use 127.0.0.1 for this machine alone, 0.0.0.0 for all."
        ) from problem
    with socket.socket(family, kind, protocol) as trial:
        trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            trial.bind(place)
        except OSError as problem:
            raise reason(problem, host, port, command) from problem


def reason(problem: OSError, host: str, port: int, command: str) -> Trouble:
    if problem.errno == errno.EACCES:
        return Trouble(
            f"This user may not open port {port}; those below 1024 are root's.",
            f"Use antu {command} --port 8000",
        )
    if problem.errno == errno.EADDRNOTAVAIL:
        return Trouble(f"{host} is not an address of this machine.", "Use 127.0.0.1, or 0.0.0.0 for all.")
    if problem.errno != errno.EADDRINUSE:
        return Trouble(f"Port {port} of {host} cannot be opened: {problem.strerror}.")
    other = port + 1 if port < 65535 else 8000
    holder = who_holds(port)
    return Trouble(
        f"Port {port} is taken{f' by {holder}' if holder else ''}.",
        f"Stop it, or use another: antu {command} --port {other}",
    )


def who_holds(port: int) -> str:
    """The process that listens there, as far as this user may know."""
    wanted, inodes = f":{port:04X}", set()
    for table in ("tcp", "tcp6"):
        path = Path(f"/proc/net/{table}")
        for line in path.read_text().splitlines()[1:] if path.exists() else ():
            parts = line.split()
            if parts[1].endswith(wanted) and parts[3] == "0A":
                inodes.add(f"socket:[{parts[9]}]")
    for process in Path("/proc").iterdir():
        if not process.name.isdigit():
            continue
        try:
            if any(str(f.readlink()) in inodes for f in (process / "fd").iterdir()):
                return named(process)
        except OSError:
            continue
    return ""


def named(process: Path) -> str:
    words = (process / "cmdline").read_bytes().split(b"\0")
    if b"gis.asgi:application" in words:
        return f"another Antu, that of {(process / 'cwd').readlink()} (process {process.name})"
    return f"{(process / 'comm').read_text().strip()} (process {process.name})"
