"""What people do beside the map: their menu, a session that ends in the middle of work, tours, keys, no network."""

from __future__ import annotations

from contextlib import AbstractContextManager
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import Seen
from tests.browser.test_explore import ask
from tests.browser.test_first_minute import MAP, at_rest, visit

pytestmark = [pytest.mark.browser]


def sign_in(page: Page, name: str, to: str = "/") -> None:
    page.goto(f"/accounts/sign-in/?next={to}")
    page.locator("[name=username]").fill(name)
    page.locator("[name=password]").fill(f"antu-demo-{name}")
    page.locator("form:has([name=password]) button.main").click()


def test_the_menu_says_who_one_is_and_what_one_sees(page: Page) -> None:
    sign_in(page, "investigator")
    at_rest(page)
    page.get_by_label("黃警員：帳號選單").click()
    menu = page.locator(".menu")
    expect(menu).to_contain_text("事故處理人員")
    expect(menu).to_contain_text("可看到：警察")
    expect(menu.get_by_role("link", name="登入安全")).to_have_attribute("href", "/accounts/security/")
    expect(menu.get_by_role("link", name="系統管理")).to_have_count(0)
    menu.get_by_role("button", name="EN").click()
    expect(menu).to_contain_text("Accident investigator")
    page.keyboard.press("Escape")
    expect(menu).not_to_be_visible()
    expect(page.locator(".person summary")).to_be_focused()
    page.locator(".person summary").click()
    page.mouse.click(700, 400)
    expect(menu).not_to_be_visible()


def test_the_list_of_keys_opens_and_gives_the_focus_back(page: Page) -> None:
    visit(page)
    page.locator(".maplibregl-canvas").focus()
    page.keyboard.press("?")
    expect(page.get_by_role("dialog", name="鍵盤操作")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)
    expect(page.locator(".maplibregl-canvas")).to_be_focused()


def test_a_lost_session_is_taken_up_again_in_place(page: Page, seen: Seen) -> None:
    sign_in(page, "council")
    at_rest(page)
    page.locator("[data-layer=crashes] label.class", has_text="A3").click()
    at_rest(page)
    address = page.url
    page.evaluate("window.mark = true")
    page.context.clear_cookies(name="sessionid")
    page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    dialog = page.get_by_role("dialog", name="請重新登入")
    expect(dialog.get_by_label("帳號")).to_have_value("council")
    dialog.get_by_label("密碼").fill("not the password")
    page.keyboard.press("Enter")
    expect(dialog.get_by_role("alert")).to_contain_text("不正確")
    seen.errors.clear()  # the browser reports the refusal
    dialog.get_by_label("密碼").fill("antu-demo-council")
    page.keyboard.press("Enter")
    expect(dialog).to_have_count(0)
    expect(page.locator(".toast")).to_contain_text("已重新登入")
    at_rest(page)
    assert page.url == address
    assert page.evaluate("window.mark"), "the page that was there is the page that is there"
    with page.expect_response("**/api/language") as answer:  # the mark against forgery is the new one
        page.get_by_role("button", name="EN").click()
    assert answer.value.ok


def test_whoever_comes_back_as_another_gets_a_fresh_page(page: Page) -> None:
    sign_in(page, "council")
    at_rest(page)
    page.evaluate("window.mark = true")
    with page.context.expect_page() as other:
        page.evaluate("window.open('/help/')")
    tab = other.value
    tab.goto("/accounts/")
    tab.get_by_role("button", name="登出").click()
    at_rest(tab)
    sign_in(tab, "planner")
    at_rest(tab)
    page.bring_to_front()
    with page.expect_event("domcontentloaded"):
        page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    at_rest(page)
    assert page.evaluate("window.mark === undefined")
    expect(page.locator(".person summary")).to_have_attribute("title", "陳規劃")


def told(page: Page, step: int, done: bool = False) -> AbstractContextManager[Any]:
    """The server has heard how far the tour went, whatever else was still on its way."""
    return page.expect_response(
        lambda answer: (
            "/api/tours/" in answer.url
            and answer.request.post_data_json == {"step": step, "done": done}
            and answer.ok
        )
    )


def test_a_tour_is_offered_once_resumed_and_never_again(page: Page) -> None:
    ask(
        "DELETE FROM accounts_toured WHERE user_id = (SELECT id FROM auth_user WHERE username = 'analyst') RETURNING id"
    )
    sign_in(page, "analyst")
    at_rest(page)
    page.get_by_role("button", name="開始導覽").click()
    card = page.locator(".tour-card")
    expect(card).to_contain_text("第 1 步，共 5 步")
    with told(page, 1):
        card.get_by_role("button", name="下一步").click()
    expect(card).to_contain_text("圖層就是圖例")
    expect(page.locator(".tour-ring")).to_be_visible()
    page.reload()
    at_rest(page)
    page.get_by_role("button", name="接著看（第 2 步）").click()
    with told(page, 2):
        page.keyboard.press("ArrowRight")
    expect(card).to_contain_text("第 3 步")
    with told(page, 2, done=True):
        page.keyboard.press("Escape")
    expect(card).to_have_count(0)
    with page.expect_response("**/api/tours"):
        page.reload()
    at_rest(page)
    expect(page.locator(".tour-offer")).to_have_count(0)
    page.locator(".person summary").click()
    page.get_by_role("button", name="再看一次導覽").click()
    expect(card).to_contain_text("第 1 步")


def test_every_step_of_every_tour_finds_its_place(page: Page) -> None:
    for name, steps in (("council", 6), ("investigator", 5), ("planner", 6), ("patrol_planner", 5)):
        sign_in(page, name)
        at_rest(page)
        page.locator(".person summary").click()
        page.get_by_role("button", name="再看一次導覽").click()
        for number in range(1, steps + 1):
            card = page.locator(".tour-card")
            expect(card).to_contain_text(f"第 {number} 步，共 {steps} 步")
            box = card.bounding_box()
            assert box and box["x"] >= 0 and box["y"] >= 0
            assert box["x"] + box["width"] <= 1440 and box["y"] + box["height"] <= 900
            about_map = "暖色" in card.inner_text()
            expect(page.locator(".tour-ring")).to_have_count(0 if about_map else 1)
            card.locator(".filled").click()
        expect(page.locator(".tour-card")).to_have_count(0)
        page.locator(".person summary").click()
        page.get_by_role("button", name="登出").click()
        at_rest(page)


def test_a_lost_graphics_card_leaves_map_and_selection(page: Page) -> None:
    ((junction,),) = ask(
        "SELECT junction_id FROM crashes_junctiontally GROUP BY 1 ORDER BY sum(epdo) DESC LIMIT 1"
    )
    visit(page, f"#1/15.5/23.4795/120.4473?sel=junction_risk.{junction}")
    expect(page.locator("article.detail h2")).to_be_visible()
    before = page.url
    seen_before = page.evaluate(f"{MAP}.queryRenderedFeatures().length")
    page.evaluate(
        f"window.lose = {MAP}.getCanvas().getContext('webgl2').getExtension('WEBGL_lose_context'); lose.loseContext()"
    )
    expect(page.locator("html")).to_have_attribute("data-map", "lost")
    expect(page.get_by_text("顯示卡中斷")).to_be_visible()
    page.evaluate("lose.restoreContext()")
    expect(page.locator("html")).to_have_attribute("data-map", "idle", timeout=30_000)
    expect(page.get_by_text("顯示卡中斷")).to_have_count(0)
    assert page.url == before
    assert page.evaluate(f"{MAP}.queryRenderedFeatures().length") == seen_before > 0
    expect(page.locator("article.detail h2")).to_be_visible()


def test_without_webgl_the_list_is_still_there(browser: Browser, address: str) -> None:
    context = browser.new_context(base_url=address, locale="zh-TW", service_workers="block")
    context.add_init_script(
        "const get = HTMLCanvasElement.prototype.getContext;"
        "HTMLCanvasElement.prototype.getContext = function (kind, ...rest) {"
        "return kind === 'webgl2' ? null : get.call(this, kind, ...rest); }"
    )
    page = context.new_page()
    page.goto("/")
    expect(page.get_by_text("WebGL 2")).to_be_visible()
    page.get_by_role("button", name="打開清單").click()
    expect(page.locator(".pane .scroll li, .pane .scroll button").first).to_be_visible()
    context.close()


def test_a_broken_panel_says_so_and_the_rest_goes_on(page: Page, seen: Seen) -> None:
    visit(page)
    page.evaluate(
        "const list = document.querySelector('antu-timeline');"
        "list.render = () => { throw new Error('provoked') }; list.requestUpdate()"
    )
    expect(page.get_by_text("這個面板無法顯示")).to_be_visible()
    expect(page.locator(".toast")).to_contain_text("意外")
    expect(page.locator("[data-layer=crashes]")).to_be_visible()
    assert any("provoked" in error for error in seen.errors)
    seen.errors.clear()


def test_without_a_network_the_page_opens_and_says_so_and_signing_out_clears_it(
    browser: Browser, address: str, seen: Seen
) -> None:
    context = browser.new_context(base_url=address, locale="zh-TW", viewport={"width": 1200, "height": 800})
    page = context.new_page()
    sign_in(page, "council")
    at_rest(page)
    page.wait_for_function("() => navigator.serviceWorker.controller !== null")
    page.reload()  # this frame is kept
    at_rest(page)
    urls = page.evaluate(
        """async () => { const all = [];
        for (const name of await caches.keys())
            all.push(...(await (await caches.open(name)).keys()).map((one) => one.url));
        return all; }"""
    )
    assert any(url.endswith("/") for url in urls)
    assert not [u for u in urls if any(part in u for part in ("/tiles", "/ogc", "/api"))]

    context.set_offline(True)
    page.reload()
    expect(page.locator(".person summary")).to_have_attribute("title", "林委員")
    expect(page.locator(".away")).to_be_visible()
    page.goto("/help/")
    expect(page.get_by_role("heading", name="目前離線")).to_be_visible()

    context.set_offline(False)
    page.goto("/")
    at_rest(page)
    expect(page.locator(".away")).to_have_count(0)
    page.locator(".person summary").click()
    page.get_by_role("button", name="登出").click()
    at_rest(page)
    expect(page.get_by_role("link", name="登入")).to_be_visible()
    frame = page.evaluate(
        "caches.open('antu-frame').then((k) => k.match('/')).then((r) => r ? r.text() : '')"
    )
    assert "林委員" not in frame
    context.close()
    cut = (
        "ERR_INTERNET_DISCONNECTED",
        "ERR_FAILED",
    )  # asked without a network: of the network, or through the worker
    seen.errors[:] = [error for error in seen.errors if not any(one in error for one in cut)]
