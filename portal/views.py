"""The pages of the portal: the map itself, what is said about each layer, and help."""

from __future__ import annotations

import hashlib
import json
import time
from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.middleware.csrf import get_token
from django.shortcuts import render
from django.utils import translation
from django.utils.safestring import SafeString, mark_safe
from django.views.decorators.clickjacking import xframe_options_exempt
from django.views.decorators.gzip import gzip_page
from django.views.decorators.http import require_safe
from django.views.decorators.vary import vary_on_cookie

from layers.access import ROLES, Clearance, Viewer
from layers.access.asking import viewer_of
from layers.registry.catalogue import catalogue, safe
from layers.registry.field import Field
from layers.registry.layer import Layer
from layers.registry.maplibre import legend
from layers.registry.register import register
from layers.registry.text import Text
from portal.built import NotBuilt, assets, script_of
from portal.csp import policy
from portal.swatch import swatch

CLEARANCES = {
    Clearance.PUBLIC: Text("公開", "public"),
    Clearance.COUNCIL: Text("道安會報", "council"),
    Clearance.POLICE: Text("警察", "police"),
    Clearance.RESTRICTED: Text("限制", "restricted"),
}
TYPES = {
    "string": Text("文字", "text"),
    "integer": Text("整數", "integer"),
    "number": Text("數值", "number"),
    "boolean": Text("是否", "yes or no"),
    "date": Text("日期", "date"),
    "datetime": Text("日期時間", "date and time"),
    "json": Text("清單", "list"),
}
GEOMETRIES = {
    "point": Text("點", "points"),
    "line": Text("線", "lines"),
    "polygon": Text("面", "areas"),
    None: Text("網格", "raster"),
}


@gzip_page
@vary_on_cookie
@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """The map. `?lang=en` or `?lang=zh-hant` chooses the language, and remembers it."""
    wanted = request.GET.get("lang")
    if wanted:
        translation.activate("en" if wanted.startswith("en") else "zh-hant")
    try:
        built = assets("src/main.ts")
    except NotBuilt:
        return render(request, "portal/missing.html", status=503)
    context = {
        "built": built,
        "boot": boot(viewer_of(request), get_token(request), bool(getattr(request, "held_back", False))),
        "city": Text(**settings.CITY["name"]),
    }
    response = render(request, "portal/index.html", context)
    response["Cache-Control"] = "private, no-cache"
    # how long the service worker may show this frame without a network: as long as a session lives
    response["X-Antu-Keep"] = str(int((time.time() + settings.SESSION_COOKIE_AGE) * 1000))
    if wanted:
        response.set_cookie(
            settings.LANGUAGE_COOKIE_NAME, translation.get_language(), max_age=365 * 86400, samesite="Lax"
        )
    return response


@gzip_page
@vary_on_cookie
@xframe_options_exempt
@require_safe
def embed(request: HttpRequest) -> HttpResponse:
    """The map alone, for a frame on another site: what everybody may see, and nothing that acts in anyone's name.

    `?lang=` and `?theme=` choose for this frame alone; a frame of another site remembers nothing.
    """
    if wanted := request.GET.get("lang"):
        translation.activate("en" if wanted.startswith("en") else "zh-hant")
    try:
        built = assets("src/main.ts")
    except NotBuilt:
        return render(request, "portal/missing.html", status=503)
    context = {
        "built": built,
        "boot": boot(Viewer(), ""),
        "city": Text(**settings.CITY["name"]),
        "embedded": True,
        "theme": request.GET.get("theme"),
    }
    response = render(request, "portal/index.html", context)
    response["Cache-Control"] = "private, no-cache"
    response["Content-Security-Policy"] = policy("*")
    return response


@gzip_page
@require_safe
def embed_script(request: HttpRequest) -> HttpResponse:
    """What defines <antu-map> on another site's page. Its address never changes, so it is asked for anew soon."""
    try:
        body = script_of("src/embed.ts")
    except NotBuilt:
        return HttpResponse("// The front end is not built.\n", status=503, content_type="text/javascript")
    tag = f'"{hashlib.blake2b(body, digest_size=8).hexdigest()}"'
    if tag in request.headers.get("If-None-Match", ""):
        response = HttpResponse(status=304)
    else:
        response = HttpResponse(body, content_type="text/javascript; charset=utf-8")
    response["ETag"] = tag
    response["Cache-Control"] = "public, max-age=600"
    response["Cross-Origin-Resource-Policy"] = "cross-origin"
    response["Access-Control-Allow-Origin"] = "*"
    return response


def boot(viewer: Viewer, csrf: str, held_back: bool = False) -> SafeString:
    """The catalogue as a JSON block of the page, without a character that could end the block."""
    body = catalogue(viewer)
    body["viewer"] |= {
        "csrf": csrf,
        "account": viewer.actor if viewer.known else None,
        "titles": [{"zh": r.zh, "en": r.en} for r in ROLES.values() if r.id in viewer.roles],
        "level": CLEARANCES[viewer.clearance].as_json(),
        "held_back": held_back,
    }
    body["raster_base"] = settings.RASTER_BASE
    text = json.dumps(body, ensure_ascii=False, separators=(",", ":"))
    for character in "<>&\u2028\u2029":
        text = text.replace(character, f"\\u{ord(character):04x}")
    return mark_safe(text)  # noqa: S308  escaped just above


@require_safe
def layer_page(request: HttpRequest, id: str) -> HttpResponse:
    viewer = viewer_of(request)
    layer = register.find(id, viewer)
    if layer is None:
        raise Http404
    return render(request, "portal/layer.html", about(layer, viewer))


def about(layer: Layer, viewer: Viewer) -> dict[str, Any]:
    return {
        "layer": layer,
        "geometry": GEOMETRIES[layer.geometry],
        "clearance": CLEARANCES[layer.clearance],
        "editors": [Text(ROLES[role].zh, ROLES[role].en) for role in layer.edit],
        "legend": [
            (Text(**entry["label"]), swatch(entry)) for entry in legend(safe(layer, viewer.clearance))
        ],
        "fields": [_described(f) for f in layer.seen_by(viewer.clearance)],
        "addresses": _addresses(layer),
    }


def _described(f: Field) -> dict[str, Any]:
    return {
        "name": f.name,
        "title": f.title,
        "description": f.description,
        "type": TYPES[f.resolved],
        "unit": f.unit,
        "of": register.get(f.of) if f.of else None,
        "codes": [(c.value, Text(c.zh, c.en)) for c in f.codes.entries] if f.codes else [],
        "clearance": CLEARANCES[f.clearance],
        "tile": f.tile,
    }


def _addresses(layer: Layer) -> list[tuple[Text, str]]:
    base, collection = settings.BASE_URL, f"{settings.BASE_URL}/ogc/collections/{layer.id}"
    found = [(Text("OGC API 圖層", "OGC API collection"), collection)]
    if layer.raster is None:
        found += [
            (Text("圖徵", "Features"), f"{collection}/items"),
            (Text("欄位定義", "Schema"), f"{collection}/schema"),
            (Text("可查詢欄位", "Queryables"), f"{collection}/queryables"),
        ]
    kind = "png" if layer.raster else "mvt"
    return [
        *found,
        (Text("圖磚說明", "TileJSON"), f"{base}/tiles/{layer.id}.json"),
        (Text("圖磚", "Tiles"), f"{base}/tiles/{layer.id}/{{z}}/{{x}}/{{y}}.{kind}"),
        (Text("MapLibre 樣式", "MapLibre style"), f"{base}/styles/{layer.id}.json"),
    ]
