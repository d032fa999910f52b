"""Can the database be reached, is it new enough, is PostGIS there? Each «no» is a sentence, never a password."""

from __future__ import annotations

from dataclasses import dataclass

import psycopg
from psycopg.conninfo import make_conninfo

from gis.environment import address
from gis.trouble import Trouble

LEAST_POSTGRESQL, LEAST_POSTGIS = 14, (3, 3)
OTHERWISE = "Check DATABASE_URL, or unset it to use the private database."
# What the server or libpq says, and what to do about it; PostgreSQL gives no code for a refused connection.
REMEDIES = {
    "password authentication failed": "Check the password in DATABASE_URL, ANTU_DB_PASSWORD or the file that "
    "ANTU_DB_PASSWORD_FILE names.",
    "no password supplied": "Put the password into DATABASE_URL, ANTU_DB_PASSWORD or ANTU_DB_PASSWORD_FILE.",
    "failed to resolve host": "Check the name of the host in DATABASE_URL, and this machine's network.",
    "Connection refused": "Is PostgreSQL running there, on that port, and does it listen to this machine?",
    "No such file or directory": "Is PostgreSQL running, and is that the folder of its socket?",
    "timeout expired": "Is that machine on, and does a firewall let PostgreSQL's port through?",
    "no pg_hba.conf entry": "The server's pg_hba.conf must let this machine and this user in.",
    "too many clients": "Raise max_connections of the server, or stop what else uses it.",
}


@dataclass(frozen=True, slots=True)
class Facts:
    """What a server says about itself: `postgis` is None where it cannot be had at all."""

    version: int
    postgis: str | None
    installed: bool  # in this database, not only on the server
    may_install: bool


def check(url: str, password: str | None = None) -> None:
    """Raises Trouble when DATABASE_URL is wrong, unreachable, too old, or has no PostGIS."""
    read = address(url)
    place = read.get("host") or "the local socket"
    where = f"“{read.get('dbname', 'antu')}” at {place}{':' + read['port'] if read.get('port') else ''}"
    if password and not read.get("password"):
        read["password"] = password
    judge(ask(read, where), where)


def ask(read: dict[str, str], where: str) -> Facts:
    try:
        with psycopg.connect(make_conninfo("", **{"dbname": "antu", "connect_timeout": "5"} | read)) as line:
            row = line.execute(
                "SELECT (SELECT extversion FROM pg_extension WHERE extname = 'postgis'), "
                "(SELECT default_version FROM pg_available_extensions WHERE name = 'postgis'), "
                "(SELECT rolsuper FROM pg_roles WHERE rolname = current_user)"
            ).fetchone()
            installed, available, super_ = row or (None, None, False)
            return Facts(line.info.server_version // 10_000, installed or available, bool(installed), super_)
    except psycopg.Error as problem:
        said, hint = sentence(str(problem), read.get("password"))
        if "does not exist" in said and "database" in said:
            hint = f"Make it: createdb {'-h ' + read['host'] + ' ' if 'host' in read else ''}{read.get('dbname', 'antu')}"
        raise Trouble(f"The database {where} does not answer: {said}.", hint, code=4) from None


def sentence(said: str, password: str | None) -> tuple[str, str]:
    """What libpq said, in one line without its preface and without the password, and what to do about it."""
    first = next((line.strip() for line in said.splitlines() if line.strip()), "it said nothing")
    if password:
        first = first.replace(password, "…")
    hint = next((what for sign, what in REMEDIES.items() if sign in said), OTHERWISE)
    return first.removeprefix("connection failed: ").removeprefix("connection is bad: ").rstrip("."), hint


def judge(facts: Facts, where: str) -> None:
    """Raises Trouble when what is there does not do."""
    if facts.version < LEAST_POSTGRESQL:
        raise Trouble(
            f"The database {where} is PostgreSQL {facts.version}; {LEAST_POSTGRESQL} or newer is needed.",
            "Upgrade it, or unset DATABASE_URL to use the private database.",
            code=4,
        )
    if facts.postgis is None:
        raise Trouble(
            f"PostGIS is not installed on the server of the database {where}.",
            f"On Debian and Ubuntu: apt install postgresql-{facts.version}-postgis-3, on that machine.",
            code=4,
        )
    if postgis_too_old(facts.postgis):
        least = ".".join(map(str, LEAST_POSTGIS))
        raise Trouble(
            f"The database {where} has PostGIS {facts.postgis}; {least} or newer is needed.",
            "Upgrade the package, then run in the database: SELECT postgis_extensions_upgrade().",
            code=4,
        )
    if not facts.installed and not facts.may_install:
        raise Trouble(
            f"PostGIS is on the server, but not in the database {where}, and this user may not add it.",
            "Somebody who may runs once, in that database: CREATE EXTENSION postgis.",
            code=4,
        )


def postgis_too_old(version: str) -> bool:
    numbers = (version.split("-")[0] + ".0").split(".")[:2]
    return not all(n.isdigit() for n in numbers) or tuple(int(n) for n in numbers) < LEAST_POSTGIS
