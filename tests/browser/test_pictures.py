"""Takes the pictures of README and help from a running city: `ANTU_PICTURES=http://127.0.0.1:8000 ./antu test --only-tests -k picture`.

Without an address the same pages are visited over the small city, so that a page that cannot be pictured fails here.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from playwright.sync_api import Page

from tests.browser.test_first_minute import visit

pytestmark = [pytest.mark.browser]
CITY = os.environ.get("ANTU_PICTURES")
PICTURES = Path(__file__).parents[2] / "docs/pictures"
PAGES = {
    "explore": ("", 1440, 900),
    "explore-phone": ("", 390, 844),
    "junction": ("#1/16.2/23.4795/120.4473", 1440, 900),
}


@pytest.mark.parametrize("name", PAGES)
def test_a_picture_is_taken(page: Page, name: str, tmp_path: Path) -> None:
    where, width, height = PAGES[name]
    page.set_viewport_size({"width": width, "height": height})
    visit(page, where, CITY or "")
    picture = (PICTURES if CITY else tmp_path) / f"{name}.jpg"
    page.screenshot(path=picture, type="jpeg", quality=85)
    assert picture.stat().st_size > 30_000, "a map with something on it does not pack into so few bytes"
