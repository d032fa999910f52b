"""Townships, villages and police posts as they are published."""

import pytest

from layers.areas.models import District, Station, Ward
from tests.exchange.taking import take_in
from tests.realdata.folder import again, features, real, rows

pytestmark = [pytest.mark.django_db, pytest.mark.realdata]


@pytest.mark.parametrize("city", ["chiayi_city", "chiayi_county", "tainan", "taipei"])
def test_townships_become_districts_and_villages_find_theirs(city: str) -> None:
    towns, villages = real(f"boundaries/towns_{city}.geojson"), real(f"boundaries/villages_{city}.geojson")
    expected = len(features(towns)), len(features(villages))
    assert take_in("districts", towns).inserted == expected[0]
    assert take_in("wards", villages).inserted == expected[1]
    again("districts", towns, unchanged=expected[0])
    again("wards", villages, unchanged=expected[1])
    for said in features(villages)[:40]:
        ward = Ward.objects.select_related("district").get(key=said["properties"]["VILLCODE"])
        assert (ward.name, ward.name_en) == (said["properties"]["VILLNAME"], said["properties"]["VILLENG"])
        assert ward.geom.valid
        assert ward.district is not None
        assert ward.district.code == said["properties"]["TOWNCODE"]


def test_villages_that_came_before_their_townships_find_them_at_the_next_import() -> None:
    towns, villages = (real(f"boundaries/{kind}_chiayi_city.geojson") for kind in ("towns", "villages"))
    take_in("wards", villages)
    mine = Ward.objects.filter(key__in=[f["properties"]["VILLCODE"] for f in features(villages)])
    mine.update(district=None)
    take_in("districts", towns)
    assert take_in("wards", villages).updated == len(features(villages))
    assert not mine.filter(district=None).exists()
    again("wards", villages, unchanged=len(features(villages)))


def test_the_file_of_villages_is_not_taken_for_townships() -> None:
    with pytest.raises(ValueError, match="write a mapping"):
        take_in("districts", real("boundaries/villages_chiayi_city.geojson"))
    assert not District.objects.filter(code="10020010").exists()


def test_every_post_of_tainan_is_there_even_two_of_one_name() -> None:
    path = real("police_stations/tainan_police_stations.csv")
    said = rows(path)
    assert take_in("stations", path).inserted == len(said) == 162
    again("stations", path, unchanged=162)
    assert len({row["中文單位名稱"] for row in said}) == 161
    places = {(s.name, s.address): s.geom.coords for s in Station.objects.all()}
    for row in said:
        assert places[row["中文單位名稱"], row["地址"]] == (float(row["x"]), float(row["y"]))


def test_posts_of_chiayi_bring_their_telephones() -> None:
    path = real("police_stations/chiayi_city_police_stations.geojson")
    assert take_in("stations", path).inserted == len(features(path)) == 15
    again("stations", path, unchanged=15)
    for said in (f["properties"] for f in features(path)):
        assert Station.objects.get(name=said["單位別"], address=said["地址"]).phone == said["電話"]


def test_a_list_without_coordinates_is_rejected_line_by_line_with_the_reason() -> None:
    path = real("police_stations/taipei_police_units_2022.csv")
    result = take_in("stations", path)
    assert result.rejected == result.read == len(rows(path)) == 112
    assert list(result.reasons) == [
        "this list has addresses but no coordinates; find the places and add columns of longitude and latitude"
    ]
