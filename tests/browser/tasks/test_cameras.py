"""What the manager of the cameras does within its number of presses: lists the faulty ones where most happens; moves
one, and the past keeps where it stood."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from tests.browser.tasks.hand import Hand
from tests.browser.test_edit import at, run
from tests.browser.test_first_minute import MAP, at_rest, visit
from tests.browser.test_people import sign_in

pytestmark = [pytest.mark.browser]


@pytest.fixture
def camera(address: str) -> Iterator[tuple[int, float, float]]:
    (found,) = run("SELECT id, ST_X(geom), ST_Y(geom), version FROM cameras_cameraset ORDER BY id LIMIT 1")
    yield int(found[0]), float(found[1]), float(found[2])
    run(
        "UPDATE cameras_cameraset SET geom = ST_SetSRID(ST_MakePoint(%s, %s), 4326) WHERE id = %s",
        found[1],
        found[2],
        found[0],
    )


FAULTY = """SELECT s.id, coalesce(sum(c.epdo), 0) FROM cameras_cameraset s LEFT JOIN crashes_crash c
    ON ST_DWithin(s.geom::geography, c.geom::geography, 100)
    WHERE s.status = 'fault' AND s.geom && ST_MakeEnvelope(%s, %s, %s, %s, 4326)
    GROUP BY 1 ORDER BY 2 DESC, count(c.id) DESC, 1"""


@pytest.fixture
def faulty(address: str) -> Iterator[None]:
    """Some are out of order, where much happens and where nothing does."""
    (before,) = run("SELECT array_agg(id) FROM cameras_cameraset WHERE status = 'fault'")
    run("UPDATE cameras_cameraset SET status = 'fault' WHERE mod(id, 3) = 0")
    yield
    run(
        "UPDATE cameras_cameraset SET status = CASE WHEN id = ANY(%s) THEN 'fault' ELSE 'ok' END "
        "WHERE mod(id, 3) = 0",
        before[0] or [],
    )


def test_v1_faulty_cameras_by_crash_risk(page: Page, hand: Hand, faulty: None) -> None:
    sign_in(page, "camera_operator", "/help/")
    visit(page)
    hand.begin()
    hand.press(page.get_by_role("button", name="故障的機組，依事故風險"))
    rows = page.locator("antu-list .ranked button")
    expect(rows.first).to_be_visible()
    hand.ended(1)
    at_rest(page)
    view = page.evaluate(f"{MAP}.getBounds().toArray().flat()")
    wanted = run(FAULTY, *view)
    assert len(wanted) > 2 and wanted[0][1] > wanted[-1][1]
    assert [int(id) for id in rows.evaluate_all("all => all.map(one => one.dataset.id)")] == [
        id for id, _ in wanted
    ]
    assert rows.locator("strong").all_inner_texts() == [f"{weight:,g}" for _, weight in wanted]
    assert "q=camera_sets~status" in page.url and "p=list" in page.url
    assert "camera_sets" in page.url.partition("l=")[2].partition("&")[0]
    page.evaluate(f"{MAP}.jumpTo({{zoom: 15}})")
    at_rest(page)
    shown = set(
        page.evaluate(
            f"{MAP}.queryRenderedFeatures().filter(f => f.source === 'camera_sets').map(f => f.properties.status)"
        )
    )
    assert shown == {"fault"}


def test_v3_move_a_camera(page: Page, hand: Hand, camera: tuple[int, float, float]) -> None:
    id, lon, lat = camera
    sign_in(page, "camera_operator", "/help/")
    visit(page, f"#1/18.5/{lat}/{lon}?l=camera_sets")
    hand.begin()
    if hand.keys:
        hand.press(page.get_by_role("button", name="圖面清單"))
        row = page.locator(f".listed button[data-id='{id}']")
        expect(row).to_be_visible()
        hand.press(row)
    else:
        page.mouse.click(*at(page, lon, lat))
    expect(page.locator("article.detail")).to_have_attribute("data-feature", f"camera_sets.{id}")
    hand.press(page.get_by_role("button", name="編輯", exact=True))
    expect(page.locator(".pane.edit[data-ref]")).to_be_visible()
    page.wait_for_function(f"() => {MAP}.getSource('drafted')")
    at_rest(page)
    if hand.keys:
        hand.reach(page.locator(".maplibregl-canvas"))
        hand.key("Shift+ArrowRight", "Shift+ArrowRight", "Shift+ArrowRight")
    else:
        x, y = at(page, lon, lat)
        page.keyboard.down("Alt")
        hand.drag((x, y), (x + 40, y))
        page.keyboard.up("Alt")
    hand.key("Control+Enter")
    expect(page.locator(".pane.edit")).to_have_count(0)
    hand.ended(3)
    (now,) = run("SELECT ST_X(geom), version FROM cameras_cameraset WHERE id = %s", id)
    assert 1 < (now[0] - lon) * 102_000 < 40
    page.get_by_role("button", name="歷程").click()
    states = page.locator(".state")
    expect(states.nth(1)).to_be_visible()
    expect(states.first).to_contain_text("移來")
