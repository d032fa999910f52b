"""The street-block workspace, by mouse and by keyboard: every edit is on the server and on the map, and can be taken back."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection, transaction
from playwright.sync_api import Browser, Page, expect
from pyproj import Transformer
from pytest_django.plugin import DjangoDbBlocker
from shapely import LineString

from layers.streets.craft.document import Document
from tests.browser.conftest import Seen
from tests.browser.test_axe import AXE, broken
from tests.browser.test_edit import run, sign_in, until
from tests.browser.test_first_minute import MAP, at_rest
from tests.streets.city import grid
from tests.streets.conftest import there

pytestmark = [pytest.mark.browser]
AWAY = 38_000.0
DEGREES = Transformer.from_crs(3826, 4326, always_xy=True)


@pytest.fixture(scope="module", autouse=True)
def town(hamlet: None, django_db_blocker: DjangoDbBlocker) -> Iterator[Document]:
    """A few streets of these tests' own, away from the others, with their picture; gone afterwards."""
    from layers.streets.draw import redraw
    from layers.streets.seed import seed
    from layers.streets.write import Survey

    made = there(grid(4, 4, seed=5))
    moved = made.model_copy(
        update={
            "nodes": tuple(n.model_copy(update={"id": f"b{n.id}", "at": (n.at[0] - AWAY, n.at[1])}) for n in made.nodes),
            "segments": tuple(
                s.model_copy(
                    update={"id": f"b{s.id}", "a": f"b{s.a}", "b": f"b{s.b}", "name": f"測試{k}路", "via": tuple((x - AWAY, y) for x, y in s.via)}
                )
                for k, s in enumerate(made.segments)
            ),
            "arms": tuple(a.model_copy(update={"segment": f"b{a.segment}"}) for a in made.arms),
        }
    )  # fmt: skip
    began = datetime.now(UTC) - timedelta(days=30)
    survey = Survey(
        who="test", method="plan", origin="sample", kind="import", accepted=True, valid_from=began
    )
    with django_db_blocker.unblock(), transaction.atomic(), connection.cursor() as cursor:
        seed(moved, survey, draw=False)
        cursor.execute(
            "INSERT INTO streets_stale (object, geom) SELECT object, ST_Envelope(geom) FROM streets_version "
            "WHERE geom IS NOT NULL AND object LIKE '%/bs0%' OR object LIKE '%/bn0%'"
        )
        redraw()
    connection.close()
    yield moved
    run("DELETE FROM streets_stale")
    run("DELETE FROM streets_lineage WHERE parent LIKE %s", "%/bs0%")
    for table, column in (("version", "object"), ("confirmation", "object"), ("drawnarea", "owner"), ("drawnline", "owner"), ("drawnpoint", "owner"), ("drawnwarning", "owner")):  # fmt: skip
        run(f"DELETE FROM streets_{table} WHERE {column} LIKE %s OR {column} LIKE %s", "%/bs0%", "%/bn0%")
    run(
        "UPDATE streets_changeset SET undoes_id = NULL WHERE undoes_id IS NOT NULL AND NOT EXISTS "
        "(SELECT 1 FROM streets_version v WHERE v.changeset_id = streets_changeset.id)"
    )
    run(
        "DELETE FROM streets_changeset c WHERE NOT EXISTS (SELECT 1 FROM streets_version v WHERE v.changeset_id = c.id)"
    )


def params(name: str) -> dict[str, Any]:
    (row,) = run(
        "SELECT params FROM streets_version WHERE object = %s AND upper_inf(valid) AND upper_inf(txn)", name
    )
    return dict(row[0])


def widths(name: str) -> list[float]:
    return [s["width"] for s in params(name)["sections"][0]["strips"]]


def kinds(name: str) -> list[str]:
    return [s["kind"] for s in params(name)["sections"][0]["strips"]]


def middle(town: Document, name: str) -> tuple[float, float]:
    nodes = {n.id: n.at for n in town.nodes}
    id_ = name.partition("/")[2]
    if name.startswith("node/"):
        at = nodes[id_]
    else:
        one = next(s for s in town.segments if s.id == id_)
        line = [nodes[one.a], *one.via, nodes[one.b]]
        (x, y), (u, v) = line[0], line[-1]
        at = line[1] if len(line) > 2 else ((x + u) / 2, (y + v) / 2)
    lon, lat = DEGREES.transform(*at)
    return float(lon), float(lat)


def look(page: Page, town: Document, name: str, rest: str = "", zoom: float = 19) -> None:
    lon, lat = middle(town, name)
    page.goto("about:blank")
    page.goto(
        f"/?lang=zh#1/{zoom}/{lat:.6f}/{lon:.6f}?w=streets&l=street_sides,street_carriageways,street_markings{rest}"
    )
    at_rest(page)


def opened(page: Page, town: Document, name: str, rest: str = "") -> None:
    look(page, town, name, f"&sel=street_lines.{name}{rest}")
    expect(page.locator(f'.pane.street[data-object="{name}"]')).to_be_visible()
    at_rest(page)


def segment(town: Document, nth: int, least: int = 3) -> str:
    """Every test takes one of its own."""
    return [f"segment/{s.id}" for s in town.segments if len(s.sections[0].strips) >= least][nth]


def picture(page: Page, name: str) -> None:
    if folder := os.environ.get("ANTU_LOOK"):
        page.screenshot(path=f"{folder}/{name}.png")


def test_a_boundary_is_dragged_and_the_map_follows(page: Page, town: Document) -> None:
    name = segment(town, 0)
    sign_in(page, "planner")
    look(page, town, name)
    before = widths(name)
    lon, lat = middle(town, name)
    x, y = page.evaluate(
        f"([lon, lat]) => {{ const b = {MAP}.getCanvas().getBoundingClientRect(), p = {MAP}.project([lon, lat]);"
        "return [b.left + p.x, b.top + p.y]; }",
        [lon, lat],
    )
    page.mouse.click(x, y)
    expect(page.locator(f'.pane.street[data-object="{name}"]')).to_be_visible()
    at_rest(page)
    tiles = page.evaluate(f"{MAP}.getSource('ground').tiles[0]")
    handle = page.locator(".boundary[data-boundary='2']")
    box = handle.bounding_box()
    assert box
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + 60)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] / 2 + 16, box["y"] + 60, steps=4)
    picture(page, "streets-drag")
    page.mouse.up()
    expect(page.locator(".told .said").first).to_contain_text("寬")
    after = widths(name)
    assert after[1] > before[1] and after[2] < before[2] and sum(after) == pytest.approx(sum(before))
    at_rest(page)
    assert page.evaluate(f"{MAP}.getSource('ground').tiles[0]") != tiles
    drawn = run(
        "SELECT (info->>'width')::float8 FROM streets_drawnarea WHERE owner = %s AND part = 'lane'", name
    )
    assert any(w == pytest.approx(after[1]) for (w,) in drawn)
    page.keyboard.press("Control+z")
    until(page, lambda: widths(name) == before)
    page.keyboard.press("Control+Shift+z")
    until(page, lambda: widths(name) == after)


def test_strips_by_keyboard(page: Page, town: Document) -> None:
    name = segment(town, 1)
    sign_in(page, "planner")
    look(page, town, name)
    page.locator(".maplibregl-canvas").focus()
    page.keyboard.press("Enter")
    expect(page.locator(f'.pane.street[data-object="{name}"]')).to_be_visible()
    before, kind = widths(name), kinds(name)
    page.locator(".boundary[data-boundary='1']").focus()
    for _ in range(3):
        page.keyboard.press("ArrowRight")
    page.keyboard.press("Enter")
    until(page, lambda: widths(name)[0] == pytest.approx(before[0] + 0.15))
    expect(page.locator(".pane.street")).to_have_attribute("data-writing", "false")
    page.locator(".boundary[data-boundary='1']").focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Escape")
    expect(page.locator(".strip-row input").first).to_have_value(f"{before[0] + 0.15:g}")
    expect(page.locator(".pane.street")).to_be_visible()
    row = page.locator(".strip-row").nth(1)
    row.get_by_role("button").first.press("Enter")
    row.get_by_role("button", name="右側插入").press("Enter")
    until(page, lambda: len(kinds(name)) == len(kind) + 1)
    expect(page.locator(".strip-row")).to_have_count(len(kind) + 1)
    page.locator(".strip-row").nth(2).locator("select").first.select_option("moto")
    until(page, lambda: kinds(name)[2] == "moto")
    expect(page.locator(".strip-row").nth(2).locator("select").first).to_have_value("moto")
    moved = page.locator(".strip-row").nth(2)
    moved.get_by_role("button").first.press("Enter")
    moved.get_by_role("button", name="左移").press("Enter")
    until(page, lambda: kinds(name)[1] == "moto")
    expect(page.locator(".strip-row").nth(1).locator("select").first).to_have_value("moto")
    page.locator(".strip-row").nth(1).get_by_role("button", name="移除").press("Enter")
    until(page, lambda: kinds(name) == kind)


def test_two_edits_of_the_same_value_are_put_together_by_hand(page: Page, town: Document, seen: Seen) -> None:
    name = segment(town, 2)
    page.route("**/tiles/events", lambda route: route.abort())
    sign_in(page, "planner")
    opened(page, town, name)
    strips = params(name)["sections"][0]["strips"]
    token = page.evaluate("JSON.parse(document.getElementById('boot').textContent).viewer.csrf")
    etag = page.request.get(f"/api/streets/objects/{name}").json()["etag"]
    theirs = [
        {"path": f"sections/0/strips/{strips[k]['id']}/width", "value": 2.87} for k in (1, 2)
    ]  # which no step of the keys comes to
    body = {
        "operations": [{"op": "set", "object": name, "values": theirs}],
        "if_match": {name: etag},
        "method": "tape",
    }
    done = page.request.post("/api/streets/changesets", data=json.dumps(body), headers={"content-type": "application/json", "x-csrftoken": token, "referer": page.url})  # fmt: skip
    assert done.ok, done.text()
    page.locator(".boundary[data-boundary='2']").focus()
    page.keyboard.press("Shift+ArrowRight")
    page.keyboard.press("Enter")
    clash = page.locator(".clash")
    expect(clash.locator(".differ")).to_have_count(2)
    assert widths(name)[1:3] == [2.87, 2.87], "nothing was written"
    picture(page, "streets-clash")
    clash.locator(".differ").nth(1).get_by_role("radio").nth(1).check()
    clash.get_by_role("button", name="合併並儲存").click()
    expect(clash).to_have_count(0)
    mine = strips[1]["width"] + 0.5
    assert widths(name)[1:3] == [pytest.approx(mine), 2.87]
    seen.errors[:] = [e for e in seen.errors if "412" not in e and "ERR_FAILED" not in e]


def test_another_day_its_differences_and_the_way_back(page: Page, town: Document, seen: Seen) -> None:
    name = segment(town, 3)
    before = widths(name)
    ((was,),) = run("SELECT count(DISTINCT changeset_id) FROM streets_version WHERE object = %s", name)
    sign_in(page, "planner")
    opened(page, town, name)
    width = page.locator(".strip-row input").nth(1)
    width.fill("4.4")
    width.press("Tab")
    until(page, lambda: widths(name)[1] == 4.4)
    page.get_by_role("button", name="沿革").click()
    states = page.locator(".state")
    expect(states).to_have_count(was + 1)
    expect(states.first).to_contain_text("4.4 m")
    states.nth(1).get_by_role("button", name="看當時").click()
    expect(page.locator("antu-asof .asof")).to_be_visible()
    assert "as=20" in page.url
    page.get_by_role("button", name="參數").click()
    expect(page.locator(".strip-row input").nth(1)).to_have_value(f"{before[1]:g}")
    expect(page.locator(".strip-row input").nth(1)).to_be_disabled()
    expect(page.locator(".boundary")).to_have_count(0)
    page.wait_for_function(f"() => {MAP}.getSource('then') && {MAP}.querySourceFeatures('then').length > 5")
    at_rest(page)
    picture(page, "streets-then")
    page.get_by_role("button", name="沿革").click()
    page.locator(".state").nth(1).get_by_role("button", name="恢復此版").click()
    until(page, lambda: widths(name) == before)
    expect(page.locator("antu-asof .asof")).to_have_count(0)
    page.get_by_label("街廓圖資時點").fill("2001-01-01T08:00")
    page.get_by_label("街廓圖資時點").blur()
    expect(page.locator(".pane.street [role=alert]")).to_contain_text("尚無")
    seen.errors.remove("Failed to load resource: the server responded with a status of 404 (Not Found)")


def test_police_report_and_public_works_accept(
    browser: Browser, page: Page, town: Document, address: str
) -> None:
    name = segment(town, 4)
    sign_in(page, "investigator")
    opened(page, town, name)
    width = page.locator(".strip-row input").nth(1)
    width.fill("3.7")
    width.press("Tab")
    expect(page.locator(".facts-line")).to_contain_text("回報待審")
    page.get_by_role("button", name="現場無異動").click()
    until(page, lambda: bool(run("SELECT 1 FROM streets_confirmation WHERE object = %s", name)))
    page.get_by_role("button", name="待審").click()
    expect(page.locator(".reports li").first).to_contain_text("3.7 m")
    expect(page.locator(".reports .accept")).to_have_count(0)
    other = browser.new_context(base_url=address, locale="zh-TW", service_workers="block")
    works = other.new_page()
    sign_in(works, "planner")
    opened(works, town, name)
    works.get_by_role("button", name="待審").click()
    works.locator("antu-report", has_text="3.7 m").get_by_role("button", name="接受").click()
    expect(works.locator(".facts-line")).to_contain_text("已審")
    expect(works.locator(".facts-line")).to_contain_text("確認")
    works.get_by_label("圖資確認時間").check()
    expect(works.locator(".ages li")).to_have_count(4)
    picture(works, "streets-accepted")
    other.close()


def test_a_junction_its_arms_and_others_like_it(page: Page, town: Document) -> None:
    ends = [end for s in town.segments for end in (s.a, s.b)]
    fours = [n for n in town.nodes if ends.count(n.id) == 4]
    here, there_ = fours[0], fours[1]
    sign_in(page, "planner")
    opened(page, town, f"node/{here.id}")
    expect(page.locator(".arms > li")).to_have_count(4)
    head = page.locator(".arm-head").first
    key = page.locator(".arms > li").first.get_attribute("data-arm")
    head.click()
    page.get_by_role("checkbox", name="機慢車停等區").uncheck()
    until(page, lambda: params(f"arm/{key}")["waiting"] is None)
    expect(page.locator(".told")).to_contain_text("停等區")
    picture(page, "streets-junction")
    page.get_by_label("轉角半徑 m").fill("6.5")
    page.get_by_label("轉角半徑 m").press("Tab")
    until(page, lambda: params(f"node/{here.id}")["radius"] == 6.5)
    page.get_by_role("button", name="尋找相似路口").click()
    hits = page.locator(".hits > li")
    expect(hits.first).to_be_visible()
    expect(hits.first.locator("ul li")).not_to_have_count(0)
    copies = page.locator("[data-copies=junction]")
    copies.locator("summary").click()
    copies.get_by_role("button", name="複製").click()
    page.goto(page.url)
    page.evaluate(f"location.hash = location.hash.replace('{here.id}', '{there_.id}')")
    expect(page.locator(f'.pane.street[data-object="node/{there_.id}"]')).to_be_visible()
    copies.locator("summary").click()
    copies.get_by_role("button", name="貼上").click()
    expect(page.locator(".toast")).to_contain_text("旋轉")
    until(page, lambda: params(f"node/{there_.id}")["radius"] == 6.5)


def at_point(page: Page, town: Document, name: str, share: float) -> tuple[float, float]:
    """Pixels of a place a share of the way along a street."""
    nodes = {n.id: n.at for n in town.nodes}
    one = next(s for s in town.segments if f"segment/{s.id}" == name)
    place = LineString([nodes[one.a], *one.via, nodes[one.b]]).interpolate(share, normalized=True)
    lon, lat = DEGREES.transform(place.x, place.y)
    x, y = page.evaluate(
        f"([lon, lat]) => {{ const b = {MAP}.getCanvas().getBoundingClientRect(), p = {MAP}.project([lon, lat]);"
        "return [b.left + p.x, b.top + p.y]; }",
        [lon, lat],
    )
    return float(x), float(y)


def still(page: Page, town: Document, name: str, share: float) -> tuple[float, float]:
    """The same once the map no longer moves: it brings what is chosen out from under the panels."""
    before = at_point(page, town, name, share)
    while True:
        page.wait_for_timeout(400)
        now = at_point(page, town, name, share)
        if now == before:
            return now
        before = now


def written(page: Page) -> None:
    expect(page.locator(".told .said").first).to_be_visible()
    expect(page.locator(".pane.street")).to_have_attribute("data-writing", "false")


def test_a_street_is_cut_at_a_picked_place_and_joined_again(page: Page, town: Document) -> None:
    name = segment(town, 7)
    id_ = name.partition("/")[2]
    sign_in(page, "planner")
    opened(page, town, name)
    was = params(name)
    page.locator(".cutting summary").click()
    page.get_by_role("button", name="在圖上指定").click()
    page.mouse.click(*still(page, town, name, 0.5))
    expect(page.get_by_role("button", name="切斷", exact=True)).to_be_enabled()
    picture(page, "streets-cut")
    page.get_by_role("button", name="切斷", exact=True).click()
    until(page, lambda: params(name)["b"] != was["b"])
    second = run(
        "SELECT child FROM streets_lineage WHERE parent = %s AND child <> %s ORDER BY id DESC", name, name
    )[0][0]
    assert second.startswith(f"segment/{id_}-")
    written(page)
    page.keyboard.press("Control+z")
    until(page, lambda: params(name) == was)
    page.keyboard.press("Control+Shift+z")
    until(page, lambda: params(name)["b"] != was["b"])
    at_rest(page)
    join = page.locator(f".cutting .join[data-with='{second.partition('/')[2]}']")
    join.press("Enter")
    until(page, lambda: params(name)["b"] == was["b"])


def test_signs_and_signal_heads_are_set_up_moved_and_taken_down(page: Page, town: Document) -> None:
    name = segment(town, 8)
    sign_in(page, "planner")
    opened(page, town, name)
    signs = page.locator("antu-signs")
    signs.get_by_role("button", name="在圖上新增").press("Enter")
    page.keyboard.press("ArrowUp")
    at_rest(page)
    page.keyboard.press("Enter")
    expect(signs.locator("[data-post]")).to_have_count(1)
    object_ = str(signs.locator("[data-post]").get_attribute("data-post"))
    until(page, lambda: params(object_)["code"] == "遵1")
    assert run("SELECT count(*) FROM streets_drawnpoint WHERE owner = %s AND part = 'sign'", name) == [(1,)]
    signs.get_by_label("編號").fill("限5")
    signs.get_by_label("編號").press("Tab")
    until(page, lambda: params(object_)["code"] == "限5")
    before = params(object_)["anchor"]
    signs.get_by_role("button", name="在圖上移動").click()
    page.mouse.click(*at_point(page, town, name, 0.4))
    until(page, lambda: params(object_)["anchor"] != before)
    picture(page, "streets-signs")
    signs.get_by_role("button", name="移除").press("Enter")
    expect(signs.locator("[data-post]")).to_have_count(0)
    assert run("SELECT count(*) FROM streets_drawnpoint WHERE owner = %s AND part = 'sign'", name) == [(0,)]
    page.keyboard.press("Control+z")
    expect(signs.locator("[data-post]")).to_have_count(1)

    ends = [end for s in town.segments for end in (s.a, s.b)]
    node = f"node/{[n.id for n in town.nodes if ends.count(n.id) == 4][2]}"
    opened(page, town, node)
    heads = page.locator("antu-heads")
    heads.get_by_role("button", name="在圖上新增").click()
    box = page.locator(".maplibregl-canvas").bounding_box()
    assert box
    page.mouse.click(box["x"] + box["width"] / 2 - 60, box["y"] + box["height"] / 2 - 60)
    expect(heads.locator("[data-post]")).to_have_count(1)
    head = str(heads.locator("[data-post]").get_attribute("data-post"))
    assert params(head)["faces"] and params(head)["kind"] == "vehicle"
    heads.get_by_label("種類").select_option("pedestrian")
    until(page, lambda: params(head)["kind"] == "pedestrian")
    picture(page, "streets-heads")
    heads.get_by_role("button", name="移除").click()
    expect(heads.locator("[data-post]")).to_have_count(0)


def test_what_is_against_the_rules_is_listed_and_opened(page: Page, town: Document) -> None:
    name = segment(town, 5)
    sign_in(page, "planner")
    opened(page, town, name)
    width = page.locator(".strip-row input").nth(1)
    width.fill("1.9")
    width.press("Tab")
    expect(page.locator(".told")).to_contain_text("V14")
    page.locator(".pane.street .close").click()
    page.get_by_role("button", name="檢核").click()
    found = page.locator(".rules button", has_text=name).filter(has_text="V14").first
    found.press("Enter")
    expect(page.locator(f'.pane.street[data-object="{name}"]')).to_be_visible()
    page.get_by_role("button", name="輸出").click()
    for link in page.locator(".formats a").all():
        answer = page.request.get(str(link.get_attribute("href")))
        assert (
            answer.ok and len(answer.body()) > 500 and "attachment" in answer.headers["content-disposition"]
        )


def test_surveyed_points_give_widths_with_residuals(page: Page, town: Document) -> None:
    straight = [f"segment/{s.id}" for s in town.segments if not s.via and len(s.sections[0].strips) >= 4]
    name = straight[-1]
    one = next(s for s in town.segments if f"segment/{s.id}" == name)
    nodes = {n.id: n.at for n in town.nodes}
    (ax, ay), (bx, by) = nodes[one.a], nodes[one.b]
    length = ((bx - ax) ** 2 + (by - ay) ** 2) ** 0.5
    ux, uy = (bx - ax) / length, (by - ay) / length
    strips = [s.widths[0] for s in one.sections[0].strips]
    strips[1] += 0.4
    edges = [sum(strips[:k]) - sum(strips) / 2 for k in range(len(strips) + 1)]
    rows = [
        f"{ax + ux * s + uy * t:.3f}, {ay + uy * s - ux * t:.3f}, {k}"
        for k, t in enumerate(edges)
        for s in (length * 0.35, length * 0.5, length * 0.65)
    ]
    sign_in(page, "planner")
    opened(page, town, name)
    page.get_by_role("button", name="測量點").click()
    page.get_by_role("textbox", name="測量點").fill("\n".join(rows))
    page.get_by_role("button", name="擬合").click()
    expect(page.locator(".fits")).to_contain_text("擬合良好")
    page.get_by_text("之殘差").click()
    expect(page.locator(".residuals tbody tr")).to_have_count(len(rows))
    picture(page, "streets-survey")
    page.get_by_role("button", name="採用這些寬度").click()
    until(page, lambda: widths(name)[1] == pytest.approx(strips[1], abs=0.01))


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_workspace_breaks_no_rule_of_axe(page: Page, address: str, town: Document, theme: str) -> None:
    if not AXE.exists():
        pytest.skip("axe-core is not installed: npm --prefix portal/web ci")
    page.context.add_cookies([{"name": "theme", "value": theme, "url": address}])
    sign_in(page, "planner")
    found = {}
    opened(page, town, segment(town, 6))
    page.locator(".more-of").first.click()
    page.locator(".copies summary").click()
    picture(page, f"streets-{theme}")
    found["segment"] = broken(page)
    page.get_by_role("button", name="沿革").click()
    expect(page.locator(".state").first).to_be_visible()
    found["history"] = broken(page)
    page.get_by_role("button", name="測量點").click()
    found["survey"] = broken(page)
    page.get_by_role("button", name="輸出").click()
    found["export"] = broken(page)
    page.get_by_role("button", name="檢核").click()
    opened(page, town, f"node/{town.nodes[5].id}")
    page.locator(".arm-head").first.click()
    found["junction"] = broken(page)
    assert {view: wrong for view, wrong in found.items() if wrong} == {}


def test_whoever_may_not_edit_may_look(page: Page, town: Document) -> None:
    name = segment(town, 7)
    opened(page, town, name)
    expect(page.locator(".boundary")).to_have_count(0)
    expect(page.locator(".strip-row input").first).to_be_disabled()
    expect(page.locator(".pane.street footer")).to_contain_text("權限")
