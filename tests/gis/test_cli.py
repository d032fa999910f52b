"""The command line in a folder of its own: real processes, a real private database, the smallest city.

Exit codes: 0 done, 1 failed, 2 wrong use, 3 this machine, 4 the database. Never a traceback, never a process left.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import psycopg
import pytest
from click.testing import CliRunner

from gis.cli import COMMANDS, cli, run
from gis.cli.near import near
from gis.cluster import Cluster
from gis.cluster.binaries import binaries
from gis.cluster.processes import PROC, group, started
from gis.serve.supervisor import Supervisor
from gis.trouble import Trouble, of_the_machine
from tests.server import free_port

ROOT = Path(__file__).resolve().parents[2]
PROGRAM_READS = ["status", "demo", "import", "export", "check", "migrate", "bench"]
ROOMS = ("gis", "layers", "portal", "tilesrv", "diagramming", "data")


@dataclass(frozen=True, slots=True)
class House:
    """A copy of the product in a folder of its own, with a private database of its own."""

    root: Path

    @property
    def cluster(self) -> Cluster:
        return Cluster.of(self.root)

    def environment(self, **more: str) -> dict[str, str]:
        mine = {k: v for k, v in os.environ.items() if not k.startswith(("ANTU_", "DJANGO_", "DATABASE_"))}
        return mine | {"PYTHONPATH": str(self.root), "PYTHONDONTWRITEBYTECODE": "1"} | more

    def run(self, *words: str, **more: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "gis.cli", *words]
        return subprocess.run(
            command, cwd=self.root, env=self.environment(**more), capture_output=True, text=True, timeout=120
        )

    def start(self, *words: str, **more: str) -> Running:
        command = [sys.executable, "-u", "-m", "gis.cli", *words]
        return Running(
            subprocess.Popen(
                command, cwd=self.root, env=self.environment(**more), start_new_session=True,
                stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True,
            )
        )  # fmt: skip

    def pid(self, name: str) -> int:
        return int((self.root / "var" / "run" / f"{name}.pid").read_text())

    def processes(self) -> list[int]:
        """Everything that runs from this folder or on its database."""
        found = []
        for entry in PROC.iterdir():
            try:
                about = (entry / "environ").read_bytes() + (entry / "cmdline").read_bytes()
            except OSError:
                continue
            mine = str(self.root).encode() in about or str(self.cluster.home).encode() in about
            if entry.name.isdigit() and mine and started(int(entry.name)) and int(entry.name) != os.getpid():
                found.append(int(entry.name))
        return found


class Running:
    """A process whose words are read while it speaks."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self.process = process
        self.said: list[str] = []
        self._news = threading.Condition()
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self) -> None:
        assert self.process.stderr
        for line in self.process.stderr:
            with self._news:
                self.said.append(line)
                self._news.notify_all()
        with self._news:
            self._news.notify_all()

    def until(self, words: str, seconds: float = 90) -> None:
        with self._news:
            heard = self._news.wait_for(
                lambda: words in "".join(self.said) or not self._reader.is_alive(), seconds
            )
        assert heard and words in "".join(self.said), f"“{words}” was not said in:\n{''.join(self.said)}"

    def end(self, number: int, seconds: float = 20) -> int:
        self.process.send_signal(number)
        return self.process.wait(seconds)


def until(ask: Callable[[], bool], seconds: float = 30) -> None:
    pause, end = threading.Event(), time.monotonic() + seconds
    while not ask():
        assert time.monotonic() < end, "it did not happen"
        pause.wait(0.05)


def healthy(port: int) -> bool:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/readyz", timeout=5) as answer:
            return bool(answer.status == 200)
    except OSError:
        return False


def workers(leader: int) -> set[int]:
    """The processes that granian made to answer requests."""
    return {pid for pid in group(leader) if pid != leader}


@pytest.fixture
def port() -> int:
    return free_port()


@pytest.fixture(scope="module")
def house() -> Iterator[House]:
    """Made once; whatever the tests did to it, nothing runs and nothing is left afterwards."""
    try:
        binaries()
    except Trouble as trouble:
        pytest.skip(trouble.sentence)
    folder = Path(tempfile.mkdtemp(prefix="antu-cli-", dir="/tmp"))
    folder.chmod(0o755)
    for room in ROOMS:
        shutil.copytree(
            ROOT / room, folder / room, ignore=shutil.ignore_patterns("node_modules", "__pycache__")
        )
    made = House(folder)
    assert (
        made.run("manage", "shell", "-c", "import gis; print(gis.__file__)")
        .stdout.strip()
        .endswith(str(folder / "gis" / "__init__.py"))
    ), "these tests must never act on another folder"
    yield made
    made.run("stop")
    left = made.processes()
    for pid in left:
        os.kill(pid, signal.SIGKILL)
    shutil.rmtree(made.cluster.home, ignore_errors=True)
    shutil.rmtree(folder)
    assert left == [], "something was left running"


@pytest.fixture(scope="module")
def loaded(house: House) -> House:
    """The house with the smallest city in it, whichever test came first."""
    done = house.run("demo", "--scale", "hamlet")
    assert done.returncode == 0, done.stderr
    return house


def ask(house: House, query: str) -> str:
    """What the running private database says."""
    with psycopg.connect(house.cluster.url) as line:
        found = line.execute(query).fetchone()
    return str(found[0]) if found else ""


# ── words ──


def test_help_lists_every_command() -> None:
    said = CliRunner().invoke(cli, ["--help"])
    assert said.exit_code == 0
    assert all(f"\n  {name} " in said.output for name in COMMANDS)


@pytest.mark.parametrize("name", [name for name in COMMANDS if name != "manage"])
def test_every_command_explains_itself(name: str) -> None:
    said = CliRunner().invoke(cli, [name, "--help"])
    assert said.exit_code == 0 and said.output.startswith(f"Usage: cli {name}")
    command = cli.get_command(None, name)  # type: ignore[arg-type]
    assert command and command.help and len(command.help) > 20
    if name in PROGRAM_READS:
        assert "--json" in said.output


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["statsu"], "There is no command “statsu”. Did you mean status"),
        (["zzz"], "There is no command “zzz”. See antu --help."),
        (["token", "lst"], "There is no command “lst”. Did you mean list?"),
        (["audit", "verfy"], "Did you mean verify?"),
        (["up", "--prot", "1"], "'--port'?"),
        (["up", "--port", "70000"], "70000 is not in the range"),
        (["up", "--scale", "atlantis"], "'atlantis' is not one of 'hamlet'"),
        (["export"], "Missing argument 'LAYER'"),
    ],
)
def test_a_wrong_word_is_answered_with_the_right_one(
    words: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(words) == 2
    assert said in " ".join(capsys.readouterr().err.split())


def test_an_unknown_layer_is_answered_with_the_nearest(loaded: House) -> None:
    done = loaded.run("export", "crashs", "--json")
    told = json.loads(done.stdout)
    assert (
        done.returncode == 2 and told["error"] == "There is no layer “crashs”." and "crashes" in told["hint"]
    )
    assert "✗ There is no layer “crashs”." in done.stderr and "Traceback" not in done.stderr
    assert not loaded.cluster.running(), "the database that the command started ended with it"


def test_wrong_use_is_json_too(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["export", "--json"]) == 2
    assert "Missing argument" in json.loads(capsys.readouterr().out)["error"]


def test_near_words() -> None:
    assert near("crashs", ["crashes", "roads"]) == ["crashes"]
    assert near("surface", ["crash_surface", "roads"]) == ["crash_surface"]
    assert near("xyz", ["crashes"]) == []


# ── a machine and a database that are not as they should be ──


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("postgresql://antu:s3cret@h:port/antu", "port in DATABASE_URL is not a number"),
        ("mysql://antu:s3cret@h/antu", "must begin with postgresql://"),
        ("postgresql://antu:s3cret@nowhere.invalid/antu", "does not answer"),
    ],
)
@pytest.mark.parametrize("command", ["up", "check"])
def test_a_wrong_database_url(house: House, command: str, url: str, said: str) -> None:
    done = house.run(command, DATABASE_URL=url)
    assert done.returncode == 4
    assert said in done.stderr and "Traceback" not in done.stderr and "s3cret" not in done.stderr
    assert done.stderr.rstrip().splitlines()[-1].startswith("  "), "a way out follows"


def test_status_says_what_is_wrong(house: House) -> None:
    done = house.run("status", "--json", DATABASE_URL="postgresql://antu@nowhere.invalid/antu")
    told = json.loads(done.stdout)
    assert done.returncode == 0 and told["database"] is False and "nowhere.invalid" in told["problem"]


def test_a_data_folder_that_cannot_be_written(house: House, tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.touch()
    for folder in (file / "data", Path("/proc/antu")):
        done = house.run("up", "--no-demo", ANTU_DATA_DIR=str(folder))
        assert done.returncode == 3 and "Traceback" not in done.stderr
        assert f"The folder {folder} cannot be written" in done.stderr and "ANTU_DATA_DIR" in done.stderr
    assert house.processes() == []


def test_a_data_folder_on_a_read_only_disk(house: House, tmp_path: Path) -> None:
    if os.geteuid() != 0:
        pytest.skip("only root can mount a disk")
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "ro,size=1m", "none", tmp_path], capture_output=True, check=False
    )
    if mounted.returncode:
        pytest.skip("this machine lets nobody mount a disk")
    try:
        done = house.run("up", "--no-demo", ANTU_DATA_DIR=str(tmp_path))
    finally:
        subprocess.run(["umount", tmp_path], check=True)
    assert done.returncode == 3 and "the disk is read-only" in done.stderr


def test_a_secret_file_that_is_not_there(house: House) -> None:
    done = house.run("check", ANTU_SECRET_KEY_FILE="/nowhere/key")
    assert done.returncode == 3 and "ANTU_SECRET_KEY_FILE names /nowhere/key" in done.stderr


def test_errors_of_the_machine_are_told_from_faults() -> None:
    full = OSError(28, "No space left on device", "/data/x.tif")
    assert (told := of_the_machine(full)) and told.sentence == "The disk is full: /data/x.tif."
    wrapped = RuntimeError("while writing")
    wrapped.__cause__ = psycopg.errors.DiskFull("could not extend file")
    assert (
        (told := of_the_machine(wrapped)) and told.code == 4 and "nothing of this was kept" in told.sentence
    )
    assert of_the_machine(KeyError("layer")) is None


def test_a_port_that_another_program_has(house: House) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        number = taken.getsockname()[1]
        done = house.run("up", "--port", str(number))
    assert done.returncode == 3 and f"Port {number} is taken by" in done.stderr
    assert f"(process {os.getpid()})" in done.stderr and f"antu up --port {number + 1}" in done.stderr


@pytest.mark.parametrize(
    ("host", "said"),
    [("nowhere.invalid", "is no address of a machine"), ("192.0.2.1", "is not an address of this machine")],
)
def test_a_host_that_is_not_this_machine(house: House, host: str, said: str) -> None:
    done = house.run("up", "--host", host)
    assert done.returncode == 3 and said in done.stderr


# ── the product as processes ──


def test_running_and_what_happens_to_it(loaded: House, port: int) -> None:
    """A start, a second one beside it, processes that die, and Ctrl-C."""
    up = loaded.start("up", "--port", str(port), "--workers", "1")
    until(lambda: healthy(port), 60)

    again = loaded.run("up", "--port", str(port))
    assert again.returncode == 3
    assert f"running here already: http://127.0.0.1:{port} (process {up.process.pid})" in again.stderr
    assert "antu stop" in again.stderr and healthy(port), "the first one goes on"
    beside = loaded.run("serve", "--port", str(port))
    assert beside.returncode == 3 and f"taken by another Antu, that of {loaded.root}" in beside.stderr
    told = json.loads(loaded.run("status", "--json").stdout)
    assert told["running"] == {"jobs": True, "web": True} and told["rows"]["crashes"] > 0

    web = loaded.pid("web")
    before = workers(web)
    victim = max(before, key=lambda pid: int((PROC / str(pid) / "statm").read_text().split()[1]))
    os.kill(victim, signal.SIGKILL)
    until(lambda: not started(victim) and bool(workers(web) - before) and healthy(port))
    assert loaded.pid("web") == web, "one worker died, not the web"

    jobs = loaded.pid("jobs")
    os.kill(jobs, signal.SIGKILL)
    up.until("jobs ended with SIGKILL; it is started again")
    until(lambda: loaded.pid("jobs") != jobs and bool(started(loaded.pid("jobs"))))

    os.kill(web, signal.SIGKILL)
    up.until("web ended with SIGKILL; it is started again")
    until(lambda: loaded.pid("web") != web and healthy(port))

    with socket.create_connection(("127.0.0.1", port)) as open_line:  # a browser that stays
        open_line.sendall(b"GET /healthz HTTP/1.1\r\nhost: x\r\n\r\n")
        assert open_line.recv(100).startswith(b"HTTP/1.1 200")
        assert up.end(signal.SIGINT) == 0
    until(lambda: loaded.processes() == [], 5)
    assert not loaded.cluster.running()


def test_a_supervisor_that_is_told_to_end(loaded: House, port: int) -> None:
    up = loaded.start("up", "--port", str(port), "--workers", "1")
    up.until("… web")
    assert up.end(signal.SIGTERM) == 0, "even before it was ready"
    until(lambda: loaded.processes() == [], 5)


def test_what_a_killed_supervisor_left_is_ended(loaded: House, port: int) -> None:
    up = loaded.start("up", "--port", str(port), "--workers", "1")
    until(lambda: healthy(port), 60)
    up.end(signal.SIGKILL)
    assert healthy(port), "it is still there, and in the way"
    done = loaded.run("stop")
    assert done.returncode == 0 and done.stdout.startswith("Stopped: ") and "database" in done.stdout
    until(lambda: loaded.processes() == [], 5)
    assert loaded.run("stop").stdout == "Nothing was running.\n"


def test_stop_from_another_terminal(loaded: House, port: int) -> None:
    up = loaded.start("up", "--port", str(port), "--workers", "1")
    until(lambda: healthy(port), 60)
    done = loaded.run("stop")
    assert done.returncode == 0 and "web" in done.stdout and "database" in done.stdout
    assert up.process.wait(10) == 0
    assert loaded.processes() == []


def test_a_first_start_that_is_killed_is_finished_by_the_next(house: House, port: int) -> None:
    """Killed among the rows, then between the rows and what follows from them."""
    house.run("stop")
    shutil.rmtree(house.cluster.home, ignore_errors=True)
    shutil.rmtree(house.root / "var" / "data" / "rasters", ignore_errors=True)
    words = ("up", "--port", str(port), "--workers", "1", "--scale", "hamlet")
    for at in ("  junctions", "  surfaces"):
        up = house.start(*words)
        up.until(at)
        assert up.end(signal.SIGKILL) == -signal.SIGKILL
    assert ask(house, "SELECT finished_at IS NULL FROM demo_demonstration") == "True"
    up = house.start(*words)
    until(lambda: healthy(port), 90)
    assert "junctions" not in "".join(up.said), "the rows were there and stayed"
    assert ask(house, "SELECT scale FROM demo_demonstration WHERE finished_at IS NOT NULL") == "hamlet"
    assert int(ask(house, "SELECT count(*) FROM crashes_crash")) > 0
    assert list((house.root / "var" / "data" / "rasters" / "crash_surface").glob("*.tif"))
    assert up.end(signal.SIGINT) == 0
    until(lambda: house.processes() == [], 5)


def test_what_follows_migrations_is_done_again_when_it_was_cut_off(loaded: House) -> None:
    loaded.cluster.ensure()
    try:
        with psycopg.connect(loaded.cluster.url) as line:
            line.execute("UPDATE auth_group SET name = 'formerly' WHERE name = 'analyst'")
            line.execute("COMMENT ON TABLE django_migrations IS NULL")
        assert loaded.run("migrate", "--json").stdout == '{"applied": 0}\n'
        assert ask(loaded, "SELECT count(*) FROM auth_group WHERE name = 'analyst'") == "1"
        with psycopg.connect(loaded.cluster.url) as line:
            line.execute("DELETE FROM auth_group WHERE name = 'analyst'")
            line.execute("UPDATE auth_group SET name = 'analyst' WHERE name = 'formerly'")
    finally:
        loaded.cluster.leave()


@pytest.fixture
def quiet_signals() -> Iterator[None]:
    numbers = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
    before = [signal.getsignal(number) for number in numbers]
    yield
    for number, handler in zip(numbers, before, strict=True):
        signal.signal(number, handler)


def test_a_child_that_dies_again_and_again_is_given_up(tmp_path: Path, quiet_signals: None) -> None:
    with (
        pytest.raises(Trouble, match="“web” ended 4 times within a minute") as caught,
        Supervisor(tmp_path) as it,
    ):
        it.start("web", ["false"])
        it.start("jobs", ["tail", "-f", "/dev/null"])
        other = it.children["jobs"].pid
        it.wait()
    assert caught.value.code == 1 and not started(other)
    assert not list(tmp_path.glob("*.pid"))
