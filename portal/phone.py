"""The officer's phone page (巡簽): one page for the list of tonight and for every address that a tag or a code opens.

It is kept on the phone with what it needs, so that it opens without a network; it holds nothing of a person.
"""

from __future__ import annotations

import hashlib
import json

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.middleware.csrf import get_token
from django.shortcuts import render
from django.templatetags.static import static
from django.utils import translation
from django.utils.safestring import SafeString, mark_safe
from django.views.decorators.gzip import gzip_page
from django.views.decorators.http import require_safe
from django.views.decorators.vary import vary_on_cookie

from layers.access import Clearance, Viewer
from layers.access.asking import viewer_of
from portal.built import NotBuilt, assets, script_of

ENTRY = "src/phone/main.ts"


@gzip_page
@vary_on_cookie
@require_safe
def page(request: HttpRequest, code: str = "") -> HttpResponse:
    """The page reads from its own address what was touched. Who is not signed in is asked to, and comes back."""
    try:
        built = assets(ENTRY)
    except NotBuilt:
        return render(request, "portal/missing.html", status=503)
    viewer = viewer_of(request)
    context = {"built": built, "boot": _boot(viewer, get_token(request))}
    response = render(request, "portal/phone.html", context)
    response["Cache-Control"] = "private, no-cache"
    response["Referrer-Policy"] = "no-referrer"  # the address itself is the proof
    return response


def _boot(viewer: Viewer, csrf: str) -> SafeString:
    can = viewer.clearance >= Clearance.POLICE and bool(
        viewer.roles & {"officer", "patrol_planner", "administrator"}
    )
    body = {
        "csrf": csrf,
        "name": viewer.actor.partition(" (")[0] if can else None,
        "signed_in": viewer.user_id is not None,
        "can": can,
        "city": settings.CITY["name"],
        "center": settings.CITY["center"],
    }
    text = json.dumps(body, ensure_ascii=False, separators=(",", ":"))
    for character in "<>&\u2028\u2029":
        text = text.replace(character, f"\\u{ord(character):04x}")
    return mark_safe(text)  # noqa: S308  escaped just above


@require_safe
def manifest(request: HttpRequest) -> HttpResponse:
    english = (translation.get_language() or "").startswith("en")
    body = {
        "id": "/patrol",
        "name": "Antu sign-in" if english else "安圖巡簽",
        "short_name": "Sign-in" if english else "巡簽",
        "lang": "en" if english else "zh-Hant-TW",
        "start_url": "/patrol",
        "scope": "/",
        "display": "standalone",
        "orientation": "portrait",
        "background_color": "#f4f6f8",
        "theme_color": "#0b5a8f",
        "icons": [
            {"src": static("portal/icon.svg"), "sizes": "any", "type": "image/svg+xml", "purpose": "any"}
        ],
    }
    response = HttpResponse(
        json.dumps(body, ensure_ascii=False), content_type="application/manifest+json; charset=utf-8"
    )
    response["Cache-Control"] = "private, max-age=3600"
    return response


@require_safe
def worker(request: HttpRequest) -> HttpResponse:
    """The service worker, under an address above all that it serves, with the files of this build written into it."""
    try:
        built, body = assets(ENTRY), script_of("src/phone/worker.ts").decode()
    except NotBuilt:
        return HttpResponse("// The front end is not built.\n", status=503, content_type="text/javascript")
    files = [built.script, *built.styles, *built.preload, static("portal/icon.svg")]
    version = hashlib.blake2b(("".join(files) + body).encode(), digest_size=8).hexdigest()
    head = f"self.ANTU={json.dumps({'version': version, 'files': files})};\n"
    response = HttpResponse(head + body, content_type="text/javascript; charset=utf-8")
    response["Service-Worker-Allowed"] = "/"
    response["Cache-Control"] = "no-cache"
    return response
