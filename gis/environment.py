"""Reads what the environment says: the database's address and secrets, given as values or as files.

Knows no Django, so that the command line and the private cluster can ask before Django starts.
"""

from __future__ import annotations

import os
import secrets
from contextlib import suppress
from pathlib import Path
from typing import Any

from gis.trouble import Trouble

ENCODED = "Write %40 for @, %3A for :, %2F for /, %25 for % and %20 for a space in a password."
EXAMPLE = "For example postgresql://antu:secret@localhost:5432/antu. Unset it to use the private database."


def value(name: str) -> str | None:
    """`NAME`, or the contents of the file that `NAME_FILE` names (as containers hand over secrets)."""
    if path := os.environ.get(f"{name}_FILE"):
        try:
            return Path(path).read_text("utf-8").strip()
        except (OSError, UnicodeDecodeError) as problem:
            why = problem.strerror if isinstance(problem, OSError) else "it is not text"
            raise Trouble(f"{name}_FILE names {path}, which cannot be read: {why}.") from problem
    return os.environ.get(name)


def database_url() -> str | None:
    """The address of a database of one's own; None means the private cluster. Empty counts as unset."""
    return os.environ.get("DATABASE_URL", "").strip() or None


def data_folder(root: Path) -> Path:
    """Where rasters, archives and uploads are kept. Looking at it makes nothing."""
    return Path(os.environ.get("ANTU_DATA_DIR") or root / "var" / "data")


def writable(folder: Path) -> None:
    """Makes the folder; raises Trouble where this user cannot write in it."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as problem:
        raise not_writable(folder, problem.strerror) from problem
    if not os.access(folder, os.W_OK | os.X_OK):  # says no to root too where the disk is read-only
        read_only = os.statvfs(folder).f_flag & os.ST_RDONLY
        raise not_writable(folder, "the disk is read-only" if read_only else "it belongs to another user")


def not_writable(folder: Path, why: str | None) -> Trouble:
    return Trouble(
        f"The folder {folder} cannot be written: {why}.",
        "Give this user the right to write there, or name another data folder in ANTU_DATA_DIR.",
    )


def address(url: str) -> dict[str, str]:
    """DATABASE_URL as libpq reads it. What is said about a wrong one never repeats a password."""
    from psycopg import ProgrammingError
    from psycopg.conninfo import conninfo_to_dict

    scheme, separator, rest = url.partition("://")
    if not separator or scheme not in ("postgresql", "postgres", "postgis"):
        begins = f"begins with “{scheme}://”" if separator and scheme.isalnum() else "has no scheme"
        raise Trouble(f"DATABASE_URL {begins}; it must begin with postgresql://.", EXAMPLE, code=4)
    try:
        read = {k: str(v) for k, v in conninfo_to_dict(f"postgresql://{rest}").items()}
    except ProgrammingError as problem:
        said = str(problem).strip()
        why = f": {said}" if said.startswith("invalid URI query parameter") else ""
        raise Trouble(f"DATABASE_URL cannot be read{why}.", f"{ENCODED} {EXAMPLE}", code=4) from None
    if "@" in read.get("host", "") + read.get("dbname", ""):
        raise Trouble("DATABASE_URL cannot be read: it has an “@” too many.", f"{ENCODED} {EXAMPLE}", code=4)
    for port in filter(None, read.get("port", "").split(",")):
        if not port.isdigit() or not 0 < int(port) < 65536:
            raise Trouble("The port in DATABASE_URL is not a number from 1 to 65535.", EXAMPLE, code=4)
    return read


def secret(name: str, keep: Path) -> str:
    """A secret from the environment; otherwise one made once and kept in a file only its owner can read."""
    if given := value(name):
        return given
    with suppress(FileNotFoundError, NotADirectoryError):
        return _kept(keep)
    made = secrets.token_urlsafe(48)
    draft = keep.with_name(f"{keep.name}.{os.getpid()}")
    try:
        keep.parent.mkdir(parents=True, exist_ok=True)
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
            file.write(made)
        with suppress(FileExistsError):  # another worker was first
            os.link(draft, keep)  # whole or not at all
        draft.unlink()
    except OSError as problem:
        raise not_writable(keep.parent, problem.strerror) from problem
    return _kept(keep)


def _kept(keep: Path) -> str:
    try:
        return keep.read_text("utf-8").strip()
    except PermissionError as problem:
        hint = "Run as the user who started Antu first, or give this one the right."
        raise Trouble(f"The secret key {keep} may not be read by this user.", hint) from problem


def database(url: str | None, root: Path) -> dict[str, Any]:
    """Django's settings for `DATABASE_URL`; unset means the private cluster of this folder."""
    if not url:
        from gis.cluster import Cluster

        url = Cluster.of(root).url
    read = address(url)
    return {
        "ENGINE": "django.contrib.gis.db.backends.postgis",
        "NAME": read.pop("dbname", "") or "antu",
        "USER": read.pop("user", ""),
        "PASSWORD": read.pop("password", "") or value("ANTU_DB_PASSWORD") or "",
        "HOST": read.pop("host", ""),
        "PORT": read.pop("port", ""),
        "OPTIONS": read,
        "CONN_MAX_AGE": 60,
        "CONN_HEALTH_CHECKS": True,
        "TEST": {"NAME": os.environ.get("ANTU_TEST_DATABASE", "test_antu")},
    }


def one_of(name: str, choices: tuple[str, ...]) -> str:
    """A word out of few; anything else is refused at once, rather than taken for none."""
    given = (value(name) or "").strip().lower()
    if given not in choices:
        raise Trouble(
            f"{name} is “{given}”.", f"It can be {', '.join(filter(None, choices))}, or unset.", code=2
        )
    return given
