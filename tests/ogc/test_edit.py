"""Writing features: who may, with which version, and that nothing is overwritten or half written."""

from __future__ import annotations

from typing import Any

import pytest

from gis.audit.models import Entry
from gis.audit.verify import verify
from gis.ogc.app import Ogc
from layers.access import ANONYMOUS, Viewer
from tests.asgi import ANALYST, INVESTIGATOR, client, running
from tests.factories import CENTER, spot
from tests.sample.models import Spot

LON, LAT = CENTER
ITEMS = "/ogc/collections/spots/items"
TOKEN = {"authorization": "Bearer checked-elsewhere"}


def body(**properties: Any) -> dict[str, Any]:
    return {
        "type": "Feature",
        "geometry": {"type": "Point", "coordinates": [LON, LAT]},
        "properties": properties,
    }


async def send(
    method: str, path: str, viewer: Viewer = INVESTIGATOR, headers: Any = None, **kwargs: Any
) -> Any:
    async with running(Ogc()) as app, client(app, viewer) as http:
        return await http.request(method, path, headers=TOKEN | (headers or {}), **kwargs)


@pytest.fixture
def place(committed: None) -> int:
    return spot(LON, LAT, name="first", grade=1).pk


@pytest.mark.anyio
@pytest.mark.usefixtures("committed")
async def test_a_new_feature_is_there_at_once() -> None:
    made = await send("POST", ITEMS, json=body(name="new", kind="a", grade=2))
    assert made.status_code == 201, made.text
    answer = await send("GET", made.headers["location"].removeprefix("http://antu.test"))
    assert answer.json()["properties"]["name"] == "new"
    assert answer.headers["etag"] == '"1"'


@pytest.mark.anyio
async def test_a_change_must_say_which_version_it_saw(place: int) -> None:
    path = f"{ITEMS}/{place}"
    assert (await send("PATCH", path, json={"properties": {"name": "x"}})).status_code == 428
    done = await send("PATCH", path, json={"properties": {"name": "second"}}, headers={"if-match": '"1"'})
    assert (done.status_code, done.headers["etag"]) == (204, '"2"')
    late = await send("PATCH", path, json={"properties": {"name": "third"}}, headers={"if-match": '"1"'})
    assert late.status_code == 412
    assert late.json()["current"]["properties"]["name"] == "second"
    assert late.json()["yours"]["properties"]["name"] == "third"


@pytest.mark.anyio
async def test_replacing_sets_what_is_not_given_back_to_its_default(place: int) -> None:
    done = await send("PUT", f"{ITEMS}/{place}", json=body(name="whole"), headers={"if-match": '"1"'})
    assert done.status_code == 204, done.text
    now = (await send("GET", f"{ITEMS}/{place}")).json()["properties"]
    assert (now["name"], now["grade"], now["kind"]) == ("whole", 1, "a")


@pytest.mark.anyio
async def test_deleting_needs_the_version_too(place: int) -> None:
    assert (await send("DELETE", f"{ITEMS}/{place}")).status_code == 428
    assert (await send("DELETE", f"{ITEMS}/{place}", headers={"if-match": '"1"'})).status_code == 204
    assert (await send("GET", f"{ITEMS}/{place}")).status_code == 404


@pytest.mark.anyio
@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"kind": "z"}, "not in the code list"),
        ({"nome": "x"}, "no property “nome”"),
        ({"grade": "many"}, "grade"),
        ({"version": 9}, "no property “version”"),
        ({"name": ""}, "name"),
    ],
)
async def test_a_wrong_value_is_refused_and_nothing_changes(place: int, changes: Any, sentence: str) -> None:
    answer = await send(
        "PATCH", f"{ITEMS}/{place}", json={"properties": changes}, headers={"if-match": '"1"'}
    )
    assert answer.status_code == 400, answer.text
    assert sentence in answer.json()["description"]
    assert (await send("GET", f"{ITEMS}/{place}")).headers["etag"] == '"1"'


@pytest.mark.anyio
@pytest.mark.usefixtures("committed")
@pytest.mark.parametrize(
    ("geometry", "sentence"),
    [
        ({"type": "Point", "coordinates": [500, 99]}, "outside of the world"),
        ({"type": "LineString", "coordinates": [[LON, LAT], [LON, LAT + 1]]}, "not LineString"),
        ({"type": "Point", "coordinates": ["a", "b"]}, "cannot be read"),
        ({"type": "Point", "coordinates": []}, "empty"),
        (None, "cannot be read"),
        ("x", "cannot be read"),
    ],
)
async def test_a_geometry_that_does_not_fit_is_refused(geometry: Any, sentence: str) -> None:
    answer = await send("POST", ITEMS, json=body(name="x") | {"geometry": geometry})
    assert answer.status_code == 400, answer.text
    assert sentence in answer.json()["description"]


@pytest.mark.anyio
async def test_only_who_may_edit_can_write(place: int) -> None:
    assert (await send("POST", ITEMS, ANONYMOUS, json=body(name="x"))).status_code == 401
    assert (await send("POST", ITEMS, ANALYST, json=body(name="x"))).status_code == 403
    hidden = await send("POST", "/ogc/collections/hideouts/items", ANONYMOUS, json=body(name="x"))
    assert hidden.status_code == 404
    assert (await send("OPTIONS", f"{ITEMS}/{place}")).headers[
        "allow"
    ] == "GET, HEAD, OPTIONS, PUT, PATCH, DELETE"
    assert (await send("OPTIONS", f"{ITEMS}/{place}", ANONYMOUS)).headers["allow"] == "GET, HEAD, OPTIONS"


@pytest.mark.anyio
@pytest.mark.usefixtures("committed")
async def test_another_site_cannot_write_with_somebodys_cookie() -> None:
    async with running(Ogc()) as app, client(app, INVESTIGATOR) as http:
        stolen = await http.post(ITEMS, json=body(name="x"), headers={"origin": "https://evil.example"})
        assert stolen.status_code == 403
        own = await http.post(ITEMS, json=body(name="x"), headers={"origin": "http://antu.test"})
        assert own.status_code == 201


@pytest.fixture
def log(committed: None) -> Any:
    """What was written down about the sample spots while the test ran."""
    before = set(Entry.objects.values_list("seq", flat=True))
    return lambda: [
        e for e in Entry.objects.filter(subject="sample_spot").order_by("seq") if e.seq not in before
    ]


def test_every_write_is_in_the_audit_log_with_its_author(log: Any, place: int) -> None:
    import anyio

    async def write() -> None:
        await send(
            "PATCH", f"{ITEMS}/{place}", json={"properties": {"name": "z"}}, headers={"if-match": '"1"'}
        )

    anyio.run(write)
    last = log()[-1]
    assert (last.actor, last.action) == ("inv", "update")
    assert last.detail["changes"][Spot.objects.get(pk=place).key]["name"] == ["first", "z"]
    assert verify().whole


@pytest.mark.anyio
@pytest.mark.usefixtures("committed")
async def test_what_is_sent_twice_under_one_name_is_made_once() -> None:
    first, again = [
        await send("POST", ITEMS, json=body(name="new", kind="a"), headers={"idempotency-key": "one"})
        for _ in range(2)
    ]
    assert first.headers["location"] == again.headers["location"]
    other = await send("POST", ITEMS, json=body(name="new", kind="a"), headers={"idempotency-key": "two"})
    assert other.headers["location"] != first.headers["location"]


@pytest.mark.anyio
@pytest.mark.usefixtures("committed")
async def test_the_schema_says_what_a_form_must_know() -> None:
    said = (await send("GET", "/ogc/collections/spots/schema?f=json")).json()
    assert said["required"] == ["name"]
    assert said["properties"]["name"]["maxLength"] == 80
    assert said["properties"]["grade"]["maximum"] == 2**31 - 1
    assert said["properties"]["kind"]["enum"] == ["a", "b", "c"]
