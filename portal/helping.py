"""Help: an index, a page for each workspace, and a search through all of them.

A workspace adds its page by one line in PAGES and one template that extends `help/page.html`; its pictures are taken
by `tests/browser/test_help.py`. A page whose slug is a workspace's id is where that workspace's help button leads.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from html import unescape

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.utils.translation import get_language
from django.views.decorators.http import require_safe

from layers.registry.text import Text
from portal.codes import overview

LONGEST = 100
AROUND = 60
TAGS = re.compile(r"<[^>]+>")
SPACES = re.compile(r"\s+")


@dataclass(frozen=True, slots=True)
class Page:
    slug: str
    title: Text
    about: Text

    @property
    def template(self) -> str:
        return f"help/{self.slug}.html"


PAGES = (
    Page(
        "start",
        Text("第一次使用", "The first minute"),
        Text(
            "一分鐘看懂地圖：哪裡最痛、為什麼、怎麼交給別人。", "Where it hurts, why, and how to hand it on."
        ),
    ),
    Page(
        "explore",
        Text("探索", "Explore"),
        Text(
            "圖層、篩選、時間、排行、比較、圈選、清單與量測。",
            "Layers, filters, time, ranking, comparing, areas, lists, measuring.",
        ),
    ),
    Page(
        "take",
        Text("取用資料", "Taking data along"),
        Text(
            "下載檔案，或在 QGIS 與程式裡直接使用。", "Download files, or use the data in QGIS and programs."
        ),
    ),
    Page(
        "edit",
        Text("編輯與帶入資料", "Editing, and bringing data"),
        Text(
            "改一筆、改很多筆、還原、帶入自己的檔案。",
            "Change one or many, restore, bring files of your own.",
        ),
    ),
    Page(
        "share",
        Text("分享、簡報、列印、註記", "Sharing, slides, print, comments"),
        Text("把畫面交給別人，紙上與會議室裡都一樣。", "Hand a view on, on paper and in the meeting room."),
    ),
    Page(
        "scene",
        Text("現場圖", "Scenes"),
        Text(
            "在路邊畫一件事故，量測、送審、輸出。", "Draw a crash at the roadside, measure, hand in, print."
        ),
    ),
    Page(
        "streets",
        Text("街廓", "Streets"),
        Text("橫斷面、路口、標線，與每一次修改。", "Cross-sections, junctions, markings, and every change."),
    ),
    Page(
        "hotspots",
        Text("熱區", "Hot spots"),
        Text(
            "哪裡、幾點特別多，這張圖準不準。", "Where and when it is more, and how often the map was right."
        ),
    ),
    Page(
        "patrol",
        Text("巡邏", "Patrol"),
        Text("排線、督導、最近的車，與員警的手機。", "Plan, supervise, nearest cars, the officer's phone."),
    ),
    Page(
        "council",
        Text("會議", "Meetings"),
        Text("從路口到議程、決議與成效。", "From a junction to agenda, decision and effect."),
    ),
    Page(
        "keys",
        Text("鍵盤操作", "Keyboard"),
        Text("不用滑鼠做完每一件事。", "Everything without a mouse."),
    ),
    Page(
        "account",
        Text("帳號與登入安全", "Account and sign-in"),
        Text(
            "密碼、驗證器 App、通行密鑰、救援碼、裝置與權杖。",
            "Password, authenticator app, passkeys, recovery codes, devices, tokens.",
        ),
    ),
    Page(
        "device",
        Text("手機、平板與離線", "Phone, tablet, offline"),
        Text(
            "裝成 App、斷線時會怎樣、地圖不出現時怎麼辦。",
            "Installing as an app, what happens offline, and when there is no map.",
        ),
    ),
    Page(
        "codes",
        Text("代碼表", "Code tables"),
        Text(
            "調查報告表每一項的代碼，新式與舊式表格、生效與停用日期。",
            "The codes of every item of the crash form, old form and new, with the days they hold.",
        ),
    ),
    Page(
        "admin",
        Text("系統管理", "Administration"),
        Text("人員、角色、圖層資料與稽核紀錄。", "People, roles, rows of layers and the audit log."),
    ),
)
BY_SLUG = {page.slug: page for page in PAGES}


@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """All pages, or those that speak of `?q=`; `?from=explore` leads to the page of a workspace."""
    if (wanted := request.GET.get("from", "")) in BY_SLUG:
        return redirect("portal:help-page", wanted)
    asked = " ".join(request.GET.get("q", "").split())[:LONGEST]
    found = [(page, seen) for page in PAGES if (seen := excerpt(page, asked)) is not None] if asked else []
    return render(request, "help/index.html", {"pages": PAGES, "asked": asked, "found": found})


@require_safe
def page(request: HttpRequest, slug: str) -> HttpResponse:
    if slug not in BY_SLUG:
        raise Http404
    at = PAGES.index(BY_SLUG[slug])
    around: dict[str, object] = {
        "before": PAGES[at - 1] if at else None,
        "next": PAGES[at + 1] if at + 1 < len(PAGES) else None,
    }
    if slug == "codes":
        around["lists"] = overview()
    return render(request, BY_SLUG[slug].template, {"page": BY_SLUG[slug], "pages": PAGES, **around})


def excerpt(page: Page, asked: str) -> tuple[str, str, str] | None:
    """What stands around the first of the words, if all of them are on the page."""
    text = words_of(page.slug, get_language() or "zh-hant")
    low, wanted = text.lower(), asked.lower().split()
    if not all(word in low for word in wanted):
        return None
    at = low.index(wanted[0])
    end = at + len(wanted[0])
    return text[max(0, at - AROUND) : at], text[at:end], text[end : end + AROUND]


@lru_cache(maxsize=64)
def words_of(slug: str, language: str) -> str:
    """The words of a page in the reader's language, without its frame."""
    page = BY_SLUG[slug]
    body = render_to_string(page.template, {"page": page, "pages": (), "bare": True})
    inner = body.partition("<article")[2].partition(">")[2].partition("</article>")[0]
    return SPACES.sub(" ", unescape(TAGS.sub(" ", inner))).strip()
