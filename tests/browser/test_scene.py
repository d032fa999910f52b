"""Drawing a crash scene on a tablet and by keyboard: within so many touches, without network, and handed in."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Callable, Iterator
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from playwright.sync_api import Browser, BrowserContext, Page, expect
from pytest_django.plugin import DjangoDbBlocker

from gis.demo.scenes import clear_scenes
from layers.crashes.models import Crash, Party
from tests.browser.conftest import Seen
from tests.browser.test_edit import run, sign_in
from tests.browser.test_explore import ask

pytestmark = [pytest.mark.browser]
LON, LAT = 120.4473, 23.4795
MADE = "browser-scene-"


@pytest.fixture(scope="module", autouse=True)
def city(hamlet: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """Other tests find the city as it was: what was drawn goes with the crashes it was drawn of."""
    yield
    with django_db_blocker.unblock():
        clear_scenes(MADE)
        made = Crash.objects.filter(key__startswith=MADE)
        Party.objects.filter(crash__in=made).delete()
        made.delete()
        connection.close()


@pytest.fixture
def crash(address: str) -> Iterator[int]:
    """A crash of a car and a motorcycle in the middle of a road's length, so that there is a lane with kerbs."""
    at = "ST_SetSRID(ST_MakePoint(%s, %s), 4326)"
    ((like,),) = ask("SELECT id FROM crashes_crash WHERE severity = 2 ORDER BY id LIMIT 1")
    columns = [
        str(name)
        for (name,) in ask(
            "SELECT column_name FROM information_schema.columns WHERE table_name = 'crashes_crash' AND is_generated = 'NEVER'"
        )
        if name
        not in ("id", "key", "case_no", "geom", "merc", "junction_id", "road_id", "address", "occurred_at")
    ]
    same = ", ".join(columns)
    ((lon, lat),) = run(
        "SELECT ST_X(p), ST_Y(p) FROM (SELECT ST_LineInterpolatePoint(geom, 0.5) AS p, geom FROM streets_road) r "
        f"WHERE ST_Length(geom::geography) > 60 ORDER BY geom <-> {at}, p LIMIT 1",
        LON, LAT,
    )  # fmt: skip
    # the cases are ordered by time: this is the latest
    ((made,),) = run(
        f"INSERT INTO crashes_crash (key, case_no, geom, address, occurred_at, {same}) SELECT %s, '113-A2-0417', {at}, '東光路／力行路', now(), {same} "
        "FROM crashes_crash WHERE id = %s RETURNING id",
        f"{MADE}{uuid4().hex[:12]}", lon, lat, like,
    )  # fmt: skip
    ((party,),) = ask(f"SELECT row_to_json(p) FROM crashes_party p WHERE crash_id = {like} LIMIT 1")
    for number, vehicle in ((1, "B03"), (2, "C03")):
        row = {**party, "crash_id": made, "number": number, "vehicle": vehicle}
        row.pop("id")
        names = ", ".join(f'"{name}"' for name in row)
        run(
            f"INSERT INTO crashes_party ({names}) SELECT {names} FROM json_populate_record(NULL::crashes_party, %s)",
            json.dumps(row),
        )
    yield int(made)


@pytest.fixture
def pad(browser: Browser, address: str) -> Iterator[Callable[..., Page]]:
    """Tablets, each of somebody."""
    open: list[BrowserContext] = []

    def make(who: str = "investigator", **options: Any) -> Page:
        context = browser.new_context(
            viewport={"width": 1180, "height": 820}, base_url=address, locale="zh-TW", timezone_id="Asia/Taipei",
            reduced_motion="reduce", has_touch=True, service_workers="block", **options,
        )  # fmt: skip
        open.append(context)
        page = context.new_page()
        page.set_default_timeout(30_000)
        sign_in(page, who)
        return page

    yield make
    for context in open:
        context.close()


def draw(page: Page, crash: int) -> None:
    page.goto("about:blank")
    page.goto(f"/#1?w=scene&sel=crashes.{crash}")
    expect(page.locator(".scene-stamps")).to_be_visible()
    expect(page.locator(".ground .land ~ path")).not_to_have_count(0)  # what the lane's heading is read from


def touch(page: Page, x: float, y: float) -> None:
    """On the drawing, in metres of the scene."""
    page.touchscreen.tap(*on_screen(page, x, y))


def on_screen(page: Page, x: float, y: float) -> tuple[float, float]:
    found = page.evaluate(
        "([x, y]) => { const g = document.querySelector('.sheet > g'), p = new DOMPoint(x, y).matrixTransform(g.getScreenCTM()); return [p.x, p.y]; }",
        [x, y],
    )
    return float(found[0]), float(found[1])


def stamp(page: Page, name: str) -> None:
    page.locator(".scene-stamps").get_by_role("button", name=name, exact=True).tap()


def until(page: Page, done: Callable[[], bool]) -> None:
    end = time.monotonic() + 30
    while not done():
        assert time.monotonic() < end, "what was waited for did not come about"
        page.evaluate("() => new Promise(requestAnimationFrame)")


def saved(page: Page) -> None:
    expect(page.locator(".scene[data-pending='0'][data-net='saved']")).to_be_visible()


def document(crash: int) -> dict[str, Any]:
    rows = run("SELECT document FROM crashes_scene WHERE crash_id = %s", crash)
    found: dict[str, Any] = rows[0][0] if rows else {}
    return found


def of(crash: int, type: str) -> list[dict[str, Any]]:
    return [one for one in document(crash).get("elements", []) if one["type"] == type]


def picture(page: Page, name: str) -> None:
    if folder := os.environ.get("ANTU_LOOK"):
        page.screenshot(path=f"{folder}/{name}.png")


def drag(page: Page, start: tuple[float, float], end: tuple[float, float]) -> None:
    page.mouse.move(*start)
    page.mouse.down()
    page.mouse.move(*end, steps=8)
    page.mouse.up()


def test_a_scene_is_started_from_the_list_of_cases_with_two_touches(
    pad: Callable[..., Page], crash: int
) -> None:
    page = pad()
    page.goto("/")
    page.locator(".rail").get_by_role("button", name="現場圖").tap()
    page.locator(f"[data-case='{crash}']").tap()
    expect(page.locator(".scene h1")).to_have_text("東光路／力行路")
    saved(page)
    assert [party["kind"] for party in document(crash)["parties"]] == ["car", "motorcycle"]


def test_two_vehicles_are_placed_with_four_touches_and_turned_by_handle_and_by_number(
    pad: Callable[..., Page], crash: int
) -> None:
    page = pad()
    draw(page, crash)
    lane = page.evaluate(
        "id => fetch(`${location.origin}/api/crashes/${id}/scene/street`).then(r => r.json())", crash
    )
    assert any(one["properties"]["kind"] == "axis" for one in lane["features"])
    stamp(page, "小客車")
    touch(page, 3, 2)
    stamp(page, "普通重型機車")
    touch(page, -4, -3)
    saved(page)
    car, motorcycle = of(crash, "vehicle")
    assert (car["party"], motorcycle["party"]) == ("A", "B") and abs(car["pose"]["x"] - 3) < 0.05
    assert car["pose"]["heading"] > 0  # the lane's, not north
    touch(page, 3, 2)  # take the car; then its handle
    handle = page.locator(".turner").bounding_box()
    assert handle
    middle = (handle["x"] + handle["width"] / 2, handle["y"] + handle["height"] / 2)
    drag(page, middle, on_screen(page, 3 - 5.7, 2 - 4))
    saved(page)
    assert abs(of(crash, "vehicle")[0]["pose"]["heading"] - 234.9) < 4
    field = page.locator("input[name=heading]")
    field.tap()
    page.keyboard.type("234.9")
    page.keyboard.press("Enter")
    until(page, lambda: of(crash, "vehicle")[0]["pose"]["heading"] == 234.9)
    picture(page, "scene-turned")


def test_a_skid_mark_ends_at_the_wheel_and_a_distance_to_the_kerb_follows_the_car(
    pad: Callable[..., Page], crash: int
) -> None:
    page = pad()
    draw(page, crash)
    stamp(page, "小客車")
    touch(page, 2, 2)
    saved(page)
    stamp(page, "煞車痕")
    wheel = wheel_of(of(crash, "vehicle")[0], -0.3, 1)
    touch(page, wheel[0] + 6, wheel[1] + 5)
    touch(page, wheel[0] + 0.3, wheel[1] - 0.2)  # near the wheel is the wheel
    saved(page)
    (mark,) = of(crash, "mark")
    assert max(abs(a - b) for a, b in zip(mark["path"][-1], wheel, strict=True)) < 0.01
    assert (mark["party"], mark["wheel"]) == ("A", "RR")

    touch(page, 2, 2)
    told = page.locator("[data-off='RFW.kerb']")
    off = float(told.inner_text())
    told.locator("xpath=..").get_by_role("button").tap()
    until(page, lambda: len(of(crash, "dimension")) == 1)
    assert abs(length(crash) - off) < 0.01
    before = of(crash, "dimension")[0]["b"]
    touch(page, 2, 2)
    page.locator(".sheet").focus()
    for _ in range(2):
        page.keyboard.press("Control+ArrowRight")
    saved(page)
    touch(page, *[of(crash, "vehicle")[0]["pose"][k] for k in "xy"])
    assert of(crash, "dimension")[0]["b"] != before
    assert abs(length(crash) - float(page.locator("[data-off='RFW.kerb']").inner_text())) < 0.011


def wheel_of(car: dict[str, Any], ahead: float, side: int) -> tuple[float, float]:
    from diagramming.scene.classes import CLASSES, placed

    kind = CLASSES[car["kind"]]
    pose = car["pose"]
    return placed(pose["x"], pose["y"], pose["heading"], ahead * kind.length, side * (kind.width / 2 - 0.1))


def length(crash: int) -> float:
    from diagramming.scene.document import read

    scene = read(document(crash))
    (one,) = of(crash, "dimension")
    a, b = scene.place(one["a"]), scene.place(one["b"])
    assert a and b
    return float(((a[0] - b[0]) ** 2 + (a[1] - b[1]) ** 2) ** 0.5)


def two_fingers(page: Page) -> None:
    box = page.locator("antu-scene-paper").bounding_box()
    assert box
    x, y = box["x"] + 200, box["y"] + 200
    session = page.context.new_cdp_session(page)
    points = [{"x": x, "y": y, "id": 1}, {"x": x + 90, "y": y + 10, "id": 2}]
    session.send("Input.dispatchTouchEvent", {"type": "touchStart", "touchPoints": points})
    session.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
    session.detach()


def test_two_fingers_undo_and_a_button_does_again(pad: Callable[..., Page], crash: int) -> None:
    page = pad()
    draw(page, crash)
    for n in range(4):
        stamp(page, "碰撞點")
        touch(page, n * 2 - 4, 1)
    saved(page)
    four = of(crash, "impact")
    for _ in range(3):
        two_fingers(page)
    page.get_by_role("button", name="重做").tap()
    saved(page)
    until(page, lambda: of(crash, "impact") == four[:2])


def test_without_network_nothing_is_lost_or_doubled(pad: Callable[..., Page], crash: int, seen: Seen) -> None:
    page = pad()
    draw(page, crash)
    saved(page)
    session = f"**/api/crashes/{crash}/scene**"
    page.context.route(session, lambda route: route.abort("internetdisconnected"))
    for n in range(10):
        stamp(page, "碰撞點")
        touch(page, (n % 5) * 2 - 4, n // 5 * 2)
    expect(page.locator(".scene-net")).to_contain_text("離線 · 已存本機 · 10 筆待上傳")
    picture(page, "scene-away")
    page.close()
    again = page.context.new_page()
    again.goto(f"/#1?w=scene&sel=crashes.{crash}")
    expect(again.locator(".scene-net")).to_contain_text("10 筆待上傳")
    assert of(crash, "impact") == []
    again.context.unroute(session)
    again.evaluate("() => dispatchEvent(new Event('online'))")
    saved(again)
    found = of(crash, "impact")
    assert [one["at"][0] for one in found] == sorted(one["at"][0] for one in found[:5]) + [
        one["at"][0] for one in found[5:]
    ]
    assert len(found) == 10 and run(
        "SELECT count(*), count(DISTINCT op_id) FROM crashes_sceneedit e JOIN crashes_scene s ON s.id = e.scene_id WHERE s.crash_id = %s", crash
    ) == [(10, 10)]  # fmt: skip
    seen.errors[:] = [one for one in seen.errors if "ERR_INTERNET_DISCONNECTED" not in one]


def test_what_another_drew_appears_and_what_met_it_waits_to_be_settled(
    pad: Callable[..., Page], crash: int
) -> None:
    mine, other = pad(), pad("officer")
    draw(mine, crash)
    stamp(mine, "小客車")
    touch(mine, 2, 2)
    saved(mine)
    draw(other, crash)
    expect(other.locator("[data-element]")).to_have_count(1)
    stamp(other, "碰撞點")
    touch(other, 0, 0)
    saved(other)
    expect(mine.locator("[data-element]")).to_have_count(2)


def test_readings_place_the_car_and_a_contradiction_is_red(pad: Callable[..., Page], crash: int) -> None:
    page = pad()
    draw(page, crash)
    stamp(page, "小客車")
    touch(page, 2, 3)
    page.locator(".scene-tools").get_by_role("button", name="量距").tap()
    stamp(page, "基準線")
    touch(page, -9, -1)
    touch(page, 9, -1)
    saved(page)
    page.locator(".scene-tools").get_by_role("button", name="選取").tap()
    touch(page, 2, 3)
    drawn = {
        field: float(page.locator(f"input[name={field}]").get_attribute("placeholder") or 0)
        for field in ("s-RFW", "d-RFW", "s-RRW", "d-RRW", "s-LFW", "d-LFW")
    }
    for field, value in drawn.items():
        page.locator(f"input[name={field}]").fill(f"{value + (0.5 if field[0] == 's' else 0):.2f}")
        page.locator(f"input[name={field}]").press("Enter")
    saved(page)
    expect(page.locator(".solved")).to_be_visible()
    before = of(crash, "vehicle")[0]["pose"]
    page.get_by_role("button", name="依量測定位").tap()
    saved(page)
    after = of(crash, "vehicle")[0]
    moved = ((after["pose"]["x"] - before["x"]) ** 2 + (after["pose"]["y"] - before["y"]) ** 2) ** 0.5
    assert abs(moved - 0.5) < 0.03 and after["how"] == "measured"
    page.locator("input[name=s-LFW]").fill(f"{drawn['s-LFW'] + 2:.2f}")
    page.locator("input[name=s-LFW]").press("Enter")
    expect(page.locator(".residual.odd")).not_to_have_count(0)
    picture(page, "scene-readings")


def test_what_is_missing_is_one_touch_away_and_the_sheet_is_handed_in_with_two(
    pad: Callable[..., Page], crash: int
) -> None:
    page = pad()
    draw(page, crash)
    page.locator("[data-rule=plate]").first.tap()
    expect(page.locator("[name=plate-A]")).to_be_focused()
    page.keyboard.type("ABC-1234")
    page.locator("[name=plate-B]").fill("XYZ-567")
    page.locator("[name=plate-B]").blur()
    for at in ((3, 2), (-4, -3)):
        page.locator("[data-rule=rest]").first.tap()
        touch(page, *at)
        page.keyboard.press("Escape")
        saved(page)
    for _ in range(2):
        page.locator("[data-rule=travel]").first.tap()
        drag(page, on_screen(page, 6, 6), on_screen(page, 2, 3))
        page.keyboard.press("Escape")
        saved(page)
    for rule, at in (("impact", (0, 0)), ("fixed", (-7, 5))):
        page.locator(f"[data-rule={rule}]").tap()
        touch(page, *at)
        page.keyboard.press("Escape")
        saved(page)
    page.locator("[data-rule=summary]").tap()
    expect(page.locator(".scene-side textarea:focus")).to_have_count(1)
    page.keyboard.type("A 車與 B 車碰撞。")
    page.locator("[name=street][value=unchanged]").check()
    saved(page)
    expect(page.locator(".checks .must")).to_have_text([])  # what is left is told when it fails
    picture(page, "scene-complete")
    with page.expect_download() as sheet:
        page.get_by_role("button", name="輸出現場圖 1:200").tap()
    assert sheet.value.suggested_filename.endswith(".pdf")
    page.get_by_role("button", name="送審", exact=True).tap()
    expect(page.locator(".scene[data-state=submitted]")).to_be_visible()

    desk = pad("reviewer")
    draw_closed(desk, crash)
    (car, *_) = of(crash, "vehicle")
    desk.locator("[name=reason]").fill("A 車位置請複量。")
    desk.locator("[name=reason-of]").select_option(car["id"])
    desk.get_by_role("button", name="退回", exact=True).tap()
    expect(desk.locator(".scene[data-state=returned]")).to_be_visible()

    page.goto("about:blank")
    page.goto("/#1?w=scene")
    page.locator(f"[data-case='{crash}']").tap()
    expect(page.locator(".remark[aria-current]")).to_contain_text("A 車位置請複量。")
    expect(page.locator(f".element[data-of='{car['id']}']")).to_be_visible()
    picture(page, "scene-returned")


def draw_closed(page: Page, crash: int) -> None:
    page.goto(f"/#1?w=scene&sel=crashes.{crash}")
    expect(page.locator(".review")).to_be_visible()


def test_by_keyboard_alone(pad: Callable[..., Page], crash: int) -> None:
    page = pad()
    draw(page, crash)
    page.locator(".scene-stamps").get_by_role("button", name="小客車").focus()
    page.keyboard.press("Enter")
    page.keyboard.press("Enter")
    saved(page)
    (car,) = of(crash, "vehicle")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Shift+ArrowUp")
    page.keyboard.press("]")
    saved(page)
    pose = of(crash, "vehicle")[0]["pose"]
    moved = ((pose["x"] - car["pose"]["x"]) ** 2 + (pose["y"] - car["pose"]["y"]) ** 2) ** 0.5
    assert abs(moved - (0.01**2 + 0.1**2) ** 0.5) < 1e-3
    assert abs((pose["heading"] - car["pose"]["heading"]) % 360 - 1) < 1e-6
    for _ in range(3):
        page.keyboard.press("Control+z")
    page.keyboard.press("Control+y")
    saved(page)
    pose = of(crash, "vehicle")[0]["pose"]
    assert (
        abs(((pose["x"] - car["pose"]["x"]) ** 2 + (pose["y"] - car["pose"]["y"]) ** 2) ** 0.5 - 0.01) < 1e-3
    )
    page.keyboard.press("Delete")
    saved(page)
    assert of(crash, "vehicle") == []


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_editor_breaks_no_rule(pad: Callable[..., Page], crash: int, theme: str, address: str) -> None:
    from tests.browser.test_axe import AXE, broken

    if not AXE.exists():
        pytest.skip("axe-core is not installed: npm --prefix portal/web ci")
    page = pad()
    page.context.add_cookies([{"name": "theme", "value": theme, "url": address}])
    draw(page, crash)
    saved(page)
    found = {"scene": broken(page)}
    stamp(page, "小客車")
    touch(page, 2, 2)
    saved(page)
    picture(page, f"scene-{theme}")
    found["chosen"] = broken(page)
    page.get_by_role("button", name="輸出現場圖").tap()
    expect(page.locator(".sheet-window .submit")).to_be_visible()
    found["sheet"] = broken(page)
    assert {view: wrong for view, wrong in found.items() if wrong} == {}
