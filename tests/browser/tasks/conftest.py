"""Every task is done twice: with a mouse and with keys alone."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page

from tests.browser.tasks.hand import Hand


@pytest.fixture(params=["mouse", "keys"])
def hand(request: pytest.FixtureRequest, page: Page) -> Hand:
    return Hand(page, keys=request.param == "keys")
