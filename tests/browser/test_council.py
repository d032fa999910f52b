"""The council: diagram and cases, effect with its method, agenda, running a meeting, slides and dossier; by mouse within the
clicks that a task may take, by keyboard alone, and without breaking a rule of axe."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.db import connection
from playwright.sync_api import Page, expect

from tests.browser.test_axe import AXE, broken
from tests.browser.test_first_minute import at_rest, visit
from tests.browser.test_share import sign_in

pytestmark = [pytest.mark.browser]
PICTURES = os.environ.get("ANTU_SHOTS", "")


def ask(query: str, *values: Any) -> list[tuple[Any, ...]]:
    database = connection.settings_dict
    with psycopg.connect(dbname=database["NAME"], host=database["HOST"], user=database["USER"]) as own:
        done = own.execute(query, values)  # type: ignore[call-overload]
        return done.fetchall() if done.description else []


@pytest.fixture(autouse=True)
def _papers(address: str) -> Any:
    """The agenda is empty before and after; the planned meeting of the demonstration is planned again."""

    def clear() -> None:
        for table in ("decision", "visit", "agendaitem"):
            ask(f"DELETE FROM council_{table}")
        ask("UPDATE council_meeting SET state = 'planned', current = NULL WHERE key = 'CB-114-01'")

    clear()
    yield
    clear()


def worst(with_measure: bool = False) -> int:
    only = "WHERE junction_id IN (SELECT junction_id FROM council_measure)" if with_measure else ""
    ((id,),) = ask(
        f"SELECT junction_id FROM crashes_junctiontally {only} GROUP BY 1 ORDER BY sum(epdo) DESC LIMIT 1"
    )
    return int(id)


def pictured(page: Page, name: str) -> None:
    if PICTURES:
        page.screenshot(path=Path(PICTURES) / f"council-{name}.png")


def chosen(page: Page, id: int) -> None:
    visit(page, f"#1?sel=junctions.{id}")
    expect(page.locator("svg.diagram")).to_be_visible()


def test_c4_the_cases_behind_the_thickest_arrow_take_one_click(page: Page) -> None:
    sign_in(page)
    chosen(page, worst())
    thickest = page.locator(".bundle").last  # drawn last, over the others
    count = int(thickest.locator(".count").text_content() or "0")
    assert count == max(int(n) for n in page.locator(".bundles b").all_inner_texts())
    thickest.locator(".badge").click()
    expect(page.locator(".cases li")).to_have_count(count)
    pictured(page, "diagram")
    whole = sum(int(n) for n in page.locator(".bundles b").all_inner_texts())
    figures = page.locator(".happening[data-layer=crashes] .figure strong").all_inner_texts()
    assert whole == sum(int(n) for n in figures[:3])


def test_the_diagram_follows_the_filters(page: Page) -> None:
    sign_in(page)
    chosen(page, worst())
    page.locator("[data-layer=crashes] label.class", has_text="A3").click()
    expect(page.locator(".happening[data-layer=crashes] .figure strong").nth(2)).to_have_text("0")
    figures = page.locator(".happening[data-layer=crashes] .figure strong").all_inner_texts()
    wanted = sum(int(n) for n in figures[:3])
    page.wait_for_function(
        "n => [...document.querySelectorAll('.bundles b')].reduce((s, b) => s + Number(b.textContent), 0) === n",
        arg=wanted,
    )


def test_c6_interval_comparison_and_method_take_one_click(page: Page) -> None:
    sign_in(page)
    chosen(page, worst(with_measure=True))
    page.get_by_role("button", name="方法", exact=True).click()
    expect(page.locator(".method")).to_contain_text("經驗貝氏法")
    expect(page.locator(".method")).to_contain_text("對照路口")
    expect(page.locator(".interval svg circle")).not_to_have_count(0)
    expect(page.locator(".sentence").first).not_to_be_empty()
    pictured(page, "effect")


def propose(page: Page, note: str) -> None:
    page.get_by_role("button", name="加入會議議程").click()
    expect(page.locator(".proposing textarea")).to_be_focused()
    expect(page.locator(".proposing option")).not_to_have_count(0)
    page.keyboard.type(note)
    page.get_by_role("button", name="加入", exact=True).click()
    expect(page.locator(".toast")).to_contain_text("已列入")
    expect(page.locator(".paper", has_text=note)).to_be_visible()


def test_c9_and_c10_from_the_agenda_to_a_decision(page: Page) -> None:
    sign_in(page)
    first, second = (
        r[0]
        for r in ask(
            "SELECT junction_id FROM crashes_junctiontally GROUP BY 1 ORDER BY sum(epdo) DESC LIMIT 2"
        )
    )
    chosen(page, first)
    propose(page, "視距不良")
    chosen(page, second)
    propose(page, "左轉衝突")
    rows = ask(
        "SELECT i.junction_id, i.note, v.id FROM council_agendaitem i JOIN sharing_savedview v ON v.id = i.view ORDER BY number"
    )
    assert [row[:2] for row in rows] == [(first, "視距不良"), (second, "左轉衝突")]

    page.get_by_role("button", name="會議", exact=True).click()
    page.locator("[data-meeting]", has_text="114 年第 1 次").click()
    expect(page.locator(".agenda li")).to_have_count(2)
    page.get_by_role("button", name="開始會議").click()  # 1
    expect(page.locator(".current h3")).to_contain_text("第 1 案")
    expect(page.locator("article.detail")).to_have_attribute("data-feature", f"junctions.{first}")
    page.get_by_role("button", name="下一案").click()  # 2
    expect(page.locator(".current h3")).to_contain_text("第 2 案")
    expect(page.locator("article.detail")).to_have_attribute("data-feature", f"junctions.{second}")
    page.get_by_role("button", name="照案通過").click()  # 3
    page.keyboard.type("交通局")
    page.locator("input[name=due]").fill("2031-03-31")
    pictured(page, "meeting")
    page.get_by_role("button", name="記錄決議").click()  # 4
    expect(page.locator(".agenda .decision")).to_contain_text("照案通過")
    assert ask(
        "SELECT i.junction_id, d.outcome, d.unit, d.due::text, d.standing FROM council_decision d JOIN council_agendaitem i ON i.id = d.item_id"
    ) == [(second, "approved", "交通局", "2031-03-31", "open")]
    assert "w=council" in page.url or "council" in page.url

    page.get_by_role("button", name="簡報").click()
    expect(page.locator(".slide h2")).to_be_visible()
    page.keyboard.press("Home")
    expect(page.locator(".council-slides output")).to_have_text("1 / 2")
    page.keyboard.press("ArrowRight")
    expect(page.locator(".council-slides output")).to_have_text("2 / 2")
    expect(page.locator(".slide svg.diagram")).to_be_visible()
    pictured(page, "slide")
    page.keyboard.press("Escape")
    expect(page.get_by_role("button", name="簡報")).to_be_focused()

    with page.expect_download(timeout=120_000) as loaded:
        page.get_by_role("button", name="議事資料 PDF").click()
    path = loaded.value.path()
    assert path.read_bytes().startswith(b"%PDF")
    assert loaded.value.suggested_filename.endswith(".pdf")
    other = page.request.get(loaded.value.url.replace("/api/dossiers/", "/api/dossiers/9"))
    assert other.status == 404


def test_a_meeting_is_run_by_keyboard_alone(page: Page) -> None:
    sign_in(page)
    chosen(page, worst())
    page.locator(".bundle").last.focus()
    page.keyboard.press("Enter")
    expect(page.locator(".cases")).to_be_visible()
    button = page.get_by_role("button", name="加入會議議程")
    button.focus()
    page.keyboard.press("Enter")
    expect(page.locator(".proposing textarea")).to_be_focused()
    expect(page.locator(".proposing option")).not_to_have_count(0)
    page.keyboard.type("鍵盤提案")
    for _ in range(2):
        page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.locator(".toast")).to_contain_text("已列入")
    page.get_by_role("button", name="會議", exact=True).focus()
    page.keyboard.press("Enter")
    page.locator("[data-meeting]", has_text="114 年第 1 次").focus()
    page.keyboard.press("Enter")
    page.get_by_role("button", name="開始會議").focus()
    page.keyboard.press("Enter")
    expect(page.locator(".current h3")).to_contain_text("第 1 案")
    page.get_by_role("button", name="照案通過").focus()
    page.keyboard.press("Enter")
    expect(page.locator("input[name=unit]")).to_be_focused()
    page.keyboard.type("工務局")
    page.keyboard.press("Enter")
    expect(page.locator(".agenda .decision")).to_contain_text("工務局")


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_council_breaks_no_rule(page: Page, address: str, lang: str, theme: str) -> None:
    if not AXE.exists():
        pytest.skip("axe-core is not installed: npm --prefix portal/web ci")
    sign_in(page)
    page.context.add_cookies([{"name": "theme", "value": theme, "url": address}])
    id = worst(with_measure=True)
    ((meeting,),) = ask("SELECT id FROM council_meeting WHERE key = 'CB-114-01'")
    ask(
        "INSERT INTO council_agendaitem (key, origin, version, changed_at, meeting_id, number, junction_id, title, note, view, by) "
        "VALUES ('axe', 'test', 1, now(), %s, 1, %s, 'x', 'n', '', '')",
        meeting, id,
    )  # fmt: skip
    ask("UPDATE council_meeting SET state = 'running', current = 1 WHERE id = %s", meeting)
    found = {}
    for view in (f"sel=junctions.{id}", "w=council", f"w=council&p=meeting_{meeting}"):
        page.goto("about:blank")
        visit(page, f"?lang={lang}#1?{view}")
        if view.startswith("sel"):
            page.locator(".bundle .badge").last.click()
            page.locator("article.measure .adds").first.click()
            page.locator(".effects h3 .adds").click()
        elif "p=" in view:
            expect(page.locator(".deciding")).to_be_visible()
            expect(page.locator("svg.diagram")).to_be_visible()
        else:
            expect(page.locator("[data-meeting]").first).to_be_visible()
        expect(page.locator(".bones")).to_have_count(0)
        found[view] = broken(page)
        pictured(page, f"{lang}-{theme}-{len(found)}")
    at_rest(page)
    assert {view: wrong for view, wrong in found.items() if wrong} == {}
