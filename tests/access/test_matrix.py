"""Every layer × every clearance × every way out × every format: what one may not see is as if it were not there."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from typing import Any

import httpx
import mapbox_vector_tile
import pytest
from django.db import connection
from pytest_django.plugin import DjangoDbBlocker

from gis.asgi import application
from layers.access import Clearance
from layers.registry.layer import Layer
from layers.registry.register import register
from layers.registry.sql import column, relation
from tests.asgi import VIEWERS, client, tile_of

pytestmark = pytest.mark.anyio
NOBODY = "no_such_layer"
PLACE = tile_of(120.4425, 23.4800, 14)
Z, X, Y = PLACE.split("/")
BOX = "120.44,23.47,120.46,23.49"

FEATURES = (
    *(f"/ogc/collections/{{id}}/items?limit=2&f={f}" for f in ("json", "jsonfg", "csv", "html")),
    "/ogc/collections/{id}/items?resulttype=hits",
    "/ogc/collections/{id}/items/1",
    "/ogc/collections/{id}/schema",
    "/ogc/collections/{id}/queryables",
    *(
        f"/ogc/collections/{{id}}/download?f={f}"
        for f in ("geojson", "jsonfg", "csv", "parquet", "fgb", "gpkg", "shp", "kml")
    ),
    f"/tiles/{{id}}/{PLACE}.mvt",
    f"/tiles/{{id}}/{PLACE}.mvt?filter=id>0",
    f"/tiles/{{id}}/TWD97TM2Quad/{Z}/{X}/{Y}.mvt",
)
SURFACES = (
    "/ogc/collections/{id}/coverage",
    "/ogc/collections/{id}/coverage?f=covjson",
    f"/tiles/{{id}}/{PLACE}.png",
    f"/tiles/{{id}}/contours/{PLACE}.mvt",
)
EITHER = (
    "/ogc/collections/{id}",
    "/ogc/collections/{id}?f=html",
    f"/ogc/collections/{{id}}/map?bbox={BOX}&width=64&height=64",
    "/ogc/collections/{id}/tiles",
    "/ogc/collections/{id}/tiles/WebMercatorQuad",
    f"/ogc/collections/{{id}}/tiles/WebMercatorQuad/{Z}/{Y}/{X}",
    f"/ogc/collections/{{id}}/map/tiles/WebMercatorQuad/{Z}/{Y}/{X}",
    "/ogc/collections/{id}/styles",
    "/ogc/collections/{id}/styles/light",
    "/ogc/collections/{id}/styles/light/metadata",
    f"/ogc/collections/{{id}}/styles/light/map?bbox={BOX}&width=64&height=64",
    "/ogc/collections/catalogue/items/{id}",
    "/ogc/collections/catalogue/items/{id}?f=iso",
    "/tiles/{id}.json",
    "/styles/{id}.json",
    "/layers/{id}",
    "/api/layers/{id}/summary",
    "/api/ranking?layer={id}",
)
LISTINGS = (
    "/", "/embed", "/help/", "/ogc", "/ogc?f=html", "/ogc/collections", "/ogc/collections?f=html", "/ogc/openapi", "/ogc/styles",
    "/ogc/styles/antu", "/ogc/processes", "/ogc/processes/within-distance", "/ogc/collections/catalogue/items?limit=1000",
    "/ogc/catalogue.jsonld", "/ogc/catalogue.ttl", "/ogc/catalogue.rdf", "/ogc/collections/catalogue", "/styles/antu.json", "/styles/antu-dark.json", "/tiles/archives.json", "/api/catalogue", "/api/me", "/api/search?q=a", "/metrics",
)  # fmt: skip


def hidden(clearance: Clearance) -> list[Layer]:
    return [layer for layer in register if layer.clearance > clearance]


@pytest.fixture
async def house(hamlet: None, django_db_blocker: DjangoDbBlocker) -> AsyncIterator[Any]:
    with django_db_blocker.unblock():
        for part in application.parts:
            await part.start()
        try:
            yield application.part
        finally:
            for part in reversed(application.parts):
                await part.stop()


def told(answer: httpx.Response, id: str) -> tuple[int, dict[str, str], bytes]:
    """An answer without what a name of another length changes."""
    lines = {
        k: v for k, v in answer.headers.items() if k not in ("content-length", "etag", "date", "set-cookie")
    }
    return answer.status_code, lines, answer.content.replace(id.encode(), b"*")


@pytest.mark.parametrize("clearance", [c for c in Clearance if c is not Clearance.RESTRICTED])
async def test_a_hidden_layer_answers_like_one_that_does_not_exist(house: Any, clearance: Clearance) -> None:
    asked = 0
    async with client(house, VIEWERS[clearance]) as http:
        nothing = {
            path: told(await http.get(path.format(id=NOBODY)), NOBODY)
            for path in (*FEATURES, *SURFACES, *EITHER)
        }
        for layer in hidden(clearance):
            for path, wanted in nothing.items():
                assert told(await http.get(path.format(id=layer.id)), layer.id) == wanted, path.format(
                    id=layer.id
                )
                asked += 1
    assert asked == len(nothing) * len(hidden(clearance)) > 0


@pytest.mark.parametrize("clearance", [c for c in Clearance if c is not Clearance.RESTRICTED])
async def test_no_listing_names_a_hidden_layer(house: Any, clearance: Clearance) -> None:
    names = {layer.id: layer.description.zh for layer in hidden(clearance)}
    assert names
    async with client(house, VIEWERS[clearance]) as http:
        for path in LISTINGS:
            answer = await http.get(path)
            assert answer.status_code in (200, 302), path
            for id, description in names.items():
                assert not re.search(rf"[\"/:]{id}[\"/?.]", answer.text), (path, id)
                assert description not in answer.text, (path, id)


@pytest.mark.parametrize("clearance", list(Clearance))
async def test_a_hidden_field_is_in_no_answer(house: Any, clearance: Clearance) -> None:
    paths = [p for p in (*FEATURES, *EITHER) if not re.search(r"f=(parquet|fgb|gpkg|shp|kml)|/map", p)]
    asked = 0
    async with client(house, VIEWERS[clearance]) as http:
        for layer in register.seen_by(VIEWERS[clearance]):
            hides = [f for f in layer.fields if f.clearance > clearance]
            secret = {f.name for f in hides}
            for path in paths if secret else ():
                answer = await http.get(path.format(id=layer.id))
                asked += 1
                if answer.headers.get("content-type", "").startswith("application/vnd.mapbox"):
                    for part in mapbox_vector_tile.decode(answer.content).values():
                        assert not secret & {k for f in part["features"] for k in f["properties"]}, path
                    continue
                if path in EITHER:  # formats have words of their own that may be names of fields too
                    leaks = [f.name for f in hides if re.search(rf'[">]{f.title.zh}["<]', answer.text)]
                    assert not leaks, (layer.id, path)
                own = {"place", "time"} if "jsonfg" in path else set()
                for name in () if path in EITHER else secret - own:
                    assert not re.search(rf"(?<![\w-]){name}(?![\w-])", answer.text), (layer.id, path, name)
                filtered = await http.get(
                    f"/ogc/collections/{layer.id}/items?filter={next(iter(secret))} IS NULL"
                )
                unknown = await http.get(f"/ogc/collections/{layer.id}/items?filter=no_such_field IS NULL")
                assert told(filtered, next(iter(secret))) == told(unknown, "no_such_field")
    assert asked or clearance is Clearance.RESTRICTED


@pytest.fixture(params=list(Clearance))
def counted(
    request: pytest.FixtureRequest, hamlet: None, django_db_blocker: DjangoDbBlocker
) -> tuple[Clearance, dict[str, int]]:
    """How many rows of each layer one clearance may see, by the rules alone."""
    clearance: Clearance = request.param
    found = {}
    with django_db_blocker.unblock(), connection.cursor() as cursor:
        for layer in register.seen_by(VIEWERS[clearance]):
            if not layer.raster:
                today = [f"{column(layer, layer.asof[1])} IS NULL"] if layer.asof else []
                limits = " AND ".join(f"({w})" for w in (*layer.wheres(clearance), *today)) or "true"
                cursor.execute(f"SELECT count(*) FROM {relation(layer)} WHERE {limits}")
                found[layer.id] = cursor.fetchone()[0]
    return clearance, found


async def test_hidden_rows_are_not_counted(house: Any, counted: tuple[Clearance, dict[str, int]]) -> None:
    clearance, wanted = counted
    async with client(house, VIEWERS[clearance]) as http:
        for id, rows in wanted.items():
            hits = (await http.get(f"/ogc/collections/{id}/items?resulttype=hits")).json()
            assert hits["numberMatched"] == rows, id
