"""Files with places of their own, as other programs write them; sheets; and what a reader does not know."""

from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pyogrio
import pytest
import shapely

from layers.registry.importer import Wrong
from tests.exchange.taking import rejects, take_in, take_out, written
from tests.factories import spot, way
from tests.sample.models import Spot, Way, Zone

pytestmark = pytest.mark.django_db
LAYER_AS_NAME = '[fields]\nname = "Layer"\n'


def drawing(path: Path, *entities: str) -> Path:
    """A DXF as drawing programs have exchanged them since the eighties: pairs of lines, code and value."""
    text = "\n".join(["0", "SECTION", "2", "ENTITIES", *entities, "0", "ENDSEC", "0", "EOF", ""])
    path.write_text(text, "utf-8")
    return path


def test_a_drawing_has_layers_and_metres_but_does_not_say_its_system(tmp_path: Path) -> None:
    file = drawing(
        tmp_path / "plan.dxf",
        *("0", "POINT", "8", "SIGNAL", "10", "168414.6", "20", "2543707.2", "30", "12.5"),
        *(
            "0",
            "LINE",
            "8",
            "STOPLINE",
            "10",
            "168414.6",
            "20",
            "2543707.2",
            "11",
            "168420.0",
            "21",
            "2543707.2",
        ),
    )
    mapping = written(tmp_path, LAYER_AS_NAME, "map.toml")
    with pytest.raises(
        Wrong, match=r"does not say its coordinate system; name it, for example --crs EPSG:3826"
    ):
        take_in("spots", file, mapping=mapping)
    result = take_in("spots", file, mapping=mapping, crs="EPSG:3826")
    assert (result.inserted, result.rejected) == (1, 1)
    assert rejects(result)[0]["reason"] == "this layer holds points, not a LineString"
    found = Spot.objects.get(name="SIGNAL")
    assert found.geom.coords == pytest.approx((120.2042, 22.9928), abs=1e-5)
    assert take_in("ways", file, mapping=mapping, crs="EPSG:3826").inserted == 1
    assert Way.objects.get().name == "STOPLINE"
    assert take_in("spots", file, mapping=mapping, crs="EPSG:3826").unchanged == 1


def test_a_file_of_several_layers_asks_for_one_or_takes_the_one_of_our_name(tmp_path: Path) -> None:
    spot(120.1, 23.1, key="s1")
    way(key="w1")
    take_out("spots", "gpkg", tmp_path / "a.gpkg")
    take_out("ways", "gpkg", tmp_path / "b.gpkg")
    meta, ways = pyogrio.read_arrow(tmp_path / "b.gpkg")
    pyogrio.write_arrow(ways, tmp_path / "a.gpkg", layer="roads", append=True, driver="GPKG", crs=meta["crs"],
                        geometry_type="LineString", geometry_name=meta["geometry_name"] or "geom")  # fmt: skip
    assert take_in("spots", tmp_path / "a.gpkg").unchanged == 1
    with pytest.raises(Wrong, match="holds several layers; choose one with --sublayer: spots, roads"):
        take_in("ways", tmp_path / "a.gpkg")
    assert take_in("ways", tmp_path / "a.gpkg", sublayer="roads").unchanged == 1
    with pytest.raises(Wrong, match="cannot be read"):
        take_in("ways", tmp_path / "a.gpkg", sublayer="nothing")


def test_kml_as_a_phone_writes_it(tmp_path: Path) -> None:
    text = """<?xml version="1.0" encoding="UTF-8"?><kml xmlns="http://www.opengis.net/kml/2.2"><Document>
      <Placemark><name>會勘點</name><Point><coordinates>120.3,23.3,15</coordinates></Point></Placemark>
      <Placemark><name>沒有位置</name></Placemark></Document></kml>"""
    result = take_in("spots", written(tmp_path, text, "walk.kml"))
    assert (result.inserted, result.rejected) == (1, 1)
    assert Spot.objects.get(name="會勘點").geom.coords == (120.3, 23.3)
    assert rejects(result)[0]["reason"] == "has no place"


def test_geojson_with_a_missing_and_a_foreign_geometry(tmp_path: Path) -> None:
    text = """{"type":"FeatureCollection","features":[
      {"type":"Feature","properties":{"key":"a","name":"面"},"geometry":{"type":"Polygon","coordinates":
        [[[120,23],[120.1,23],[120.1,23.1],[120,23]]]}},
      {"type":"Feature","properties":{"key":"b","name":"無"},"geometry":null},
      {"type":"Feature","properties":{"key":"c","name":"點"},"geometry":{"type":"Point","coordinates":[120,23]}},
      {"type":"Feature","properties":{"key":"d","name":"集"},"geometry":{"type":"GeometryCollection","geometries":[
        {"type":"Polygon","coordinates":[[[121,24],[121.1,24],[121.1,24.1],[121,24]]]}]}}]}"""
    result = take_in("zones", written(tmp_path, text, "areas.json"))
    assert sorted(Zone.objects.values_list("key", flat=True)) == ["a", "d"]
    assert [(r["line"], r["key"], r["reason"]) for r in rejects(result)] == [
        ("2", "b", "has no place"),
        ("3", "c", "this layer holds areas, not a Point"),
    ]
    assert rejects(result)[1]["wkt"] == "POINT (120 23)"


def test_rejected_shapes_mended_in_a_spreadsheet_come_in(tmp_path: Path) -> None:
    text = """{"type":"FeatureCollection","features":[{"type":"Feature","properties":{"name":"錯","grade":"x"},
      "geometry":{"type":"Point","coordinates":[120.25,23.25]}}]}"""
    result = take_in("spots", written(tmp_path, text, "p.geojson"))
    mended = Path(str(result.reject_file)).read_text("utf-8-sig").replace(",x,", ",5,")
    assert take_in("spots", written(tmp_path, mended, "mended.csv")).inserted == 1
    assert Spot.objects.get(name="錯").geom.coords == (120.25, 23.25)
    assert take_in("spots", written(tmp_path, text.replace('"x"', "5"), "p2.geojson")).unchanged == 1


def test_a_parquet_table_of_wkb_without_words_about_itself(tmp_path: Path) -> None:
    table = pa.table(
        {
            "key": ["a", "b"],
            "name": ["甲", "乙"],
            "geometry": [shapely.to_wkb(shapely.Point(120, 23)), b"\x01junk"],
        }
    )
    pq.write_table(table, tmp_path / "p.parquet")
    result = take_in("spots", tmp_path / "p.parquet", crs="EPSG:4326")
    assert (result.inserted, result.rejected) == (1, 1)
    assert rejects(result)[0]["reason"] == "its geometry cannot be read"


@pytest.mark.parametrize("ending", ["xlsx", "ods"])
def test_a_sheet_with_title_broken_header_repeated_header_and_notes(ending: str, tmp_path: Path) -> None:
    rows = [
        ("key", "na\nme", "grade", "lon", "lat"),
        ("a", "甲", "1", "120.1", "23.1"),
        (None, None, None, None, None),
        ("key", "na\nme", "grade", "lon", "lat"),
        ("b", "乙", "一", "120.2", "23.2"),
        ("c", "丙", "3", "120.3", "23.3"),
        ("備註：測試", None, None, None, None),
    ]
    columns = dict(zip(["路口清冊", " ", "  ", "   ", "    "], zip(*rows, strict=True), strict=True))
    file = tmp_path / f"list.{ending}"
    pyogrio.write_arrow(pa.table(columns), file, driver=ending.upper(), layer="清冊")
    result = take_in("spots", file)
    assert (result.read, result.inserted, result.notes) == (3, 2, 2)
    (bad,) = rejects(result)
    assert (bad["line"], bad["reason"]) == ("6", "grade: “一” is no number")
    assert take_in("spots", file).unchanged == 2


def test_a_sheet_that_is_none(tmp_path: Path) -> None:
    (tmp_path / "bad.xlsx").write_bytes(b"PK\x03\x04 no sheet")
    with pytest.raises(Wrong, match=r"bad.xlsx cannot be read"):
        take_in("spots", tmp_path / "bad.xlsx")


@pytest.mark.parametrize("form", ["gpkg", "fgb", "parquet", "geojson", "kml"])
def test_a_file_is_known_by_its_first_bytes_where_its_name_says_nothing(form: str, tmp_path: Path) -> None:
    spot(120.1, 23.1, key="s1")
    take_out("spots", form, tmp_path / f"x.{form}")
    (tmp_path / f"x.{form}").rename(tmp_path / "download")
    assert take_in("spots", tmp_path / "download").unchanged == 1
