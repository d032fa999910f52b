"""Styles over OGC API: the same as the portal's, for whom they are; and what the whole document promises."""

from __future__ import annotations

from typing import Any

import pytest

from gis.ogc.app import Ogc
from layers.access import Clearance
from layers.registry.catalogue import style_for
from layers.registry.register import register
from tests.asgi import VIEWERS, client, running

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("committed")]
MAPLIBRE = "application/vnd.mapbox.style+json"


async def get(path: str, clearance: Clearance = Clearance.PUBLIC, **headers: str) -> Any:
    async with running(Ogc()) as app, client(app, VIEWERS[clearance]) as http:
        return await http.get(path, headers=headers)


async def test_every_style_that_is_listed_is_there() -> None:
    async with running(Ogc()) as app, client(app) as http:
        listed = (await http.get("/ogc/styles")).json()
        ids = [s["id"] for s in listed["styles"]]
        assert {"antu", "antu-dark", "spots", "spots-dark"} <= set(ids) and listed["default"] == "antu"
        for one in listed["styles"]:
            for link in one["links"]:
                answer = await http.get(link["href"])
                assert answer.status_code == 200 and answer.headers["content-type"].startswith(link["type"])


@pytest.mark.parametrize(("id", "theme"), [("spots", "light"), ("spots-dark", "dark")])
async def test_a_style_is_that_of_the_portal(id: str, theme: str) -> None:
    answer = await get(f"/ogc/styles/{id}")
    said = answer.json()
    assert answer.headers["content-type"] == MAPLIBRE and said["version"] == 8
    spots = register.get("spots")
    assert spots is not None
    assert said["layers"][1:] == style_for(spots, theme, Clearance.PUBLIC)
    assert said["sprite"].endswith("/styles/sprite" if theme == "light" else "/styles/sprite-dark")
    assert (await get(f"/ogc/collections/spots/styles/{id}")).json() == said


async def test_a_collection_lists_its_own_styles() -> None:
    said = (await get("/ogc/collections/spots/styles")).json()
    assert [s["id"] for s in said["styles"]] == ["spots", "spots-dark"] and said["defaultStyle"] == "spots"
    english = (await get("/ogc/collections/spots/styles?lang=en")).json()
    assert english["styles"][1]["title"] == "Spots (dark)"


async def test_metadata_says_what_a_style_draws() -> None:
    said = (await get("/ogc/styles/spots/metadata")).json()
    assert (
        said["id"] == "spots" and said["layers"][0]["id"] == "spots" and said["layers"][0]["type"] == "point"
    )
    assert said["stylesheets"][0]["link"]["href"].endswith("/ogc/styles/spots")


@pytest.mark.parametrize("tail", ["", "/metadata"])
async def test_the_style_of_a_hidden_layer_looks_like_none(tail: str) -> None:
    for hidden in ("hideouts", "hideouts-dark"):
        answer, absent = await get(f"/ogc/styles/{hidden}{tail}"), await get(f"/ogc/styles/nosuch{tail}")
        assert (answer.status_code, answer.content) == (404, absent.content)
        there = await get(f"/ogc/collections/hideouts/styles/{hidden}{tail}")
        nowhere = await get(f"/ogc/collections/nosuch/styles/{hidden}{tail}")
        assert (there.status_code, there.content) == (404, nowhere.content)
        assert (await get(f"/ogc/styles/{hidden}{tail}", Clearance.POLICE)).status_code == 200


async def test_one_collection_does_not_give_the_style_of_another() -> None:
    for path in ("styles/zones", "styles/antu", "styles/zones/metadata", "styles/zones/map"):
        assert (await get(f"/ogc/collections/spots/{path}")).status_code == 404


async def test_nothing_that_describes_names_a_hidden_layer() -> None:
    paths = (
        "/ogc",
        "/ogc/collections",
        "/ogc/styles",
        "/ogc/styles/antu",
        "/ogc/openapi",
        "/ogc/conformance",
    )
    async with running(Ogc()) as app, client(app) as http:
        for path in (*paths, "/ogc/styles/antu/metadata", "/ogc/tileMatrixSets"):
            for accept in ("application/json", "text/html"):
                said = (await http.get(path, headers={"accept": accept})).text
                for secret in ("hideouts", "藏匿處", "informant", "crime_surface"):
                    assert secret not in said, f"{path} says {secret}"


async def test_the_landing_page_leads_to_all_parts() -> None:
    async with running(Ogc()) as app, client(app) as http:
        links = (await http.get("/ogc")).json()["links"]
        rels = {link["rel"].rsplit("/", 1)[-1]: link["href"] for link in links}
        for rel in ("styles", "tiling-schemes"):
            assert (await http.get(rels[rel])).status_code == 200
        assert rels["map"].endswith("/ogc/map")
        said = (await http.get("/ogc/conformance")).json()["conformsTo"]
    for part in ("coverages", "maps", "tiles", "styles"):
        assert f"http://www.opengis.net/spec/ogcapi-{part}-1/1.0/conf/core" in said


async def test_the_document_describes_every_part_by_clearance() -> None:
    paths = (await get("/ogc/openapi")).json()["paths"]
    for path in (
        "/map",
        "/collections/spots/map",
        "/collections/crash_surface/coverage",
        "/collections/crash_surface",
        "/collections/spots/tiles/WebMercatorQuad/{tileMatrix}/{tileRow}/{tileCol}",
        "/styles/{styleId}",
        "/tileMatrixSets",
    ):
        assert "get" in paths[path], path
    assert "/collections/crime_surface/coverage" not in paths
    assert "/collections/spots/coverage" not in paths
    assert not [
        p for p in paths["/collections/crash_surface/map"]["get"]["parameters"] if p["name"] == "filter"
    ]
    ids = [
        said["operationId"] for path in paths.values() for verb, said in path.items() if "operationId" in said
    ]
    assert len(ids) == len(set(ids))
    council = (await get("/ogc/openapi", Clearance.COUNCIL)).json()["paths"]
    assert "/collections/crime_surface/coverage" in council


@pytest.mark.parametrize(
    "path",
    [
        "/ogc/styles",
        "/ogc/collections/spots/styles",
        "/ogc/styles/spots",
        "/ogc/tileMatrixSets",
        "/ogc/collections/spots/map/tiles",
    ],
)
async def test_people_get_pages(path: str) -> None:
    answer = await get(path, accept="text/html")
    assert answer.status_code == 200 and answer.headers["content-type"].startswith("text/html")
    assert "<h1>" in answer.text
    assert (await get(f"{path}?f=nonsense")).status_code == 400
    assert (await get(f"{path}?nonsense=1")).status_code == 400
