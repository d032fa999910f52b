"""The private cluster and the road to a database of one's own: real PostgreSQL in folders that are broken on purpose.

Whatever is wrong, there is a sentence, a way out and the right exit code; no row is lost, no process stays.
"""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from gis.cluster import Cluster, binaries
from gis.cluster.processes import started, wait_until_gone, working_in
from gis.cluster.reach import Facts, check, judge
from gis.trouble import Trouble

ROOT = Path(__file__).resolve().parents[2]
AS_ROOT = os.geteuid() == 0
needs_root = pytest.mark.skipif(not AS_ROOT, reason="only root can make what this test looks at")
# Starts a cluster, says so, and keeps it until its input ends.
USER_OF_A_CLUSTER = """
import sys
from pathlib import Path
from gis.cluster import Cluster
cluster = Cluster(Path(sys.argv[1]), sys.argv[2] or None)
print("started" if cluster.ensure() else "found", flush=True)
sys.stdin.read()
print("stopped" if cluster.leave() else "left", flush=True)
"""


@pytest.fixture(scope="module", autouse=True)
def programs() -> Path:
    try:
        return binaries.binaries()
    except Trouble as trouble:
        pytest.skip(trouble.sentence)


@pytest.fixture
def cluster() -> Iterator[Cluster]:
    """A place for a cluster, short enough for a socket; nothing is there yet."""
    folder = Path(tempfile.mkdtemp(prefix="antu-", dir="/tmp"))
    folder.chmod(0o755)
    made = Cluster(folder / "pg", "postgres" if AS_ROOT else None)
    yield made
    made.leave()
    made.stop()
    left = working_in(made.data.resolve()) or []
    shutil.rmtree(folder, ignore_errors=True)
    assert left == [], "a test left processes behind"


def rows(cluster: Cluster) -> int:
    with psycopg.connect(cluster.url) as line:
        found = line.execute("SELECT count(*) FROM kept").fetchone()
    return int(found[0]) if found else 0


def keep_rows(cluster: Cluster) -> None:
    with psycopg.connect(cluster.url) as line:
        line.execute("CREATE TABLE kept AS SELECT generate_series(1, 1000) AS n")


def troubled(cluster: Cluster) -> Trouble:
    """What `ensure` says; and that it let go of everything."""
    with pytest.raises(Trouble) as caught:
        cluster.ensure()
    cluster.leave()
    assert caught.value.code == 4 and caught.value.hint
    return caught.value


def user_of(cluster: Cluster) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", USER_OF_A_CLUSTER, str(cluster.home), cluster.as_user or ""],
        cwd=ROOT,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )


def first_line(process: subprocess.Popen[str]) -> str:
    assert process.stdout
    return process.stdout.readline().strip()


def postmaster(cluster: Cluster) -> int:
    return int((cluster.data / "postmaster.pid").read_text().split("\n", 1)[0])


def test_from_nothing_to_running_and_back(cluster: Cluster) -> None:
    assert not cluster.running() and not cluster.made
    assert cluster.ensure() is True
    assert cluster.ensure() is False
    keep_rows(cluster)
    assert cluster.leave() is True
    assert not cluster.running()
    assert cluster.ensure() is True and rows(cluster) == 1000


def test_the_settings_of_an_older_version_are_written_anew(cluster: Cluster) -> None:
    settings = cluster.home / "antu.conf"
    cluster.ensure()
    settings.write_text(settings.read_text("utf-8").replace("max_connections = 150", "max_connections = 20"))
    cluster.leave()
    cluster.ensure()
    with psycopg.connect(cluster.url) as line:
        assert line.execute("SHOW max_connections").fetchone() == ("150",)


def test_two_that_start_at_once_share_one_cluster_and_the_last_stops_it(cluster: Cluster) -> None:
    both = [user_of(cluster), user_of(cluster)]
    assert sorted(first_line(process) for process in both) == ["found", "started"]
    assert both[0].communicate()[0].strip() == "left"
    assert cluster.running()
    assert both[1].communicate()[0].strip() == "stopped"
    assert not cluster.running()


def test_making_that_was_killed_is_done_again(cluster: Cluster) -> None:
    process = user_of(cluster)
    try:
        while not list(cluster.home.glob("data.making*")) and process.poll() is None:
            os.sched_yield()
    finally:
        process.kill()
        process.communicate()
    assert not cluster.made
    assert cluster.ensure() is True
    assert not [p for p in cluster.home.glob("data.making*") if (p / "PG_VERSION").exists()]


def test_a_killed_postmaster_loses_nothing(cluster: Cluster) -> None:
    cluster.ensure()
    keep_rows(cluster)
    with psycopg.connect(cluster.url):  # a session that is open meanwhile
        os.kill(postmaster(cluster), signal.SIGKILL)
        assert cluster.ensure() is True
    assert rows(cluster) == 1000


def test_a_pid_file_whose_number_belongs_to_another_program(cluster: Cluster) -> None:
    cluster.ensure()
    keep_rows(cluster)
    stale = (cluster.data / "postmaster.pid").read_text().split("\n")
    cluster.leave()
    words = ["runuser", "-u", cluster.as_user, "--"] if cluster.as_user else []
    with subprocess.Popen(
        [*words, sys.executable if not AS_ROOT else "/bin/cat"], stdin=subprocess.PIPE, cwd="/"
    ) as other:
        children = Path(f"/proc/{other.pid}/task/{other.pid}/children")
        number = other.pid
        while words and not (found := children.read_text().split()):
            os.sched_yield()
        if words:
            number = int(found[0])
        file = cluster.data / "postmaster.pid"
        file.write_text("\n".join([str(number), *stale[1:]]))
        shutil.chown(file, *(("postgres", "postgres") if AS_ROOT else (os.getuid(), os.getgid())))
        file.chmod(0o600)
        assert not cluster.running()
        assert cluster.stop() is False, "that process is not ours to stop"
        assert cluster.ensure() is True and rows(cluster) == 1000
        assert started(number), "the other program goes on"
        if other.stdin:
            other.stdin.close()


def test_a_truncated_control_file_is_named_and_left(cluster: Cluster) -> None:
    cluster.ensure()
    cluster.leave()
    control = cluster.data / "global" / "pg_control"
    whole = control.read_bytes()
    os.truncate(control, 100)
    trouble = troubled(cluster)
    assert "pg_control" in trouble.sentence and "Nothing was deleted" in trouble.sentence
    assert str(cluster.log) in trouble.hint and "backup" in trouble.hint
    assert control.stat().st_size == 100 and not cluster.running()
    control.write_bytes(whole)
    assert cluster.ensure() is True, "put in order by hand, it runs again"


@pytest.mark.parametrize(
    ("contents", "said"),
    [
        (None, "PG_VERSION is missing"),
        ("rubbish\n", "PG_VERSION is not a version"),
        ("9\n", "made by PostgreSQL 9, and"),
    ],
)
def test_a_cluster_of_no_or_another_version(cluster: Cluster, contents: str | None, said: str) -> None:
    cluster.ensure()
    cluster.leave()
    version = cluster.data / "PG_VERSION"
    if contents is None:
        version.unlink()
    else:
        version.write_text(contents)
    before = sorted(p.name for p in cluster.data.iterdir())
    assert said in troubled(cluster).sentence
    assert sorted(p.name for p in cluster.data.iterdir()) == before


@needs_root
def test_a_cluster_that_belongs_to_somebody_else(cluster: Cluster) -> None:
    cluster.ensure()
    cluster.leave()
    os.chown(cluster.data, 65534, 65534)
    trouble = troubled(cluster)
    assert "belongs to nobody, and the database runs as postgres" in trouble.sentence
    assert f"chown -R postgres {cluster.home}" in trouble.hint
    assert cluster.data.stat().st_uid == 65534, "nothing was changed"


@pytest.fixture
def tiny_disk(cluster: Cluster) -> Iterator[Cluster]:
    """The cluster's place on a disk of twenty megabytes."""
    cluster.home.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=20m", "none", cluster.home], capture_output=True, check=False
    )
    if mounted.returncode:
        pytest.skip("this machine lets nobody mount a disk")
    shutil.chown(cluster.home, "postgres", "postgres")
    yield cluster
    cluster.leave()
    subprocess.run(["umount", "--lazy", cluster.home], check=True)


@needs_root
def test_too_little_room_is_said_before_anything_is_written(tiny_disk: Cluster) -> None:
    trouble = troubled(tiny_disk)
    assert "There are only 20 MB free" in trouble.sentence and "1024 MB" in trouble.sentence
    assert not list(tiny_disk.home.glob("data*"))


@needs_root
def test_a_disk_that_fills_up_meanwhile(tiny_disk: Cluster, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("gis.cluster.cluster.ROOM_TO_MAKE", 0)
    assert "No space left on device" in troubled(tiny_disk).sentence
    assert not list(tiny_disk.home.glob("data*"))


def test_a_place_where_nothing_can_be_made() -> None:
    cluster = Cluster(Path("/proc/antu/pg"), None)
    assert "cannot be made" in troubled(cluster).sentence


# ── the programs of PostgreSQL ──


@pytest.fixture
def installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[dict[str, str | None]]:
    """Pretends which versions are installed: PostgreSQL to PostGIS."""
    versions: dict[str, str | None] = {}
    monkeypatch.setattr(binaries, "PROGRAMS", tmp_path / "lib")
    monkeypatch.setattr(binaries, "SHARED", tmp_path / "share")
    yield versions


def lay_out(installed: dict[str, str | None]) -> None:
    for number, postgis in installed.items():
        programs = binaries.PROGRAMS / number / "bin"
        programs.mkdir(parents=True)
        (programs / "initdb").touch()
        if postgis:
            extension = binaries.SHARED / number / "extension"
            extension.mkdir(parents=True)
            (extension / "postgis.control").write_text(f"default_version = '{postgis}'\n")


@pytest.mark.parametrize(
    ("versions", "said"),
    [
        ({}, "PostgreSQL is not installed"),
        ({"15": None}, "PostGIS is not"),
        ({"13": "3.4.0"}, "PostgreSQL 13 is too old"),
        ({"14": "3.2.0"}, "PostGIS 3.2.0 is too old"),
    ],
)
def test_programs_that_do_not_do(
    installed: dict[str, str | None], versions: dict[str, str | None], said: str
) -> None:
    installed |= versions
    lay_out(installed)
    with pytest.raises(Trouble, match=said) as caught:
        binaries.binaries()
    assert caught.value.hint and caught.value.code == 4


def test_a_cluster_keeps_the_version_that_made_it(installed: dict[str, str | None]) -> None:
    installed |= {"15": "3.3.2", "17": "3.5.0"}
    lay_out(installed)
    assert binaries.binaries().parent.name == "17"
    assert binaries.binaries("15").parent.name == "15"


# ── a database of one's own ──


def refused(url: str, password: str | None = None) -> Trouble:
    with pytest.raises(Trouble) as caught:
        check(url, password)
    assert caught.value.code == 4 and caught.value.hint
    for secret in ("s3cret", "hunter2"):
        assert secret not in caught.value.sentence + caught.value.hint
    return caught.value


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("mysql://u:s3cret@h/db", "begins with “mysql://”"),
        ("antu", "has no scheme"),
        ("s3cret", "has no scheme"),
        ("postgresql:antu", "has no scheme"),
        ("postgresql://u:hunter2@s3cret@h/db", "an “@” too many"),
        ("postgresql://u:hunter2/s3cret@h/db", "an “@” too many"),
        ("postgresql://u:s3cret%@h/db", "cannot be read"),
        ("postgresql://u:s3cret hunter2@h/db", "cannot be read"),
        ("postgresql://u:s3cret@[::1/db", "cannot be read"),
        ("postgresql://u@h:port/db", "port in DATABASE_URL is not a number"),
        ("postgresql://u@h:99999/db", "port in DATABASE_URL is not a number"),
        ("postgresql://u@h/db?colour=red", 'invalid URI query parameter: "colour"'),
        ("postgresql://u:s3cret@nowhere.invalid/db", "“db” at nowhere.invalid does not answer"),
        ("postgresql:///db?host=/nowhere", "No such file or directory"),
    ],
)
def test_an_address_that_leads_nowhere(url: str, said: str) -> None:
    assert said in refused(url).sentence


def test_a_port_where_nobody_listens() -> None:
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        trouble = refused(f"postgresql://u:s3cret@127.0.0.1:{silent.getsockname()[1]}/db")
    assert "Connection refused" in trouble.sentence and "Is PostgreSQL running there" in trouble.hint


def test_what_a_real_server_refuses(cluster: Cluster) -> None:
    cluster.ensure()
    with psycopg.connect(cluster.url) as line:
        line.execute("CREATE ROLE clerk LOGIN PASSWORD 's3cret'")
    (cluster.data / "pg_hba.conf").write_text("local all antu trust\nlocal all all scram-sha-256\n")
    with psycopg.connect(cluster.url) as line:
        line.execute("SELECT pg_reload_conf()")
    place = f"?host={cluster.home}"

    wrong = refused(f"postgresql://clerk:hunter2@/antu{place}")
    assert 'password authentication failed for user "clerk"' in wrong.sentence
    assert "ANTU_DB_PASSWORD" in wrong.hint
    assert "no password supplied" in refused(f"postgresql://clerk@/antu{place}").sentence

    absent = refused(f"postgresql://antu@/atlantis{place}")
    assert 'database "atlantis" does not exist' in absent.sentence
    assert absent.hint == f"Make it: createdb -h {cluster.home} atlantis"

    bare = refused(f"postgresql://clerk@/antu{place}", password="s3cret")
    assert "not in the database “antu”" in bare.sentence and "CREATE EXTENSION postgis" in bare.hint
    check(cluster.url)  # whoever may add PostGIS needs not have it
    with psycopg.connect(cluster.url) as line:
        line.execute("CREATE EXTENSION postgis")
    check(f"postgres://clerk:s3cret@/antu{place}")


@pytest.mark.parametrize(
    ("facts", "said"),
    [
        (Facts(13, "3.4.0", True, True), "is PostgreSQL 13; 14 or newer"),
        (Facts(16, None, False, True), "PostGIS is not installed on the server"),
        (Facts(15, "3.2.1", True, True), "has PostGIS 3.2.1; 3.3 or newer"),
    ],
)
def test_a_server_that_is_too_old(facts: Facts, said: str) -> None:
    with pytest.raises(Trouble, match=said) as caught:
        judge(facts, "“antu” at here")
    assert caught.value.code == 4 and caught.value.hint


def test_what_is_new_enough() -> None:
    judge(Facts(14, "3.3.0", True, False), "here")
    judge(Facts(18, "3.10.0dev", False, True), "here")


def test_waiting_for_a_process_that_stays() -> None:
    assert wait_until_gone([os.getpid()], 0.05) is False
