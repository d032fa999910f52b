"""The audit log: every write by every way, chained at commit, and any tampering is found."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.contrib.gis.geos import LineString
from django.db import DatabaseError, connection, transaction
from django.test import Client

from gis.accounts.models import Token
from gis.audit.install import open_columns
from gis.audit.models import Entry, Pending
from gis.audit.note import Notes, note
from gis.audit.verify import head, verify
from layers.access import Viewer
from layers.registry.register import register
from layers.registry.store import dsn
from tests.asgi import running
from tests.factories import hideout, spot, way, zone
from tests.gis.people import person, signed_in

in_a_transaction = pytest.mark.django_db


def newest(**wanted: Any) -> Entry:
    found = Entry.objects.filter(**wanted).order_by("-seq").first()
    assert found is not None
    return found


def execute(sql: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(sql)


# what is written down


@in_a_transaction
class TestAWrite:
    @pytest.fixture(autouse=True)
    def chained_at_once(self, db: None) -> None:
        execute("SET CONSTRAINTS ALL IMMEDIATE")

    def test_by_sql_alone_is_written_down(self) -> None:
        spot(name="a")
        spot(name="b")
        execute("UPDATE sample_spot SET kind = 'b'")
        entry = newest(subject="sample_spot")
        assert (entry.action, entry.detail["rows"]) == ("update", 2)
        assert entry.actor.startswith("database:")
        assert all(change == {"kind": ["a", "b"]} for change in entry.detail["changes"].values())

    def test_by_the_admin_is_in_the_name_of_who_did_it(self) -> None:
        user, row = person("investigator"), spot(name="before")
        form = {"name": "after", "kind": "a", "grade": 1, "weight": 1, "seen": 1, "informant": "x"}
        form["geom"] = row.geom.json
        answer = signed_in(user).post(f"/admin/sample/spot/{row.pk}/change/", form)
        assert answer.status_code == 302, answer.context["adminform"].form.errors
        entry = newest(subject="sample_spot")
        assert (entry.actor, entry.object) == (user.username, row.key)
        assert entry.detail["changes"][row.key]["name"] == ["before", "after"]

    def test_of_many_rows_names_fifty_keys_and_no_values(self) -> None:
        for number in range(60):
            spot(grade=number)
        execute("UPDATE sample_spot SET grade = grade + 1")
        detail = newest(subject="sample_spot").detail
        assert (detail["rows"], len(detail["keys"]), "changes" in detail) == (60, 50, False)

    def test_of_a_place_keeps_it_as_short_text(self) -> None:
        road = way((120.1, 23.1), (120.2, 23.2))
        road.geom = LineString([(120 + i / 1000, 23 + i / 3001) for i in range(300)], srid=4326)
        road.save()
        before, after = newest(subject="sample_way").detail["changes"][road.key]["geom"]
        assert before == "LINESTRING(120.1 23.1,120.2 23.2)"
        assert after.endswith("… 300 vertices") and len(after) < 120

    def test_that_changes_nothing_is_not_noise(self) -> None:
        spot()
        before = head()
        execute("UPDATE sample_spot SET grade = grade")
        execute("UPDATE sample_spot SET grade = 2 WHERE false")
        assert head() == before

    def test_that_deletes_or_empties_is_written_down(self) -> None:
        gone = spot()
        gone.delete()
        entry = newest(subject="sample_spot")
        assert (entry.action, entry.object, entry.detail["rows"]) == ("delete", gone.key, 1)
        execute("TRUNCATE sample_spot")
        assert newest(subject="sample_spot").action == "truncate"

    def test_of_a_password_or_token_never_shows_it(self) -> None:
        user = person("council")
        Token.make(user, "x")
        user.set_password("something else entirely")
        user.save()
        changes = newest(subject="auth_user").detail["changes"][str(user.pk)]
        assert changes == {"password": "…"}
        secrets = {user.password, *Token.objects.values_list("hash", flat=True)}
        assert not any(s in json.dumps(e.detail) for e in Entry.objects.all() for s in secrets)

    def test_of_a_role_says_whose_and_which(self) -> None:
        user = person("council")
        values = newest(subject="auth_user_groups").detail["values"]
        assert values[0]["user_id"] == user.pk


def test_values_are_written_out_only_for_columns_that_police_may_see() -> None:
    assert {"name", "informant", "geom"} <= set(open_columns("sample_spot"))
    assert open_columns("a_table_that_no_layer_shows") == ["id", "key", "origin"]


# the chain


@in_a_transaction
class TestTheChain:
    """Tampering is done as the owner of the database could do it: with the triggers switched off."""

    @pytest.fixture(autouse=True)
    def entries(self, db: None) -> Iterator[None]:
        for number in range(5):
            note("林警員", "read", "hideouts", f"item {number}", why='中文 "quoted"\n', n=[1.5, None, True])
        execute("SET CONSTRAINTS ALL IMMEDIATE")
        self.published = head()
        self.first = Entry.objects.order_by("seq").values_list("seq", flat=True)[0]
        self.last = int(self.published.split(":")[0])
        yield

    def tamper(self, sql: str) -> None:
        execute("ALTER TABLE audit_entry DISABLE TRIGGER USER")
        execute(sql)

    def test_verifies_and_the_head_is_the_last_hash(self) -> None:
        verdict = verify(self.published)
        assert verdict.whole
        assert (verdict.entries, verdict.head) == (self.last, self.published)

    @pytest.mark.parametrize(
        "change",
        [
            "actor = 'somebody else'",
            "at = at + interval '1 microsecond'",
            "detail = detail || '{\"n\": 2}'",
            "action = 'rea', subject = 'dhideouts'",
            "hash = sha256('forged')",
        ],
    )
    def test_finds_an_edited_entry(self, change: str) -> None:
        self.tamper(f"UPDATE audit_entry SET {change} WHERE seq = {self.last - 2}")
        verdict = verify()
        assert (verdict.broken_at, verdict.entries) == (self.last - 2, self.last - 3)
        assert "was changed" in verdict.reason

    def test_finds_an_entry_that_was_edited_and_hashed_anew(self) -> None:
        self.tamper(f"UPDATE audit_entry SET actor = 'x' WHERE seq = {self.last - 2}")
        execute(
            f"UPDATE audit_entry e SET hash = sha256(convert_to(audit_text(e), 'UTF8')) WHERE seq = {self.last - 2}"
        )
        assert verify().broken_at == self.last - 1

    def test_finds_a_deleted_entry(self) -> None:
        self.tamper(f"DELETE FROM audit_entry WHERE seq = {self.last - 1}")
        verdict = verify()
        assert (verdict.broken_at, verdict.reason) == (self.last - 1, f"Entry {self.last - 1} is missing.")

    def test_finds_an_end_that_was_cut_off_with_a_head_kept_elsewhere(self) -> None:
        self.tamper(f"DELETE FROM audit_entry WHERE seq > {self.last - 2}")
        assert verify().whole
        verdict = verify(self.published)
        assert (verdict.broken_at, verdict.entries) == (self.last - 1, self.last - 2)

    def test_finds_a_chain_rewritten_from_its_end(self) -> None:
        self.tamper(f"DELETE FROM audit_entry WHERE seq = {self.last}")
        note("x", "read", "y")
        assert verify().whole
        assert "published" in verify(self.published).reason

    @pytest.mark.parametrize(
        "sql",
        ["UPDATE audit_entry SET actor = 'x'", "DELETE FROM audit_entry", "TRUNCATE audit_entry"],
    )
    def test_refuses_to_be_changed(self, sql: str) -> None:
        with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
            execute(sql)

    def test_a_head_that_is_none_is_a_sentence(self) -> None:
        with pytest.raises(ValueError, match="looks like"):
            verify("yesterday")


# transactions


def test_what_is_rolled_back_leaves_no_entry(committed: None) -> None:
    before = head()
    with pytest.raises(RuntimeError), transaction.atomic():
        spot()
        assert Pending.objects.exists()
        raise RuntimeError
    assert head() == before and not Pending.objects.exists()


def test_concurrent_writers_make_one_chain(committed: None) -> None:
    start = int(head().split(":")[0])

    def write(worker: int) -> None:
        with psycopg.connect(dsn()) as line:
            for number in range(10):
                line.execute(
                    "INSERT INTO sample_way (key, origin, version, changed_at, name, rank, geom) VALUES "
                    "(%s, 'test', 1, now(), 'w', 1, ST_GeomFromText('LINESTRING(120 23, 121 24)', 4326))",
                    (f"c{worker}-{number}",),
                )
                line.commit()

    threads = [threading.Thread(target=write, args=(n,)) for n in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    verdict = verify()
    assert verdict.whole and verdict.entries == start + 60


def test_a_long_import_does_not_keep_others_from_writing(committed: None) -> None:
    with psycopg.connect(dsn()) as long:
        long.execute(
            "INSERT INTO audit_pending (at, actor, action, subject, object, detail) VALUES (now(), 'a', 'b', 'c', '', '{}')"
        )
        began = time.monotonic()
        spot()
        assert time.monotonic() - began < 2
        long.commit()
    assert verify().whole


# reads and refusals

OFFICER = Viewer.of("o-100", "Officer", ["officer"])


def layer(id: str) -> Any:
    return register.get(id)


@pytest.mark.anyio
@pytest.mark.usefixtures("committed")
async def test_reads_are_noted_before_they_happen_and_tiles_once_a_minute() -> None:
    before = int(head_now().split(":")[0])
    async with running(Notes()) as notes:
        for tile in ("tile 14/1/1", "tile 14/1/2", "tile 15/2/2"):
            await notes.read(OFFICER, layer("hideouts"), tile)
        for item in ("item 1", "item 2"):
            await notes.read(OFFICER, layer("hideouts"), item)
    assert read_since(before) == ["tile 14/1/1", "item 1", "item 2"]


@pytest.mark.anyio
@pytest.mark.usefixtures("committed")
async def test_a_tile_whose_note_failed_is_noted_by_the_next() -> None:
    before = int(head_now().split(":")[0])
    notes = Notes()
    with pytest.raises(AssertionError):
        await notes.read(OFFICER, layer("hideouts"), "tile 1/0/0")
    async with running(notes):
        await notes.read(OFFICER, layer("hideouts"), "tile 1/0/1")
    assert read_since(before) == ["tile 1/0/1"]


def head_now() -> str:
    with psycopg.connect(dsn()) as line:
        row = line.execute("SELECT coalesce(max(seq), 0)::text || ':' FROM audit_entry").fetchone()
    assert row is not None
    return str(row[0])


def read_since(seq: int) -> list[str]:
    with psycopg.connect(dsn()) as line:
        rows = line.execute(
            "SELECT object FROM audit_entry WHERE seq > %s AND action = 'read' ORDER BY seq", (seq,)
        )
        return [row[0] for row in rows]


@in_a_transaction
def test_questions_about_an_audited_layer_are_noted_whatever_the_page() -> None:
    row = hideout(name="cellar")
    client = signed_in(person("analyst"))
    client.get("/api/layers/hideouts/summary?by=name")
    client.get("/api/layers/hideouts/bounds")
    client.get("/api/search?q=cellar")
    client.get("/admin/sample/hideout/")
    client.get(f"/admin/sample/hideout/{row.pk}/change/")
    noted = Pending.objects.filter(action="read", subject="hideouts").order_by("id")
    assert list(noted.values_list("object", flat=True)) == [
        "summary by name",
        "bounds",
        "search cellar",
        "admin",
        f"admin row {row.pk}",
    ]


@in_a_transaction
def test_the_actions_of_themes_are_noted() -> None:
    officer = person("officer")
    signed_in(officer).get("/api/crashes/0/parties")
    Client().get("/api/crashes/0/parties")
    noted = Pending.objects.filter(action="action").values_list("actor", "subject", "object")
    assert list(noted) == [(officer.username, "GET", "/api/crashes/0/parties")]


@in_a_transaction
def test_a_read_without_an_entry_is_impossible() -> None:
    hideout(name="cellar")
    client = signed_in(person("officer"))
    execute("ALTER TABLE audit_pending RENAME TO audit_elsewhere")
    with pytest.raises(DatabaseError):
        client.get("/api/search?q=cellar")


@in_a_transaction
def test_the_log_is_read_by_administrators_alone_and_that_is_in_it(db: None) -> None:
    zone()
    execute("SET CONSTRAINTS ALL IMMEDIATE")
    assert signed_in(person("analyst")).get("/admin/audit/entry/").status_code == 403
    administrator = person("administrator")
    page = signed_in(administrator).get("/admin/audit/entry/")
    assert "sample_zone" in page.content.decode()
    assert newest(subject="audit_entry").actor == administrator.username


def test_the_command_line_says_what_is_broken(committed: None, tmp_path: Path) -> None:
    from click.testing import CliRunner

    from gis.cli.audit import audit_
    from gis.trouble import Trouble

    spot()
    kept = tmp_path / "head"
    kept.write_text(head())
    run = CliRunner().invoke(audit_, ["verify", "--json", "--head", str(kept)])
    said = json.loads(run.stdout)
    assert (run.exit_code, said["whole"], said["head"]) == (0, True, head())
    forged = CliRunner().invoke(audit_, ["verify", "--head", f"{said['entries']}:00"])
    assert isinstance(forged.exception, Trouble)
