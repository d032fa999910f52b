"""The catalogue as one viewer sees it: what the portal boots from and `/api/catalogue` answers.

Nothing about a layer or field above the viewer's clearance is in it, not even a name.
"""

from __future__ import annotations

import hashlib
from dataclasses import replace
from typing import Any

from django.conf import settings

from layers.access import Clearance, Viewer, may
from layers.registry import cql
from layers.registry.cards import headline, in_force
from layers.registry.field import Field
from layers.registry.layer import GROUPS, Layer
from layers.registry.maplibre import legend, style_layers
from layers.registry.register import register
from layers.registry.style import Style, named

Json = dict[str, Any]


def catalogue(viewer: Viewer) -> Json:
    return {
        "version": version(viewer),
        "product": {"zh": "安圖", "en": "Antu"},
        "city": settings.CITY,
        "viewer": {
            "name": viewer.name or None,
            "clearance": viewer.clearance.slug,
            "roles": sorted(viewer.roles),
        },
        "groups": [{"id": id, "title": title.as_json()} for id, title in GROUPS.items()],
        "layers": [entry(layer, viewer) for layer in register.mapped_for(viewer)],
    }


def version(viewer: Viewer) -> str:
    seed = f"{register.version}/{viewer.clearance}/{','.join(sorted(viewer.roles))}"
    return hashlib.sha256(seed.encode()).hexdigest()[:12]


def entry(layer: Layer, viewer: Viewer) -> Json:
    known = shown(layer, viewer.clearance)
    return {
        "id": layer.id,
        "theme": layer.theme,
        "group": layer.group,
        "title": layer.title.as_json(),
        "description": layer.description.as_json(),
        "kind": "raster" if layer.raster else "vector",
        "geometry": layer.geometry,
        "zoom": list(layer.zooms),
        "visible": layer.visible,
        "tilejson": f"/tiles/{layer.id}.json",
        "items": None if layer.raster else f"/ogc/collections/{layer.id}/items",
        "page": f"/layers/{layer.id}",
        "time": layer.time if layer.time in known else None,
        "asof": bool(layer.asof),
        "label": layer.label if layer.label in known else None,
        "fields": [field_entry(f) for f in layer.seen_by(viewer.clearance)],
        "legend": legend(safe(layer, viewer.clearance)),
        "style": {theme: style_for(layer, theme, viewer.clearance) for theme in ("light", "dark")},
        "attribution": layer.attribution.as_json(),
        "licence": layer.licence,
        "provenance": layer.provenance.as_json(),
        "about": layer.about,
        "scores": scores(layer),
        "editable": may(viewer, "edit", layer),
        "kept": bool(layer.model and layer.edit),
        "nearby": nearby(layer, viewer),
        "questions": questions(layer, viewer),
    }


def nearby(layer: Layer, viewer: Viewer) -> Json | None:
    """What its features can be ordered by, if the viewer may see what happens near them."""
    found = layer.nearby
    other = register.find(found.layer, viewer) if found else None
    if found is None or other is None:
        return None
    known = shown(other, viewer.clearance)
    return {
        "of": other.id,
        "metres": found.metres,
        "title": found.title.as_json(),
        "weight": found.weight if found.weight in known else None,
        "split": found.split if found.split in known else None,
    }


def questions(layer: Layer, viewer: Viewer) -> list[Json]:
    """The ready questions, without those that ask for what the viewer may not see."""
    out = []
    for one in layer.questions:
        try:
            cql.compile(one.filter, layer, viewer.clearance)
        except ValueError:
            continue
        out.append({"id": one.id, "title": one.title.as_json(), "filter": one.filter})
    return out


def scores(layer: Layer) -> Json | None:
    """Of a surface that was judged: the days that it speaks of, and how good it was."""
    card = in_force(layer.id) if layer.group == "hot" else None
    told = headline(card) if card else None
    return {"start": card.start.isoformat(), "end": card.end.isoformat(), **told} if card and told else None


def shown(layer: Layer, clearance: Clearance) -> set[str]:
    return {f.name for f in layer.seen_by(clearance)}


def style_for(layer: Layer, theme: Any, clearance: Clearance) -> list[Json]:
    """The style without marks that would need a field the viewer may not see."""
    return style_layers(safe(layer, clearance), theme)


def safe(layer: Layer, clearance: Clearance) -> Layer:
    """The layer as somebody of this clearance may know it: without hidden fields and marks that draw from them."""
    known = shown(layer, clearance)
    marks = (mark for mark in layer.style.marks if set(named(mark)) <= known)
    return replace(layer, fields=layer.seen_by(clearance), style=Style(*marks))


def field_entry(f: Field) -> Json:
    codes = None
    if f.codes is not None:
        number = f.resolved == "integer"
        codes = [
            {"value": int(c.value) if number else c.value, "label": {"zh": c.zh, "en": c.en}}
            # a value that changed its words is listed once, with the newest
            for c in {c.value: c for c in f.codes.entries}.values()
        ]
    return {
        "name": f.name,
        "title": f.title.as_json(),
        "description": f.description.as_json() if f.description else None,
        "type": f.resolved,
        "unit": f.unit,
        "codes": codes,
        "of": f.of,
        "filter": f.filter,
        "popup": f.popup,
        "tile": f.tile is not None,
        "tint": f.tint is not None,
    }
