"""Exploring: hours, conditions, areas, ranking, lists and comparison, by mouse and by keyboard."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.test_first_minute import MAP, at_rest, total, visit

pytestmark = [pytest.mark.browser]


def counted(page: Page, layer: str = "crashes", **asked: str) -> int:
    """How many the server counts in what the map shows."""
    box = page.evaluate(f"{MAP}.getBounds().toArray().flat().map(v => v.toFixed(6)).join(',')")
    answer = page.request.get(f"/api/layers/{layer}/summary", params={"bbox": box, **asked})
    assert answer.ok, answer.text()
    found: dict[str, Any] = answer.json()
    return int(found["total"])


def shows(page: Page, number: int) -> None:
    expect(page.locator(".total strong")).to_have_text(f"{number:,}")


def test_hours_are_chosen_by_dragging(page: Page) -> None:
    visit(page)
    before = total(page)
    strip = page.locator(".by-hour .strip").bounding_box()
    assert strip
    y = strip["y"] + strip["height"] / 2
    page.mouse.move(strip["x"] + strip["width"] * 16.5 / 24, y)
    page.mouse.down()
    page.mouse.move(strip["x"] + strip["width"] * 18.5 / 24, y, steps=5)
    page.mouse.up()
    shows(page, counted(page, filter="hour BETWEEN 16 AND 18"))
    assert 0 < total(page) < before
    expect(page.locator(".held .chip", has_text="16–19 時")).to_be_visible()
    at_rest(page)
    assert "h=16..18" in page.url
    assert "hour+BETWEEN+16+AND+18" in page.evaluate(f"{MAP}.getSource('crashes').tiles[0]")
    page.locator(".held .chip", has_text="16–19 時").click()
    shows(page, before)


def test_hours_are_chosen_by_arrow_keys_and_over_midnight(page: Page) -> None:
    visit(page, "#1?h=21..23")
    shows(page, counted(page, filter="hour >= 21"))
    last = page.get_by_role("slider", name="結束時刻")
    last.focus()
    page.keyboard.press("Home")
    expect(page.locator(".held .chip", has_text="21–1 時")).to_be_visible()
    page.keyboard.press("ArrowRight")
    expect(last).to_have_attribute("aria-valuetext", "1 時")
    shows(page, counted(page, filter="hour >= 21 OR hour <= 1"))
    at_rest(page)
    assert "h=21..1" in page.url


def test_the_last_year_at_rush_hour(page: Page) -> None:
    visit(page)
    months = page.locator(".months .strip").bounding_box()
    assert months
    y = months["y"] + months["height"] / 2
    page.mouse.move(months["x"] + months["width"] * 24.5 / 36, y)
    page.mouse.down()
    page.mouse.move(months["x"] + months["width"] * 35.5 / 36, y, steps=5)
    page.mouse.up()
    expect(page.locator(".held .chip").first).to_contain_text("–")
    first, last = page.locator(".held .chip").first.inner_text().split(" – ")
    page.get_by_role("slider", name="起始時刻").focus()
    for _ in range(16):
        page.keyboard.press("ArrowRight")
    page.get_by_role("slider", name="結束時刻").focus()
    for _ in range(5):
        page.keyboard.press("ArrowLeft")
    expect(page.locator(".held .chip", has_text="16–19 時")).to_be_visible()
    shows(page, counted(page, datetime=f"{first}-01/{last}-31", filter="hour BETWEEN 16 AND 18"))
