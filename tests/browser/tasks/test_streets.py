"""What a planner does with the streets of another day within the number of presses: the map and the figures of then."""

from __future__ import annotations

import re
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from layers.streets.craft.document import Document
from tests.browser.tasks.hand import Hand
from tests.browser.test_edit import run, sign_in, until
from tests.browser.test_first_minute import MAP, at_rest
from tests.browser.test_streets import opened, segment, town, widths

__all__ = ["town"]  # the streets of these tests, made and taken away by their fixture
pytestmark = [pytest.mark.browser]


def as_of(name: str, day: str) -> list[float]:
    """How the street was at that moment, by what is known of it today."""
    (row,) = run(
        "SELECT params FROM streets_version WHERE object = %s AND valid @> %s::timestamptz AND upper_inf(txn)",
        name,
        day,
    )
    found: dict[str, Any] = row[0]
    return [strip["width"] for strip in found["sections"][0]["strips"]]


def test_l7_the_streets_of_a_past_day(page: Page, hand: Hand, town: Document) -> None:
    name = segment(town, 5 if hand.keys else 6)
    before = widths(name)
    sign_in(page, "planner")
    opened(page, town, name)
    field = page.locator(".strip-row input").nth(1)
    field.fill("4.4")
    field.press("Tab")
    until(page, lambda: widths(name)[1] == 4.4)
    at_rest(page)
    hand.begin()
    hand.press(page.get_by_role("button", name="沿革"))
    states = page.locator(".state")
    expect(states).to_have_count(2)
    hand.press(states.nth(1).get_by_role("button", name="看當時"))
    expect(page.locator("antu-asof .asof")).to_be_visible()
    hand.ended(2)
    page.wait_for_function(f"() => {MAP}.getSource('then') && {MAP}.querySourceFeatures('then').length > 5")
    at_rest(page)
    found = re.search(r"[?&]as=([^&]+)", page.url)
    assert found
    assert as_of(name, found[1]) == before != widths(name)
