"""`antu import` and `antu export`: what they print, and what they say when they cannot."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from gis.cli.exchange import export_, import_
from gis.trouble import Trouble
from tests.exchange.taking import written
from tests.factories import spot
from tests.sample.models import Spot

pytestmark = pytest.mark.django_db
HEAD = "key,name,lon,lat\n"


def run(*words: object, command: object = import_) -> Result:
    return CliRunner().invoke(command, [str(w) for w in words])  # type: ignore[arg-type]


def trouble(*words: object, command: object = import_) -> Trouble:
    raised = run(*words, command=command).exception
    assert isinstance(raised, Trouble)
    return raised


def test_the_sums_the_reasons_and_the_reject_file_are_printed(tmp_path: Path) -> None:
    file = written(tmp_path, HEAD + "a,甲,120.1,23.1\nb,乙,,\nc,丙,0,0\nd,丁,,\n")
    out = run("spots", file, "--rejects", tmp_path / "bad.csv").output
    assert "spots: read 4 = imported 1 + unchanged 0 + rejected 3" in out
    assert "rejected 2: has no place" in out
    assert f"rejected lines: {tmp_path / 'bad.csv'}" in out
    assert "read 4 = imported 0 + unchanged 1 + rejected 3" in run("spots", file).output


def test_json_is_one_document(tmp_path: Path) -> None:
    said = json.loads(run("spots", written(tmp_path, HEAD + "a,甲,120.1,23.1\n"), "--json").stdout)
    assert (said["layer"], said["read"], said["imported"], said["reject_file"]) == ("spots", 1, 1, None)


def test_a_dry_run_is_told_as_one(tmp_path: Path) -> None:
    out = run("spots", written(tmp_path, HEAD + "a,甲,120.1,23.1\n"), "--dry-run").output
    assert "(dry run, nothing was kept)" in out
    assert not Spot.objects.exists()


def test_a_mapping_a_system_and_an_encoding_may_be_given(tmp_path: Path) -> None:
    file = written(tmp_path, "地名,e,n\n許功蓋,301000,2607000\n", encoding="cp950")
    mapping = written(tmp_path, '[place]\nx = "e"\ny = "n"\n[fields]\nname = "地名"\n', "map.toml")
    done = run("spots", file, "--mapping", mapping, "--crs", "EPSG:3825", "--encoding", "big5")
    assert done.exit_code == 0, done.output
    assert Spot.objects.get(name="許功蓋").geom.x == pytest.approx(119.5, abs=0.05)


def test_layers_that_nothing_can_be_imported_into(tmp_path: Path) -> None:
    file = written(tmp_path, HEAD)
    unknown = trouble("spotz", file)
    assert (unknown.sentence, unknown.code) == ("There is no layer “spotz”.", 2)
    assert "spots" in unknown.hint
    assert "derived from others" in trouble("zone_counts", file).sentence
    assert "is a raster, which no table can be imported into" in trouble("crash_surface", file).sentence


def test_files_that_are_not_there_or_not_good(tmp_path: Path) -> None:
    assert trouble("spots", tmp_path / "none.csv").sentence == f"There is no file {tmp_path / 'none.csv'}."
    bad = trouble("spots", written(tmp_path, "a,b\n1,2\n"))
    assert "write a mapping (--mapping)" in bad.sentence
    assert "請寫對照檔" in bad.hint
    assert (
        "There is no mapping"
        in trouble("spots", written(tmp_path, HEAD), "--mapping", tmp_path / "no.toml").sentence
    )
    assert (
        "There is no coordinate system" in trouble("spots", written(tmp_path, HEAD), "--crs", "mars").sentence
    )


def test_the_help_names_every_option_and_the_formats() -> None:
    said = run("--help").output
    for word in (
        "--mapping",
        "--dry-run",
        "--crs",
        "--encoding",
        "--sublayer",
        "--rejects",
        "--json",
        "XLSX",
        "DXF",
    ):
        assert word in said


def test_what_was_exported_is_imported_again(tmp_path: Path) -> None:
    spot(120.1, 23.1, key="a", name="甲")
    file = tmp_path / "out.gpkg"
    done = run("spots", "--format", "gpkg", "--out", file, "--as", "police", "--json", command=export_)
    assert json.loads(done.stdout)["rows"] == 1
    assert "imported 0 + unchanged 1" in run("spots", file).output


def test_an_export_that_cannot_be_is_refused(tmp_path: Path) -> None:
    asked: list[tuple[tuple[object, ...], str]] = [
        (("crash_surface",), "is a raster"),
        (("hideouts",), "is not for public eyes"),
        (("spots", "--bbox", "1,2,3"), "is not four numbers"),
        (("spots", "--crs", "EPSG:1"), "is not served"),
        (("spots", "--format", "kml", "--crs", "EPSG:3826"), "always in WGS 84"),
        (("spots", "--fields", "informant"), "There is no field “informant”"),
        (("spots", "--filter", "grade ="), ""),
        (("spots", "--datetime", "yesterday"), "is no date or interval"),
    ]
    for words, sentence in asked:
        assert sentence in trouble(*words, "--out", tmp_path / "x", command=export_).sentence
    assert list(tmp_path.iterdir()) == []
