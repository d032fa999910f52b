"""Camera lists as they are published: highways, two cities' traffic control, a police register, speed cameras."""

import csv
from pathlib import Path

import pytest

from layers.cameras.models import CameraSet, Lens
from layers.enforcement.models import EnforcementSite
from tests.exchange.taking import take_in
from tests.realdata.folder import again, features, real, rows

pytestmark = [pytest.mark.django_db, pytest.mark.realdata]


def test_every_highway_camera_is_there_and_says_where_on_the_road() -> None:
    path = real("highway_cctv/cctv.geojson.gz")
    said = features(path)
    result = take_in("camera_sets", path)
    assert result.read == len(said) == 4223
    nowhere = sum(f["geometry"]["coordinates"] == [0, 0] for f in said)
    assert result.reasons == {
        "its coordinates are 0, 0": nowhere,
        "it lies outside of (118.0, 21.5) – (122.6, 26.5)": 1,
    }
    assert result.inserted == 4223 - 18 - 1
    again("camera_sets", path, unchanged=4223 - 18 - 1)
    assert CameraSet.objects.get(key="CCTV-54-0610-298-003").name == (
        "台61線 298K+720 南向 298K.72 七股(南向)"
    )


def test_traffic_cameras_of_taipei() -> None:
    path = real("taipei_traffic_cctv/taipei_traffic_cctv.csv")
    assert take_in("camera_sets", path).inserted == len(rows(path)) == 416
    again("camera_sets", path, unchanged=416)
    camera = CameraSet.objects.get(key="001-市民快承德")
    assert (camera.name, camera.geom.coords) == ("市民快承德", (121.5169, 25.04855))


def test_cameras_of_tainan_and_which_way_their_lenses_look() -> None:
    path = real("tainan_cctv_sample/validation_cameras.csv")
    count = len(rows(path))
    assert take_in("camera_sets", path).inserted == take_in("lenses", path).inserted == count == 55
    again("camera_sets", path, unchanged=55)
    again("lenses", path, unchanged=55)
    mine = Lens.objects.filter(key__in=[row["device_group_id"] for row in rows(path)])
    said = {lens.camera_set.name: lens.bearing for lens in mine.select_related("camera_set")}
    assert said["C114071-台南北外環-長和路一段與長和路一段192巷口南桿(向北)-廣角"] == 0
    assert said["台南5期-永康區-中正北路與蔦松二街(向西南)"] == 225
    assert said["C114047-新港社紅橋-北外環道路(西向東)"] == 90
    assert said["C111057-台南北外環-長和路一段與北外環道路口西桿南側(往西)"] == 270
    assert said["台南5期-新港社大道"] is None


def test_lenses_without_their_sets_are_rejected() -> None:
    result = take_in("lenses", real("tainan_cctv_sample/validation_cameras.csv"))
    assert result.rejected == 55
    assert all("there is no camera_set" in reason for reason in result.reasons)


def test_the_police_register_of_taipei_has_no_coordinates() -> None:
    path = real("taipei_police_cctv_2026/police-cctv-installation-locations.csv.gz")
    result = take_in("camera_sets", path)
    assert result.rejected == result.read == len(rows(path)) == 15416
    assert result.reject_file is not None
    with Path(result.reject_file).open(encoding="utf-8-sig", newline="") as file:
        rejected = list(csv.DictReader(file))
    assert len(rejected) == 15416
    assert rejected[0]["編號"] == "LAAA001-01"
    assert rejected[0]["line"] == "2"
    assert "沒有坐標" in rejected[0]["原因"]


def test_the_national_speed_cameras_with_their_second_header() -> None:
    path = real("speed_cameras_npa_td1_2026/NPA_TD1.csv")
    said = rows(path)[1:]  # the second line says the header in Chinese
    result = take_in("enforcement_sites", path)
    assert result.read == len(said) == 1886
    assert result.reasons == {"it lies outside of (118.0, 21.5) – (122.6, 26.5)": 1}
    again("enforcement_sites", path, unchanged=1885)
    places = {
        (site.name, site.speed_limit, site.kinds): site.geom.coords
        for site in EnforcementSite.objects.filter(kinds__in=["speed", "section_speed"], state="active")
    }
    for row in said[::7]:
        way = row["direct"].strip()
        kind = "section_speed" if "區間" in way else "speed"
        there = places[f"{row['Address'].strip()}（{way}）", int(row["limit"]), kind]
        assert there == (float(row["Longitude"]), float(row["Latitude"]))


@pytest.mark.parametrize(
    ("name", "count"),
    [("chiayi_city_fixed_cameras_2025.csv", 41), ("tainan_fixed_cameras_2025-07-22.csv", 190)],
)
def test_lists_of_cities_name_places_in_words_alone(name: str, count: int) -> None:
    path = real(f"police_enforcement_cameras_2025/{name}")
    result = take_in("enforcement_sites", path)
    assert result.rejected == result.read == len(rows(path)) == count
    assert "without coordinates" in next(iter(result.reasons))


def test_the_sheet_behind_such_a_list_repeats_its_header_on_every_page() -> None:
    result = take_in(
        "enforcement_sites",
        real("police_enforcement_cameras_2025/tainan_fixed_cameras_2025-07-22_raw.xlsx"),
    )
    assert result.importers == ["Fixed cameras of Tainan (no coordinates)"]
    csv_rows = len(rows(real("police_enforcement_cameras_2025/tainan_fixed_cameras_2025-07-22.csv")))
    titles = result.read - csv_rows
    assert result.rejected == result.read
    assert (titles, result.notes) == (19, 20 - 1)  # the first of twenty headers is the header
