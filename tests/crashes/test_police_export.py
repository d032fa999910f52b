"""The police department's export comes in by its columns' names, whatever each header adds to them."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.contrib.gis.geos import MultiPolygon, Point, Polygon

from layers.areas.models import Precinct, Station
from layers.crashes.models import Casualty, Crash
from tests.crashes.empty import no_crashes
from tests.exchange.taking import rejects, take_in, written

pytestmark = pytest.mark.django_db

NEW = (
    "總編號(案件編號)", "發生日期", "1.發生時間", "GPS經度", "GPS緯度", "事故類別", "3-1.24小時內死亡人數", "3-2.受傷人數",
    "3-2.2-30日內死亡人數", "處理單位名稱分局層", "處理單位名稱派出所", "2-1.發生地址_路街", "2-1.發生地址_段",
    "2-1.發生交叉路口_路街口", "4.天候", "5.道路照明設備(11207新增)", "7.速限(第1當事者)", "8.道路型態", "15.事故類型及型態",
    "初步分析研判子類別-主要", "當事者順位", "16.姓名", "17.屬(性)別", "18.身分證", "22.受傷程度", "23.主要傷處", "24.保護裝備",
    "26.當事者區分(類別)", "29.當事者行動狀態", "30.駕照狀態", "32.飲酒情形", "35.肇事逃逸", "37.共享經濟或外送平台",
)  # fmt: skip
PARTIES = (
    "11301AC191A0001@20240108@500@120.21@22.99@A2@0@1@0@臺南市政府警察局第一分局@臺南市政府警察局第一分局後甲派出所@"
    "東門路@二段@裕農路@8@5@50@04@16@闖紅燈直行@1@王小明@1@A123456789@3@10@6@B03@9@1@1@1@",
    "11301AC191A0001@20240108@500@120.21@22.99@A2@0@1@0@臺南市政府警察局第一分局@臺南市政府警察局第一分局後甲派出所@"
    "東門路@二段@裕農路@8@5@50@04@16@闖紅燈直行@2@李四@2@B223456789@2@08@5@C03@09@1@2@1@某外送",
)


@pytest.fixture(autouse=True)
def no_crash_yet(db: None) -> None:
    no_crashes()


def export(folder: Path, *lines: str, columns: tuple[str, ...] = NEW, encoding: str = "utf-8-sig") -> Path:
    return written(folder, "\n".join(["@".join(columns), *lines]) + "\n", "export.txt", encoding)


def test_a_line_a_party_becomes_one_crash(tmp_path: Path) -> None:
    done = take_in("crashes", export(tmp_path, *PARTIES))
    assert (done.read, done.imported, done.rejected) == (2, 2, 0)
    assert done.importers == ["The police department's export, a line a party"]
    crash = Crash.objects.get()
    at = crash.occurred_at.astimezone()
    assert (at.year, at.hour, at.minute, at.second) == (2024, 0, 5, 0)
    assert (crash.severity, crash.weather, crash.light, crash.form, crash.type) == (2, "8", "5", "04", "16")
    assert (crash.vehicle, crash.motorcycle, crash.pedestrian, crash.party_count) == ("B", True, False, 2)
    assert crash.address == "東門路二段 / 裕農路"
    first, second = crash.parties.all()
    assert (first.action, first.protection, first.licence, first.alcohol) == ("09", "6", "1", "1")
    assert (second.injury_part, second.platform) == ("08", "某外送")


def test_who_was_hurt_is_a_casualty_until_that_was_a_mistake(tmp_path: Path) -> None:
    take_in("crashes", export(tmp_path, *PARTIES))
    hurt = Casualty.objects.get()
    assert (hurt.party and hurt.party.number, hurt.injury, hurt.injury_part, hurt.vehicle) == (
        2,
        "2",
        "08",
        "C03",
    )
    passenger = Casualty.objects.create(crash=hurt.crash, injury="2", vehicle="H02")
    done = take_in("crashes", export(tmp_path, PARTIES[0], PARTIES[1].replace("@2@08@5@C03", "@3@10@5@C03")))
    assert (done.imported, done.unchanged) == (1, 1)
    assert list(Casualty.objects.all()) == [passenger]


def test_a_second_import_changes_nothing_and_big5_is_the_same(tmp_path: Path) -> None:
    take_in("crashes", export(tmp_path, *PARTIES))
    done = take_in("crashes", export(tmp_path, *PARTIES, encoding="cp950"))
    assert (done.imported, done.unchanged) == (0, 2)


def test_no_name_and_no_identity_number_is_kept(tmp_path: Path) -> None:
    take_in("crashes", export(tmp_path, *PARTIES))
    kept = str(list(Crash.objects.values())) + str(list(Crash.objects.get().parties.values()))
    assert not any(secret in kept for secret in ("王小明", "A123456789", "李四"))


def test_the_form_of_the_day_says_what_a_code_means(tmp_path: Path) -> None:
    """Item 34 of the old form has 67 causes; 16 is item 37's purpose of the trip only until mid 2023."""
    columns = (
        "總編號", "發生日期", "發生時間", "座標-X", "座標-Y", "案件類別", "當事人序", "4天候", "5光線", "34",
        "24安全帽", "30駕駛資格情形", "37旅次目的", "車種",
    )  # fmt: skip
    old = "11006AC191B0002@1100630@081830@120.21@22.99@2@1@8@1@45@1@1@1@C03"
    new = "11207AC191B0003@1120701@081830@120.21@22.99@2@1@8@1@45@1@1@1@C03"
    done = take_in("crashes", export(tmp_path, old, new, columns=columns))
    assert (done.imported, done.rejected) == (1, 1)
    party = Crash.objects.get().parties.get()
    assert (party.cause, party.protection, party.licence, party.trip) == ("45", "1", "1", "1")
    assert "crash." in rejects(done)[0]["reason"]


def test_bad_lines_are_rejected_with_their_reason(tmp_path: Path) -> None:
    bad = PARTIES[0].replace("11301AC191A0001", "{}")
    lines = (
        bad.format("11301AC191A0002").replace("@120.21@22.99@", "@120.2166667@22.9833333@"),
        bad.format("11301AC191A0003").replace("@A2@0@", "@A4@0@"),
        bad.format("11301AC191A0004").replace("@20240108@", "@2024@"),
        bad.format("11301AC191A0005").replace("@8@5@50@", "@77@5@50@"),
        bad.format("11301AC191A0006").replace("@120.21@22.99@", "@0@0@"),
    )
    done = take_in("crashes", export(tmp_path, *lines))
    assert (done.imported, done.rejected) == (0, 5)
    said = [row["reason"] for row in rejects(done)]
    assert [row["line"] for row in rejects(done)] == ["2", "3", "4", "5", "6"]
    assert "a default that programs write" in said[0]
    assert "neither A1, A2 nor A3" in said[1]
    assert "is no date" in said[2]
    assert "crash.weather of 2024-01-08" in said[3]
    assert "0, 0" in said[4]


def test_the_station_is_found_by_its_name_or_by_the_unit_in_the_case_number(tmp_path: Path) -> None:
    precinct = Precinct.objects.create(
        key="p",
        name="一",
        geom=MultiPolygon(Polygon(((120, 22), (121, 22), (121, 23), (120, 22))), srid=4326),
    )
    there = Station.objects.create(
        key="s", name="後甲派出所", unit_code="AC191", precinct=precinct, geom=Point(120.2, 23, srid=4326)
    )
    unnamed = PARTIES[1].replace("臺南市政府警察局第一分局後甲派出所", "").replace("A0001", "A0009")
    take_in("crashes", export(tmp_path, PARTIES[0], unnamed.replace("@2@李四", "@1@李四")))
    assert set(Crash.objects.values_list("station_id", flat=True)) == {there.pk}
