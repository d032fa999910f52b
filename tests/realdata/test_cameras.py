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
    names = dict(CameraSet.objects.values_list("key", "name"))
    for told in (f["properties"] for f in said if f["geometry"]["coordinates"][1] > 23.5):
        assert names[told["id"]].startswith(" ".join(filter(None, (told["route"], told["mile"]))))
        assert names[told["id"]].endswith(told["description"].strip())


def test_traffic_cameras_of_taipei() -> None:
    path = real("taipei_traffic_cctv/taipei_traffic_cctv.csv")
    assert take_in("camera_sets", path).inserted == len(rows(path)) == 416
    again("camera_sets", path, unchanged=416)
    cameras = CameraSet.objects.in_bulk(field_name="key")
    for row in rows(path):
        camera = cameras[row["cameraLocationCodeRaw"]]
        assert camera.name == row["locationDescription"]
        assert camera.geom.coords == (float(row["longitude"]), float(row["latitude"]))


def test_cameras_of_tainan_and_which_way_their_lenses_look() -> None:
    path = real("tainan_cctv_sample/validation_cameras.csv")
    count = len(rows(path))
    assert take_in("camera_sets", path).inserted == take_in("lenses", path).inserted == count == 55
    again("camera_sets", path, unchanged=55)
    again("lenses", path, unchanged=55)
    mine = Lens.objects.filter(key__in=[row["device_group_id"] for row in rows(path)])
    ways = {
        "(向北)": 0,
        "南向北)": 0,
        "西向東)": 90,
        "(向東)": 90,
        "(向南)": 180,
        "(向西南)": 225,
        "(往西)": 270,
    }
    seen = set()
    for lens in mine.select_related("camera_set"):
        told = next((way for way in ways if way in lens.camera_set.name), None)
        if told:
            seen.add(told)
            assert lens.bearing == ways[told], lens.camera_set.name
        elif "向" not in lens.camera_set.name:
            assert lens.bearing is None
    assert seen == set(ways)


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
    assert rejected[0]["編號"] == rows(path)[0]["編號"]
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
