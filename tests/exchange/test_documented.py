"""docs/importing.md says what the code does."""

import re
from pathlib import Path

import click
import pytest

from gis.cli.exchange import import_
from gis.exchange.known import importers
from gis.exchange.mapping import from_toml
from layers.registry.register import register
from tests.exchange.taking import layer, rejects, take_in, written

TEXT = (Path(__file__).resolve().parents[2] / "docs" / "importing.md").read_text("utf-8")


def test_every_option_is_documented() -> None:
    options = {o.opts[0] for o in import_.params if isinstance(o, click.Option)}
    assert set(re.findall(r"^\| `(--[a-z-]+)", TEXT, re.M)) == options


def test_every_layer_that_knows_public_files_is_documented() -> None:
    (table,) = re.findall(r"public files that are known \|\n\| --- \| --- \|\n((?:\|.*\n)+)", TEXT)
    said = set(re.findall(r"`([a-z_]+)`", "".join(line.split("|")[1] for line in table.splitlines())))
    known = {each.id for each in register if importers(each)}
    assert said == known - {"crimes"}  # published thefts have no places, which the text says


@pytest.mark.django_db
def test_the_mapping_in_the_text_works(tmp_path: Path) -> None:
    (toml,) = re.findall(r"```toml\n(.*?)```", TEXT, re.S)
    mapping = written(tmp_path, toml, "map.toml")
    assert from_toml(mapping, layer("road_defects")).place.crs == "EPSG:3826"
    file = written(
        tmp_path,
        "案號,地點,類別,日期,時刻,坐標X,坐標Y\n"
        "1,中山路,坑,113/1/6,8:05,168414.6,2543707.2\n2,遠,號誌,113/1/6,8:05,300000,2543707\n",
    )
    result = take_in("road_defects", file, mapping=mapping)
    assert (result.inserted, result.rejected) == (1, 1)
    assert "lies outside" in rejects(result)[0]["reason"]
