"""Places in degrees, in metres, in a named system, and places that cannot be true."""

from pathlib import Path

import pytest

from layers.registry.importer import Importer, Place, Wrong, take
from layers.registry.text import Text
from tests.exchange.taking import rejects, take_in, written
from tests.sample.models import Spot, Way, Zone

pytestmark = pytest.mark.django_db
TAINAN = (120.2042, 22.9928)
METRES = (168414.6, 2543707.2)
"""TAINAN in TWD97 / TM2 zone 121, to ten centimetres."""


def place(key: str) -> tuple[float, float]:
    return Spot.objects.get(key=key).geom.coords


def test_degrees_and_metres_of_twd97_are_told_apart_line_by_line(tmp_path: Path) -> None:
    result = take_in(
        "spots",
        written(
            tmp_path,
            f"key,name,x,y\na,度,{TAINAN[0]},{TAINAN[1]}\nb,公尺,{METRES[0]},{METRES[1]}\n"
            'c,千分位,"168,414.6","2,543,707.2"\nd,都不是,500,9000\ne,字,東,北\n',
        ),
    )
    assert result.inserted == 3
    assert place("a") == TAINAN
    assert place("b") == place("c") == pytest.approx(TAINAN, abs=2e-5)
    assert [row["reason"] for row in rejects(result)] == [
        "its coordinates are neither degrees nor metres of TWD97",
        "its coordinates are no numbers",
    ]


def test_a_named_system_is_believed(tmp_path: Path) -> None:
    file = written(tmp_path, "key,name,x,y\na,澎湖,301000,2607000\n")
    take_in("spots", file, crs="EPSG:3825")
    assert place("a")[0] == pytest.approx(119.5, abs=0.05)
    take_in("spots", file, crs="EPSG:3826")
    assert place("a")[0] == pytest.approx(121.5, abs=0.05)
    take_in("spots", file)  # unsaid, metres are those of the main island
    assert place("a")[0] == pytest.approx(121.5, abs=0.05)


@pytest.mark.parametrize("name", ["EPSG:999999", "twd", "3826 or so"])
def test_a_system_that_does_not_exist_is_refused_before_any_file_is_read(name: str, tmp_path: Path) -> None:
    with pytest.raises(Wrong, match="There is no coordinate system"):
        take_in("spots", tmp_path / "missing.csv", crs=name)


@pytest.mark.parametrize(
    ("lon", "lat", "reason"),
    [
        ("0", "0", "its coordinates are 0, 0"),
        ("", "", "has no place"),
        ("120.1", "", "has no place"),
        ("23.1", "120.1", "neither degrees nor metres"),
        ("nan", "inf", "has no place"),
        ("1e400", "23", "has no place"),
    ],
)
def test_places_that_cannot_be_true(lon: str, lat: str, reason: str, tmp_path: Path) -> None:
    result = take_in("spots", written(tmp_path, f"key,name,lon,lat\na,甲,{lon},{lat}\n"))
    assert reason in rejects(result)[0]["reason"]


def test_degrees_the_wrong_way_round_in_a_named_system(tmp_path: Path) -> None:
    result = take_in("spots", written(tmp_path, "key,name,lon,lat\na,甲,23.1,120.1\n"), crs="EPSG:4326")
    assert "longitude first" in rejects(result)[0]["reason"]


def test_what_lies_outside_of_the_box_is_a_slip_of_the_pen(tmp_path: Path) -> None:
    file = written(tmp_path, "key,name,lon,lat\na,近,120.2,23\nb,遠,12.02,23\n")
    result = take_in("spots", file, within=(119.9, 22.8, 120.7, 23.5))
    assert result.inserted == 1
    assert rejects(result)[0]["原因"] == "位置超出範圍 (119.9, 22.8) – (120.7, 23.5)"


@pytest.mark.parametrize(
    ("layer", "wkt", "reason"),
    [
        ("spots", "LINESTRING(120 23,121 24)", "this layer holds points, not a LineString"),
        ("ways", "POINT(120 23)", "this layer holds lines, not a Point"),
        ("ways", "MULTILINESTRING((120 23,120.1 23),(120.2 23,120.3 23))", "its line is in 2 pieces"),
        ("ways", "LINESTRING(120 23,120 23)", "its geometry is not valid"),
        ("zones", "POINT(120 23)", "this layer holds areas, not a Point"),
        ("zones", "POLYGON EMPTY", "has no place"),
        ("zones", "POLYGON((120 23, nonsense", "has no place"),
        ("zones", "", "has no place"),
    ],
)
def test_a_shape_that_the_layer_does_not_hold(layer: str, wkt: str, reason: str, tmp_path: Path) -> None:
    result = take_in(layer, written(tmp_path, f'key,name,wkt\na,甲,"{wkt}"\n'))
    assert (result.read, result.inserted) == (1, 0)
    assert reason in rejects(result)[0]["reason"]


def test_shapes_are_made_to_fit_where_nothing_is_lost(tmp_path: Path) -> None:
    take_in("spots", written(tmp_path, 'key,name,wkt\na,甲,"MULTIPOINT Z((120 23 5))"\n'))
    assert place("a") == (120.0, 23.0)
    take_in(
        "ways",
        written(tmp_path, 'key,name,wkt\na,甲,"MULTILINESTRING((120 23,120.1 23),(120.1 23,120.2 23))"\n'),
    )
    assert len(Way.objects.get(key="a").geom.coords) == 3
    bow = "POLYGON((120 23,120.1 23.1,120.1 23,120 23.1,120 23))"
    take_in("zones", written(tmp_path, f'key,name,wkt\na,甲,"{bow}"\n'))
    mended = Zone.objects.get(key="a").geom
    assert mended.valid
    assert len(mended) == 2


def test_a_kind_of_file_without_places_is_rejected_whole_with_its_reason(tmp_path: Path) -> None:
    nowhere = Importer(
        title=Text("清冊", "A list"),
        fields={"name": take("name")},
        key=("name",),
        place=Place(missing=Text("只有地址", "there are only addresses")),
    )
    result = take_in("spots", written(tmp_path, "name,addr\n甲,中山路1號\n乙,\n"), importer=nowhere)
    assert (result.read, result.rejected) == (2, 2)
    assert result.reasons == {"there are only addresses": 2}


def test_such_a_file_goes_in_when_somebody_added_the_places(tmp_path: Path) -> None:
    head, row = "編號,轄區分局,行政區,設置位置,拍攝行向,速限", "1,測試分局,東區,甲路與乙路口,北向,50"
    listed = written(tmp_path, f"{head}\n{row}\n")
    assert "without coordinates" in next(iter(take_in("enforcement_sites", listed).reasons))
    found = written(tmp_path, f"{head},經度,緯度\n{row},120.2,23\n2{row[1:]},,\n")
    result = take_in("enforcement_sites", found)
    assert (result.inserted, result.rejected) == (1, 1)
    assert rejects(result)[0]["reason"] == "has no place"
    assert take_in("enforcement_sites", found).unchanged == 1
