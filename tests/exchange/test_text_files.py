"""Delimited text as offices send it: encodings, headers, dates, notes, and lines that are wrong among good ones."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from layers.registry.importer import Wrong
from tests.exchange.taking import rejects, take_in, written
from tests.sample.models import Spot, Way

pytestmark = pytest.mark.django_db
HEAD = "key,name,lon,lat"


def names() -> list[str]:
    return [s.name for s in Spot.objects.order_by("key")]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp950", "utf-16", "utf-16-le", "utf-16-be"])
def test_the_encoding_is_found_by_itself(encoding: str, tmp_path: Path) -> None:
    mark = "\ufeff" if encoding in ("utf-16-le", "utf-16-be") else ""
    take_in("spots", written(tmp_path, f"{mark}{HEAD}\na,許功蓋路口,120.1,23.1\n", encoding=encoding))
    assert names() == ["許功蓋路口"]


def test_an_encoding_may_be_named(tmp_path: Path) -> None:
    file = written(tmp_path, f"{HEAD}\na,東京,120.1,23.1\n", encoding="shift_jis")
    take_in("spots", file, encoding="shift_jis")
    assert names() == ["東京"]
    with pytest.raises(Wrong, match="There is no encoding “klingon”"):
        take_in("spots", file, encoding="klingon")


def test_letters_that_are_not_of_the_encoding_reject_their_line_alone(tmp_path: Path) -> None:
    file = tmp_path / "big5.csv"
    file.write_bytes(
        f"{HEAD}\na,路口,120.1,23.1\nb,".encode("cp950") + b"\xff\xff,120.2,23.2\n" + b"c,ok,120.3,23.3\n"
    )
    result = take_in("spots", file)
    assert result.inserted == 2
    (bad,) = rejects(result)
    assert (bad["line"], bad["key"], bad["reason"]) == ("3", "b", "holds characters that are not cp950")


@pytest.mark.parametrize("delimiter", [",", "\t", ";", "|"])
def test_the_delimiter_is_found_by_itself(delimiter: str, tmp_path: Path) -> None:
    text = f'{HEAD}\na,"一,二;三|四",120.1,23.1\n'
    head, row = text.split("\n", 1)
    other = (
        head.replace(",", delimiter) + "\n" + delimiter.join(["a", '"一,二;三|四"', "120.1", "23.1"]) + "\n"
    )
    take_in("spots", written(tmp_path, other if delimiter != "," else f"{head}\n{row}"))
    assert names() == ["一,二;三|四"]


@pytest.mark.parametrize(
    "said",
    ["1130229 1530", "113/02/29 15:30", "113.2.29 15:30", "民國113年2月29日15時30分", "民國 113 年 2 月 29 日 下午3時30分",
     "１１３／０２／２９ １５：３０", "2024/2/29 15:30:00", "2024-02-29T07:30:00Z", "2024-02-29 15:30:00+0800", "20240229153000"],
)  # fmt: skip
def test_moments_in_every_hand(said: str, tmp_path: Path) -> None:
    if said == "1130229 1530":
        said = "11302291530"
    take_in("spots", written(tmp_path, f"key,name,happened_at,lon,lat\na,x,{said},120.1,23.1\n"))
    assert Spot.objects.get(key="a").happened_at == datetime(2024, 2, 29, 7, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("said", "reason"),
    [("113/02/30", "is no date"), ("1/6/24", "the order of year, month and day"), ("昨天", "is no date"),
     ("113/02/28 25:00", "is no time of day"), ("12345", "is no date")],
)  # fmt: skip
def test_dates_that_cannot_be_are_refused_with_the_cell(said: str, reason: str, tmp_path: Path) -> None:
    result = take_in("spots", written(tmp_path, f"key,name,時間,lon,lat\na,x,{said},120.1,23.1\n"))
    (bad,) = rejects(result)
    assert bad["reason"].startswith("時間: ")
    assert reason in bad["reason"]
    assert bad["時間"] == said


def test_a_day_of_the_republic_is_a_date(tmp_path: Path) -> None:
    take_in("ways", written(tmp_path, 'key,name,built_on,wkt\na,x,84/1/31,"LINESTRING(120 23,121 24)"\n'))
    assert str(Way.objects.get(key="a").built_on) == "1995-01-31"


def test_a_title_above_notes_below_and_a_second_header(tmp_path: Path) -> None:
    text = (
        "路口清冊,,,,\n\n"
        "key,name,grade,lon,lat\n代碼,名稱,等級,經度,緯度\n"
        "a,甲,1,120.1,23.1\nb,乙,2,120.2,23.2\n\n,,,,\n"
        "資料提供日期：113年2月1日,,,,\n備註：以上為測試,,,,\n"
    )
    result = take_in("spots", written(tmp_path, text))
    assert (result.read, result.inserted, result.notes) == (2, 2, 2)
    assert names() == ["甲", "乙"]


def test_a_bad_line_among_good_ones_is_written_out_with_line_and_reason(tmp_path: Path) -> None:
    text = (
        "key,name,kind,grade,lon,lat\n"
        "a,甲,a,1,120.1,23.1\n"
        'b,"乙\n兩行",z,1,120.2,23.2\n'
        "c,丙,甲,1.5,120.3,23.3\n"
        "d,丁,second,三,120.4,23.4\n"
        "e,戊,b,1,,\n"
        "f,己,c,1,120.6,23.6,多\n"
        f"g,{'長' * 81},a,1,120.7,23.7\n"
        "h,,a,1,120.8,23.8\n"
        "i,末,c,99999999999,120.9,23.9\n"
        "j,好,third,,120.9,23.9\n"
    )
    result = take_in("spots", written(tmp_path, text))
    assert (result.read, result.inserted, result.rejected) == (10, 2, 8)
    assert names() == ["甲", "好"]
    assert Spot.objects.get(key="j").kind == "c"
    said = {row["key"]: (row["line"], row["reason"]) for row in rejects(result)}
    assert said == {
        "b": ("4", "kind: “z” is not in the code list sample.kind"),
        "c": ("5", "grade: “1.5” is no whole number"),
        "d": ("6", "grade: “三” is no number"),
        "e": ("7", "has no place"),
        "f": ("8", "has 7 cells where the header has 6"),
        "g": ("9", "name: “" + "長" * 20 + "…” has 81 letters where 80 are allowed"),
        "h": ("10", "name: “name” must not be empty"),
        "i": ("11", "grade: 99999999999 is outside of -2147483648 to 2147483647"),
    }
    (first, *_) = rejects(result)
    assert first["file"] == "file.csv"
    assert first["原因"] == "kind：「z」不在代碼表 sample.kind"
    assert first["name"] == "乙\n兩行"


def test_the_reject_file_mended_comes_in_as_the_rows_that_were_meant(tmp_path: Path) -> None:
    head = "name,grade,lon,lat\n"
    bad = written(tmp_path, head + "好,1,120.1,23.1\n壞,一,120.2,23.2\n")
    result = take_in("spots", bad, reject_file=tmp_path / "bad.csv")
    assert result.reject_file == str(tmp_path / "bad.csv")
    text = Path(result.reject_file).read_text("utf-8-sig")
    mended = written(tmp_path, text.replace("壞,一", "壞,1"), "mended.csv")
    assert take_in("spots", mended).inserted == 1
    whole = written(tmp_path, head + "好,1,120.1,23.1\n壞,1,120.2,23.2\n", "whole.csv")
    assert take_in("spots", whole).unchanged == 2


def test_the_reject_file_is_for_its_owner_alone_and_no_formula(tmp_path: Path) -> None:
    result = take_in("spots", written(tmp_path, f"{HEAD}\na,=cmd(),,\n"))
    path = Path(str(result.reject_file))
    assert path.stat().st_mode & 0o777 == 0o600
    assert "'=cmd()" in path.read_text("utf-8-sig")


def test_a_dry_run_says_the_same_and_keeps_nothing(tmp_path: Path) -> None:
    file = written(tmp_path, f"{HEAD}\na,甲,120.1,23.1\nb,乙,,\n")
    dry = take_in("spots", file, dry_run=True)
    assert not Spot.objects.exists()
    real = take_in("spots", file)
    assert (dry.inserted, dry.rejected, dry.dry_run) == (real.inserted, real.rejected, True) == (1, 1, True)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "file.csv is empty"),
        ("\n\n\n", "file.csv is empty"),
        ("only\na\n", "a single column"),
        ("key,grade,lon,lat\na,1,120,23\n", "The file has nothing for name, which every row needs"),
        ("key,name,grade\na,甲,1\n", "has no places: no columns of longitude and latitude"),
        ("a,b,c\n1,2,3\n", "No column of file.csv is called like a field of spots"),
        ("key,name\n\x00\x01,\x02\n", "is not a text file"),
    ],
)
def test_a_file_that_cannot_be_read_at_all_says_why(text: str, reason: str, tmp_path: Path) -> None:
    with pytest.raises(Wrong, match=reason):
        take_in("spots", written(tmp_path, text))


def test_a_header_without_rows_is_no_fault(tmp_path: Path) -> None:
    result = take_in("spots", written(tmp_path, HEAD + "\n"))
    assert (result.read, result.imported, result.reject_file) == (0, 0, None)


def test_the_sentence_about_a_missing_column_is_said_in_both_languages(tmp_path: Path) -> None:
    with pytest.raises(Wrong) as raised:
        take_in("spots", written(tmp_path, "key,grade,lon,lat\na,1,120,23\n"))
    assert "檔案缺少必要欄位" in raised.value.text.zh
    assert "--mapping" in raised.value.text.zh


def test_a_quotation_mark_that_is_never_closed_does_not_swallow_the_file_in_silence(tmp_path: Path) -> None:
    lines = "".join(f"k{n},名{n},120.1,23.1\n" for n in range(50))
    result = take_in("spots", written(tmp_path, f'{HEAD}\n{lines}bad,"開,120.1,23.1\n{lines}'))
    assert result.inserted == 50
    assert result.rejected == 1


def test_columns_may_be_called_by_titles_in_either_language(tmp_path: Path) -> None:
    take_in(
        "spots", written(tmp_path, "代號,名稱,Weight (kg),Grade,GPS經度,GPS緯度\n1,甲,3.5,2,120.1,23.1\n")
    )
    found = Spot.objects.get(name="甲")
    assert (found.grade, found.geom.coords) == (2, (120.1, 23.1))
