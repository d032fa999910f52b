"""The portal against a bare MapLibre page with the same style, over the tenfold city, in one run in one Chromium.

What is taken: bytes and requests of the first load, CPU of the whole browser until the map is at rest, the main
thread's work for a panned frame and for a filter, and the server's answers to it.
"""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from playwright.sync_api import Browser, CDPSession, Page, Response, ViewportSize, sync_playwright

from gis.cli.processes import web_command
from tests.benchmarks import peers
from tests.benchmarks.load import children, cpu
from tests.benchmarks.report import Report
from tests.server import free_port

ROOT = Path(__file__).resolve().parents[2]
LIBRARY = ROOT / "portal" / "web" / "node_modules" / "maplibre-gl" / "dist"
FLAGS = ["--use-gl=angle", "--use-angle=swiftshader", "--enable-unsafe-swiftshader", "--no-sandbox"]
VIEW: ViewportSize = {"width": 1280, "height": 800}
RUNS, FILTERS = 5, 12
MAP = "document.querySelector('antu-stage').map"
REST = "html[data-map=idle][data-counting=false][data-ready]"
BARE = """<!doctype html><html lang="zh-Hant-TW"><meta charset="utf-8"><link rel="stylesheet" href="maplibre-gl.css">
<style>html,body,#map{margin:0;height:100%}</style><div id="map"></div><script type="module">
import { Map as Engine, setWorkerUrl } from "./maplibre-gl.mjs";
setWorkerUrl(new URL("./maplibre-gl-worker.mjs", location).href);
const { style, center, zoom } = await (await fetch("style.json")).json();
const map = window.map = new Engine({ container: "map", style, center, zoom, attributionControl: false, fadeDuration: 0 });
map.on("idle", () => (document.documentElement.dataset.map = "idle"));
</script></html>"""

PAN = f"""() => new Promise((done) => {{ const m = {MAP}; let frames = 0; m.on('render', () => frames++);
m.once('moveend', () => done(frames)); m.panBy([500, 300], {{ duration: 6000, essential: true, easing: (t) => t }}); }})"""
# The page itself says when it rests: Playwright's waiting asks in every frame, which would be counted as the portal's work.
SWITCH = f"""() => new Promise((done) => {{ const root = document.documentElement, at = () => root.matches("{REST}") && done();
document.querySelector("[data-layer=crashes] input.unseen").click();
setTimeout(() => {{ new MutationObserver(at).observe(root, {{ attributes: true }}); at(); }}, 100); }})"""


def run() -> Report:
    report = Report("The portal", "antu bench portal")
    with city() as address, sync_playwright() as playwright, TemporaryDirectory() as folder:
        browser = playwright.chromium.launch(
            executable_path=os.environ.get("ANTU_CHROMIUM", "/usr/bin/chromium"), args=FLAGS
        )
        first = look(browser, f"{address}/", REST)
        weigh(report, first, address)
        first.style["style"]["sprite"] = f"{address}/styles/sprite"
        with bare(Path(folder), first.style) as other:
            mine, plain = [], []
            for _ in range(RUNS):
                mine.append(look(browser, f"{address}/", REST))
                plain.append(look(browser, other, "html[data-map=idle]"))
            compare(report, mine, plain)
        work(report, browser, address)
        browser.close()
    report.notes.append(
        f"- Load of the machine at the end: {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores."
    )
    return report


@contextmanager
def city(scale: str = "x10") -> Iterator[str]:
    """A server over a demonstration, tenfold unless told, which is made once and kept in a database of its own."""
    from django.conf import settings
    from psycopg import connect
    from psycopg.conninfo import make_conninfo
    from psycopg.sql import SQL, Identifier

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "gis.settings")
    there = settings.DATABASES["default"]
    parts = {k: str(there[k.upper()]) for k in ("user", "password", "host", "port") if there[k.upper()]}
    with connect(make_conninfo(dbname="postgres", **parts), autocommit=True) as line:
        name = f"antu_{scale}"
        if not line.execute("SELECT 1 FROM pg_database WHERE datname = %s", (name,)).fetchone():
            line.execute(SQL("CREATE DATABASE {}").format(Identifier(name)))
    data = Path(settings.DATA_DIR) / f"bench-{scale}"
    data.mkdir(parents=True, exist_ok=True)
    environment = os.environ | {
        "DATABASE_URL": peers.url(make_conninfo(dbname=name, **parts)),
        "DJANGO_SETTINGS_MODULE": "gis.settings",
        "ANTU_DATA_DIR": str(data),
    }
    antu = [sys.executable, "-m", "gis.cli"]
    subprocess.run([*antu, "migrate"], env=environment, check=True, stdout=sys.stderr)
    subprocess.run([*antu, "demo", "--scale", scale], env=environment, check=True, stdout=sys.stderr)
    people = "import django; django.setup(); from gis.demo import accounts; accounts()"
    subprocess.run([sys.executable, "-c", people], env=environment, check=True)
    port = free_port()
    environment["ANTU_BASE_URL"] = f"http://127.0.0.1:{port}"
    with peers.started(web_command("127.0.0.1", port, 1), port, environment):
        yield f"http://127.0.0.1:{port}"


@contextmanager
def bare(folder: Path, style: dict[str, Any]) -> Iterator[str]:
    """The same style in nothing but MapLibre, from a server of its own."""
    (folder / "index.html").write_text(BARE, "utf-8")
    (folder / "style.json").write_text(json.dumps(style), "utf-8")
    for file in LIBRARY.glob("maplibre-gl*"):
        if file.suffix in (".mjs", ".css") and "-dev" not in file.name:
            (folder / file.name).write_bytes(file.read_bytes())

    class Quiet(SimpleHTTPRequestHandler):
        def log_message(self, *_: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(folder)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}/"
    finally:
        server.shutdown()


@dataclass(slots=True)
class Look:
    """One visit: CPU seconds of the browser until the map was at rest, milliseconds until its whole picture."""

    cpu: float = 0.0
    painted: float = 0.0
    asked: list[str] = field(default_factory=list)
    """Addresses in the order in which they were asked for."""
    sizes: dict[str, int] = field(default_factory=dict)
    style: dict[str, Any] = field(default_factory=dict)


NOTICE = """new MutationObserver(() => document.documentElement.dataset.map === "idle" && !performance.getEntriesByName("at-rest").length
&& performance.mark("at-rest")).observe(document, { attributes: true, subtree: true, attributeFilter: ["data-map"] })"""


def browsers() -> int:
    """The process of Chromium among our own."""
    for pid in children(os.getpid()):
        command = Path(f"/proc/{pid}/cmdline")
        if command.exists() and b"chrom" in command.read_bytes().split(b"\0")[0]:
            return pid
    raise RuntimeError("no Chromium is running")


def look(browser: Browser, address: str, rest: str) -> Look:
    seen = Look()
    context = browser.new_context(viewport=VIEW, locale="zh-TW", reduced_motion="reduce")
    page = context.new_page()
    page.add_init_script(NOTICE)
    page.on("request", lambda request: seen.asked.append(request.url))
    page.on("response", lambda answer: _weighed(seen, answer))
    before = cpu(browsers())
    page.goto(address)
    page.wait_for_selector(rest, state="attached", timeout=120_000)
    seen.cpu = cpu(browsers()) - before
    seen.painted = page.evaluate("performance.getEntriesByName('at-rest')[0].startTime")
    if "antu-stage" in page.content():
        seen.style = page.evaluate(
            f"(() => {{ const m = {MAP}; return {{ style: m.getStyle(), center: m.getCenter().toArray(), zoom: m.getZoom() }} }})()"
        )
    context.close()
    return seen


def _weighed(seen: Look, answer: Response) -> None:
    seen.sizes[answer.url] = int(answer.headers.get("content-length") or 0)


def weigh(report: Report, first: Look, address: str) -> None:
    def total(ending: str) -> float:
        return sum(size for url, size in first.sizes.items() if url.partition("?")[0].endswith(ending)) / 1024

    report.add("first load: scripts, worker included, as sent", total(".js"), "KiB", most=500)
    report.add("first load: style sheets, as sent", total(".css"), "KiB", most=22)
    tiles = [u for u in first.sizes if "/tiles/" in u]
    before = next(i for i, url in enumerate(first.asked) if "/tiles/" in url and ".mvt" in url)
    report.add("requests before the first tile's", before, "", most=14)
    report.add(
        "largest tile of the first view, as sent", max(first.sizes[u] for u in tiles) / 1024, "KiB", most=200
    )
    report.add(
        "requests to other servers",
        sum(not u.startswith((address, "data:", "blob:")) for u in first.sizes),
        "",
        most=0,
    )
    report.notes.append(f"- First load: {len(first.sizes)} requests, {len(tiles)} of them tiles.")


def compare(report: Report, mine: list[Look], plain: list[Look]) -> None:
    ours, theirs = (statistics.median(x.cpu for x in looks) for looks in (mine, plain))
    report.add(
        "CPU of the browser until the map is at rest, portal / bare MapLibre", ours / theirs, "×", most=1.25
    )
    soon, bare_soon = (statistics.median(x.painted for x in looks) for looks in (mine, plain))
    report.add("first whole picture of the map, portal / bare MapLibre", soon / bare_soon, "×", most=1.30)
    report.notes += [
        f"- CPU until at rest: {', '.join(f'{x.cpu:.1f}' for x in mine)} s; bare {', '.join(f'{x.cpu:.1f}' for x in plain)} s.",
        f"- First whole picture: {', '.join(f'{x.painted:.0f}' for x in mine)} ms; bare {', '.join(f'{x.painted:.0f}' for x in plain)} ms.",
    ]


def work(report: Report, browser: Browser, address: str) -> None:
    """What panning, three times from a fresh page, and filtering cost the main thread, and the server."""
    spent = []
    for last in (False, False, True):
        context = browser.new_context(viewport=VIEW, locale="zh-TW", reduced_motion="reduce")
        page = context.new_page()
        page.goto(f"{address}/#1/15.2/23.4795/120.4473?l=crashes")
        page.wait_for_selector(REST, state="attached", timeout=120_000)
        cdp = context.new_cdp_session(page)
        cdp.send("Performance.enable", {"timeDomain": "threadTicks"})
        before = busy(cdp)
        frames = page.evaluate(PAN)
        spent.append((busy(cdp) - before) / frames)
        if last:
            what = "main thread for a panned frame, crashes of the tenfold city (median)"
            report.add(what, statistics.median(spent), "ms", most=8)
            report.notes.append(f"- Panned frames: {', '.join(f'{s:.1f}' for s in spent)} ms.")
            page.wait_for_selector(REST, state="attached", timeout=120_000)
            filters(report, page, cdp)
        context.close()


def filters(report: Report, page: Page, cdp: CDPSession) -> None:
    """A class of the legend is switched off and on: the map's tiles, the counts and the charts follow."""
    spent, served = [], []
    page.on(
        "response",
        lambda answer: (
            served.append(answer) if "/tiles/crashes" in answer.url or "/api/" in answer.url else None
        ),
    )
    for _ in range(FILTERS):
        before = busy(cdp)
        page.evaluate(SWITCH)
        spent.append(busy(cdp) - before)
    timed = sorted(
        (timing["responseStart"] - timing["requestStart"], answer.url)
        for timing, answer in ((answer.request.timing, answer) for answer in served)
        if timing["responseStart"] > 0
    )
    waits = [wait for wait, _ in timed]
    tiles = [wait for wait, url in timed if "/tiles/" in url]
    asked = [wait for wait, url in timed if "/api/" in url]
    report.add(
        "main thread until map, counts and charts show a new filter (median)",
        statistics.median(spent),
        "ms",
        most=60,
    )
    report.add(
        "server's answers to a filter, 95 of 100 within", waits[int(0.95 * len(waits))], "ms", most=150
    )
    report.notes.append(
        f"- Filters: {', '.join(f'{s:.0f}' for s in spent)} ms; {len(waits)} answers, median {statistics.median(waits):.0f} ms.",
    )
    report.notes.append(
        f"- {len(tiles)} tiles: 95 of 100 within {tiles[int(0.95 * len(tiles))]:.0f} ms, median {statistics.median(tiles):.0f}; "
        f"{len(asked)} counts: within {asked[int(0.95 * len(asked))]:.0f} ms, median {statistics.median(asked):.0f}. "
        "The browser draws without a graphics card on the same cores."
    )


def busy(cdp: CDPSession) -> float:
    """Milliseconds that the main thread has worked."""
    told = {m["name"]: m["value"] for m in cdp.send("Performance.getMetrics")["metrics"]}
    return float(told["TaskDuration"]) * 1000


if __name__ == "__main__":
    Path("/dev/stdout").write_text(run().markdown())
