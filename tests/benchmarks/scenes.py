"""Crash scenes: how well readings place a car and what is noticed of wrong ones, and how a full scene is moved.

Simulated: a car of 4.5 × 1.8 m, four corners measured by base line and offset, at random places and headings.
"""

from __future__ import annotations

import os
import statistics
from dataclasses import dataclass
from math import cos, pi, sin, sqrt
from typing import Any
from uuid import uuid4

import numpy as np
from playwright.sync_api import Page, sync_playwright

from diagramming.scene.document import Scene, read
from diagramming.scene.solve import solve
from tests.benchmarks.portal import FLAGS, city
from tests.benchmarks.report import Report

CORNERS = ("LF", "RF", "LR", "RR")
RUNS, MANY, MOVES, ROUNDS = 2000, 60, 240, 3
CAR = ".sheet g.moves"
ORIGIN = [194012.4, 2597220.15]


@dataclass(frozen=True, slots=True)
class Figures:
    centre: float
    heading: float
    noticed: float
    false: float
    """Share of good readings that were flagged, in runs without a gross error."""
    swept: float
    """The same in runs with one."""


def measured(
    random: np.random.Generator, sigma: float, gross: float, instrument: str = "wheel"
) -> tuple[Scene, tuple[float, float, float], str]:
    """A scene with readings, the true pose, and the reading that is wrong."""
    x, y = random.uniform(-15, 15, 2)
    heading = float(random.uniform(0, 360))
    car = {"id": "v", "type": "vehicle", "kind": "car", "pose": {"x": x, "y": y, "heading": heading}}
    line = {"id": "BL", "type": "baseline", "start": [-20.0, -18.0], "end": [20.0, -15.0]}
    truth = read({"schema": "scene/2", "origin": ORIGIN, "elements": [car, line]})
    u = np.array([40.0, 3.0]) / np.hypot(40, 3)
    wrong, side = int(random.integers(4)), "sd"[int(random.integers(2))]
    readings = []
    for n, corner in enumerate(CORNERS):
        p = np.array(truth.place(f"v.{corner}")) - np.array([-20.0, -18.0])
        s, d = float(p @ u), float(p @ np.array([-u[1], u[0]]))
        s, d = s + float(random.normal(0, sigma)), d + float(random.normal(0, sigma))
        if gross and n == wrong:
            s, d = s + gross * (side == "s"), d + gross * (side == "d")
        readings.append(
            {
                "id": f"m{n}",
                "type": "offset",
                "line": "BL",
                "of": f"v.{corner}",
                "s": s,
                "d": d,
                "instrument": instrument,
                "sigma": sigma,
            }
        )
    car = {**car, "pose": {"x": x + 1, "y": y - 1, "heading": (heading + 25) % 360}}
    scene = read({"schema": "scene/2", "origin": ORIGIN, "elements": [car, line], "readings": readings})
    return scene, (float(x), float(y), heading), f"m{wrong}"


def simulate(sigma: float, gross: float = 0.5, runs: int = 500, seed: int = 7) -> Figures:
    random = np.random.default_rng(seed)
    place, turn, false = [], [], 0
    for _ in range(runs):
        scene, (x, y, heading), _ = measured(random, sigma, 0)
        fit = solve(scene)[0]
        place.append((fit.x - x) ** 2 + (fit.y - y) ** 2)
        assert fit.heading is not None
        turn.append(((fit.heading - heading + 180) % 360 - 180) ** 2)
        false += len(fit.flagged)
    noticed = swept = 0
    for _ in range(runs):
        scene, _, wrong = measured(random, sigma, gross * (1 if random.random() < 0.5 else -1))
        flagged = solve(scene)[0].flagged
        noticed += wrong in flagged
        swept += len(set(flagged) - {wrong})
    return Figures(
        sqrt(float(np.mean(place))),
        sqrt(float(np.mean(turn))),
        noticed / runs,
        false / runs / 4,
        swept / runs / 3,
    )


def run() -> Report:
    report = Report("Crash scenes", "antu bench scenes")
    fitting(report)
    dragging(report)
    return report


def fitting(report: Report) -> None:
    f = simulate(0.16, runs=RUNS)
    report.add(
        "car by four corners, wheel (σ 0.16 m): root mean square of the centre", f.centre, "m", most=0.12
    )
    report.add("… of its heading", f.heading, "°", most=2)
    report.add("… a reading 0.5 m wrong is flagged", 100 * f.noticed, "%", least=95)
    report.add("… good readings that are flagged", 100 * f.false, "%", most=2)
    tape = simulate(0.05, runs=RUNS)
    report.add(
        "the same with a tape (σ 0.05 m): a reading 0.5 m wrong is flagged", 100 * tape.noticed, "%", least=95
    )
    report.add("… good readings that are flagged", 100 * tape.false, "%", most=2)
    report.notes.append(
        f"Simulated, {RUNS:,} cars each. With a wheel, 0.5 m is 3.1 σ of one reading; with five of "
        "eight readings to spare, no test that flags 2 % of the good ones can notice more than about 56 % of the wrong."
    )


def dragging(report: Report) -> None:
    """One vehicle of a full scene is drawn about; the same drawing without the editor is what the machine can do."""
    with city("hamlet") as address, sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=os.environ.get("ANTU_CHROMIUM", "/usr/bin/chromium"), args=FLAGS
        )
        page = browser.new_page(
            viewport={"width": 1180, "height": 820}, base_url=address, reduced_motion="reduce"
        )
        sign_in(page)
        cases = page.request.get("/api/crashes/scenes").json()
        crash = next(case["id"] for case in cases if case["state"] is None)
        filled(page, crash)
        page.goto(f"/#1?w=scene&sel=crashes.{crash}")
        page.locator(CAR).first.wait_for()
        page.locator(".scene[data-pending='0'][data-net='saved']").wait_for()
        mine = statistics.median(pulled(page, CAR) for _ in range(3))
        drawing = page.locator(".sheet").first.evaluate("e => e.outerHTML")
        page.goto("about:blank")
        page.set_content(
            f"<style>svg{{position:fixed;inset:0;width:100%;height:100%}}</style>{drawing}{BARE}"
        )
        plain = statistics.median(pulled(page, CAR) for _ in range(3))
        browser.close()
    report.add(
        f"a vehicle drawn about in a scene of {MANY} elements, median",
        mine,
        "frames/s",
        least=min(30.0, plain),
    )
    report.notes.append(
        f"The same drawing in a bare SVG: {plain:.0f} frames/s, drawn without a graphics card."
    )


BARE = """<script>{ const g = document.querySelector(".sheet g.moves"); let on = null; const scale = g.getScreenCTM().a;
addEventListener("mousedown", (e) => (on = e)); addEventListener("mouseup", () => (on = null));
addEventListener("mousemove", (e) => on && (g.style.translate = `${(e.x - on.x) / scale}px ${(on.y - e.y) / scale}px`)); }</script>"""


def sign_in(page: Page) -> None:
    page.goto("/accounts/sign-in/?next=/accounts/")
    page.locator("input[name=username]").fill("investigator")
    page.locator("input[name=password]").fill("antu-demo-investigator")
    page.locator("input[name=password]").press("Enter")
    page.wait_for_url("**/accounts/")


def filled(page: Page, crash: int) -> None:
    """The case with as many elements as make a crowded scene: vehicles, marks, and fixed points around them."""
    at = f"/api/crashes/{crash}/scene"
    token = next(c["value"] for c in page.context.cookies() if c.get("name") == "csrftoken")
    head = {"X-CSRFToken": str(token), "Referer": page.url}
    found = page.request.post(at, headers=head).json()
    random = np.random.default_rng(3)
    ops = []
    for n in range(len(found["document"]["elements"]), MANY):
        x, y = (float(v) for v in random.uniform(-12, 12, 2))
        body: dict[str, Any] = {"type": "mark", "kind": "skid", "path": [[x, y], [x + 2, y + 1]]}
        if n % 6 == 0:
            x = -16.0 if n == 0 else x  # the one that is drawn about, beside the others
            pose = {"x": x, "y": y, "heading": float(random.uniform(0, 360))}
            body = {"type": "vehicle", "kind": "car", "pose": pose}
        body["id"] = f"bench{n}"
        ops.append(
            {
                "op": "add",
                "id": f"bench-{uuid4().hex}",
                "client": "bench",
                "base": found["version"],
                "body": body,
            }
        )
    done = page.request.post(f"{at}/operations", headers=head, data={"operations": ops})
    if not done.ok:
        raise RuntimeError(f"the scene was not filled: {done.text()[:300]}")


def pulled(page: Page, what: str) -> float:
    """Frames a second while the pointer carries it around: as many moves as the page takes."""
    box = page.locator(what).first.bounding_box()
    assert box is not None
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.mouse.move(x, y)
    page.mouse.down()
    page.evaluate(
        "() => { const mine = (window.seen = []); const next = (t) => { mine.push(t); if (mine === window.seen) requestAnimationFrame(next); };"
        " requestAnimationFrame(next); }"
    )
    away = 0.0
    for n in range(MOVES + 1):
        turn = 2 * pi * ROUNDS * n / MOVES
        page.mouse.move(x + 80 * sin(turn), y + 80 * (1 - cos(turn)))
        if n == MOVES // 2 // ROUNDS:
            now = page.locator(what).first.bounding_box()
            away = abs(now["y"] - box["y"]) if now else 0.0
    steps = page.evaluate(
        "() => { const all = seen; window.seen = null; return all.slice(1).map((t, n) => t - all[n]); }"
    )
    page.mouse.up()
    if away < 80:
        raise RuntimeError("the vehicle did not follow the pointer")
    return 1000 / statistics.median(steps)
