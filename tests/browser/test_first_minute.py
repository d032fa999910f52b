"""The first minute of somebody who opens the portal: see where it hurts, click a junction, filter by month."""

from __future__ import annotations

import json
from typing import Any

import pytest
from playwright.sync_api import Page, expect

pytestmark = [pytest.mark.browser]

REST = "html[data-map=idle][data-counting=false]"
MAP = "document.querySelector('antu-stage').map"


def visit(page: Page, hash: str = "", city: str = "") -> None:
    page.goto(f"{city}/{hash}")
    at_rest(page)


def at_rest(page: Page) -> None:
    page.wait_for_selector(f"{REST}[data-ready]", state="attached")


def total(page: Page) -> int:
    return int(page.locator(".total strong").inner_text().replace(",", ""))


def worst_junction(page: Page) -> dict[str, Any]:
    """Where the most harmful junction in view lies on the page, and what it is called."""
    found = page.evaluate(
        f"""() => {{
        const map = {MAP};
        const box = map.getCanvas().getBoundingClientRect();
        const worst = map.queryRenderedFeatures({{layers: map.getStyle().layers.filter(
            l => l.source === 'junction_risk' && l.type === 'circle').map(l => l.id)}})
            .filter(f => {{ const p = map.project(f.geometry.coordinates);
                return p.x > 60 && p.y > 60 && p.x < box.width - 80 && p.y < box.height - 180; }})
            .sort((a, b) => a.properties.rank - b.properties.rank)[0];
        const at = map.project(worst.geometry.coordinates);
        return JSON.stringify({{id: worst.id, x: box.left + at.x, y: box.top + at.y, ...worst.properties}});
    }}"""
    )
    return dict(json.loads(found))


def test_crash_heat_lies_over_the_city(page: Page) -> None:
    visit(page)
    assert page.evaluate(f"{MAP}.querySourceFeatures('crashes', {{sourceLayer: 'crashes'}}).length") > 0
    assert page.evaluate(f"{MAP}.getStyle().layers.some(l => l.type === 'heatmap' && l.source === 'crashes')")
    assert page.evaluate(f"{MAP}.queryRenderedFeatures().length") > 0
    assert total(page) > 100
    expect(page.locator("[data-layer=crashes] .class")).to_contain_text(["A1 死亡", "A2 受傷", "A3 財損", ""])


def test_a_clicked_junction_tells_its_casualties(page: Page) -> None:
    visit(page, "#1/15.5/23.4795/120.4473")
    worst = worst_junction(page)
    page.mouse.click(worst["x"], worst["y"])
    panel = page.locator("article.detail")
    if panel.locator("h2").inner_text() != worst["name"]:  # a crash may lie on top: leaf on to the junction
        while panel.get_attribute("data-feature") != f"junction_risk.{worst['id']}":
            page.get_by_role("button", name="下一筆").click()
            expect(page.locator("html")).to_have_attribute("data-map", "idle")
    expect(panel.locator("h2")).to_have_text(worst["name"])
    figures = panel.locator(".happening[data-layer=crashes] .figure strong")
    answer = page.request.get(f"/api/layers/crashes/summary?by=severity&filter=junction_id={worst['id']}")
    counted = dict(answer.json()["by"]["severity"])
    expect(figures).to_have_count(4)
    assert [int(figures.nth(i).inner_text()) for i in range(3)] == [counted.get(s, 0) for s in (1, 2, 3)]
    assert f"sel=junction_risk.{worst['id']}" in page.url
    page.keyboard.press("Escape")
    expect(panel).to_have_count(0)


def test_dragging_over_months_changes_map_counts_and_address(page: Page) -> None:
    visit(page)
    before = total(page)
    strip = page.locator(".months .strip")
    box = strip.bounding_box()
    assert box
    y = box["y"] + box["height"] / 2
    page.mouse.move(box["x"] + box["width"] * 0.35, y)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] * 0.5, y, steps=6)
    page.mouse.up()
    expect(page.locator(".held .chip").first).to_contain_text("2023-")
    expect(page.locator(".total strong")).not_to_have_text(f"{before:,}")
    at_rest(page)
    assert 0 < total(page) < before
    assert "t=2023-" in page.url
    assert "datetime=2023-" in page.evaluate(f"{MAP}.getSource('crashes').tiles[0]")
    page.get_by_role("button", name="全部期間").click()
    expect(page.locator(".total strong")).to_have_text(f"{before:,}")


def test_leaving_only_the_injured_and_killed_takes_one_click(page: Page) -> None:
    visit(page)
    before = total(page)
    page.locator("[data-layer=crashes] label.class", has_text="A3").click()
    expect(page.locator(".total strong")).not_to_have_text(f"{before:,}")
    at_rest(page)
    assert total(page) < before
    assert "q=crashes~severity%20IN%20(1,%202)" in page.url
    assert "severity" in page.evaluate(f"{MAP}.getSource('crashes').tiles[0]")


def test_what_one_sees_comes_back_on_reload(page: Page) -> None:
    visit(
        page, "#1/15.00/23.48000/120.44700?l=crashes,roads:55&t=2023-01..2023-06&q=crashes~severity%20=%202"
    )
    address, count = page.url, total(page)
    page.reload()
    at_rest(page)
    assert (page.url, total(page)) == (address, count)
    expect(page.locator(".held .chip")).to_contain_text(["2023-01 – 2023-06", "A2 受傷"])


def test_a_link_from_elsewhere_opens_and_says_what_it_lost(page: Page) -> None:
    visit(page, "#1/15.00/23.48000/120.44700?l=crashes,gone&story=7")
    expect(page.locator(".toast")).to_contain_text("story")
    expect(page.locator(".toast")).to_contain_text("gone")


def test_the_whole_page_speaks_english(page: Page) -> None:
    visit(page)
    page.get_by_role("button", name="EN").click()
    expect(page.locator("html")).to_have_attribute("lang", "en")
    expect(page.get_by_role("heading", name="Harm")).to_be_visible()
    expect(page.locator("[data-layer=crashes] .class").first).to_contain_text("A1 fatal")
    at_rest(page)
    page.reload()
    expect(page.locator("html")).to_have_attribute("lang", "en")


def test_search_by_keyboard_alone(page: Page) -> None:
    visit(page)
    page.locator(".maplibregl-canvas").focus()
    page.keyboard.press("/")
    expect(page.get_by_role("combobox", name="搜尋")).to_be_focused()
    page.keyboard.type("193543, 2597490")
    expect(page.locator("#found").get_by_role("option")).to_have_count(1)
    page.keyboard.press("Enter")
    at_rest(page)
    assert page.url.split("?")[0].endswith("/23.47950/120.44730")


def test_dark_stays_dark(page: Page) -> None:
    visit(page)
    page.get_by_role("button", name="切換深色").click()
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    at_rest(page)
    page.reload()
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")


def test_signing_in_shows_more_layers_and_signing_out_takes_them_away(page: Page) -> None:
    visit(page)
    public = page.locator(".layer").count()
    page.get_by_role("link", name="登入").click()
    page.locator("[name=username]").fill("council")
    page.locator("[name=password]").fill("antu-demo-council")
    page.locator("button.main").click()
    at_rest(page)
    assert page.locator(".layer").count() > public
    page.locator(".person summary").click()
    page.get_by_role("button", name="登出").click()
    at_rest(page)
    expect(page.get_by_role("link", name="登入")).to_be_visible()
    assert page.locator(".layer").count() == public


def test_a_phone_has_the_map_and_its_panels_as_sheets(page: Page) -> None:
    page.set_viewport_size({"width": 390, "height": 844})
    visit(page)
    expect(page.locator("[data-layer=crashes]")).not_to_be_visible()
    page.get_by_role("button", name="探索").click()
    expect(page.locator("[data-layer=crashes]")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator("[data-layer=crashes]")).not_to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") == 390
