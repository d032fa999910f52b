"""What is to be known of surfaces beside their cells: which there are, how good they were, and what one says here.

A surface that one may not see is none: it is in no list, and asked by name it is missing.
"""

from __future__ import annotations

from typing import Annotated, Any

from django.http import Http404, HttpRequest
from ninja import Query, Router, Schema
from ninja.errors import HttpError
from pydantic import Field

from layers.access.asking import viewer_of
from layers.hotspots.themes import METHODS, SURFACES, Surface
from layers.registry.cards import Card, cards, headline, in_force
from layers.registry.layer import Layer
from layers.registry.register import register
from layers.registry.sql import parse_interval

router = Router(tags=["hotspots"])
Json = dict[str, Any]
MOST_RUNS = 120


class Words(Schema):
    zh: str
    en: str


class Judged(Schema):
    """`maps` holds hit rate, PAI and PEI of the surface and of last year's places, by share of the area."""

    start: str
    end: str
    scores: dict[str, Any] | None


class Listed(Schema):
    layer: str
    title: Words
    theme: str
    theme_title: Words
    method: str
    method_title: Words
    runs: list[Judged]
    """The oldest first."""


class Here(Schema):
    layer: str
    start: str
    end: str
    value: float | None
    """None where nothing is told: outside, or too little happened to tell."""
    unit: str | None
    top: float | None
    """Within the highest so many percent of the area."""
    scores: dict[str, Any] | None


@router.get("surfaces", response=list[Listed], summary="The surfaces that you may see, with their hit rates")
def surfaces(request: HttpRequest) -> list[Json]:
    viewer = viewer_of(request)
    found = [(surface, register.find(surface.layer, viewer)) for surface in SURFACES.values()]
    return [_listed(surface, layer) for surface, layer in found if layer is not None]


@router.get(
    "surfaces/{id}", response=dict[str, Any], summary="The card of a surface: choices, data, hit rates"
)
def one(request: HttpRequest, id: str, datetime: Annotated[str | None, Query(max_length=100)] = None) -> Json:
    """Of the newest, or of the newest that is in force at a time."""
    _, _, card = _card(request, id, datetime)
    return {"start": card.start.isoformat(), "end": card.end.isoformat(), **card.said}


@router.get("surfaces/{id}/here", response=Here, summary="What a surface says of one place")
def here(
    request: HttpRequest,
    id: str,
    lon: Annotated[float, Field(ge=-180, le=180)],
    lat: Annotated[float, Field(ge=-85, le=85)],
    datetime: Annotated[str | None, Query(max_length=100)] = None,
) -> Json:
    from layers.hotspots.reading import at

    layer, _, card = _card(request, id, datetime)
    if layer.raster is None:
        raise Http404
    value, top = at(layer.id, card.start, card.end, lon, lat)
    return {
        "layer": layer.id,
        "start": card.start.isoformat(),
        "end": card.end.isoformat(),
        "value": value,
        "unit": layer.raster.unit,
        "top": top,
        "scores": card.scores,
    }


def _listed(surface: Surface, layer: Layer) -> Json:
    return {
        "layer": layer.id,
        "title": layer.title.as_json(),
        "theme": surface.theme,
        "theme_title": surface.of.title.as_json(),
        "method": surface.method,
        "method_title": METHODS[surface.method].as_json(),
        "runs": [
            {"start": c.start.isoformat(), "end": c.end.isoformat(), "scores": headline(c)}
            for c in cards(layer.id)[-MOST_RUNS:]
        ],
    }


def _card(request: HttpRequest, id: str, when: str | None) -> tuple[Layer, Surface, Card]:
    viewer = viewer_of(request)
    surface, layer = SURFACES.get(id), register.find(id, viewer)
    if surface is None or layer is None:
        raise Http404
    card = in_force(id, _interval(when))
    if card is None:
        raise Http404
    return layer, surface, card


def _interval(when: str | None) -> Any:
    if not when:
        return None
    try:
        return parse_interval(when)
    except ValueError as wrong:
        raise HttpError(400, f"datetime: {wrong}") from wrong
