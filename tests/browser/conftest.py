"""A real server over the small city, and a real Chromium that looks at it.

Everything ends with its module, because a running browser loop and Django's own database calls do not mix.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.contrib.auth.models import User
from django.contrib.sessions.models import Session
from django.db import connection
from django.db.models import Model
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, expect, sync_playwright
from pytest_django.plugin import DjangoDbBlocker

from gis.accounts.demo import make_demo_accounts
from gis.accounts.models import Attempt, Toured
from layers.access import ROLES
from portal.built import NotBuilt, assets
from tests.server import serving

CHROMIUM = Path("/usr/bin/chromium")
TOURS = ("council", "investigator", "planner", "patrol_planner", "everybody")
FLAGS = ["--use-gl=angle", "--use-angle=swiftshader", "--enable-unsafe-swiftshader", "--no-sandbox"]
COMING: tuple[type[Model], ...] = (User, Attempt, Session)
"""What comes with signing in, and is taken away with the module: what accounts own goes with them."""
PATIENCE = 30_000  # milliseconds: the machine draws without a graphics card, and is shared
expect.set_options(timeout=PATIENCE)


@pytest.fixture(scope="module")
def address(hamlet: None, django_db_blocker: DjangoDbBlocker) -> Iterator[str]:
    """Where a server of the product listens, over the test database."""
    try:
        assets("src/main.ts")
    except NotBuilt:
        pytest.skip("the front end is not built: npm --prefix portal/web run build")
    with django_db_blocker.unblock():
        before = {model: set(model._default_manager.values_list("pk", flat=True)) for model in COMING}
        make_demo_accounts()
        known = User.objects.filter(username__in=ROLES)  # a module's own fixture may have made them before
        done = [Toured(user=one, tour=tour, done=True) for one in known for tour in TOURS]
        Toured.objects.bulk_create(
            done, ignore_conflicts=True
        )  # an offered tour would lie over what others click
    try:
        with serving() as where:
            yield where
    finally:
        with django_db_blocker.unblock():
            for model, kept in before.items():
                model._default_manager.exclude(pk__in=kept).delete()
            connection.close()


@pytest.fixture(scope="module")
def browser(address: str) -> Iterator[Browser]:
    if not CHROMIUM.exists():
        pytest.skip(f"there is no {CHROMIUM}")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=str(CHROMIUM), args=FLAGS)
        yield browser
        browser.close()


class Seen:
    """What the pages of a test said and asked for. A test that provokes an error takes it out of the list."""

    def __init__(self) -> None:
        self.errors: list[str] = []
        self.hosts: set[str] = set()

    def follow(self, page: Page) -> None:
        page.on("console", self._console)
        page.on(
            "pageerror",
            lambda error: self.errors.append(f"{error.name}: {error.message} {error.stack or ''}"[:600]),
        )
        page.on("request", lambda request: self._asked(request.url))

    def _asked(self, url: str) -> None:
        if url.startswith(("http:", "https:", "ws:", "wss:")):
            self.hosts.add(urlsplit(url).netloc)

    def _console(self, message: ConsoleMessage) -> None:
        if message.type == "error":
            asked = f" {message.location['url']}" if "status of 5" in message.text else ""
            self.errors.append(message.text + asked)


VIOLATIONS = """addEventListener("securitypolicyviolation", (event) =>
    console.error(`policy: ${event.violatedDirective} refused ${event.blockedURI || "inline"}`))"""


@pytest.fixture(autouse=True)
def seen(request: pytest.FixtureRequest) -> Iterator[Seen]:
    """Over every page of every test: no error, nothing that the Content-Security-Policy refused, no other server."""
    seen = Seen()
    if "browser" not in request.fixturenames:
        yield seen
        return
    browser: Browser = request.getfixturevalue("browser")
    ours = urlsplit(request.getfixturevalue("address")).netloc
    plain = browser.new_context

    def watched(**options: Any) -> BrowserContext:
        context = plain(**options)
        context.add_init_script(VIOLATIONS)
        context.on("page", seen.follow)
        return context

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(browser, "new_context", watched)
        yield seen
    assert seen.errors == []
    pictured = urlsplit(os.environ.get("ANTU_PICTURES", "")).netloc
    assert seen.hosts <= {ours, ours.replace("127.0.0.1", "localhost"), pictured}


@pytest.fixture
def page(browser: Browser, address: str) -> Iterator[Page]:
    """A page of a fresh visitor. The service worker is kept away: it would hide requests from tests that watch them."""
    context = browser.new_context(
        viewport={"width": 1440, "height": 900},
        base_url=address,
        locale="zh-TW",
        timezone_id="Asia/Taipei",
        reduced_motion="reduce",
        permissions=["clipboard-read", "clipboard-write"],
        service_workers="block",
    )
    page = context.new_page()
    page.set_default_timeout(PATIENCE)
    yield page
    context.close()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """A browser that shares two processors with all the rest may once be too slow; what is broken fails again."""
    here = Path(__file__).parent
    for item in items:
        if here in item.path.parents:
            item.add_marker(pytest.mark.flaky(reruns=1))
