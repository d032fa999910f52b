"""What a planner does with the streets of another day within the number of presses: the map and the figures of then."""

from __future__ import annotations

import re
from typing import Any

import pytest
import shapely
from playwright.sync_api import Page, expect
from shapely.geometry import shape
from shapely.geometry.base import BaseGeometry

from layers.streets.craft.document import Document
from tests.browser.tasks.hand import Hand
from tests.browser.test_edit import run, sign_in, until
from tests.browser.test_first_minute import MAP, at_rest
from tests.browser.test_streets import opened, segment, town, widths

__all__ = ["town"]  # the streets of these tests, made and taken away by their fixture
pytestmark = [pytest.mark.browser]
PARTS = ("side", "carriageway")


def as_of(name: str, day: str) -> list[float]:
    """How the street was at that moment, by what is known of it today."""
    (row,) = run(
        "SELECT params FROM streets_version WHERE object = %s AND valid @> %s::timestamptz AND upper_inf(txn)",
        name,
        day,
    )
    found: dict[str, Any] = row[0]
    return [strip["width"] for strip in found["sections"][0]["strips"]]


def drawn(name: str) -> BaseGeometry:
    """The sides and the carriageway of a street, as the server keeps them drawn at this moment."""
    rows = run(
        "SELECT ST_AsBinary(geom) FROM streets_drawnarea WHERE owner = %s AND part = ANY(%s)",
        name,
        list(PARTS),
    )
    return shapely.union_all([shapely.from_wkb(bytes(row[0])) for row in rows])


def shown(page: Page, name: str) -> BaseGeometry:
    """The same of the past day, as the map holds them."""
    found = page.evaluate(
        f"([name, parts]) => {MAP}.querySourceFeatures('then', {{ filter: ['all', ['==', ['get', 'owner'], name],"
        "['in', ['get', 'part'], ['literal', parts]]] }).map((one) => one.geometry)",
        [name, list(PARTS)],
    )
    return shapely.union_all([shapely.make_valid(shape(one)) for one in found])


def apart(one: BaseGeometry, other: BaseGeometry, view: BaseGeometry) -> float:
    """By how much of their area two shapes differ within a view."""
    one, other = one & view, other & view
    return float((one ^ other).area / other.area)


def test_l7_the_streets_of_a_past_day(page: Page, hand: Hand, town: Document) -> None:
    name = segment(town, 5 if hand.keys else 6)
    before = widths(name)
    sign_in(page, "planner")
    opened(page, town, name)
    once = drawn(name)
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
    view = shapely.box(*page.evaluate(f"{MAP}.getBounds().toArray().flat()"))
    assert apart(shown(page, name), once, view) < 0.005
    assert apart(drawn(name), once, view) > 0.02  # today it is another
