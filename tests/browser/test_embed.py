"""<antu-map> on the page of another site: one script tag, the same features as a link shows, no right in that page."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Frame, Page, expect

from tests.browser.conftest import Seen
from tests.browser.test_first_minute import MAP, at_rest, visit

pytestmark = [pytest.mark.browser]
VIEW = "#1/15.2/23.4795/120.4473?l=crashes&q=crashes~severity%20=%202"
SEEN = f"""[...new Set({MAP}.queryRenderedFeatures({{layers: {MAP}.getStyle().layers
    .filter(l => l.source === 'crashes' && l.type !== 'heatmap').map(l => l.id)}}).map(f => f.id))].sort().join()"""


@pytest.fixture
def elsewhere(address: str) -> Iterator[str]:
    """Another site, with a policy as strict as one can have beside our script and our frame."""
    body = f"""<!doctype html><html lang="zh-Hant"><head><title>別的網站</title><link rel="stylesheet" href="/page.css">
    <script src="{address}/embed.js" async></script></head>
    <body><h1>別的網站</h1><antu-map view="{VIEW}" lang="en" theme="dark" label="Crashes"></antu-map></body></html>"""

    class Site(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            css = self.path.endswith(".css")
            raw = b"antu-map { height: 848px; width: 1400px }" if css else body.encode()
            self.send_response(200)
            self.send_header("Content-Type", "text/css" if css else "text/html; charset=utf-8")
            self.send_header(
                "Content-Security-Policy",
                f"default-src 'none'; style-src 'self'; script-src {address}; frame-src {address}",
            )
            self.end_headers()
            self.wfile.write(raw)

        def log_message(self, format: str, *args: object) -> None:
            """Says nothing: the test's own output is enough."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Site)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://localhost:{server.server_port}/"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def inside(page: Page) -> Frame:
    expect(page.locator("antu-map[ready]")).to_be_attached(timeout=30_000)
    return next(frame for frame in page.frames if "/embed" in frame.url)


def test_the_same_features_as_the_portal_on_a_foreign_page(
    browser: Browser, address: str, elsewhere: str, seen: Seen
) -> None:
    context = browser.new_context(
        viewport={"width": 1440, "height": 900}, reduced_motion="reduce", locale="zh-TW"
    )
    page = context.new_page()
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: said.append(str(error)))
    page.goto(elsewhere)
    frame = inside(page)
    assert page.locator("script").count() == 1
    assert frame.evaluate("document.documentElement.lang") == "en"
    assert frame.evaluate("document.documentElement.dataset.theme") == "dark"
    shown = set(str(frame.evaluate(SEEN)).split(","))
    assert len(shown) > 5
    assert frame.evaluate(f"{MAP}.getSource('crashes').tiles[0]").count("severity") == 1

    other = context.new_page()
    other.set_viewport_size({"width": 1400, "height": 848})
    other.goto(f"{address}/embed{VIEW}")
    at_rest(other)
    assert set(str(other.evaluate(SEEN)).split(",")) == shown
    other.close()

    # the page says where to look, and hears where the reader looks
    page.evaluate(
        "document.querySelector('antu-map').addEventListener('antu-view', e => window.told = e.detail.view)"
    )
    page.evaluate("document.querySelector('antu-map').view = '#1/16/23.4800/120.4500?l=crashes'")
    expect(page.locator("antu-map")).to_have_js_property("view", "#1/16.00/23.48000/120.45000?l=crashes")
    frame.wait_for_selector("html[data-map=idle]", state="attached")
    assert frame.evaluate("location.hash").startswith("#1/16.00/23.48000/120.45000")
    assert page.evaluate("document.querySelector('antu-map').view").startswith("#1/16.00/23.48000/120.45000")

    # what is framed neither moves this page nor sees into it
    sandbox = page.evaluate(
        "document.querySelector('antu-map').shadowRoot.querySelector('iframe').getAttribute('sandbox')"
    )
    assert "allow-top-navigation" not in sandbox
    assert "allow-forms" not in sandbox
    assert said == []
    context.close()
    seen.hosts.discard(urlsplit(elsewhere).netloc)  # the other site is this test's own


def test_the_code_to_embed_is_given_beside_tiles_and_style(page: Page, address: str) -> None:
    visit(page, "#1/15/23.4795/120.4473?p=take")
    code = page.locator("[data-copy=element] input").input_value()
    assert code.count("<script") == 1
    assert f'src="{address}/embed.js"' in code
    assert "<antu-map view=" in code
    for name in ("tiles", "style", "frame"):
        assert page.locator(f"[data-copy={name}] input").input_value()
    script = page.request.get("/embed.js")
    assert script.headers["content-type"].startswith("text/javascript")
    again = page.request.get("/embed.js", headers={"if-none-match": script.headers["etag"]})
    assert again.status == 304
