"""Reads what the environment says: the database's address and secrets, given as values or as files.

Knows no Django, so that the command line and the private cluster can ask before Django starts.
"""

from __future__ import annotations

import os
import secrets
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit


def value(name: str) -> str | None:
    """`NAME`, or the contents of the file that `NAME_FILE` names (as containers hand over secrets)."""
    if path := os.environ.get(f"{name}_FILE"):
        return Path(path).read_text("utf-8").strip()
    return os.environ.get(name)


def secret(name: str, keep: Path) -> str:
    """A secret from the environment; otherwise one made once and kept in a file only its owner can read."""
    if given := value(name):
        return given
    if keep.exists():
        return keep.read_text("utf-8").strip()
    made = secrets.token_urlsafe(48)
    keep.parent.mkdir(parents=True, exist_ok=True)
    try:
        handle = os.open(keep, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:  # another worker was first
        return keep.read_text("utf-8").strip()
    with os.fdopen(handle, "w") as file:
        file.write(made)
    return made


def database(url: str | None, root: Path) -> dict[str, Any]:
    """Django's settings for `DATABASE_URL`; unset means the private cluster of this folder."""
    if not url:
        from gis.cluster import Cluster

        url = Cluster.of(root).url
    parts = urlsplit(url)
    query = {k: v[-1] for k, v in parse_qs(parts.query).items()}
    password = unquote(parts.password or "") or value("ANTU_DB_PASSWORD") or ""
    return {
        "ENGINE": "django.contrib.gis.db.backends.postgis",
        "NAME": unquote(parts.path.lstrip("/")) or "antu",
        "USER": unquote(parts.username or "") or query.pop("user", ""),
        "PASSWORD": password,
        "HOST": parts.hostname or query.pop("host", ""),
        "PORT": str(parts.port or query.pop("port", "")),
        "OPTIONS": {k: v for k, v in query.items() if k not in ("host", "user", "port")},
        "CONN_MAX_AGE": 60,
        "CONN_HEALTH_CHECKS": True,
        "TEST": {"NAME": os.environ.get("ANTU_TEST_DATABASE", "test_antu")},
    }
