"""Complete MapLibre styles for other clients: one layer, or the whole map, light or dark.

Nothing is fetched from elsewhere: fonts are named, not served, and symbols come from our own sprite.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
import re
from typing import Any

from django.conf import settings

from layers.access import Viewer
from layers.registry.catalogue import style_for
from layers.registry.layer import Layer
from layers.registry.maplibre import stack
from layers.registry.palette import Theme, colour
from layers.registry.register import register
from tilesrv import answer
from tilesrv.answer import Problem, Scope, Send
from tilesrv.sprite import sprite

WHOLE = {"antu": "light", "antu-dark": "dark"}
VARY = {"cache-control": "private, no-cache", "vary": "Authorization, Cookie"}
_SPRITE = re.compile(r"sprite(-dark)?(@2x)?\.(json|png)")


def style(layers: list[Layer], name: str, theme: Theme, viewer: Viewer) -> dict[str, Any]:
    base = settings.BASE_URL
    sources: dict[str, Any] = {
        layer.id: {"type": "raster" if layer.raster else "vector", "url": f"{base}/tiles/{layer.id}.json"}
        for layer in layers
    }
    background = {
        "id": "background",
        "type": "background",
        "paint": {"background-color": colour("land", theme)},
    }
    symbols = f"{base}/styles/sprite{'-dark' if theme == 'dark' else ''}"
    drawn = stack([(layer, style_for(layer, theme, viewer.clearance)) for layer in layers])
    return {
        "version": 8,
        "name": name,
        "center": settings.CITY["center"],
        "zoom": settings.CITY["zoom"],
        "sprite": symbols,
        "sources": sources,
        "layers": [background, *drawn],
    }


async def answer_style(parts: list[str], scope: Scope, viewer: Viewer, send: Send) -> int:
    answer.query(scope, set())
    if len(parts) == 1 and (asked := _SPRITE.fullmatch(parts[0])):
        return await _answer_sprite(asked, scope, viewer, send)
    if len(parts) != 1 or not parts[0].endswith(".json"):
        raise Problem(
            404, "Styles are at /styles/antu.json, /styles/antu-dark.json and /styles/{layer}.json."
        )
    name = parts[0][:-5]
    theme: Theme = "dark" if name.endswith("-dark") else "light"
    if name in WHOLE:
        layers = [layer for layer in register.seen_by(viewer) if layer.visible]
    else:
        found = register.find(name.removesuffix("-dark"), viewer)
        if found is None:
            raise Problem(404, "There is no such layer.")
        layers = [found]
    await answer.send_json(send, 200, style(layers, name, theme, viewer), VARY)
    return 200


async def _answer_sprite(asked: re.Match[str], scope: Scope, viewer: Viewer, send: Send) -> int:
    dark, twice, form = asked.groups()
    theme: Theme = "dark" if dark else "light"
    index, sheet = await asyncio.to_thread(sprite, register.now, viewer.clearance, theme, 2 if twice else 1)
    raw = sheet if form == "png" else json.dumps(index).encode()
    extra = VARY | {"etag": f'"{hashlib.blake2b(raw, digest_size=12).hexdigest()}"'}
    if answer.headers(scope).get(b"if-none-match", b"").decode("latin-1") == extra["etag"]:
        await answer.send(send, 304, extra=extra)
        return 304
    kind = "image/png" if form == "png" else answer.JSON
    await answer.send(send, 200, raw, kind, extra, head=scope["method"] == "HEAD")
    return 200
