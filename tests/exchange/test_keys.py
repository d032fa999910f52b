"""Rows are known by their key: twice in a file, twice imported, together with their children, all or nothing."""

from pathlib import Path

import pytest
from django.db import connection

from layers.areas.models import Precinct, Station
from layers.crashes.models import Crash, Party
from layers.registry.importer import Child, Importer, Wrong, take
from layers.registry.text import Text
from tests.exchange.taking import rejects, take_in, written
from tests.sample.models import Spot

pytestmark = pytest.mark.django_db
HEAD = "key,name,grade,lon,lat\n"


def test_a_key_that_stands_twice_counts_once_and_a_contradiction_is_rejected(tmp_path: Path) -> None:
    text = HEAD + (
        "a,甲,1,120.1,23.1\nb,乙,1,120.2,23.2\na,甲,1,120.1,23.1\na,甲,2,120.1,23.1\nb,乙,1,120.2,23.3\n"
    )
    result = take_in("spots", written(tmp_path, text))
    assert (result.read, result.inserted, result.unchanged, result.rejected) == (5, 2, 1, 2)
    assert [(row["line"], row["reason"]) for row in rejects(result)] == [
        ("5", "has the key of line 2 and differs from it"),
        ("6", "has the key of line 3 and differs from it"),
    ]
    assert Spot.objects.get(key="a").grade == 1


def test_rows_without_a_key_are_known_by_all_they_say(tmp_path: Path) -> None:
    file = written(tmp_path, "name,lon,lat\n甲,120.1,23.1\n甲,120.1,23.1\n甲,120.2,23.1\n")
    first, second = take_in("spots", file), take_in("spots", file)
    assert (first.inserted, first.unchanged) == (2, 1)
    assert (second.inserted, second.unchanged) == (0, 3)


def test_an_import_that_changes_nothing_writes_nothing(tmp_path: Path) -> None:
    file = written(tmp_path, HEAD + "a,甲,1,120.1,23.1\n")
    take_in("spots", file)
    before = Spot.objects.values("version", "changed_at").get()
    take_in("spots", file)
    assert Spot.objects.values("version", "changed_at").get() == before


def test_columns_that_the_file_does_not_have_are_left_alone(tmp_path: Path) -> None:
    take_in("spots", written(tmp_path, "key,name,grade,weight,lon,lat\na,甲,7,2.5,120.1,23.1\n"))
    assert take_in("spots", written(tmp_path, "key,name,lon,lat\na,甲二,120.1,23.1\n")).updated == 1
    row = Spot.objects.get(key="a")
    assert (row.name, row.grade, row.weight, row.version) == ("甲二", 7, 2.5, 2)


def test_several_files_are_one_import(tmp_path: Path) -> None:
    files = [written(tmp_path, HEAD + f"{k},{k},1,120.1,23.1\n", f"{k}.csv") for k in "ab"]
    result = take_in("spots", *files)
    assert (result.read, result.inserted, len(result.importers)) == (2, 2, 2)


def test_a_failure_in_the_middle_leaves_nothing(tmp_path: Path) -> None:
    good = written(tmp_path, HEAD + "a,甲,1,120.1,23.1\n", "good.csv")
    bad = written(tmp_path, "key,grade,lon,lat\nb,1,120.1,23.1\n", "bad.csv")
    with pytest.raises(Wrong, match="nothing for name"):
        take_in("spots", good, bad)
    assert not Spot.objects.exists()


def test_what_breaks_while_rows_are_written_leaves_nothing_either(tmp_path: Path) -> None:
    text = HEAD + "".join(f"k{n},名,{n % 7},120.{n % 90 + 10},23.1\n" for n in range(6_000))

    def interrupted(_name: str, _count: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        take_in("spots", written(tmp_path, text), progress=interrupted)
    assert not Spot.objects.exists()
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_class WHERE relname IN ('antu_stage', 'antu_children')")
        assert cursor.fetchone() == (0,)


def test_many_batches_keep_their_line_numbers_and_tell_how_far_they_are(tmp_path: Path) -> None:
    lines = [f"k{n},名,{n},120.{n % 90 + 10},23.1" for n in range(12_000)]
    lines[11_000] = "bad,名,x,120.1,23.1"
    told: list[int] = []
    result = take_in(
        "spots", written(tmp_path, HEAD + "\n".join(lines)), progress=lambda _n, done: told.append(done)
    )
    assert (result.inserted, result.rejected) == (11_999, 1)
    assert rejects(result)[0]["line"] == "11002"
    assert told == [5_000, 10_000, 12_000]


# rows with children

CRASHES = Importer(
    title=Text("事故", "Crashes"),
    key=("案號",),
    fields={"severity": take("類別"), "occurred_at": take("日期"), "address": take("地點")},
    child=Child(
        model=Party,
        parent="crash",
        order="number",
        count="party_count",
        fields={"number": take("順位"), "age": take("年齡")},
    ),
)
LINE = "案號,類別,日期,地點,順位,年齡,lon,lat\n"


def crashes(folder: Path, *lines: str) -> Path:
    return written(folder, LINE + "\n".join(lines) + "\n")


def parties(address: str) -> list[tuple[int, int | None]]:
    return list(Party.objects.filter(crash__address=address).values_list("number", "age"))


def test_lines_of_one_key_are_one_row_with_children(tmp_path: Path) -> None:
    file = crashes(
        tmp_path,
        "1,2,1130101,測試甲路,2,60,120.1,23.1",
        "1,2,1130101,測試甲路,1,30,120.1,23.1",
        "2,1,1130102,測試乙路,1,,120.2,23.2",
    )
    result = take_in("crashes", file, importer=CRASHES)
    assert (result.read, result.imported, result.inserted) == (3, 3, 2)
    assert parties("測試甲路") == [(1, 30), (2, 60)]
    assert parties("測試乙路") == [(1, None)]
    assert Crash.objects.get(address="測試甲路").party_count == 2
    again = take_in("crashes", file, importer=CRASHES)
    assert (again.imported, again.unchanged) == (0, 3)


def test_a_child_that_came_changed_or_went_away(tmp_path: Path) -> None:
    head = "1,2,1130101,測試甲路"
    take_in(
        "crashes", crashes(tmp_path, f"{head},1,30,120.1,23.1", f"{head},2,60,120.1,23.1"), importer=CRASHES
    )
    changed = take_in(
        "crashes",
        crashes(tmp_path, f"{head},1,31,120.1,23.1", f"{head},2,60,120.1,23.1", f"{head},3,9,120.1,23.1"),
        importer=CRASHES,
    )
    assert parties("測試甲路") == [(1, 31), (2, 60), (3, 9)]
    assert Crash.objects.get(address="測試甲路").party_count == 3
    assert changed.rejected == 0
    take_in("crashes", crashes(tmp_path, f"{head},1,31,120.1,23.1"), importer=CRASHES)
    assert parties("測試甲路") == [(1, 31)]
    assert Crash.objects.get(address="測試甲路").party_count == 1


def test_a_row_comes_in_with_all_its_children_or_not_at_all(tmp_path: Path) -> None:
    file = crashes(
        tmp_path,
        "1,2,1130101,測試甲路,1,三十,120.1,23.1",
        "1,2,1130101,測試甲路,2,60,120.1,23.1",
        "2,2,1130101,測試乙路,1,30,120.1,23.1",
        "2,2,1130101,測試乙路,1,31,120.1,23.1",
        "3,2,1130101,測試丙路,1,30,120.1,23.1",
    )
    result = take_in("crashes", file, importer=CRASHES)
    assert (result.read, result.imported, result.rejected) == (5, 1, 4)
    assert {row["line"]: row["reason"] for row in rejects(result)} == {
        "2": "年齡: “三十” is no number",
        "3": "another line of the same row cannot be imported",
        "4": "two rows of the file share a key and cannot be told apart",
        "5": "two rows of the file share a key and cannot be told apart",
    }
    assert Crash.objects.filter(address__startswith="測試").count() == 1


# rows that refer to others

AREA = "MULTIPOLYGON(((121.9 25.9,122.1 25.9,122.1 26.1,121.9 26.1,121.9 25.9)))"


def test_a_reference_is_found_by_name_by_id_or_by_place(tmp_path: Path) -> None:
    first = Precinct.objects.create(key="p1", name="測試一分局", geom=f"SRID=4326;{AREA}")
    second = Precinct.objects.create(
        key="p2", name="測試二分局", geom=f"SRID=4326;{AREA.replace('122.1', '122.01')}"
    )
    rows = f"a,甲所,測試二分局,121.95,26\nb,乙所,p2,121.95,26\nc,丙所,{second.pk},121.95,26\nd,丁所,,121.95,26\ne,戊所,,121,24.5\nf,己所,沒有的,121.95,26\n"
    result = take_in("stations", written(tmp_path, "key,name,precinct_id,lon,lat\n" + rows))
    found = dict(Station.objects.filter(key__in="abcdef").values_list("key", "precinct"))
    assert found == {"a": second.pk, "b": second.pk, "c": second.pk, "d": first.pk, "e": None}
    assert rejects(result)[0]["reason"] == "precinct_id: there is no precinct “沒有的”"


def test_a_name_that_two_rows_have_is_no_reference(tmp_path: Path) -> None:
    for key in ("p1", "p2"):
        Precinct.objects.create(key=key, name="測試分局", geom=f"SRID=4326;{AREA}")
    result = take_in("stations", written(tmp_path, "key,name,precinct,lon,lat\na,甲所,測試分局,121.95,26\n"))
    assert rejects(result)[0]["原因"] == "precinct：分局「測試分局」不只一筆"


def test_a_row_that_came_before_its_ground_finds_it_at_the_next_import(tmp_path: Path) -> None:
    file = written(tmp_path, "key,name,lon,lat\na,甲所,121.95,26\n")
    take_in("stations", file)
    assert take_in("stations", file).unchanged == 1
    precinct = Precinct.objects.create(key="p1", name="測試分局", geom=f"SRID=4326;{AREA}")
    assert take_in("stations", file).updated == 1
    assert Station.objects.get(key="a").precinct == precinct
    assert take_in("stations", file).unchanged == 1
