"""Citizens' reports of the 1999 line, and published thefts that tell no place."""

from collections import Counter

import pytest

from layers.defects.models import CitizenReport, RoadDefect
from tests.exchange.taking import take_in
from tests.realdata.folder import again, real, rows

pytestmark = [pytest.mark.django_db, pytest.mark.realdata]


def test_one_file_of_reports_feeds_two_layers_and_every_line_is_somewhere() -> None:
    path = real("tainan_1999_traffic_reports/tainan_1999_traffic_reports_2018.csv.gz")
    said = rows(path)
    kinds = Counter((row["案件大類"], row["案件細類"]) for row in said)
    before = CitizenReport.objects.count(), RoadDefect.objects.count()
    reports, defects = take_in("citizen_reports", path), take_in("road_defects", path)
    assert reports.read == defects.read == len(said) == 13031
    assert reports.inserted == 9791 + 563 + 735 + 106 + 6 + 7
    assert defects.inserted == 702 + 175 + 70 + 86 + 23 + 21 + 51 + 498
    assert (CitizenReport.objects.count(), RoadDefect.objects.count()) == (
        before[0] + reports.inserted,
        before[1] + defects.inserted,
    )
    neither = [("交通運輸", "交通疏導"), ("交通運輸", "號誌秒差調整"), ("道路維修", ""), ("交通運輸", ""),
               ("交通運輸", "公車動態LED跑馬燈資訊顯示異常")]  # fmt: skip
    assert reports.inserted + defects.inserted + sum(kinds[k] for k in neither) == len(said)
    assert reports.reasons["案件大類: “道路維修／路面坑洞” belongs into the layer road_defects"] == 702
    assert defects.reasons["案件大類: “違規停車／違規停車” belongs into the layer citizen_reports"] == 9777
    again("citizen_reports", path, unchanged=reports.inserted)
    again("road_defects", path, unchanged=defects.inserted)


@pytest.mark.parametrize(
    ("name", "count"), [("residential", 4363), ("car", 637), ("robbery", 25), ("snatching", 54)]
)
def test_published_thefts_are_rejected_because_no_place_is_made_up(name: str, count: int) -> None:
    path = real(f"taipei_theft_points/taipei_{name}_raw_cp950.csv")
    result = take_in("crimes", path)
    assert result.rejected == result.read == len(rows(path, "cp950")) == count
    assert list(result.reasons) == [
        "only the stretch of road is published, blurred on purpose and without coordinates; no place is made up"
    ]
