"""What a first visit downloads. A budget that is only written down is not kept."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest

from portal.built import FOLDER, NotBuilt, assets

KIB = 1024
ENGINE = ("library.", "maplibre-gl-worker.")


@pytest.fixture(scope="module")
def files() -> dict[str, int]:
    """What the page of the map names, and the engine's worker: not the parts that wait until they are wanted."""
    try:
        first = assets("src/main.ts")
    except NotBuilt:
        pytest.skip("the front end is not built: npm --prefix portal/web run build")
    named = [
        (FOLDER / "assets" / Path(p).name)
        for p in (first.script, *first.styles, *first.preload, first.words["zh"])
    ]
    worker = (FOLDER / "assets").glob("maplibre-gl-worker.*.js")
    return {p.name: len(gzip.compress(p.read_bytes(), 9)) for p in (*named, *worker)}


def test_the_first_visit_stays_below_half_a_megabyte(files: dict[str, int]) -> None:
    assert sum(files.values()) <= 500 * KIB


def test_our_own_part_stays_small(files: dict[str, int]) -> None:
    own = sum(size for name, size in files.items() if name.endswith(".js") and not name.startswith(ENGINE))
    assert own <= 70 * KIB
    assert sum(size for name, size in files.items() if name.endswith(".css")) <= 22 * KIB


def test_every_file_has_its_compressed_twins(files: dict[str, int]) -> None:
    assert all((FOLDER / "assets" / f"{name}{twin}").exists() for name in files for twin in (".gz", ".br"))


def test_no_source_file_is_longer_than_four_hundred_lines() -> None:
    sources = (Path(__file__).parents[2] / "portal").glob("web/src/**/*.[tc]s*")
    assert [p.name for p in sources if len(p.read_text("utf-8").splitlines()) > 400] == []
