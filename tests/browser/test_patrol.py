"""A planner's night (R1-R9) and an officer's (O1-O4), in the browser: what is clicked, what is then on the page and in the tables."""

from __future__ import annotations

import base64
import json
import os
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.contrib.auth import get_user_model
from django.db import connection
from django.utils import timezone
from playwright.sync_api import Browser, Page, expect
from pytest_django.plugin import DjangoDbBlocker

from gis.accounts.demo import make_demo_accounts, password_of
from layers.areas.models import Station
from layers.patrol import jobs, keys, proving
from layers.patrol.models import (
    BoxFault,
    Notice,
    PatrolBox,
    PatrolKey,
    PatrolRoute,
    Position,
    Refusal,
    ShiftPlan,
    SignIn,
    Tag,
)  # fmt: skip
from tests.browser.conftest import Seen
from tests.browser.test_axe import broken
from tests.browser.test_first_minute import MAP, at_rest
from tests.patrol.conftest import touch

pytestmark = [pytest.mark.browser]
PICTURES = os.environ.get("ANTU_PATROL_PICTURES")


@dataclass
class Night:
    """One draft and one published plan of a station, with tags; `sql` asks the tables that the server writes."""

    dsn: str
    station: int
    station_name: str
    draft: int
    box: dict[str, Any]
    touches: list[dict[str, str]]
    qr: str
    code: str

    def sql(self, text: str, *values: Any) -> Any:
        with psycopg.connect(self.dsn) as own:
            return own.execute(text, values).fetchall()


@pytest.fixture(scope="module", autouse=True)
def night(hamlet: None, django_db_blocker: DjangoDbBlocker) -> Iterator[Night]:
    users = get_user_model().objects
    with django_db_blocker.unblock():
        before = set(users.values_list("pk", flat=True))
        old_keys = set(PatrolKey.objects.values_list("pk", flat=True))
        last = SignIn.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
        make_demo_accounts()
        station = max(Station.objects.all(), key=lambda s: PatrolBox.objects.filter(station=s).count())
        now = timezone.now()
        plans = []
        for name, begin, officers in (
            ("今晚", now - timedelta(minutes=5), ["officer"]),
            ("草案", now + timedelta(minutes=30), ["officer"]),
        ):
            row = ShiftPlan.objects.create(
                name=name, station=station, begin=begin, finish=begin + timedelta(minutes=75), made_by="patrol_planner",
                asked={"units": [{"name": "一線", "officers": officers}, {"name": "二線", "officers": []}], "spots": 4, "seconds": 0.5},
            )  # fmt: skip
            jobs.make(row)
            row.refresh_from_db()
            assert row.status == "draft", row.message
            plans.append(row)
        plans[0].status = "published"
        plans[0].save()
        stop = plans[0].units.all()[0].stops.exclude(box=None)[0]
        box = stop.box
        assert box is not None
        remark = box.remark
        PatrolBox.objects.filter(pk=box.pk).update(remark="後巷照明不足")
        tag = Tag.objects.create(box=box, how="sun", uid="04AABBCCDDEE01", key=keys.current())
        database = connection.settings_dict
        made = Night(
            dsn=f"postgresql:///{database['NAME']}?host={database['HOST']}&user={database['USER']}",
            station=station.pk, station_name=station.name, draft=plans[1].pk,
            box={"id": box.pk, "key": box.key, "name": box.name, "lon": box.geom.x, "lat": box.geom.y},
            touches=[touch(tag, n) for n in range(1, 6)],
            qr=f"/q/{proving.addressed(box, 'q', now + timedelta(days=9))}", code=proving.code_of(box),
        )  # fmt: skip
        connection.close()
    yield made
    with django_db_blocker.unblock():
        series = ShiftPlan.objects.filter(pk__in=[p.pk for p in plans]).values_list("series", flat=True)
        ShiftPlan.objects.filter(series__in=list(series)).delete()
        PatrolRoute.objects.filter(origin="plan").delete()
        SignIn.objects.filter(pk__gt=last).delete()
        BoxFault.objects.all().delete()
        Notice.objects.all().delete()
        Position.objects.filter(car=None).delete()
        Refusal.objects.all().delete()
        Tag.objects.all().delete()
        PatrolKey.objects.exclude(pk__in=old_keys).delete()
        PatrolBox.objects.filter(pk=box.pk).update(remark=remark)
        users.exclude(pk__in=before).delete()
        connection.close()


def picture(page: Page, name: str) -> None:
    if PICTURES:
        page.wait_for_timeout(600)
        page.screenshot(path=str(Path(PICTURES) / f"{name}.png"))


def sign_in(page: Page, name: str, to: str) -> None:
    page.goto(f"/accounts/sign-in/?next={to}")
    page.locator("input[name=username]").fill(name)
    page.locator("input[name=password]").fill(password_of(name))
    page.locator("input[name=password]").press("Enter")
    page.wait_for_url(f"**{to}")


def planning(page: Page, night: Night) -> None:
    """The planner, at the draft, as the morning left it."""
    page.add_init_script(f"localStorage.setItem('antu.patrol.station', '{night.station}')")
    sign_in(page, "patrol_planner", "/")
    at_rest(page)
    page.get_by_role("button", name="巡邏", exact=True).click()
    page.locator("[data-plans]").select_option(str(newest(night)))
    expect(page.locator("[data-status]")).to_contain_text("草案")
    quiet(page)


def newest(night: Night) -> int:
    [(id,)] = night.sql(
        "SELECT id FROM patrol_shiftplan WHERE series = (SELECT series FROM patrol_shiftplan WHERE id = %s)"
        " ORDER BY version DESC LIMIT 1",
        night.draft,
    )
    return int(id)


def quiet(page: Page) -> None:
    expect(page.locator(".route")).to_have_attribute("aria-busy", "false")
    page.evaluate(
        f"""() => new Promise(done => {{
            const look = () => document.documentElement.dataset.map === 'idle' && !{MAP}.isMoving()
                ? done(true) : setTimeout(look, 40);
            look();
        }})"""
    )


def order(page: Page, unit: int = 0) -> list[int]:
    found = page.locator(f"ol.stops[data-unit='{unit}'] li").evaluate_all(
        "all => all.map(li => Number(li.dataset.stop))"
    )
    return [int(n) for n in found]


def stored(night: Night, unit: int = 0) -> list[int]:
    rows = night.sql(
        "SELECT coalesce(s.box_id, -s.spot) FROM patrol_planstop s JOIN patrol_planunit u ON u.id = s.unit_id"
        ' WHERE u.plan_id = %s AND u."order" = %s ORDER BY s."order"',
        newest(night),
        unit,
    )
    return [int(r[0]) for r in rows]


def away(night: Night, lon: float, lat: float) -> float:
    """Metres from a place to the first unit's route."""
    [(metres,)] = night.sql(
        "SELECT ST_Distance(line::geography, ST_SetSRID(ST_MakePoint(%s, %s), 4326)::geography)"
        ' FROM patrol_planunit WHERE plan_id = %s AND "order" = 0',
        lon,
        lat,
        newest(night),
    )
    return float(metres)


def other_street(night: Night) -> tuple[float, float]:
    """The middle of a street that the first unit does not drive, not far from its route."""
    [(lon, lat)] = night.sql(
        "SELECT ST_X(p), ST_Y(p) FROM (SELECT ST_LineInterpolatePoint(geom, 0.5) AS p FROM streets_road) q,"
        ' (SELECT line FROM patrol_planunit WHERE plan_id = %s AND "order" = 0) u'
        " WHERE ST_Distance(p::geography, line::geography) BETWEEN 60 AND 400"
        " AND ST_Distance(p::geography, ST_Centroid(line)::geography) < 900"
        " ORDER BY ST_Distance(p::geography, line::geography) LIMIT 1",
        newest(night),
    )
    return float(lon), float(lat)


def on_page(page: Page, lon: float, lat: float) -> tuple[float, float]:
    x, y = page.evaluate(
        f"""() => {{ const box = {MAP}.getCanvas().getBoundingClientRect(); const p = {MAP}.project([{lon}, {lat}]);
        return [box.left + p.x, box.top + p.y]; }}"""
    )
    return float(x), float(y)


def grip(page: Page) -> tuple[float, float]:
    """A place on the first unit's drawn line, in pixels, with no stop and no panel near."""
    found = page.evaluate(
        f"""async () => {{
        const map = {MAP}; const box = map.getCanvas().getBoundingClientRect();
        const line = (await map.getSource('patrol-lines').getData()).features[0].geometry.coordinates;
        const stops = (await map.getSource('patrol-stops').getData()).features.map(f => map.project(f.geometry.coordinates));
        let best = null;
        for (let i = 0; i + 1 < line.length; i++) {{
            const a = map.project(line[i]), b = map.project(line[i + 1]);
            const p = {{x: (a.x + b.x) / 2, y: (a.y + b.y) / 2}};
            if (p.x < 40 || p.y < 60 || p.x > box.width - 90 || p.y > box.height - 60) continue;
            const free = Math.min(...stops.map(s => Math.hypot(s.x - p.x, s.y - p.y)));
            if (!best || free > best.free) best = {{free, x: box.left + p.x, y: box.top + p.y}};
        }}
        return JSON.stringify(best);
    }}"""
    )
    best = json.loads(found)
    assert best["free"] > 16
    return best["x"], best["y"]


def back_to_morning(page: Page) -> None:
    page.get_by_role("button", name="回到早上").click()
    quiet(page)


def test_r1_tonights_route_of_a_beat_is_two_clicks_away(page: Page, night: Night) -> None:
    page.add_init_script(f"localStorage.setItem('antu.patrol.station', '{night.station}')")
    sign_in(page, "patrol_planner", "/")
    at_rest(page)
    page.get_by_role("button", name="巡邏", exact=True).click()
    page.locator("button[data-unit='0']").click()
    expect(page.locator("[data-status]")).to_have_attribute("data-status", "published")
    expect(page.locator(".route > header h2")).to_have_text("一線")
    expect(page.locator("[data-minutes]")).not_to_have_text("0")
    quiet(page)
    assert len(order(page)) >= 3
    expect(page.locator("ol.stops .at").first).to_contain_text(":")
    names = page.evaluate(
        f"{MAP}.queryRenderedFeatures({{layers: ['patrol-line', 'patrol-stop']}}).map(f => f.layer.id)"
    )
    assert {"patrol-line", "patrol-stop"} <= set(names)
    picture(page, "r1")
    assert broken(page) == []


def test_r2_r7_a_route_is_dragged_through_another_street_and_back(page: Page, night: Night) -> None:
    planning(page, night)
    page.locator("button[data-unit='0']").click()
    quiet(page)
    back_to_morning(page)
    before, at_first = order(page), stored(night)
    drop = other_street(night)
    assert away(night, *drop) > 50
    x, y = grip(page)
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(*on_page(page, *drop), steps=5)
    with page.expect_response("**/edit") as answer:
        page.mouse.up()
    quiet(page)
    assert away(night, *drop) <= 15
    assert sorted(order(page)) == sorted([*before, -1001])
    expect(page.locator("[data-change]")).to_contain_text("分")
    assert answer.value.ok
    picture(page, "r2")
    page.get_by_role("button", name="復原").click()
    quiet(page)
    assert order(page) == before
    # the same without dragging: the crosshair over the street
    page.evaluate(f"{MAP}.jumpTo({{center: {list(drop)}, zoom: 16}})")
    quiet(page)
    page.get_by_role("button", name="十字線").click()
    page.get_by_role("button", name="經過此處").click()
    expect(page.locator("ol.stops [data-stop='-1001']")).to_be_visible()
    quiet(page)
    assert away(night, *drop) <= 15
    back_to_morning(page)
    assert (order(page), stored(night)) == (before, at_first)


def test_r4_r5_stops_are_removed_reordered_and_added(page: Page, night: Night) -> None:
    planning(page, night)
    page.locator("button[data-unit='0']").click()
    quiet(page)
    back_to_morning(page)
    first = order(page)
    gone = next(s for s in first[1:] if s > 0)
    page.locator(f"ol.stops [data-stop='{gone}']").get_by_role("button", name="移除").click()
    quiet(page)
    rest = [s for s in first if s != gone]
    assert order(page) == stored(night) == rest
    page.locator("ol.stops li").nth(1).get_by_role("button", name="往前移").click()
    quiet(page)
    assert order(page) == stored(night) == [rest[1], rest[0], *rest[2:]]
    page.get_by_role("button", name="加最熱未巡").click()
    page.locator(f"[data-add='{gone}']").click()
    quiet(page)
    unit = 0 if gone in stored(night) else 1  # where it costs less
    assert gone in stored(night, unit)
    if unit:
        page.locator("button[data-unit='1']").click()
    expect(page.locator(f"ol.stops[data-unit='{unit}'] [data-stop='{gone}']")).to_have_count(1)
    if unit:
        page.locator("button[data-unit='0']").click()
    quiet(page)
    back_to_morning(page)
    assert order(page) == first


def test_r6_coverage_before_and_after_a_change_is_two_numbers_and_a_map(page: Page, night: Night) -> None:
    planning(page, night)
    page.locator("button[data-unit='0']").click()
    quiet(page)
    back_to_morning(page)
    for _ in range(3):
        page.locator("ol.stops li").last.get_by_role("button", name="移除").click()
        quiet(page)
    page.locator("[data-coverage]").click()
    expect(page.locator("[data-before]")).to_contain_text("%")
    told = page.request.get(f"/api/patrol/plans/{newest(night)}/coverage").json()
    for side in ("before", "after"):
        shown = page.locator(f"[data-{side}]").inner_text()
        assert float(shown.rstrip("%")) == pytest.approx(told[side]["share"] * 100, abs=0.051)
    assert told["after"]["share"] <= told["before"]["share"]
    states = {f["properties"]["state"] for f in told["cells"]["features"]}
    at_rest(page)
    drawn = page.evaluate(
        f"[...new Set({MAP}.queryRenderedFeatures({{layers: ['patrol-cells']}}).map(f => f.properties.state))]"
    )
    assert drawn and set(drawn) <= states
    picture(page, "r6")
    back_to_morning(page)


def test_r8_a_published_version_is_on_the_officers_page(
    page: Page, night: Night, browser: Browser, address: str
) -> None:
    planning(page, night)
    page.get_by_role("button", name="發布").click()
    expect(page.locator("[data-status]")).to_have_attribute("data-status", "published")
    id = newest(night)
    [(status, version)] = night.sql("SELECT status, version FROM patrol_shiftplan WHERE id = %s", id)
    assert status == "published"
    assert night.sql("SELECT 1 FROM patrol_patrolroute WHERE origin = 'plan'")
    page.emulate_media(media="print")
    expect(page.locator(".sheet")).to_be_visible()
    expect(page.locator(".sheet table").first.locator("tr")).not_to_have_count(0)
    page.emulate_media(media="screen")
    phone = browser.new_context(viewport={"width": 390, "height": 844}, base_url=address, locale="zh-TW")
    theirs = phone.new_page()
    sign_in(theirs, "officer", "/patrol")
    expect(theirs.locator(".round", has_text="草案")).to_have_attribute("data-version", str(version))
    phone.close()
    # what is published is changed by the next version only
    page.locator("ol.stops li").last.get_by_role("button", name="移除").click()
    expect(page.locator("[data-status]")).to_have_attribute("data-status", "draft")
    assert newest(night) != id


def test_r9_unsigned_boxes_are_the_same_in_list_map_and_tables(page: Page, night: Night) -> None:
    page.add_init_script(f"localStorage.setItem('antu.patrol.station', '{night.station}')")
    sign_in(page, "patrol_planner", "/")
    at_rest(page)
    page.get_by_role("button", name="巡邏", exact=True).click()
    page.locator("[data-minutes]").wait_for()
    page.get_by_role("button", name="督導").click()
    expect(page.locator(".live")).to_have_class("live on")
    listed = page.locator("[data-unsigned] [data-box]")
    expect(listed.first).to_be_visible()
    ids = {int(i) for i in listed.evaluate_all("all => all.map(b => b.dataset.box)")}
    rows = night.sql(
        "SELECT b.id FROM patrol_patrolbox b WHERE b.station_id = %s"
        " AND coalesce(b.valid_to, now()::date) >= now()::date AND coalesce(b.valid_from, now()::date) <= now()::date"
        " AND NOT EXISTS (SELECT FROM patrol_signin s WHERE s.box_id = b.id AND s.at > now() - interval '12 hours'"
        "   AND s.judgement NOT IN ('replay', 'clone', 'proxy', 'out_of_range'))",
        night.station,
    )
    assert ids == {r[0] for r in rows}
    expect(page.locator("[data-count=unsigned]")).to_have_text(str(len(ids)))
    drawn = page.evaluate(
        f"{MAP}.getSource('patrol-unsigned').getData().then(d => d.features.map(f => f.properties.box))"
    )
    assert set(drawn) == ids
    picture(page, "r9")
    assert broken(page) == []
    with page.expect_download() as saved:
        page.get_by_role("link", name="近一日 XLSX").click()
    assert saved.value.suggested_filename == "patrol-signins.xlsx"
    with page.expect_download(timeout=90_000) as saved:
        page.get_by_role("link", name="近一日 PDF").click()
    assert saved.value.suggested_filename == "patrol-signins.pdf"
    assert saved.value.path().read_bytes().startswith(b"%PDF")


def test_the_driven_way_stands_beside_the_plan_and_units_move_by_themselves(page: Page, night: Night) -> None:
    plan, unit = night.sql(
        "SELECT p.id, u.id FROM patrol_shiftplan p JOIN patrol_planunit u ON u.plan_id = p.id"
        " WHERE p.name = '今晚' AND p.status = 'published' AND u.\"order\" = 0"
    )[0]
    night.sql(
        "INSERT INTO patrol_position (officer, at, received, point) SELECT 'officer', begin + make_interval(secs => 3 * i), now(),"
        " ST_LineInterpolatePoint(line, i / 200.0) FROM patrol_planunit, generate_series(0, 90) i WHERE id = %s RETURNING 1",
        unit,
    )
    page.add_init_script(f"localStorage.setItem('antu.patrol.station', '{night.station}')")
    sign_in(page, "patrol_planner", "/")
    at_rest(page)
    page.get_by_role("button", name="巡邏", exact=True).click()
    page.locator("[data-plans]").select_option(str(plan))
    page.get_by_role("button", name="督導").click()
    page.locator("[data-part=track]").click()
    expect(page.locator("[data-track='0'] [data-share]")).not_to_have_text("–")
    share = float(page.locator("[data-track='0'] [data-share]").inner_text().rstrip("%"))
    assert 35 < share < 70, "less than a half of the line was driven"
    drawn = f"{MAP}.getSource('patrol-driven').getData().then(d => d.features[0].geometry.coordinates.flat().length)"
    assert page.evaluate(drawn) > 5
    picture(page, "track")
    assert broken(page) == []
    where = f"{MAP}.getSource('patrol-units').getData().then(d => d.features.map(f => f.properties.id))"
    night.sql(
        "SELECT pg_notify('antu_patrol', json_build_object('kind', 'moved', 'units', json_build_array(json_build_object("
        "'id', 'u0', 'n', '測', 'x', %s::float8, 'y', %s::float8, 't', 9999999999, 'h', null)))::text)",
        night.box["lon"], night.box["lat"],
    )  # fmt: skip
    page.wait_for_function(f"{where}.then(ids => ids.includes('u0'))")


def test_a_message_of_the_planner_is_on_the_officers_page_at_once_and_read_there(
    page: Page, phone: Page, night: Night
) -> None:
    page.add_init_script(f"localStorage.setItem('antu.patrol.station', '{night.station}')")
    sign_in(page, "patrol_planner", "/")
    at_rest(page)
    page.get_by_role("button", name="巡邏", exact=True).click()
    page.locator("[data-minutes]").wait_for()
    page.get_by_role("button", name="督導").click()
    page.locator("[data-part=notes]").click()
    expect(page.locator("[data-rule]").first).to_be_visible()
    page.locator("input[name=text]").fill("中山路口集合")
    page.locator("input[name=urgent]").first.check()
    picture(page, "notes")
    assert broken(page) == []
    page.get_by_role("button", name="傳送", exact=True).click()
    told = phone.locator("[data-notice]")
    expect(told).to_contain_text("中山路口集合")
    picture(phone, "notice")
    assert broken(phone) == []
    told.get_by_role("button", name="我已看過").click()
    expect(told).to_have_count(0)
    rows = night.sql(
        "SELECT officer, urgent, read_at IS NOT NULL FROM patrol_notice WHERE zh = '中山路口集合'"
    )
    assert rows == [("officer", True, True)]


def test_cars_near_a_clicked_place_with_the_ten_minute_line(page: Page, night: Night) -> None:
    planning(page, night)
    page.get_by_role("button", name="車輛").click()
    box = page.locator(".map").bounding_box()
    assert box
    page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    expect(page.locator("[data-cars] li").first).to_be_visible()
    at_rest(page)
    assert page.evaluate(f"{MAP}.getSource('patrol-reach').getData().then(d => d.geometry.type)").endswith(
        "Polygon"
    )
    picture(page, "cars")


# ---- the officer


@pytest.fixture
def phone(browser: Browser, address: str, night: Night) -> Iterator[Page]:
    """An officer's phone at the box, signed in, with the page installed."""
    context = browser.new_context(
        viewport={"width": 390, "height": 844}, base_url=address, locale="zh-TW", timezone_id="Asia/Taipei",
        has_touch=True, reduced_motion="reduce", permissions=["geolocation", "camera"],
        geolocation={"longitude": night.box["lon"], "latitude": night.box["lat"], "accuracy": 8},
    )  # fmt: skip
    page = context.new_page()
    page.set_default_timeout(30_000)
    sign_in(page, "officer", "/patrol")
    page.evaluate(
        """() => navigator.serviceWorker.ready.then(() => navigator.serviceWorker.controller
            || new Promise(done => navigator.serviceWorker.addEventListener('controllerchange', () => done(null)))).then(() => true)"""
    )
    yield page
    context.close()


def touched(night: Night) -> str:
    made = night.touches.pop(0)
    return f"/n?e={made['e']}&c={made['c']}"


def signed(night: Night, how: str) -> int:
    [(n,)] = night.sql(
        "SELECT count(*) FROM patrol_proof p JOIN patrol_signin s ON s.id = p.signin_id WHERE s.box_id = %s AND p.how = %s"
        " AND p.evidence->>'officer' = 'officer'",
        night.box["id"],
        how,
    )
    return int(n)


def test_o1_a_touched_tag_is_signed_with_its_reason_and_notes(phone: Page, night: Night) -> None:
    before = signed(night, "sun")
    expect(phone.locator(".next .name")).not_to_be_empty()
    picture(phone, "o0")
    assert broken(phone) == []
    address = touched(night)
    phone.goto(address)
    tick = phone.locator("[data-judgement]")
    expect(tick).to_contain_text(night.box["name"])
    expect(tick).to_contain_text("L1")
    assert signed(night, "sun") == before + 1
    assert phone.url.endswith("/patrol")  # reloading touches nothing again
    expect(phone.locator(".tell").first).to_contain_text("後巷照明不足")
    phone.get_by_role("button", name="我已看過").click()
    expect(phone.locator("[data-read]")).to_be_visible()
    phone.get_by_role("button", name="有用", exact=True).click()
    expect(phone.get_by_role("button", name="有用", exact=True)).to_have_count(0)
    assert night.sql("SELECT useful FROM patrol_receipt") == [(True,)]
    picture(phone, "o1")
    assert broken(phone) == []
    phone.goto(address)  # a second use of the same touch is told as what it is
    expect(phone.locator("[data-judgement=replay]")).to_contain_text("重放")


def test_o2_without_a_network_it_waits_and_is_sent_once(phone: Page, night: Night, seen: Seen) -> None:
    before = signed(night, "sun")
    phone.context.set_offline(True)
    phone.goto(touched(night))
    expect(phone.locator("[data-waiting='1']")).to_have_text("待上傳 1")
    expect(phone.locator(".judged.later")).to_be_visible()
    assert signed(night, "sun") == before
    picture(phone, "o2")
    assert broken(phone) == []
    phone.goto("/patrol")  # closed and opened again, still offline
    expect(phone.locator("[data-waiting='1']")).to_be_visible()
    phone.context.set_offline(False)
    expect(phone.locator("[data-waiting]")).to_have_count(0)
    assert signed(night, "sun") == before + 1
    phone.reload()
    expect(phone.locator("[data-far]").or_(phone.locator(".say")).first).to_be_visible()
    assert signed(night, "sun") == before + 1
    seen.errors[:] = [e for e in seen.errors if "INTERNET_DISCONNECTED" not in e]


def test_o3_a_qr_code_when_nfc_is_off_and_six_digits_as_last_resort(
    phone: Page, night: Night, seen: Seen
) -> None:
    before = signed(night, "qr")
    # a camera that sees the printed code; which reader the browser has is not ours
    phone.add_init_script(
        f"""globalThis.BarcodeDetector = class {{ async detect() {{ return [{{rawValue: location.origin + '{night.qr}'}}]; }} }};
        const canvas = document.createElement('canvas'); const ink = canvas.getContext('2d');
        setInterval(() => ink.fillRect(Math.random() * 99, 9, 9, 9), 50);
        navigator.mediaDevices.getUserMedia = async () => canvas.captureStream(5);"""
    )
    phone.goto("/patrol")
    phone.get_by_role("button", name="掃 QR").click()
    expect(phone.locator("[data-judgement]")).to_contain_text("L0")
    assert signed(night, "qr") == before + 1
    phone.get_by_role("button", name="返回").click()
    phone.get_by_role("button", name="輸入六位數字").click()
    phone.get_by_label("箱號").select_option(label=night.box["name"])
    phone.get_by_label("六位數字").fill("000000" if night.code != "000000" else "111111")
    assert broken(phone) == []
    phone.get_by_role("button", name="簽到", exact=True).click()
    expect(phone.locator(".judged.bad")).to_contain_text("不符")
    seen.errors.remove(
        "Failed to load resource: the server responded with a status of 422 (Unprocessable Entity)"
    )


def test_o4_a_box_out_of_order_is_reported_with_a_photo(phone: Page, night: Night, address: str) -> None:
    phone.get_by_role("button", name="巡邏箱故障").click()
    png = base64.b64decode(
        "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
    )
    phone.locator("input[type=file]").set_input_files(
        {"name": "box.png", "mimeType": "image/png", "buffer": png}
    )
    expect(phone.get_by_text("已附照片")).to_be_visible()
    picture(phone, "o4")
    assert broken(phone) == []
    phone.get_by_role("button", name="通報").click()
    expect(phone.get_by_role("alert")).to_contain_text("已通報")
    [(kind, photo, by)] = night.sql("SELECT kind, photo, by FROM patrol_boxfault")
    assert (kind, bytes(photo)[:3], by) == ("tag", b"\xff\xd8\xff", "officer")


def test_who_is_not_of_the_police_finds_no_patrol(page: Page) -> None:
    sign_in(page, "council", "/")
    at_rest(page)
    expect(page.get_by_role("button", name="巡邏", exact=True)).to_have_count(0)
    page.goto("/patrol")
    expect(page.get_by_text("此頁供執勤員警使用。")).to_be_visible()
