"""A mapping in TOML says which column is which field; what it says wrongly is answered with what it may say."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from gis.exchange.mapping import from_toml
from layers.registry.importer import Wrong
from tests.exchange.taking import layer, rejects, take_in, written
from tests.sample.models import Spot

pytestmark = pytest.mark.django_db
MAPPING = """
key = ["案號"]

[place]
x = "坐標X"
y = "坐標Y"
crs = "EPSG:3826"
within = [119.9, 22.8, 120.7, 23.5]

[fields]
name = "地點"
kind = { column = "類別", group = "大類", values = { "舊制甲" = "a", "其他/未分類" = "c", "不詳" = "b" } }
grade = { constant = 4 }
happened_at = { date = "日期", time = "時刻", format = "%Y%m%d %H%M" }
open = { column = ["開放", "是否開放"] }
"""
ROWS = (
    "案號,地點,大類,類別,日期,時刻,坐標X,坐標Y,是否開放\n"
    "1,甲路,車,舊制甲,20240229,805,168385,2543729,是\n"
    "2,乙路,其他,未分類,20240229,5,168385,2543729,否\n"
    "3,丙路,車,未分類,20240229,5,168385,2543729,否\n"
    "4,丁路,車,甲,20240231,5,168385,2543729,否\n"
    "5,戊路,車,甲,20240229,5,300000,2543729,否\n"
    "6,己路,車,甲,20240229,5,168385,2543729,或許\n"
)


def mapping(folder: Path, text: str = MAPPING) -> Path:
    return written(folder, text, "map.toml")


def test_columns_constants_words_and_two_cells_of_time(tmp_path: Path) -> None:
    said = mapping(tmp_path)
    file = written(tmp_path, ROWS, encoding="cp950")
    result = take_in("spots", file, mapping=said)
    assert result.inserted == 2
    first, second = Spot.objects.order_by("-name")
    assert (first.name, first.kind, first.grade, first.open) == ("甲路", "a", 4, True)
    assert (second.name, second.kind, second.grade, second.open) == ("乙路", "c", 4, False)
    assert first.happened_at == datetime(2024, 2, 29, 0, 5, tzinfo=UTC)
    assert second.happened_at == datetime(2024, 2, 28, 16, 5, tzinfo=UTC)
    assert [row["reason"] for row in rejects(result)] == [
        "類別: “車/未分類” is not in the code list sample.kind of 2024-02-29",
        "日期: “20240231 0005” is not a date like %Y%m%d %H%M",
        "it lies outside of (119.9, 22.8) – (120.7, 23.5)",
        "是否開放: “或許” is neither yes nor no",
    ]
    assert take_in("spots", file, mapping=said).unchanged == 2


def test_columns_that_name_a_row_make_its_key_and_do_not_show_in_it(tmp_path: Path) -> None:
    said = mapping(tmp_path, 'key = ["身分", "日"]\n[fields]\nname = "地點"\n')
    head = "身分,日,地點,lon,lat\n"
    take_in("spots", written(tmp_path, head + "A123,1,甲,120.1,23.1\nA123,2,乙,120.1,23.1\n"), mapping=said)
    assert Spot.objects.count() == 2
    assert not Spot.objects.filter(key__contains="A123").exists()
    result = take_in(
        "spots", written(tmp_path, head + "A123,1,甲改,120.1,23.1\n,,丙,120.1,23.1\n"), mapping=said
    )
    assert (result.updated, result.rejected) == (1, 1)
    assert rejects(result)[0]["reason"] == "身分, 日 is empty, so the row has no name"


def test_a_column_may_be_the_key_itself(tmp_path: Path) -> None:
    said = mapping(tmp_path, '[fields]\nkey = "編號"\nname = "地點"\n')
    text = f"編號,地點,lon,lat\nX-1,甲,120.1,23.1\n,乙,120.1,23.1\n{'9' * 65},丙,120.1,23.1\n"
    result = take_in("spots", written(tmp_path, text), mapping=said)
    assert list(Spot.objects.values_list("key", flat=True)) == ["X-1"]
    assert [row["reason"] for row in rejects(result)] == ["編號 is empty or too long"] * 2


def test_origin_says_where_rows_come_from(tmp_path: Path) -> None:
    said = mapping(tmp_path, '[fields]\nname = "name"\norigin = { constant = "survey" }\n')
    take_in("spots", written(tmp_path, "name,lon,lat\n甲,120.1,23.1\n"), mapping=said)
    assert Spot.objects.get(name="甲").origin == "survey"


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("fields = [", "map.toml is no valid TOML"),
        ("[felder]\nname = 'a'", "map.toml has “felder”, which is not known; it may have fields, key, place"),
        ("[fields]\nnom = 'a'", r"map.toml \[fields\] has “nom”, which is not known; it may have .*grade"),
        (
            "[fields]\nname = {spalte = 'a'}",
            "fields.name has “spalte”, which is not known; it may have column",
        ),
        ("[place]\nlongitude = 'a'", r"map.toml \[place\] has “longitude”"),
        ("[place]\nwithin = [1, 2]", r"place.within must be \[west, south, east, north\]"),
        ("[place]\nwithin = ['a', 'b', 'c', 'd']", r"place.within must be \[west, south, east, north\]"),
        ("[place]\ncrs = 'mars'", "There is no coordinate system “mars”"),
        ("[place]\nlon = 'a'", "place has a longitude without a latitude"),
        ("[fields]\nname = ['a', 1]", "fields.name must be a column's name"),
        ("[fields]\nname = {column = 5}", "fields.name.column must be a column's name, or a list of them"),
        ("[fields]\nname = {column = 'a', values = 'b'}", "fields.name.values must be a table"),
        ("[fields]\nhappened_at = {column = 'a', format = 5}", "fields.happened_at.format must be text"),
        ("[fields]\nname = {}", "fields.name names neither a column nor a constant"),
        ("fields = 'name'", r"map.toml \[fields\] must be a table"),
        ("place = 'here'", r"map.toml \[place\] must be a table"),
        ("key = 5", "key must be a column's name, or a list of them"),
        ("[fields]\nweight = {column = 'a', time = 'b'}", "fields.weight is no date or time"),
    ],
)
def test_a_mapping_that_is_wrong_says_what_it_may_say(text: str, reason: str, tmp_path: Path) -> None:
    with pytest.raises(Wrong, match=reason):
        from_toml(mapping(tmp_path, text), layer("spots"))


def test_a_mapping_that_is_not_there_or_not_text(tmp_path: Path) -> None:
    with pytest.raises(Wrong, match="There is no mapping"):
        from_toml(tmp_path / "none.toml", layer("spots"))
    with pytest.raises(Wrong, match="is no valid TOML"):
        from_toml(written(tmp_path, "[fields]\n# 許", "map.toml", "cp950"), layer("spots"))


def test_columns_that_the_file_lacks_are_named_with_those_it_has(tmp_path: Path) -> None:
    with pytest.raises(Wrong, match=r"file\.csv has no column “案號”; it has name, lon, lat"):
        take_in("spots", written(tmp_path, "name,lon,lat\n甲,1,2\n"), mapping=mapping(tmp_path))


def test_a_field_that_every_row_needs_must_be_in_the_mapping(tmp_path: Path) -> None:
    said = mapping(tmp_path, '[fields]\ngrade = "g"\n')
    with pytest.raises(Wrong, match="The file has nothing for name"):
        take_in("spots", written(tmp_path, "g,lon,lat\n1,120,23\n"), mapping=said)
