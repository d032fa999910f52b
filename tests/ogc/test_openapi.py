"""The OpenAPI document is whole in itself, right for each clearance, and nothing in it leads to a 5xx."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis.checks import not_a_server_error

from gis.ogc.app import Ogc
from layers.access import Clearance
from tests.asgi import INVESTIGATOR, VIEWERS, client, running
from tests.server import serving

EXAMPLES = int(os.environ.get("ANTU_FUZZ", 25))
"""A run by hand takes more, and all layers: ANTU_FUZZ=500 ./antu test -k server_error."""
EVERY_LAYER = "ANTU_FUZZ" in os.environ


async def document(clearance: Clearance) -> dict[str, Any]:
    async with running(Ogc()) as app, client(app, VIEWERS[clearance]) as http:
        return dict((await http.get("/ogc/openapi")).json())


@pytest.mark.anyio
async def test_every_reference_leads_somewhere_within() -> None:
    said = await document(Clearance.RESTRICTED)
    for ref in set(re.findall(r'"\$ref": "([^"]+)"', json.dumps(said))):
        assert ref.startswith("#/"), f"{ref} is elsewhere"
        found: Any = said
        for part in ref[2:].split("/"):
            found = found[part]


@pytest.mark.anyio
async def test_what_is_hidden_is_not_described() -> None:
    public, police = await document(Clearance.PUBLIC), await document(Clearance.POLICE)
    assert "/collections/hideouts/items" not in public["paths"]
    assert "/collections/hideouts/items" in police["paths"]
    assert "informant" not in json.dumps(public)
    assert "informant" in json.dumps(police)


@pytest.mark.anyio
async def test_only_editors_read_how_to_write() -> None:
    async with running(Ogc()) as app, client(app, INVESTIGATOR) as http:
        editor = (await http.get("/ogc/openapi")).json()

    def writable(document: dict[str, Any]) -> set[str]:
        return {
            p for p, said in document["paths"].items() if "post" in said and p.startswith("/collections/")
        }

    assert writable(editor)
    assert not writable(await document(Clearance.PUBLIC))


@pytest.mark.anyio
async def test_a_process_is_described_to_who_may_run_it() -> None:
    public, police = await document(Clearance.PUBLIC), await document(Clearance.POLICE)
    assert "hideout-count" not in json.dumps(public)
    assert "/processes/hideout-count/execution" in police["paths"]
    said = public["paths"]["/processes/summarise/execution"]["post"]["requestBody"]["content"]
    assert said["application/json"]["schema"]["properties"]["inputs"]["required"] == ["layer"]


@pytest.fixture(scope="module")
def server(hamlet: None) -> Iterator[str]:
    with serving() as address:
        yield address


def test_no_request_that_the_document_allows_is_a_server_error(server: str) -> None:
    schema = schemathesis.openapi.from_url(f"{server}/ogc/openapi")
    tried = 0
    for found in schema.get_all_operations():
        operation = found.ok()
        own = not operation.path.startswith("/collections/") or operation.path.startswith(
            "/collections/crashes"
        )
        if not own and not EVERY_LAYER:
            continue  # layers differ in their declarations, not in code: one is enough each day

        @given(case=operation.as_strategy())
        @settings(
            max_examples=EXAMPLES,
            deadline=None,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
            database=None,
            derandomize=True,
        )
        def ask(case: Any) -> None:
            case.call_and_validate(checks=[not_a_server_error])

        ask()
        tried += 1
    assert tried > 8
