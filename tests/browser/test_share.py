"""Handing on: links and saved views, slides, comparing, comments and paper, by mouse and by keyboard."""

from __future__ import annotations

import io
import json
import math
import re
from typing import Any
from urllib.parse import urlsplit

import psycopg
import pytest
from django.db import connection
from PIL import Image
from playwright.sync_api import Browser, Page, Route, expect
from pyproj import Geod

from gis.accounts.demo import password_of
from tests.browser.conftest import Seen
from tests.browser.test_first_minute import MAP, at_rest, total, visit

pytestmark = [pytest.mark.browser]
LASSO = "in=120.440,23.474;120.455,23.474;120.450,23.486"
ASIDE = "document.querySelector('.map.aside').map"


def sign_in(page: Page, who: str = "council") -> None:
    page.goto("/accounts/sign-in/?next=/help/")
    page.fill("input[name=username]", who)
    page.fill("input[name=password]", password_of(who))
    page.press("input[name=password]", "Enter")
    page.wait_for_url("**/help/")


def copied(page: Page) -> str:
    page.get_by_role("button", name="分享此畫面").click()
    expect(page.locator(".toast")).to_contain_text("已複製連結")
    found: str = page.evaluate("navigator.clipboard.readText()")
    return found


def elsewhere(browser: Browser, address: str, link: str) -> Page:
    """The link in a fresh browser, of somebody who is not signed in."""
    context = browser.new_context(
        viewport={"width": 1440, "height": 900}, base_url=address, locale="zh-TW", reduced_motion="reduce"
    )
    page = context.new_page()
    page.goto(f"{address}/#{link.split('#')[1]}")
    at_rest(page)
    return page


def ask(query: str, *values: Any) -> list[tuple[Any, ...]]:
    """On a connection of its own: the browser's loop and Django's connections do not mix."""
    database = connection.settings_dict
    with psycopg.connect(dbname=database["NAME"], host=database["HOST"], user=database["USER"]) as own:
        return own.execute(query, values).fetchall()  # type: ignore[call-overload, no-any-return]


def test_a_plain_link_shows_the_same_and_says_of_when_it_is(
    page: Page, browser: Browser, address: str
) -> None:
    visit(page, "#1/14.50/23.48000/120.44700?t=2023-01..2023-12&q=crashes~severity%20IN%20(1,%202)")
    link = copied(page)
    assert re.search(r"&as=\d{4}-\d\d-\d\dT\d\d:\d\dZ$", link)
    other = elsewhere(browser, address, link)
    try:
        assert total(other) == total(page) > 0
        expect(other.locator(".asof")).to_contain_text("這份連結是")
        other.get_by_role("button", name="顯示今天").click()
        expect(other.locator(".asof")).to_have_count(0)
        at_rest(other)
        assert "as=" not in other.url and "t=2023-01..2023-12" in other.url
    finally:
        other.context.close()


def test_nothing_is_shown_that_happened_after_the_link_was_made(page: Page) -> None:
    visit(page, "#1/13.40/23.47950/120.44730")
    all_of_it = total(page)
    visit(page, "#1/13.40/23.47950/120.44730?as=2023-06-30T09:00Z")
    assert 0 < total(page) < all_of_it
    assert "datetime=..%2F2023-06-30" in page.evaluate(f"{MAP}.getSource('crashes').tiles[0]")


def test_a_lasso_becomes_a_saved_view_that_keeps_its_counts(
    page: Page, browser: Browser, address: str
) -> None:
    sign_in(page)
    visit(page, f"#1/14.50/23.48000/120.44700?{LASSO}")
    before = total(page)
    link = copied(page)
    id = re.fullmatch(r"#v=([a-z2-7]{12})", "#" + link.split("#")[1])
    assert id
    other = elsewhere(browser, address, link)
    try:
        assert total(other) == before
        expect(other.locator(".asof")).to_contain_text("件數與當時相同")
        assert urlsplit(other.url).fragment == f"v={id[1]}"
        other.reload()
        at_rest(other)
        assert urlsplit(other.url).fragment == f"v={id[1]}"
        other.locator(".held .chip", has_text="圈選範圍").click()
        at_rest(other)
        assert urlsplit(other.url).fragment.startswith("1/")
    finally:
        other.context.close()


def test_counts_that_changed_are_told(page: Page) -> None:
    sign_in(page)
    visit(page, "#1/14.50/23.48000/120.44700")
    n = total(page)

    def older(route: Route) -> None:
        answer = route.fetch()
        body = answer.json()
        for one in body["counts"]:
            if one["layer"] == "crashes":
                one["then"] = n - 3
        body["lost"] = 2
        route.fulfill(response=answer, json=body)

    made = page.request.post(
        "/api/views",
        data={
            "state": {"place": {"zoom": 14.5, "lat": 23.48, "lon": 120.447}, "layers": {"crashes": 100}},
            "asked": [{"layer": "crashes"}],
        },
        headers={
            "x-csrftoken": page.evaluate(
                "JSON.parse(document.getElementById('boot').textContent).viewer.csrf"
            )
        },
    )
    assert made.status == 201, made.text()
    page.route("**/api/views/*", older)
    visit(page, f"#v={made.json()['id']}")
    expect(page.locator(".asof")).to_contain_text(f"當時 {n - 3:,} 件")
    expect(page.locator(".asof .lost")).to_contain_text("2 個部分")


def test_a_view_that_is_gone_leaves_a_map_and_a_sentence(page: Page, seen: Seen) -> None:
    visit(page, "#v=aaaaaaaaaaaa")
    expect(page.locator(".toast.bad")).to_contain_text("沒有這個畫面")
    assert total(page) > 0
    assert "404" in seen.errors.pop()


def test_views_are_kept_and_shown_as_slides_by_keyboard_alone(page: Page) -> None:
    sign_in(page)
    for name, hash in (
        ("全市", "#1/13.40/23.47950/120.44730?p=views"),
        ("路口", "#1/16.00/23.48000/120.44700?p=views"),
    ):
        visit(page, hash)
        page.get_by_label("畫面名稱").fill(name)
        page.keyboard.press("Enter")
        expect(page.locator(".rows b", has_text=name)).to_be_visible()
    page.get_by_role("button", name="以這些畫面製作簡報").press("Enter")
    page.get_by_label("第 1 張講稿").fill("先看全市")
    page.get_by_role("button", name="播放", exact=True).press("Enter")
    heading = page.locator(".presenting h2")
    expect(heading).to_have_text("全市")
    expect(page.locator(".bar")).to_be_hidden()
    page.keyboard.press("n")
    expect(page.locator(".notes")).to_contain_text("先看全市")
    page.keyboard.press("ArrowRight")
    expect(heading).to_have_text("路口")
    page.wait_for_function(f"() => Math.abs({MAP}.getZoom() - 16) < 0.01")
    page.keyboard.press("ArrowRight")
    expect(page.locator(".presenting output")).to_have_text("2 / 2")
    assert re.search(r"#p=[a-z0-9]{12}/2$", page.url)
    page.reload()
    expect(heading).to_have_text("路口")
    page.keyboard.press("Home")
    expect(heading).to_have_text("全市")
    page.keyboard.press("Escape")
    expect(page.locator(".presenting")).to_have_count(0)
    expect(page.locator(".bar")).to_be_visible()


def test_two_maps_side_by_side_move_as_one(page: Page) -> None:
    visit(page, "#1/14.50/23.48000/120.44700")
    page.get_by_role("button", name="雙圖").click()
    page.wait_for_function("() => document.querySelector('.map.aside')?.map?.loaded()")
    at_rest(page)
    assert "cmp=twin:50:" in page.url
    wide = page.evaluate(
        "[...document.querySelectorAll('.stage > .map')].map(m => m.getBoundingClientRect().width)"
    )
    assert wide[0] == pytest.approx(wide[1], abs=1)
    box = page.locator(".map.aside").bounding_box()
    assert box
    page.mouse.move(box["x"] + 200, box["y"] + 400)
    page.mouse.down()
    page.mouse.move(box["x"] + 320, box["y"] + 300, steps=5)
    page.mouse.up()
    page.wait_for_function(
        f"() => Math.abs({MAP}.getCenter().lng - {ASIDE}.getCenter().lng) < 1e-6 && Math.abs({MAP}.getCenter().lng - 120.447) > 1e-4"
    )
    page.get_by_role("button", name="雙圖").click()
    expect(page.locator(".map.aside")).to_have_count(0)


def test_two_filters_are_compared_and_come_back_from_the_address(page: Page) -> None:
    visit(page, "#1/14.50/23.48000/120.44700?q=crashes~severity%20=%203")
    page.get_by_role("button", name="滑動比對").click()
    page.get_by_role("button", name="兩組條件").click()
    page.wait_for_function("() => document.querySelector('.map.aside')?.map?.getSource('crashes')")
    page.locator(".held .chip", has_text="A3").click()
    at_rest(page)
    assert "cmp=swipe:50::crashes~severity%20=%203" in page.url
    left, right = (page.evaluate(f"{one}.getSource('crashes').tiles[0]") for one in (ASIDE, MAP))
    assert "severity+%3D+3" in left and "severity" not in right
    cards = page.locator(".side .card")
    expect(cards.first).to_contain_text("A3")
    expect(cards.last).to_contain_text("沒有條件")
    page.get_by_role("button", name="左右對調").click()
    expect(page.locator(".held .chip", has_text="A3")).to_be_visible()
    fragment = urlsplit(page.url).fragment
    visit(page, f"#{fragment}")
    expect(cards.first).to_contain_text("沒有條件")
    assert urlsplit(page.url).fragment == fragment


def test_an_old_link_that_compares_two_periods_still_works(page: Page) -> None:
    visit(page, "#1/14.50/23.48000/120.44700?t=2023-01..2023-12&cmp=swipe:30:2022-01..2022-12")
    expect(page.get_by_role("slider", name="比對分隔線")).to_have_attribute("aria-valuenow", "30")
    assert "cmp=swipe:30:2022-01..2022-12" in page.url


HOSTILE = '<img src=x onerror="document.title=1"><script>document.title=2</script> @planner'


def test_a_comment_is_pinned_named_answered_and_settled(page: Page, browser: Browser, address: str) -> None:
    sign_in(page)
    visit(page, "#1/16.00/23.48000/120.44700?p=talk")
    page.get_by_role("button", name="新增註記").press("Enter")
    page.get_by_role("button", name="釘在中央").press("Enter")
    box = page.locator(".new textarea")
    box.fill(HOSTILE)
    box.press("Control+Enter")
    thread = page.locator(".thread")
    expect(thread.locator(".text")).to_have_text(HOSTILE)
    expect(page.locator(".pin")).to_have_count(1)
    assert page.title() not in ("1", "2")
    assert page.locator(".thread img").count() == 0
    other = browser.new_context(
        viewport={"width": 1440, "height": 900}, base_url=address, locale="zh-TW", reduced_motion="reduce"
    ).new_page()
    try:
        sign_in(other, "planner")
        visit(other)
        other.locator(".bell summary").click()
        other.locator("[data-notice]").click()
        other.locator(".thread antu-write textarea").fill("已會勘")
        other.locator(".thread antu-write .filled").click()
        expect(other.locator(".replies .text")).to_have_text("已會勘")
        expect(other.locator(".bell")).to_have_count(0)
        other.get_by_role("button", name="結案").click()
        expect(other.locator(".settled")).to_contain_text("結案")
    finally:
        other.context.close()
    page.get_by_role("button", name="已完成").click()
    expect(page.locator(".thread.done")).to_have_count(1)
    assert ask("SELECT count(*) FROM sharing_comment WHERE state = 'done' AND text = %s", HOSTILE) == [(1,)]


def test_visitors_are_told_that_comments_are_for_people_who_sign_in(page: Page) -> None:
    visit(page, "#1?p=talk")
    expect(page.locator(".pane")).to_contain_text("登入後可讀寫註記")
    visit(page, "#1?p=views")
    expect(page.locator(".pane")).to_contain_text("登入後可儲存畫面")


def test_a_sheet_is_printed_in_three_clicks_and_true_to_scale(page: Page) -> None:
    """The picture that goes to the press is measured: known places lie as far apart as the scale says."""
    visit(page, "#1/18.04/23.48000/120.44700")
    sent: dict[str, Any] = {}

    def catch(route: Route) -> None:
        body = route.request.post_data_buffer or b""
        picture = body[body.index(b"\x89PNG") :]
        with Image.open(io.BytesIO(picture)) as image:
            sent["size"], sent["colours"] = image.size, len(image.convert("RGB").getcolors(1 << 24) or ())
        sent["sheet"] = json.loads(re.search(rb'name="sheet"\r\n\r\n(.*?)\r\n', body, re.S)[1])  # type: ignore[index]
        route.fulfill(status=200, body=b"%PDF-1.7", content_type="application/pdf")

    page.route("**/api/print", catch)
    page.get_by_role("button", name="列印").click()
    page.get_by_text("A3 橫式", exact=True).click()
    page.wait_for_selector("dialog[data-idle]")
    with page.expect_download(timeout=120_000) as download:
        page.get_by_role("button", name="下載 PDF").click()
    assert download.value.suggested_filename.endswith(".pdf")
    sheet = sent["sheet"]
    assert (sheet["paper"], sheet["turn"], sheet["scale"]) == ("A3", "landscape", 1000)
    assert "crashes" in [layer["id"] for layer in sheet["layers"]]
    width, height = 400 - 58 - 3, 297 - 20 - 17 - 9
    assert sent["size"][0] / sent["size"][1] == pytest.approx(width / height, rel=0.002)
    assert sent["size"][0] / (width / 25.4) == pytest.approx(200, abs=2)
    assert sent["colours"] > 50
    for bearing in (0, 90):
        lon, lat, _ = Geod(ellps="GRS80").fwd(sheet["lon"], sheet["lat"], bearing, 100)
        x, y, wide = page.evaluate(
            f"""() => {{ const map = document.querySelector('antu-print').map;
            const a = map.project([{sheet["lon"]}, {sheet["lat"]}]), b = map.project([{lon}, {lat}]);
            return [b.x - a.x, b.y - a.y, map.getContainer().clientWidth]; }}"""
        )
        assert math.hypot(x, y) * width / wide == pytest.approx(100, rel=0.005)


def test_the_sheet_is_moved_and_closed_by_keyboard(page: Page) -> None:
    visit(page, "#1/16.00/23.48000/120.44700")
    page.get_by_role("button", name="列印").press("Enter")
    page.wait_for_selector("dialog[data-idle]")
    before = page.evaluate("document.querySelector('antu-print').map.getCenter().lng")
    page.locator(".print-map canvas").focus()
    page.keyboard.press("ArrowRight")
    assert page.evaluate("document.querySelector('antu-print').map.getCenter().lng") > before
    page.keyboard.press("Escape")
    expect(page.locator("dialog")).to_have_count(0)
    expect(page.get_by_role("button", name="列印")).to_be_focused()
