"""Makes, starts, stops and checks the private cluster. Never deletes data: what looks broken is left and named.

PostgreSQL refuses root, so as root everything runs as the user `postgres`, with the data outside of folders
that this user cannot enter. The half-made cluster of an interrupted first start is set aside and made again.
"""

from __future__ import annotations

import hashlib
import os
import pwd
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

from gis.trouble import Trouble

LEAST_VERSION, LEAST_FREE = 14, 2**30
USER, DATABASE = "antu", "antu"


@dataclass(frozen=True, slots=True)
class Cluster:
    """Where the cluster of a project folder lives. Looking at it touches nothing."""

    home: Path
    as_user: str | None

    @classmethod
    def of(cls, root: Path) -> Cluster:
        if os.geteuid() == 0:
            name = hashlib.sha256(str(root.resolve()).encode()).hexdigest()[:12]
            return cls(Path("/var/lib/antu") / name, "postgres")
        home = root / "var" / "pg"
        if len(str(home / ".s.PGSQL.5432")) > 100:  # the kernel allows 107 bytes
            name = hashlib.sha256(str(root.resolve()).encode()).hexdigest()[:12]
            home = Path.home() / ".local" / "share" / "antu" / name
        return cls(home, None)

    @property
    def data(self) -> Path:
        return self.home / "data"

    @property
    def log(self) -> Path:
        return self.home / "postgres.log"

    @property
    def url(self) -> str:
        return f"postgresql:///{DATABASE}?host={self.home}&user={USER}"

    @property
    def made(self) -> bool:
        return (self.home / "made").exists()

    def ensure(self) -> bool:
        """Running and ready afterwards; True when this call started it."""
        bin_ = binaries()
        if not self.made:
            self._make(bin_)
        if self.running(bin_):
            return False
        self._start(bin_)
        self._database(bin_)
        return True

    def running(self, bin_: Path | None = None) -> bool:
        tool = (bin_ or binaries()) / "pg_ctl"
        return self.made and self._run(tool, "status", "-D", self.data).returncode == 0

    def stop(self) -> bool:
        """True when there was something to stop."""
        bin_ = binaries()
        if not self.running(bin_):
            return False
        done = self._run(bin_ / "pg_ctl", "stop", "-D", self.data, "-m", "fast", "-w", "-t", "60")
        if done.returncode:
            raise Trouble("The database did not stop within a minute.", f"See {self.log}.", code=4)
        return True

    def _run(self, *command: object) -> subprocess.CompletedProcess[str]:
        words = [str(c) for c in command]
        if self.as_user:
            words = ["runuser", "-u", self.as_user, "--", *words]
        environment = {k: v for k, v in os.environ.items() if not k.startswith("PG")}
        return subprocess.run(words, capture_output=True, text=True, cwd="/", env=environment, check=False)

    def _make(self, bin_: Path) -> None:
        self._folder()
        free = shutil.disk_usage(self.home).free
        if free < LEAST_FREE:
            raise Trouble(
                f"There are only {free / 2**20:.0f} MB free at {self.home}; the database needs at least 1 GB.",
                "Free some space, or put the project on a larger disk.",
            )
        if self.data.exists() and any(self.data.iterdir()):  # an interrupted first start left this
            aside = self.home / f"data.interrupted-{os.getpid()}"
            self.data.rename(aside)
        options = ("-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", "-U", USER, "-N")
        done = self._run(bin_ / "initdb", "-D", self.data, *options)
        if done.returncode:
            raise Trouble("The database cluster could not be made.", last_line(done.stderr), code=4)
        settings = self.home / "antu.conf"
        settings.write_text(tuned(self.home), "utf-8")
        if self.as_user:
            os.chown(settings, *ids(self.as_user))
        with (self.data / "postgresql.conf").open("a") as file:
            file.write(f"include '{settings}'\n")
        (self.home / "made").write_text("initdb finished\n", "utf-8")

    def _folder(self) -> None:
        try:
            self.home.mkdir(parents=True, exist_ok=True)
        except OSError as problem:
            raise Trouble(f"The folder {self.home} cannot be made: {problem.strerror}.") from problem
        if self.as_user:
            os.chown(self.home, *ids(self.as_user))
        self.home.chmod(0o700)

    def _start(self, bin_: Path) -> None:
        version = self.data / "PG_VERSION"
        if not version.exists():
            raise Trouble(
                f"The database cluster at {self.data} is damaged: PG_VERSION is missing. Nothing was deleted.",
                f"Restore it from a backup, or move {self.home} away and start again with an empty one.",
                code=4,
            )
        if (made_by := version.read_text().strip()) != bin_.parent.name:
            raise Trouble(
                f"The database was made by PostgreSQL {made_by}, and {bin_.parent.name} is installed.",
                f"Install postgresql-{made_by} again, or upgrade the data with pg_upgradecluster.",
                code=4,
            )
        command = ("start", "-D", self.data, "-w", "-t", "60", "-l", self.log)
        done = self._run(bin_ / "pg_ctl", *command)
        if done.returncode:
            raise Trouble(
                "The database did not start; it may be damaged. Nothing was deleted.",
                f"The end of {self.log}: {last_line(self.log.read_text('utf-8', 'replace') if self.log.exists() else '')}",
                code=4,
            )

    def _database(self, bin_: Path) -> None:
        query = f"SELECT 1 FROM pg_database WHERE datname = '{DATABASE}'"
        asked = self._run(bin_ / "psql", "-h", self.home, "-U", USER, "-d", "postgres", "-Atc", query)
        if asked.stdout.strip() == "1":
            return
        done = self._run(bin_ / "createdb", "-h", self.home, "-U", USER, DATABASE)
        if done.returncode:
            raise Trouble("The database could not be made.", last_line(done.stderr), code=4)


def binaries() -> Path:
    """The folder of the newest installed PostgreSQL server that has PostGIS."""
    found = sorted(
        (
            p
            for p in Path("/usr/lib/postgresql").glob("*/bin")
            if (p / "initdb").exists() and p.parent.name.isdigit()
        ),
        key=lambda p: int(p.parent.name),
    )
    if not found:
        raise Trouble(
            "PostgreSQL is not installed.", "Run ./antu up, which installs it, or set DATABASE_URL.", code=4
        )
    with_postgis = [
        p
        for p in found
        if list(Path(f"/usr/share/postgresql/{p.parent.name}/extension").glob("postgis.control"))
    ]
    if not with_postgis:
        hint = f"Install postgresql-{found[-1].parent.name}-postgis-3, or set DATABASE_URL."
        raise Trouble("PostgreSQL is installed, but PostGIS is not.", hint, code=4)
    if int(with_postgis[-1].parent.name) < LEAST_VERSION:
        raise Trouble(
            f"PostgreSQL {with_postgis[-1].parent.name} is too old; {LEAST_VERSION} or newer is needed.",
            "Upgrade PostgreSQL, or set DATABASE_URL to a newer server.",
            code=4,
        )
    return with_postgis[-1]


def tuned(home: Path) -> str:
    """Settings for one machine of any size: a quarter of memory for the cache, at most 2 GB."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    cache = max(min(memory // 4, 2 * 2**30), 64 * 2**20) // 2**20
    lines = {
        "listen_addresses": "''",
        "unix_socket_directories": f"'{home}'",
        "max_connections": "80",
        "shared_buffers": f"{cache}MB",
        "effective_cache_size": f"{memory // 2 // 2**20}MB",
        "work_mem": "16MB",
        "maintenance_work_mem": "256MB",
        "random_page_cost": "1.1",
        "jit": "off",
        "max_wal_size": "2GB",
        "log_min_duration_statement": "2000",
    }
    return "".join(f"{name} = {value}\n" for name, value in lines.items())


def ids(user: str) -> tuple[int, int]:
    try:
        known = pwd.getpwnam(user)
    except KeyError as problem:
        hint = "Install PostgreSQL, or run as an ordinary user."
        raise Trouble(f"There is no user “{user}” to run the database as.", hint) from problem
    return known.pw_uid, known.pw_gid


def last_line(text: str) -> str:
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return lines[-1] if lines else "it said nothing"
