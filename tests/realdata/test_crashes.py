"""The published crash files come in whole: old and new wording, every line accounted for, sums as in the files."""

from __future__ import annotations

import csv
import re
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from django.db.models import Sum

from data.codes import table
from gis.exchange.labels import Labels, folded
from layers.crashes.importers import NATIONAL
from layers.crashes.models import Crash, Party
from tests.crashes.empty import no_crashes
from tests.exchange.taking import take_in
from tests.realdata.folder import real, rows

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def no_crash_yet(db: None) -> None:
    """Other tests may have loaded a city before; what is counted here is the file's alone."""
    Party.objects.all().delete()
    no_crashes()


NATIONAL_FILES = [
    "npa_a2_2025_01_tainan_chiayi/NPA_TMA2_2025-01_chiayi_city.csv",
    "npa_a2_2025_01_tainan_chiayi/NPA_TMA2_2025-01_tainan.csv",
    "npa_a2_2025_month_starts/NPA_TMA2_2025_month_starts_tainan_chiayi.csv",
    *(f"npa_a1_national_2022_2025/NPA_TMA1_{year}.csv.gz" for year in (2022, 2023, 2024, 2025)),
]


def parties(path: Path) -> list[dict[str, str]]:
    """The lines that are parties: below the table some files have notes in the first cell."""
    return [line for line in rows(path) if line["發生日期"]]


@pytest.mark.parametrize("name", NATIONAL_FILES)
def test_a_national_file_comes_in_whole(name: str) -> None:
    path = real(name)
    said = parties(path)
    done = take_in("crashes", path, anywhere=True)
    assert done.read == len(said)
    assert done.read == done.imported + done.unchanged + done.rejected
    assert (done.imported, done.unchanged) == (Party.objects.count(), 0)
    good = [p for p in said if float(p["經度"]) >= 118 and not default(p)]
    assert done.rejected == len(said) - len(good)  # nowhere near Taiwan, or a default
    firsts = [p["死亡受傷人數"] for p in good if p["當事者順位"] == "1"]
    toll = [re.findall(r"\d+", said) for said in firsts]
    sums = Crash.objects.aggregate(Sum("deaths"), Sum("injuries"), Sum("party_count"))
    assert Crash.objects.count() == len(firsts)
    assert sums["deaths__sum"] == sum(int(dead) for dead, _ in toll)
    assert sums["injuries__sum"] == sum(int(hurt) for _, hurt in toll)
    assert sums["party_count__sum"] == len(good)
    on_foot = {
        p["發生日期"] + p["發生時間"] + p["經度"]
        for p in good
        if p["當事者區分-類別-子類別名稱-車種"] == "行人"
    }
    assert Crash.objects.filter(pedestrian=True).count() == len(on_foot)
    assert not Crash.objects.filter(vehicle="").exclude(parties__vehicle="").exists()


def default(party: dict[str, str]) -> bool:
    """Whole minutes both ways: a town's middle, where somebody's program knew no place."""
    return all(abs(float(party[c]) * 60 - round(float(party[c]) * 60)) < 6e-5 for c in ("經度", "緯度"))


def test_a_second_import_changes_nothing() -> None:
    path = real(NATIONAL_FILES[0])
    first = take_in("crashes", path, anywhere=True)
    versions = set(Crash.objects.values_list("version", flat=True))
    again = take_in("crashes", path, anywhere=True)
    assert (again.imported, again.unchanged) == (0, first.read)
    assert set(Crash.objects.values_list("version", flat=True)) == versions == {1}


def test_a_corrected_party_is_one_line_imported(tmp_path: Path) -> None:
    path = real(NATIONAL_FILES[0])
    take_in("crashes", path, anywhere=True)
    said = rows(path)
    said[0]["當事者事故發生時年齡"] = "99" if said[0]["當事者事故發生時年齡"] != "99" else "98"
    changed = tmp_path / "corrected.csv"
    with changed.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.DictWriter(file, fieldnames=list(said[0]))
        writer.writeheader()
        writer.writerows(said)
    again = take_in("crashes", changed, anywhere=True)
    assert (again.imported, again.rejected) == (1, 0)


def test_a_citys_file_comes_in_whole() -> None:
    path = real("tainan_accidents_2024_h1/1130106tainan.csv.gz")
    said = rows(path)
    done = take_in("crashes", path, anywhere=True)
    assert (done.read, done.imported, done.rejected) == (len(said), len(said), 0)
    crashes = Crash.objects.all()
    assert crashes.aggregate(n=Sum("deaths"))["n"] == sum(int(r["24小時內死亡人數"]) for r in said)
    assert crashes.aggregate(n=Sum("injuries"))["n"] == sum(int(r["受傷人數"]) for r in said)
    early = next(r for r in said if r["發生時間"] == "4000")
    at = Crash.objects.get(case_no=early["總編號"]).occurred_at.astimezone()
    assert (at.minute, at.second) == (40, 0)


def test_every_label_of_a_year_means_the_code_of_the_form() -> None:
    """Against the published comparison of labels and codes; blank codes are those the form tells finer apart."""
    path = real("npa_crash_form_codes/open_data_label_to_code.csv")
    assert NATIONAL.child is not None
    takes: dict[str, Any] = {
        column: take
        for take in [*NATIONAL.fields.values(), *NATIONAL.child.fields.values()]
        for column in take.columns
        if take.codes
    }
    compared = 0
    for row in rows(path):
        if not (take := takes.get(row["開放資料欄位"])):
            continue
        day = date(2025, 1, 1) if row["版本"] == "new" else date(2022, 1, 1)
        found = Labels(take.codes, take.values).find(row["開放資料值"], row["開放資料大類別"], day)
        assert found == row["代碼"] or (not row["代碼"] and found.startswith("X")), row
        compared += 1
    assert compared > 300


def test_a_file_from_elsewhere_comes_in_by_the_mapping_in_the_documents() -> None:
    path = real("ventura_tims_crashes/crashes_2014_2020.csv.gz")
    mapping = Path(__file__).resolve().parents[2] / "docs" / "mappings" / "tims.toml"
    said = rows(path)
    done = take_in("crashes", path, mapping=mapping)
    placed = [r for r in said if r["POINT_X"] and r["COLLISION_TIME"] < "2400"]
    assert (done.read, done.imported) == (len(said), len(placed))
    sums = Crash.objects.aggregate(Sum("deaths"), Sum("injuries"))
    assert sums["deaths__sum"] == sum(int(r["NUMBER_KILLED"]) for r in placed)
    assert sums["injuries__sum"] == sum(int(r["NUMBER_INJURED"]) for r in placed)
    assert Crash.objects.filter(pedestrian=True).count() == sum(
        r["PEDESTRIAN_ACCIDENT"] == "Y" for r in placed
    )


ITEMS = {
    "4": "weather", "5": "light", "6": "road_class", "8": "form", "9": "location", "10-1": "pavement",
    "10-2": "surface", "10-3": "defect", "11-1": "obstacle", "11-2": "sight", "12-1": "signal",
    "12-2": "signal_state", "13": "direction", "14-1": "lane_line", "14-2": "slow_lane_line", "14-3": "edge_line",
    "15": "type", "17": "sex", "22": "injury", "23": "injury_part", "24": "protection", "25": "phone",
    "26": "vehicle", "28": "use", "29": "action", "30": "licence", "31": "licence_kind", "32": "alcohol",
    "33": "impact", "34": "cause", "35": "hit_and_run", "36": "occupation", "37": "trip",
}  # fmt: skip


@pytest.mark.parametrize(
    ("file", "day"),
    [("codes_2023-07-01_onward", date(2023, 7, 1)), ("codes_before_2023-07-01", date(2023, 6, 30))],
)
def test_every_item_of_both_forms_is_in_the_code_tables_as_it_was_that_day(file: str, day: date) -> None:
    said = [r for r in rows(real(f"npa_crash_form_codes/{file}.csv")) if r["欄位編號"] != "0"]
    assert {r["欄位編號"] for r in said} <= set(ITEMS)
    for row in said:
        when = date(2023, 6, 30) if row.get("status") == "legacy" else day  # of the form before
        entries = table(f"crash.{ITEMS[row['欄位編號']]}").at(when).entries
        labels = {c.zh for c in entries if c.value == row["代碼"]}
        assert labels, row
        assert any(
            folded(row["名稱"]) in {folded(zh), folded(c.group + zh)} for c in entries for zh in labels
        ), row


def test_what_is_on_no_form_says_so() -> None:
    for id in ("crash.type", "crash.cause", "crash.vehicle", "crash.location"):
        for code in table(id).entries:
            assert (code.group == "公開資料") == code.value.startswith("X")
