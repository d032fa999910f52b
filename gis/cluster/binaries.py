"""Where PostgreSQL's programs are, and whether they will do: new enough, and with a PostGIS that is."""

from __future__ import annotations

import re
from pathlib import Path

from gis.cluster.reach import LEAST_POSTGIS, LEAST_POSTGRESQL, postgis_too_old
from gis.trouble import Trouble

PROGRAMS, SHARED = Path("/usr/lib/postgresql"), Path("/usr/share/postgresql")


def binaries(version: str | None = None) -> Path:
    """The folder of the server of this version, where it is installed; otherwise of the newest with PostGIS."""
    found = {int(p.parent.name): p for p in PROGRAMS.glob("[0-9]*/bin") if (p / "initdb").exists()}
    if not found:
        raise Trouble(
            "PostgreSQL is not installed.", "Run ./antu up, which installs it, or set DATABASE_URL.", code=4
        )
    with_postgis = {number: p for number, p in found.items() if postgis(number)}
    if not with_postgis:
        hint = f"Install postgresql-{max(found)}-postgis-3, or set DATABASE_URL."
        raise Trouble("PostgreSQL is installed, but PostGIS is not.", hint, code=4)
    if version and version.isdigit() and int(version) in with_postgis:
        return with_postgis[int(version)]
    newest = max(with_postgis)
    if newest < LEAST_POSTGRESQL:
        raise Trouble(
            f"PostgreSQL {newest} is too old; {LEAST_POSTGRESQL} or newer is needed.",
            "Upgrade PostgreSQL, or set DATABASE_URL to a newer server.",
            code=4,
        )
    if postgis_too_old(postgis(newest) or ""):
        raise Trouble(
            f"PostGIS {postgis(newest)} is too old; {'.'.join(map(str, LEAST_POSTGIS))} or newer is needed.",
            "Upgrade to Debian 12 or Ubuntu 24.04, or set DATABASE_URL to a newer server.",
            code=4,
        )
    return with_postgis[newest]


def postgis(number: int) -> str | None:
    """The version of PostGIS that is installed for a server."""
    control = SHARED / str(number) / "extension" / "postgis.control"
    if not control.exists():
        return None
    said = re.search(r"default_version\s*=\s*'([^']+)'", control.read_text("utf-8", "replace"))
    return said[1] if said else ""
