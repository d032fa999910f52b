"""The catalogue: records per clearance and language, searched and paged; as DCAT-AP and ISO 19139."""

from __future__ import annotations

import io
import json
from collections import Counter
from typing import Any
from xml.etree import ElementTree as ET

import pytest
from owslib.etree import etree
from owslib.iso import MD_Metadata

from gis.ogc.app import Ogc
from gis.ogc.dcat import PREFIXES
from layers.access import Clearance
from layers.registry.register import register
from tests.asgi import VIEWERS, client, running
from tests.factories import CENTER, hideout, spot, zone

pytestmark = pytest.mark.anyio
LON, LAT = CENTER
ITEMS = "/collections/catalogue/items"
PUBLIC = {layer.id for layer in register if layer.clearance == Clearance.PUBLIC}


async def get(path: str, clearance: Clearance = Clearance.PUBLIC, **headers: str) -> Any:
    async with running(Ogc()) as app, client(app, VIEWERS[clearance]) as http:
        return await http.get(f"/ogc{path}", headers=headers)


async def ids(query: str, clearance: Clearance = Clearance.PUBLIC) -> list[str]:
    answer = await get(f"{ITEMS}?{query}", clearance)
    assert answer.status_code == 200, answer.text
    return [r["id"] for r in answer.json()["features"]]


@pytest.fixture
def rows(committed: None) -> None:
    spot(LON, LAT, happened_at="2024-01-01T00:30+08:00")
    spot(LON + 0.2, LAT, grade=9, happened_at="2025-06-01T00:30+08:00")
    zone()
    hideout()


@pytest.mark.usefixtures("rows")
async def test_each_layer_is_a_record_for_who_may_see_it() -> None:
    assert set(await ids("limit=1000")) == PUBLIC
    assert set(await ids("limit=1000", Clearance.RESTRICTED)) == {layer.id for layer in register}
    assert "informant" not in (await get(f"{ITEMS}/spots")).text
    hidden, absent = await get(f"{ITEMS}/hideouts"), await get(f"{ITEMS}/nothing")
    assert hidden.status_code == absent.status_code == 404
    assert hidden.content == absent.content


@pytest.mark.usefixtures("rows")
async def test_a_record_says_what_the_standard_wants_in_both_languages() -> None:
    said = (await get(f"{ITEMS}/spots?lang=en-US")).json()
    own = said["properties"]
    assert (said["type"], said["id"], own["type"], own["title"]) == ("Feature", "spots", "dataset", "Spots")
    assert said["conformsTo"] == ["http://www.opengis.net/spec/ogcapi-records-1/1.0/conf/record-core"]
    assert own["language"]["code"] == "en-US"
    assert {x["code"] for x in own["languages"]} == {"zh-TW", "en-US"}
    assert own["license"] == "OGDL-Taiwan-1.0"
    assert own["created"] <= own["updated"]
    assert all(c["organization"] for c in own["contacts"])
    assert own["themes"][0]["concepts"][0]["id"] == "harm"
    assert said["time"]["interval"] == ["2023-12-31T16:30:00Z", "2023-12-31T16:30:00Z"]
    corners = said["geometry"]["coordinates"][0]
    assert corners[0] == pytest.approx([LON, LAT], abs=1e-5)
    assert (await get(f"{ITEMS}/spots")).json()["properties"]["title"] == "點"
    police = (await get(f"{ITEMS}/spots", Clearance.POLICE)).json()
    assert police["time"]["interval"][1] == "2025-05-31T16:30:00Z", "police see one row more"
    assert police["geometry"]["coordinates"][0][1][0] == pytest.approx(LON + 0.2, abs=1e-5)


@pytest.mark.usefixtures("rows")
async def test_every_link_of_a_record_into_the_ogc_api_leads_somewhere() -> None:
    links = (await get(f"{ITEMS}/spots")).json()["links"]
    rels = Counter(link["rel"] for link in links)
    assert rels["enclosure"] == 8
    assert {"self", "alternate", "collection", "data", "items", "style", "about", "license"} <= set(rels)
    inside = [link["href"] for link in links if link["href"].startswith("http://antu.test/ogc")]
    assert len(inside) > 12
    for href in inside:
        answer = await get(href.removeprefix("http://antu.test/ogc"))
        assert answer.status_code == 200, href


@pytest.mark.usefixtures("rows")
@pytest.mark.parametrize(
    ("query", "inside", "outside"),
    [
        ("q=spots", {"spots", "zone_counts"}, {"ways"}),
        ("q=點", {"spots"}, {"ways"}),
        ("q=no-such-word,WAYS", {"ways"}, {"spots"}),
        ("ids=spots,ways,hideouts", {"spots", "ways"}, {"hideouts", "zones"}),
        ("externalIds=spots", {"spots"}, {"ways"}),
        ("externalIds=http://antu.test/ogc/collections:ways", {"ways"}, {"spots"}),
        ("type=dataset", {"spots"}, set()),
        ("type=service", set(), {"spots"}),
        (f"bbox={LON - 0.001},{LAT - 0.001},{LON + 0.001},{LAT + 0.001}", {"spots", "zones"}, {"ways"}),
        ("bbox=0,0,1,1", set(), {"spots", "zones"}),
        ("bbox=179,-90,1,90", set(), {"spots"}),
        ("datetime=2023-12-01/2024-02-01", {"spots", "zones"}, set()),
        ("datetime=2024-03-01/..", {"zones"}, {"spots"}),
        ("themes=harm", {"spots"}, {"zones", "ways"}),
        ("title=Spots", {"spots"}, {"ways"}),
        ("license=OGDL-Taiwan-1.0", {"spots"}, set()),
        ("license=none", set(), {"spots"}),
        ("clearance=public", {"spots"}, set()),
    ],
)
async def test_a_question_finds_what_it_means(query: str, inside: set[str], outside: set[str]) -> None:
    found = set(await ids(f"{query}&limit=1000"))
    assert inside <= found
    assert not outside & found


@pytest.mark.usefixtures("committed")
async def test_pages_together_are_all_records_in_order() -> None:
    whole = await ids("limit=1000&sortby=id")
    assert whole == sorted(whole)
    assert await ids("limit=1000&sortby=-id") == whole[::-1]
    first = (await get(f"{ITEMS}?limit=10&sortby=id")).json()
    assert (first["numberMatched"], first["numberReturned"]) == (len(whole), 10)
    found, page = [], first
    while True:
        found += [r["id"] for r in page["features"]]
        more = [link["href"] for link in page["links"] if link["rel"] == "next"]
        if not more:
            break
        page = (await get(more[0].removeprefix("http://antu.test/ogc"))).json()
    assert found == whole
    assert any(link["rel"] == "prev" for link in page["links"])


@pytest.mark.usefixtures("committed")
@pytest.mark.parametrize(
    "query",
    ["colour=red", "limit=0", "limit=x", "offset=-1", "bbox=1,2,3", "bbox=1,9,2,3", "bbox=a,b,c,d",
     "datetime=soon", "sortby=colour", "f=pdf"],
)  # fmt: skip
async def test_a_bad_question_is_refused_with_a_sentence(query: str) -> None:
    answer = await get(f"{ITEMS}?{query}")
    assert answer.status_code == 400, query
    assert answer.json()["description"].endswith(".")


@pytest.mark.usefixtures("rows")
async def test_the_catalogue_is_a_collection_among_the_others() -> None:
    landing = (await get("")).json()
    assert any(link["rel"].endswith("/ogc-catalog") for link in landing["links"])
    found = {c["id"]: c for c in (await get("/collections")).json()["collections"]}
    said = found["catalogue"]
    assert (said["itemType"], said["type"]) == ("record", "Catalog")
    assert said == (await get("/collections/catalogue")).json()
    for href in (link["href"] for link in said["links"]):
        assert (await get(href.removeprefix("http://antu.test/ogc"))).status_code == 200, href
    asked = (await get("/collections/catalogue/queryables")).json()
    assert asked["properties"]["clearance"]["enum"] == ["public"]
    assert "updated" in (await get("/collections/catalogue/sortables")).json()["properties"]


@pytest.mark.usefixtures("rows")
@pytest.mark.parametrize("path", ["/collections/catalogue", ITEMS, f"{ITEMS}/spots"])
async def test_people_read_pages(path: str) -> None:
    page = await get(f"{path}?lang=en-US", accept="text/html")
    assert page.headers["content-type"].startswith("text/html")
    assert ("Spots" if "items" in path else "Antu catalogue") in page.text
    assert "{'" not in page.text.partition("<details>")[0], "no raw data among the words"


@pytest.mark.usefixtures("committed")
async def test_the_record_of_a_raster_has_no_features() -> None:
    raster = next(layer for layer in register if layer.raster and layer.clearance == Clearance.PUBLIC)
    said = (await get(f"{ITEMS}/{raster.id}")).json()
    rels = {link["rel"] for link in said["links"]}
    assert "items" not in rels
    assert "http://www.opengis.net/def/rel/ogc/1.0/coverage" in rels
    assert "formats" not in said["properties"]


# DCAT-AP

DCAT, DCT, FOAF = PREFIXES["dcat"], PREFIXES["dct"], PREFIXES["foaf"]
RDF = PREFIXES["rdf"]


@pytest.mark.usefixtures("rows")
async def test_dcat_has_what_the_application_profile_demands() -> None:
    answer = await get("/catalogue.jsonld")
    assert answer.headers["content-type"].startswith("application/ld+json")
    graph = answer.json()["@graph"]
    nodes = {n["@id"]: n for n in graph}
    (catalogue,) = (n for n in graph if n["@type"] == "dcat:Catalog")
    for needed in ("dct:title", "dct:description", "dct:publisher", "dcat:dataset"):
        assert catalogue[needed], needed
    publisher = nodes[catalogue["dct:publisher"][0]["@id"]]
    assert publisher["@type"] == "foaf:Agent"
    assert publisher["foaf:name"]
    listed = {d["@id"] for d in catalogue["dcat:dataset"]}
    datasets = [n for n in graph if n["@type"] == "dcat:Dataset"]
    assert listed == {d["@id"] for d in datasets}
    assert {d["dct:identifier"][0]["@value"] for d in datasets} == PUBLIC
    for dataset in datasets:
        assert {t["@language"] for t in dataset["dct:title"]} == {"zh", "en"}
        assert {t["@language"] for t in dataset["dct:description"]} == {"zh", "en"}
        for way in dataset["dcat:distribution"]:
            assert nodes[way["@id"]]["dcat:accessURL"]
            assert nodes[way["@id"]]["dct:license"]
    for node in graph:
        for name in node:
            assert name.startswith("@") or name.partition(":")[0] in PREFIXES


@pytest.mark.usefixtures("rows")
async def test_dcat_is_the_same_in_every_notation() -> None:
    graph = (await get("/catalogue.jsonld")).json()["@graph"]
    said = sum(_triples(node) for node in graph)
    root = ET.fromstring((await get("/catalogue.rdf")).content)
    assert len(root) == len(graph)
    assert sum(_elements(child) for child in root) == said
    turtle = (await get("/catalogue.ttl")).text
    assert turtle.count(" a dcat:Dataset ;") == len(PUBLIC)
    assert turtle.count("dcat:accessURL <") == sum("dcat:accessURL" in n for n in graph)
    assert turtle.count('"@zh') == json.dumps(graph).count('"@language": "zh"')
    for line in turtle.splitlines():
        assert line.startswith(("@prefix ", "<", "    ")) or not line
    assert "hideouts" not in turtle
    assert "hideouts" in (await get("/catalogue.ttl", Clearance.POLICE)).text


def _triples(node: Any) -> int:
    total = 1
    for name, values in node.items():
        if not name.startswith("@"):
            total += sum(1 + (_triples(v) if "@type" in v and "@value" not in v else 0) for v in values)
    return total


def _elements(resource: ET.Element) -> int:
    return 1 + sum(1 + sum(_elements(inner) for inner in said) for said in resource)


@pytest.mark.usefixtures("rows")
async def test_rdf_names_every_resource() -> None:
    root = ET.fromstring((await get("/catalogue.rdf")).content)
    about = [child.get(f"{{{RDF}}}about") for child in root]
    assert len(set(about)) == len(about)
    titles = root.findall(f"{{{DCAT}}}Catalog/{{{DCT}}}title")
    assert {t.get("{http://www.w3.org/XML/1998/namespace}lang") for t in titles} == {"zh", "en"}
    assert root.find(f"{{{FOAF}}}Agent/{{{FOAF}}}name") is not None


# ISO 19139

GMD, GCO = "{http://www.isotc211.org/2005/gmd}", "{http://www.isotc211.org/2005/gco}"
IN_ORDER = [
    "fileIdentifier", "language", "characterSet", "hierarchyLevel", "contact", "dateStamp", "metadataStandardName",
    "metadataStandardVersion", "locale", "referenceSystemInfo", "identificationInfo", "distributionInfo",
    "dataQualityInfo",
]  # fmt: skip


@pytest.mark.usefixtures("rows")
async def test_iso_19139_is_read_by_owslib_and_stands_in_schema_order() -> None:
    answer = await get(f"{ITEMS}/spots?f=iso19139")
    assert answer.headers["content-type"].startswith("application/xml")
    root = ET.fromstring(answer.content)
    assert [child.tag.removeprefix(GMD) for child in root] == IN_ORDER
    said = MD_Metadata(etree.parse(io.BytesIO(answer.content)))
    assert (said.identifier, said.languagecode, said.hierarchy) == ("spots", "zho", "dataset")
    about = said.identification[0]
    assert about.title == "點"
    assert float(about.bbox.minx) == pytest.approx(LON, abs=1e-5)
    assert about.topiccategory == ["society"]
    assert about.temporalextent_start == "2023-12-31T16:30:00Z"
    assert {d.type for d in about.date} == {"creation", "revision"}
    assert len(said.distribution.online) > 8
    english = root.findall(f".//{GMD}LocalisedCharacterString")
    assert "Spots" in {e.text for e in english}
    assert {e.get("locale") for e in english} == {"#EN"}


@pytest.mark.usefixtures("rows")
async def test_every_public_layer_has_iso_19139() -> None:
    for id in sorted(PUBLIC):
        answer = await get(f"{ITEMS}/{id}?f=iso19139")
        assert answer.status_code == 200, id
        said = MD_Metadata(etree.parse(io.BytesIO(answer.content)))
        assert said.identification[0].title, id
        assert said.identification[0].abstract, id
    assert (await get(f"{ITEMS}/hideouts?f=iso19139")).status_code == 404
