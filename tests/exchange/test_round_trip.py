"""What went out comes in again as the same rows: in every format nothing changes, and what was mended is updated."""

import csv
import json
import zipfile
from datetime import UTC, date, datetime
from pathlib import Path

import pyogrio
import pytest

from gis.exchange.files import FORMATS
from layers.access import Clearance
from tests.exchange.taking import layer, take_in, take_out
from tests.factories import hideout, spot, way, zone
from tests.sample.models import Spot, Way, Zone

pytestmark = pytest.mark.django_db
ENDING = {"shp": "shp.zip"}


def path_for(folder: Path, form: str) -> Path:
    return folder / f"rows.{ENDING.get(form, form)}"


def some_spots() -> None:
    spot(120.123456789, 23.987654321, key="r1", name="中山路、民族路口", kind="b", grade=3, weight=1.25,
         happened_at=datetime(2024, 2, 29, 23, 5, tzinfo=UTC), informant="某甲")  # fmt: skip
    spot(120.1 + 1 / 3, 23.2, key="r2", name="=1+1", open=False, grade=12, weight=1e-7)
    spot(121, 24, key="r3", name='說「好」, "a;b"\n第二行', happened_at=None)


@pytest.mark.parametrize("form", FORMATS)
def test_points_come_back_unchanged(form: str, tmp_path: Path) -> None:
    some_spots()
    file = path_for(tmp_path, form)
    assert take_out("spots", form, file) == Spot.objects.count() == 3
    before = list(Spot.objects.order_by("key").values())
    result = take_in("spots", file)
    assert (result.read, result.unchanged) == (3, 3), result.reasons
    assert list(Spot.objects.order_by("key").values()) == before


@pytest.mark.parametrize("form", FORMATS)
def test_points_come_back_after_they_were_lost(form: str, tmp_path: Path) -> None:
    some_spots()
    fields = ("key", "name", "kind", "grade", "weight", "open", "happened_at", "informant")
    before = list(Spot.objects.order_by("key").values(*fields))
    places = [s.geom.coords for s in Spot.objects.order_by("key")]
    take_out("spots", form, path_for(tmp_path, form))
    Spot.objects.all().delete()
    assert take_in("spots", path_for(tmp_path, form)).inserted == 3
    assert list(Spot.objects.order_by("key").values(*fields)) == before
    for there, was in zip(Spot.objects.order_by("key"), places, strict=True):
        assert there.geom.coords == pytest.approx(was, abs=1e-9)


@pytest.mark.parametrize("form", FORMATS)
def test_lines_and_areas_come_back_unchanged(form: str, tmp_path: Path) -> None:
    way((120.1, 23.1), (120.1 + 1 / 7, 23.1 + 1 / 9), (120.5, 23.3), built_on=date(1995, 12, 31), rank=2)
    way((120.2, 23.2), (120.3, 23.3))
    zone(120.1, 23.1, 120.1 + 1 / 7, 23.1 + 1 / 3)
    for id, count in (("ways", 2), ("zones", 1)):
        file = path_for(tmp_path / id, form)
        assert take_out(id, form, file) == count
        assert take_in(id, file).unchanged == count
    assert Way.objects.count() == 2
    assert Zone.objects.count() == 1


def test_a_mended_line_updates_its_row_and_nothing_else(tmp_path: Path) -> None:
    some_spots()
    file = tmp_path / "rows.csv"
    take_out("spots", "csv", file)
    file.write_text(file.read_text("utf-8-sig").replace("民族路口", "民權路口"), "utf-8")
    result = take_in("spots", file)
    assert (result.updated, result.unchanged) == (1, 2)
    assert Spot.objects.get(key="r1").name == "中山路、民權路口"
    assert [s.version for s in Spot.objects.order_by("key")] == [2, 1, 1]


def test_an_export_for_fewer_eyes_takes_nothing_away_when_it_comes_back(tmp_path: Path) -> None:
    some_spots()
    file = tmp_path / "rows.gpkg"
    assert take_out("spots", "gpkg", file, Clearance.PUBLIC) == 2  # one row and one field are for others
    assert "informant" not in pyogrio.read_info(file)["fields"]
    assert take_in("spots", file).unchanged == 2
    assert Spot.objects.get(key="r1").informant == "某甲"


def test_fields_above_the_clearance_of_who_imports_are_not_touched(tmp_path: Path) -> None:
    some_spots()
    file = tmp_path / "rows.csv"
    take_out("spots", "csv", file)
    file.write_text(file.read_text("utf-8-sig").replace("某甲", "某乙"), "utf-8")
    mapping = tmp_path / "all.toml"
    mapping.write_text('[fields]\nkey = "key"\nname = "name"\ninformant = "informant"\n', "utf-8")
    assert take_in("spots", file, mapping=mapping, clearance=Clearance.COUNCIL).unchanged == 3
    assert take_in("spots", file, clearance=Clearance.COUNCIL).unchanged == 3
    assert take_in("spots", file, mapping=mapping, clearance=Clearance.POLICE).updated == 1


def test_the_key_goes_along_unless_it_is_a_field_for_other_eyes(tmp_path: Path) -> None:
    spot(key="seen")
    take_out("spots", "geojson", tmp_path / "a.geojson", Clearance.PUBLIC, fields=("name",))
    (feature,) = json.loads((tmp_path / "a.geojson").read_text("utf-8"))["features"]
    assert feature["properties"].keys() == {"key", "name"}
    take_out("camera_sets", "csv", tmp_path / "b.csv", Clearance.PUBLIC)
    take_out("camera_sets", "csv", tmp_path / "c.csv", Clearance.COUNCIL)
    public, council = (
        (tmp_path / n).read_text("utf-8-sig").splitlines()[0].split(",") for n in ("b.csv", "c.csv")
    )
    assert "key" not in public
    assert council.count("key") == 1


def test_a_secret_layer_comes_back_too(tmp_path: Path) -> None:
    hideout(key="h1", name="@home")
    take_out("hideouts", "fgb", tmp_path / "h.fgb", Clearance.POLICE)
    assert take_in("hideouts", tmp_path / "h.fgb").unchanged == 1


def test_a_spreadsheet_is_never_given_a_formula_and_no_letter_is_lost(tmp_path: Path) -> None:
    names = ["=cmd()", "+886 5 222", "@a", "-x", "'=quoted", "\t=tab", "-12.5", "'plain"]
    for number, name in enumerate(names):
        spot(120 + number / 100, 23, key=f"f{number}", name=name)
    file = tmp_path / "rows.csv"
    take_out("spots", "csv", file)
    with file.open(encoding="utf-8-sig", newline="") as read:
        cells = [row["name"] for row in csv.DictReader(read)]
    assert cells == ["'=cmd()", "'+886 5 222", "'@a", "'-x", "''=quoted", "'\t=tab", "-12.5", "'plain"]
    Spot.objects.all().delete()
    take_in("spots", file)
    said = [s.name for s in Spot.objects.order_by("key")]
    assert said == [name.strip() for name in names]


def test_the_zip_of_a_shapefile_explains_its_short_names(tmp_path: Path) -> None:
    some_spots()
    file = tmp_path / "rows.shp.zip"
    take_out("spots", "shp", file)
    with zipfile.ZipFile(file) as archive:
        assert {"spots.shp", "spots.dbf", "spots.prj", "fields.csv"} <= set(archive.namelist())
        legend = archive.read("fields.csv").decode("utf-8-sig").splitlines()
    (said,) = (line for line in legend if ",happened_at," in line)
    column, rest = said.split(",", 1)
    assert rest == "happened_at,時間,Time,"
    assert column in pyogrio.read_info(f"/vsizip/{file}/spots.shp")["fields"]


def test_an_export_in_metres_comes_back_with_its_system(tmp_path: Path) -> None:
    some_spots()
    take_out("spots", "csv", tmp_path / "m.csv", srid=3826)
    take_out("spots", "gpkg", tmp_path / "m.gpkg", srid=3826)
    assert take_in("spots", tmp_path / "m.gpkg").inserted == 0
    assert take_in("spots", tmp_path / "m.csv", crs="EPSG:3826").inserted == 0
    for there in Spot.objects.filter(key="r3"):
        assert there.geom.coords == pytest.approx((121, 24), abs=1e-8)


def test_every_layer_with_rows_can_say_its_fields_in_a_shapefile() -> None:
    from gis.exchange.names import short, shortened
    from layers.registry.register import register

    for each in register:
        if each.model:
            names = [f.name for f in layer(each.id).fields]
            assert shortened(names) == {n: short(n) for n in names}, each.id
