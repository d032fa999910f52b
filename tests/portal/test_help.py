"""Help: every page in both languages, with pictures that exist, found by its words."""

from __future__ import annotations

import re

import pytest
from django.test import Client

from portal.helping import PAGES, words_of
from portal.templatetags.picture import FOLDER, file_of

pytestmark = pytest.mark.django_db
PICTURED = re.compile(r'src="/static/help/([\w.-]+)"')
CHINESE = re.compile(r"[\u4e00-\u9fff]")
ENGLISH = {"accept-language": "en"}


@pytest.mark.parametrize("slug", [page.slug for page in PAGES])
def test_a_page_speaks_one_language_at_a_time(client: Client, slug: str) -> None:
    zh = client.get(f"/help/{slug}").content.decode()
    assert len(CHINESE.findall(zh)) > 100
    words_of.cache_clear()
    english = Client().get(f"/help/{slug}", headers=ENGLISH).content.decode()
    assert not CHINESE.findall(english), "an English page has English words alone"


@pytest.mark.parametrize("slug", [page.slug for page in PAGES])
def test_its_pictures_are_there(client: Client, slug: str) -> None:
    for headers in ({}, ENGLISH):
        shown = PICTURED.findall(Client().get(f"/help/{slug}", headers=headers).content.decode())
        assert [name for name in shown if not (FOLDER / name).exists()] == []


def test_no_picture_is_left_over() -> None:
    shown: set[str] = set()
    for page in PAGES:
        for headers in ({}, ENGLISH):
            shown |= set(
                PICTURED.findall(Client().get(f"/help/{page.slug}", headers=headers).content.decode())
            )
    assert {p.name for p in FOLDER.glob("*.jpg")} == shown
    assert file_of("x", "en") == "x.en.jpg"


def test_search_finds_words_of_the_readers_language(client: Client) -> None:
    page = client.get("/help/?q=救援碼").content.decode()
    assert "<mark>救援碼</mark>" in page and "/help/account" in page
    english = Client().get("/help/?q=recovery+CODES", headers=ENGLISH)
    assert [one.slug for one, _ in english.context["found"]] == ["account"]
    nothing = client.get("/help/", {"q": "<script>qqq"}).content.decode()
    assert "&lt;script&gt;qqq" in nothing and "沒有說到" in nothing


def test_a_workspace_leads_to_its_page_or_to_all(client: Client) -> None:
    assert client.get("/help/?from=explore").headers["location"] == "/help/explore"
    assert client.get("/help/?from=unknown").status_code == 200
    assert client.get("/help/unknown").status_code == 404
