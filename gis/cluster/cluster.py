"""Makes, starts, stops and checks the private cluster. Never deletes data: what looks broken is left and named.

PostgreSQL refuses root, so as root everything runs as the user `postgres`, with the data outside of folders
that this user cannot enter. A cluster is made beside its place and moved there whole. Whoever uses it holds a
lock; the last one to leave stops it, so that a command leaves nothing running that it did not find.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import pwd
import re
import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from gis.cluster.binaries import binaries
from gis.cluster.processes import started, wait_until_gone, working_in
from gis.cluster.tuning import tuned
from gis.trouble import Trouble

ROOM_TO_MAKE, ROOM_TO_RUN = 2**30, 100 * 2**20
USER, DATABASE = "antu", "antu"
PATIENCE = 60

_held: dict[Path, IO[str]] = {}


@dataclass(frozen=True, slots=True)
class Cluster:
    """Where the cluster of a project folder lives. Looking at it touches nothing."""

    home: Path
    as_user: str | None

    @classmethod
    def of(cls, root: Path) -> Cluster:
        name = hashlib.sha256(str(root.resolve()).encode()).hexdigest()[:12]
        if os.geteuid() == 0:
            return cls(Path("/var/lib/antu") / name, "postgres")
        home = root / "var" / "pg"
        if len(str(home / ".s.PGSQL.5432")) > 100:  # the kernel allows 107 bytes
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
        return self.data.exists()

    @property
    def identity(self) -> str:
        """Another one for another cluster at the same place; '' while there is none."""
        try:
            with (self.data / "global" / "pg_control").open("rb") as control:
                given = control.read(8)  # by initdb, to this cluster alone; a folder's number is given again
        except OSError:
            return ""
        return f"{self.home}:{given.hex()}"

    def ensure(self) -> bool:
        """Running, ready and held afterwards; True when this call started it."""
        self._folder()
        self._hold()
        with self._alone():
            if not self.made:
                self._make(binaries())
            self._ours(self.data)
            bin_ = binaries(self._version())
            if self._answers(bin_):
                return False
            self._start(bin_)
            self._database(bin_)
            return True

    def running(self) -> bool:
        try:
            return self.made and self._answers(binaries(self._version()))
        except PermissionError:
            return False

    def leave(self) -> bool:
        """Nothing of ours uses it any more; stops it when nobody else does. True when that stopped it."""
        held = _held.pop(self.home, None)
        if held is None:
            return False
        with held:
            try:
                fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                return False
            return self.stop()  # a newcomer waits for the lock meanwhile

    def stop(self) -> bool:
        """True when there was something to stop."""
        if not self.made or not self._alive():
            return False
        bin_ = binaries(self._version())
        done = self._run(bin_ / "pg_ctl", "stop", "-D", self.data, "-m", "fast", "-w", "-t", PATIENCE)
        if done.returncode and self._alive():
            raise Trouble("The database did not stop within a minute.", f"See {self.log}.", code=4)
        return True

    def _hold(self) -> None:
        if self.home not in _held:
            file = (self.home / "in-use").open("w")
            fcntl.flock(file, fcntl.LOCK_SH)
            _held[self.home] = file

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """Two that start at the same moment make and start one cluster, one after the other."""
        with (self.home / "starting").open("w") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            yield

    def _run(self, *command: object) -> subprocess.CompletedProcess[str]:
        words = [str(c) for c in command]
        if self.as_user:
            words = ["runuser", "-u", self.as_user, "--", *words]
        environment = {k: v for k, v in os.environ.items() if not k.startswith("PG")} | {"LC_ALL": "C.UTF-8"}
        return subprocess.run(words, capture_output=True, text=True, cwd="/", env=environment, check=False)

    def _owner(self) -> int:
        return ids(self.as_user)[0] if self.as_user else os.geteuid()

    def _folder(self) -> None:
        try:
            for parent in reversed(self.home.parents):
                if not parent.exists():
                    parent.mkdir(exist_ok=True)
                    parent.chmod(0o755)  # whatever the umask, the database's user must pass
            self.home.mkdir(exist_ok=True)
            if self.as_user and not any(self.home.iterdir()):
                os.chown(self.home, *ids(self.as_user))
        except OSError as problem:
            hint = "Put the project where this user can write, or set DATABASE_URL."
            raise Trouble(
                f"The database's folder {self.home} cannot be made: {problem.strerror}.", hint, code=4
            ) from problem
        self._ours(self.home)
        try:
            self.home.chmod(0o700)
            self._room(0)
        except OSError as problem:
            raise Trouble(f"{self.home} cannot be written: {problem.strerror}.", code=4) from problem

    def _ours(self, place: Path) -> None:
        if (owner := place.stat().st_uid) != (wanted := self._owner()):
            raise Trouble(
                f"{place} belongs to {user(owner)}, and the database runs as {user(wanted)}. Nothing was changed.",
                f"Run Antu as {user(owner)}, or hand it over: chown -R {user(wanted)} {self.home}",
                code=4,
            )

    def _room(self, least: int) -> None:
        free = shutil.disk_usage(self.home).free
        if free < least:
            raise Trouble(
                f"There are only {free / 2**20:.0f} MB free at {self.home}; "
                f"the database needs at least {least / 2**20:.0f} MB.",
                "Free some space, or put the project on a larger disk.",
                code=4,
            )

    def _make(self, bin_: Path) -> None:
        self._room(ROOM_TO_MAKE)
        for left in self.home.glob("data.making*"):  # of interrupted starts; they never held a row
            shutil.rmtree(left, ignore_errors=True)
        draft = (
            self.home / f"data.making-{os.getpid()}"
        )  # what a killed start left may still write to its own
        options = ("-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", "-U", USER)
        done = self._run(bin_ / "initdb", "-D", draft, *options)
        try:
            if done.returncode:
                raise Trouble(
                    f"The database cluster could not be made at {self.home}: {cause(done.stderr)}.",
                    "Free space, or give the user the right, then start again.",
                    code=4,
                )
            settings = self._settings()
            with (draft / "postgresql.conf").open("a") as file:
                file.write(f"include '{settings}'\n")
            draft.rename(self.data)
        except BaseException:
            shutil.rmtree(draft, ignore_errors=True)
            raise

    def _settings(self) -> Path:
        """As this version of the product and this machine want them; one's own go below the include of this file."""
        settings = self.home / "antu.conf"
        if not settings.exists() or settings.read_text("utf-8", "replace") != tuned(self.home):
            settings.write_text(tuned(self.home), "utf-8")
            if self.as_user:
                os.chown(settings, *ids(self.as_user))
        return settings

    def _version(self) -> str:
        try:
            return (self.data / "PG_VERSION").read_text("utf-8", "replace").strip()
        except FileNotFoundError:
            return ""

    def _answers(self, bin_: Path) -> bool:
        """A pid file alone proves nothing: after a crash its number may belong to somebody else."""
        return self._run(bin_ / "pg_isready", "-q", "-h", self.home).returncode == 0

    def _postmaster(self) -> int | None:
        """The process of the pid file, alive or not."""
        try:
            first = (self.data / "postmaster.pid").read_text("utf-8", "replace").split("\n", 1)[0]
        except FileNotFoundError:
            return None
        return int(first) if first.strip().isdigit() else None

    def _alive(self) -> bool:
        pid = self._postmaster()
        if pid is None or not started(pid):
            return False
        inside = working_in(self.data.resolve())
        return inside is None or pid in inside

    def _start(self, bin_: Path) -> None:
        self._judge(bin_)
        self._room(ROOM_TO_RUN)
        until = time.monotonic() + PATIENCE
        while self._alive() and not self._answers(bin_) and time.monotonic() < until:
            time.sleep(0.1)  # an earlier one is still starting or ending
        if not self._alive():
            self._after_a_crash()
            self._settings()
        before = self.log.stat().st_size if self.log.exists() else 0
        command = ("start", "-D", self.data, "-w", "-t", PATIENCE, "-l", self.log)
        said = self._run(bin_ / "pg_ctl", *command).stderr if not self._alive() else ""
        if self._answers(bin_):
            return
        if self._alive():
            raise Trouble(
                "The database is still putting itself in order after it was interrupted.",
                f"That takes a while when there is much data. Start again in some minutes; see {self.log}.",
                code=4,
            )
        logged = self.log.read_bytes()[before:].decode("utf-8", "replace") if self.log.exists() else ""
        raise Trouble(
            f"The database did not start: {cause(logged or said)}. Nothing was deleted.",
            f"The whole story is in {self.log}. {AWAY.format(home=self.home)}",
            code=4,
        )

    def _judge(self, bin_: Path) -> None:
        made_by = self._version()
        if not made_by.isdigit():
            said = "is missing" if not made_by else "is not a version"
            raise Trouble(
                f"The database cluster at {self.data} is damaged: PG_VERSION {said}. Nothing was deleted.",
                AWAY.format(home=self.home),
                code=4,
            )
        if made_by != bin_.parent.name:
            raise Trouble(
                f"The database was made by PostgreSQL {made_by}, and {bin_.parent.name} is installed.",
                f"Install postgresql-{made_by}-postgis-3 again. To move to {bin_.parent.name}: with the old one, "
                "antu backup FILE; then move the database's folder away, start anew, and antu restore FILE.",
                code=4,
            )

    def _after_a_crash(self) -> None:
        """Waits for what a killed postmaster left, and removes a pid file whose number is somebody else's now."""
        left = working_in(self.data.resolve())
        if left and not wait_until_gone(left, 20):
            raise Trouble(
                f"Processes of an earlier start still work on {self.data}: {', '.join(map(str, left))}.",
                f"End them: kill {' '.join(map(str, left))}",
                code=4,
            )
        pid = self._postmaster()
        if left is not None and pid is not None and Path(f"/proc/{pid}").exists():
            # PostgreSQL would believe both of them, were it but a dead child that nobody buried.
            for stale in (self.data / "postmaster.pid", self.home / ".s.PGSQL.5432.lock"):
                stale.unlink(missing_ok=True)

    def _database(self, bin_: Path) -> None:
        query = f"SELECT 1 FROM pg_database WHERE datname = '{DATABASE}'"
        asked = self._run(bin_ / "psql", "-h", self.home, "-U", USER, "-d", "postgres", "-Atc", query)
        if asked.stdout.strip() == "1":
            return
        done = self._run(bin_ / "createdb", "-h", self.home, "-U", USER, DATABASE)
        if done.returncode:
            raise Trouble(
                f"The database could not be made: {cause(done.stderr)}.", f"See {self.log}.", code=4
            )


ERROR = re.compile(r"PANIC:|FATAL:|ERROR:|error:")
AWAY = "Restore it from a backup, or move {home} away and start again with an empty one."


def ids(user: str) -> tuple[int, int]:
    try:
        known = pwd.getpwnam(user)
    except KeyError as problem:
        hint = "Install PostgreSQL, or run as an ordinary user."
        raise Trouble(f"There is no user “{user}” to run the database as.", hint, code=4) from problem
    return known.pw_uid, known.pw_gid


def user(uid: int) -> str:
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return f"user {uid}"


def cause(text: str) -> str:
    """Why it failed: the first line that PostgreSQL calls an error, as those after it follow from it."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    errors = [line for line in lines if ERROR.search(line) and "the database system is" not in line]
    chosen = errors[0] if errors else (lines or ["it said nothing"])[-1]
    return ERROR.split(chosen)[-1].strip().rstrip(".")
