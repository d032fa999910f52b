"""A real server over the small city, and a real Chromium that looks at it.

Everything ends with its module, because a running browser loop and Django's own database calls do not mix.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from django.contrib.auth import get_user_model
from django.db import connection
from playwright.sync_api import Browser, ConsoleMessage, Page, sync_playwright
from pytest_django.plugin import DjangoDbBlocker

from gis.accounts.demo import make_demo_accounts
from portal.built import NotBuilt, assets
from tests.server import serving

CHROMIUM = Path("/usr/bin/chromium")
FLAGS = ["--use-gl=angle", "--use-angle=swiftshader", "--enable-unsafe-swiftshader", "--no-sandbox"]


@pytest.fixture(scope="module")
def address(hamlet: None, django_db_blocker: DjangoDbBlocker) -> Iterator[str]:
    """Where a server of the product listens, over the test database."""
    try:
        assets("src/main.ts")
    except NotBuilt:
        pytest.skip("the front end is not built: npm --prefix portal/web run build")
    users = get_user_model().objects
    with django_db_blocker.unblock():
        before = set(users.values_list("pk", flat=True))
        make_demo_accounts()
    try:
        with serving() as where:
            yield where
    finally:
        with django_db_blocker.unblock():
            users.exclude(pk__in=before).delete()
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
    """What a page said and asked for while it was open. A test that provokes an error takes it out of the list."""

    def __init__(self) -> None:
        self.errors: list[str] = []
        self.hosts: set[str] = set()

    def follow(self, page: Page) -> None:
        page.on("console", self._console)
        page.on("pageerror", lambda error: self.errors.append(str(error)))
        page.on("request", lambda request: self.hosts.add(request.url.split("/")[2]))

    def _console(self, message: ConsoleMessage) -> None:
        if message.type == "error":
            self.errors.append(message.text)


@pytest.fixture
def seen() -> Seen:
    return Seen()


@pytest.fixture
def seen_hosts() -> set[str]:
    """Other names of the same server that a test uses."""
    return set()


@pytest.fixture
def page(browser: Browser, address: str, seen: Seen, seen_hosts: set[str]) -> Iterator[Page]:
    """A page of a fresh visitor; it fails the test afterwards if it complained or asked another server."""
    context = browser.new_context(
        viewport={"width": 1440, "height": 900},
        base_url=address,
        locale="zh-TW",
        timezone_id="Asia/Taipei",
        reduced_motion="reduce",
        permissions=["clipboard-read", "clipboard-write"],
    )
    page = context.new_page()
    page.set_default_timeout(30_000)
    seen.follow(page)
    yield page
    context.close()
    assert seen.errors == []
    pictured = urlsplit(os.environ.get("ANTU_PICTURES", "")).netloc
    assert seen.hosts <= {address.split("/")[2], pictured, ""} | seen_hosts
