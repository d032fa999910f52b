"""What makes the portal an app that can be installed: its manifest, its service worker, the page for no network.

The worker keeps the program and the frame of the map page on the device, never rows, tiles or answers.
"""

from __future__ import annotations

import hashlib
import json

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.templatetags.static import static
from django.utils.translation import get_language
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from django.views.decorators.vary import vary_on_headers

from layers.registry.palette import colour
from layers.registry.text import Text
from portal.built import NotBuilt, assets
from portal.templatetags.words import say

ICONS = ((192, "any"), (512, "any"), (512, "maskable"))


@require_safe
@vary_on_headers("Accept-Language", "Cookie")
def manifest(request: HttpRequest) -> HttpResponse:
    city = Text(**settings.CITY["name"])
    body = {
        "id": "/",
        "name": say(Text(f"安圖 {city.zh}", f"Antu {city.en}")),
        "short_name": say(Text("安圖", "Antu")),
        "description": say(
            Text(
                "道路安全地圖：事故、執法、巡邏與改善。",
                "The road safety map: crashes, enforcement, patrols, works.",
            )
        ),
        "lang": "en" if get_language() == "en" else "zh-Hant-TW",
        "start_url": "/",
        "scope": "/",
        "display": "standalone",
        "background_color": colour("land", "light"),
        "theme_color": colour("accent", "light"),
        "icons": [
            {
                "src": static(f"portal/icon-{'maskable-' if purpose == 'maskable' else ''}{size}.png"),
                "sizes": f"{size}x{size}",
                "type": "image/png",
                "purpose": purpose,
            }
            for size, purpose in ICONS
        ],
    }
    return JsonResponse(
        body, content_type="application/manifest+json", json_dumps_params={"ensure_ascii": False}
    )


@require_safe
@never_cache
def worker(request: HttpRequest) -> HttpResponse:
    """The script, with the files of this build; another build is another script, so that browsers take it up."""
    try:
        first = assets("src/main.ts")
    except NotBuilt as missing:
        raise Http404 from missing
    files = [
        first.script,
        *first.styles,
        *first.preload,
        static("portal/icon.svg"),
        static("accounts/pages.css"),
    ]
    version = hashlib.sha256(json.dumps(files).encode()).hexdigest()[:12]
    context = {"files": json.dumps(files), "version": version}
    return render(request, "portal/sw.js", context, content_type="text/javascript; charset=utf-8")


@require_safe
def offline(request: HttpRequest) -> HttpResponse:
    return render(request, "portal/offline.html")
