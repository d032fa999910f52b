"""Hot spots and hot hours: a surface by theme and by date with its hit rates, the week by keyboard, and no rule of axe."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.test_axe import AXE, broken
from tests.browser.test_charts import sign_in
from tests.browser.test_explore import ask
from tests.browser.test_first_minute import MAP, at_rest, visit

pytestmark = [pytest.mark.browser]
PANEL = ".pane.surfaces"


def drawn(page: Page, layer: str, when: str | None = None) -> None:
    """Waits until the map draws the surface, of the day asked for."""
    source = f"{MAP}.getStyle().sources['{layer}']"
    told = f"includes('datetime={when}')" if when else "includes('datetime') === false"
    page.wait_for_function(f"() => {source} && {source}.tiles[0].{told}")


def test_hit_rates_stand_beside_the_legend(page: Page) -> None:
    visit(page)
    page.locator("[data-layer=crash_forecast] input").first.check()
    score = page.locator("[data-layer=crash_forecast] .score")
    expect(score).to_have_attribute("aria-label", "命中率：事故預測熱區")
    card = page.request.get("/api/hotspots/surfaces/crash_forecast").json()
    at_one = next(s for s in card["scores"]["maps"]["surface"] if s["share"] == 0.01)
    shown = score.locator("tbody tr").first.locator("td strong").first
    rate = float((shown.text_content() or "").removesuffix(" %"))
    assert rate == pytest.approx(at_one["hit_rate"] * 100, abs=0.06)
    expect(score.locator(".verdict")).to_have_text(card["scores"]["sentence"]["zh"])
    expect(score.locator(".span")).to_have_text(f"{card['start']} – {card['end']}")


def test_a_surface_is_switched_by_theme_and_by_date(page: Page) -> None:
    visit(page)
    page.locator(".ways").get_by_role("button", name="熱區").click()
    expect(page.locator(f"{PANEL} .score table")).to_be_visible()
    drawn(page, "crash_forecast")
    runs = next(
        x["runs"] for x in page.request.get("/api/hotspots/surfaces").json() if x["layer"] == "crash_forecast"
    )
    assert len(runs) > 1
    page.get_by_label("適用期間").select_option(runs[-2]["start"])
    expect(page.locator(f"{PANEL} .score")).to_have_attribute("data-start", runs[-2]["start"])
    drawn(page, "crash_forecast", runs[-2]["start"])
    at_rest(page)
    assert f"d=crash_forecast~{runs[-2]['start']}" in page.url
    page.reload()
    expect(page.locator(f"{PANEL} .score")).to_have_attribute("data-start", runs[-2]["start"])
    page.get_by_label("方法").select_option("crash_spots")
    expect(page.locator(f"{PANEL} .score")).to_have_attribute("aria-label", re.compile("顯著熱區"))
    drawn(page, "crash_spots")
    assert not page.evaluate(f"Boolean({MAP}.getSource('crash_forecast'))")
    page.get_by_label("主題").select_option("reports")
    expect(page.locator(f"{PANEL} .score")).to_have_attribute("aria-label", re.compile("民眾通報"))
    drawn(page, "report_forecast")


def test_streets_of_another_month_are_drawn_again(page: Page) -> None:
    visit(page, "#1?p=surfaces&l=crash_streets")
    runs = next(
        x["runs"] for x in page.request.get("/api/hotspots/surfaces").json() if x["layer"] == "crash_streets"
    )
    assert len(runs) > 1
    drawn(page, "crash_streets")
    page.get_by_label("適用期間").select_option(runs[0]["start"])
    expect(page.locator(f"{PANEL} .score")).to_have_attribute("data-start", runs[0]["start"])
    drawn(page, "crash_streets", runs[0]["start"])
    at_rest(page)
    starts = page.evaluate(
        f"{MAP}.querySourceFeatures('crash_streets', {{sourceLayer: 'crash_streets'}}).map(f => f.properties.top)"
    )
    assert starts and set(starts) <= {1, 5, 10, 20}


def test_clusters_are_told_in_words_with_their_p(page: Page) -> None:
    sign_in(page, "analyst")
    visit(page, "#1?p=surfaces&l=theft_clusters")
    told = page.request.get("/api/hotspots/surfaces/theft_clusters").json()["told"]
    expect(page.locator("antu-clusters .hint")).to_have_text(told["sentence"]["zh"])
    words = page.locator("antu-clusters li")
    expect(words).to_have_count(len(told["clusters"]))
    for item, one in zip(words.all(), told["clusters"], strict=True):
        expect(item).to_have_text(one["words"]["zh"])
        expect(item).to_contain_text("p = ")
    assert broken(page) == []


def test_a_place_says_its_value(page: Page) -> None:
    visit(page, "#1?p=surfaces")
    expect(page.locator(f"{PANEL} .score table")).to_be_visible()
    page.get_by_role("button", name="看地圖中心").click()
    said = page.locator(f"{PANEL} [role=status]")
    expect(said).to_have_text(re.compile(r"全市前 [\d.]+ %|件數過少"))
    expect(page.locator(".callout")).to_have_text(said.text_content() or "")


def test_the_week_is_walked_by_keyboard(page: Page) -> None:
    visit(page)
    page.locator(".ways").get_by_role("button", name="熱時").focus()
    page.keyboard.press("Enter")
    grid = page.get_by_role("grid")
    expect(grid).to_be_visible()
    page.locator('[data-at="0.8"]').focus()
    for key in ("ArrowDown", "ArrowDown", "End", "ArrowLeft"):
        page.keyboard.press(key)
    expect(page.locator('[data-at="2.22"]')).to_be_focused()
    reading = page.locator(".reading")
    expect(reading).to_have_text(re.compile(r"週三 22–23 時：共 \d+ 件"))
    ((count,),) = ask(
        "SELECT count(*) FROM crashes_crash WHERE extract(isodow FROM occurred_at AT TIME ZONE 'Asia/Taipei') = 3 "
        "AND extract(hour FROM occurred_at AT TIME ZONE 'Asia/Taipei') = 22"
    )
    expect(reading).to_have_text(re.compile(f"共 {count} 件"))


def test_hours_of_a_ward(page: Page) -> None:
    ((ward, name),) = ask(
        "SELECT w.id, w.name FROM areas_ward w JOIN crashes_crash c ON c.ward_id = w.id GROUP BY 1 "
        "ORDER BY count(*) DESC LIMIT 1"
    )
    visit(page, f"#1?p=hours&in=wards.{ward}")
    expect(page.locator(".hot-hours h3").first).to_contain_text(name)
    expect(page.get_by_role("grid")).to_be_visible()


@pytest.mark.parametrize(("lang", "theme"), [("zh", "light"), ("en", "dark")])
def test_neither_panel_breaks_a_rule(page: Page, address: str, lang: str, theme: str) -> None:
    if not AXE.exists():
        pytest.skip("axe-core is not installed: npm --prefix portal/web ci")
    page.context.add_cookies([{"name": "theme", "value": theme, "url": address}])
    found = {}
    for view, there in (
        ("p=surfaces", ".score table"),
        ("p=hours", ".week"),
        ("l=crash_streets", ".score table"),
    ):
        page.goto("about:blank")
        visit(page, f"?lang={lang}#1?{view}")
        expect(page.locator(there).first).to_be_visible()
        found[view] = broken(page)
    assert {view: wrong for view, wrong in found.items() if wrong} == {}
