"""What a first visit downloads. A budget that is only written down is not kept."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest

from portal.built import FOLDER

KIB = 1024
ENGINE = ("library.", "maplibre-gl-worker.")


@pytest.fixture(scope="module")
def files() -> dict[str, int]:
    found = {
        p.name: len(gzip.compress(p.read_bytes(), 9))
        for p in (FOLDER / "assets").glob("*.*")
        if p.suffix in (".js", ".css")
    }
    if not found:
        pytest.skip("the front end is not built: npm --prefix portal/web run build")
    return found


def test_the_first_visit_stays_below_half_a_megabyte(files: dict[str, int]) -> None:
    assert sum(files.values()) <= 500 * KIB


def test_our_own_part_stays_small(files: dict[str, int]) -> None:
    own = sum(size for name, size in files.items() if name.endswith(".js") and not name.startswith(ENGINE))
    assert own <= 70 * KIB
    assert sum(size for name, size in files.items() if name.endswith(".css")) <= 22 * KIB


def test_every_file_has_its_compressed_twins(files: dict[str, int]) -> None:
    assert all((FOLDER / "assets" / f"{name}{twin}").exists() for name in files for twin in (".gz", ".br"))


def test_no_source_file_is_longer_than_four_hundred_lines() -> None:
    sources = (Path(__file__).parents[2] / "portal").glob("web/src/**/*.*")
    assert [p.name for p in sources if len(p.read_text("utf-8").splitlines()) > 400] == []
