"""The catalogue as DCAT-AP: one graph, written as JSON-LD, Turtle or RDF/XML.

Titles and descriptions are in both languages, whoever reads.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote
from xml.etree import ElementTree as ET

from gis.ogc.record import COUNCIL, DESCRIPTION, TITLE, Entry, forms, moment
from layers.registry.layer import CATALOGUE, Group
from layers.registry.text import Text

PREFIXES = {
    "dcat": "http://www.w3.org/ns/dcat#",
    "dct": "http://purl.org/dc/terms/",
    "foaf": "http://xmlns.com/foaf/0.1/",
    "rdf": "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
    "vcard": "http://www.w3.org/2006/vcard/ns#",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
    "gsp": "http://www.opengis.net/ont/geosparql#",
}
_EU = "http://publications.europa.eu/resource/authority/"
_THEMES: dict[Group, str] = {
    "harm": "JUST",
    "hot": "JUST",
    "response": "JUST",
    "place": "REGI",
    "base": "REGI",
}
_REGISTERED = {
    "application/geo+json", "text/csv", "application/geopackage+sqlite3", "application/vnd.apache.parquet",
    "image/tiff", "application/zip", "application/vnd.google-earth.kml+xml", "application/vnd.ogc.fg+json",
}  # fmt: skip
XML_LANG = "{http://www.w3.org/XML/1998/namespace}lang"


@dataclass(frozen=True, slots=True)
class Iri:
    value: str


@dataclass(frozen=True, slots=True)
class Literal:
    value: str
    language: str = ""
    type: str = ""


@dataclass(frozen=True, slots=True)
class Node:
    """A resource, or a blank one, with its type and what is said of it."""

    type: str
    says: tuple[tuple[str, Any], ...]
    iri: str = ""


def both(predicate: str, text: Text) -> list[tuple[str, Literal]]:
    return [(predicate, Literal(text.zh, "zh")), (predicate, Literal(text.en, "en"))]


def graph(entries: list[Entry], base: str) -> list[Node]:
    here = f"{base}/ogc/collections/{CATALOGUE}"
    service = f"{base}/ogc"
    publisher = Node("foaf:Agent", tuple(both("foaf:name", COUNCIL)), f"{base}/#council")
    datasets = [_dataset(e, base, publisher.iri) for e in entries]
    api = Node(
        "dcat:DataService",
        (
            *both("dct:title", Text("安圖 OGC API", "Antu OGC API")),
            ("dcat:endpointURL", Iri(service)),
            ("dcat:endpointDescription", Iri(f"{service}/openapi")),
            ("dct:conformsTo", Iri("http://www.opengis.net/spec/ogcapi-features-1/1.0/conf/core")),
            *(("dcat:servesDataset", Iri(d.iri)) for d in datasets),
        ),
        f"{service}#service",
    )
    updated = max((moment(e.updated) for e in entries if e.updated), default=None)
    catalog = Node(
        "dcat:Catalog",
        (
            *both("dct:title", TITLE),
            *both("dct:description", DESCRIPTION),
            ("dct:publisher", Iri(publisher.iri)),
            ("dct:language", Iri(_EU + "language/ZHO")),
            ("dct:language", Iri(_EU + "language/ENG")),
            ("foaf:homepage", Iri(base)),
            ("dcat:themeTaxonomy", Iri(_EU + "data-theme")),
            *([("dct:modified", Literal(updated, type="xsd:dateTime"))] if updated else []),
            ("dcat:service", Iri(api.iri)),
            *(("dcat:dataset", Iri(d.iri)) for d in datasets),
        ),
        here,
    )
    parts = [_distribution(e, base, *form) for e in entries for form in _ways(e, base)]
    return [catalog, publisher, api, *datasets, *parts]


def _iri(entry: Entry, base: str) -> str:
    return f"{base}/ogc/collections/{CATALOGUE}/items/{entry.layer.id}"


def _dataset(entry: Entry, base: str, publisher: str) -> Node:
    layer = entry.layer
    owner = Node("foaf:Agent", tuple(both("foaf:name", layer.attribution)))
    contact = Node("vcard:Organization", (*both("vcard:fn", COUNCIL), ("vcard:hasURL", Iri(base))))
    rights = "PUBLIC" if entry.public else "RESTRICTED"
    says: list[tuple[str, Any]] = [
        *both("dct:title", layer.title),
        *both("dct:description", layer.description),
        ("dct:identifier", Literal(layer.id)),
        *(pair for word in entry.keywords for pair in both("dcat:keyword", word)),
        ("dcat:theme", Iri(_EU + "data-theme/" + _THEMES[layer.group])),
        ("dct:publisher", Iri(publisher)),
        ("dct:creator", owner),
        ("dcat:contactPoint", contact),
        ("dct:accessRights", Iri(_EU + "access-right/" + rights)),
        *(
            ("dct:provenance", Node("dct:ProvenanceStatement", (("dct:description", literal),)))
            for _, literal in both("", layer.provenance)
        ),
        ("dcat:landingPage", Iri(f"{base}/layers/{layer.id}")),
        ("dct:language", Iri(_EU + "language/ZHO")),
    ]
    for name, when in (("dct:issued", entry.created), ("dct:modified", entry.updated)):
        if when:
            says.append((name, Literal(moment(when), type="xsd:dateTime")))
    if bounds := entry.extent.bounds:
        west, south, east, north = (round(v, 6) for v in bounds)
        ring = f"{west} {south},{east} {south},{east} {north},{west} {north},{west} {south}"
        place = Literal(f"POLYGON(({ring}))", type="gsp:wktLiteral")
        says.append(("dct:spatial", Node("dct:Location", (("dcat:bbox", place),))))
    if entry.period:
        ends = zip(("dcat:startDate", "dcat:endDate"), entry.period, strict=True)
        period = tuple(
            (n, Literal(v, type="xsd:dateTime" if "T" in v else "xsd:date")) for n, v in ends if v != ".."
        )
        says.append(("dct:temporal", Node("dct:PeriodOfTime", period)))
    says += [("dcat:distribution", Iri(f"{_iri(entry, base)}#{name}")) for name, *_ in _ways(entry, base)]
    return Node("dcat:Dataset", tuple(says), _iri(entry, base))


def _ways(entry: Entry, base: str) -> Iterator[tuple[str, Text, str, str, str]]:
    """Each way to the data: name, title, address to begin at, address of the file, media type."""
    layer = entry.layer
    here = f"{base}/ogc/collections/{layer.id}"
    if layer.raster:
        yield "coverage", Text("GeoTIFF", "GeoTIFF"), here, f"{here}/coverage?f=geotiff", "image/tiff"
    else:
        yield "ogc-api", Text("OGC API – Features", "OGC API – Features"), here, "", "application/geo+json"
    yield "tiles", Text("圖磚", "Tiles"), f"{base}/tiles/{layer.id}.json", "", ""
    for name, form in forms(layer):
        media = form.media.split(";")[0]
        yield (
            name,
            Text(form.title, form.title),
            f"{base}/layers/{layer.id}",
            f"{here}/download?f={name}",
            media,
        )


def _distribution(
    entry: Entry, base: str, name: str, title: Text, access: str, file: str, media: str
) -> Node:
    says: list[tuple[str, Any]] = [
        *both("dct:title", title),
        ("dcat:accessURL", Iri(access)),
        ("dct:license", Iri(entry.licence_url)),
    ]
    if file:
        says.append(("dcat:downloadURL", Iri(file)))
    else:
        says.append(("dcat:accessService", Iri(f"{base}/ogc#service")))
    if media in _REGISTERED:
        says.append(("dcat:mediaType", Iri(f"https://www.iana.org/assignments/media-types/{media}")))
    return Node("dcat:Distribution", tuple(says), f"{_iri(entry, base)}#{name}")


# JSON-LD


def jsonld(nodes: list[Node]) -> bytes:
    said = {"@context": PREFIXES, "@graph": [_object(n) for n in nodes]}
    return json.dumps(said, ensure_ascii=False, indent=1).encode()


def _object(node: Node) -> dict[str, Any]:
    out: dict[str, Any] = ({"@id": node.iri} if node.iri else {}) | {"@type": node.type}
    for predicate, value in node.says:
        out.setdefault(predicate, []).append(_value(value))
    return out


def _value(value: Any) -> dict[str, Any]:
    if isinstance(value, Iri):
        return {"@id": value.value}
    if isinstance(value, Node):
        return _object(value)
    more = {"@language": value.language} if value.language else {"@type": value.type} if value.type else {}
    return {"@value": value.value} | more


# Turtle


def turtle(nodes: list[Node]) -> bytes:
    head = "".join(f"@prefix {p}: <{iri}> .\n" for p, iri in PREFIXES.items())
    return (head + "".join(f"\n{_written(Iri(n.iri))} {_said(n)} .\n" for n in nodes)).encode()


def _said(node: Node) -> str:
    return " ;\n    ".join([f"a {node.type}", *(f"{p} {_written(v)}" for p, v in node.says)])


def _written(value: Any) -> str:
    if isinstance(value, Iri):
        return f"<{quote(value.value, safe=':/#?&=%+,;@!$()*~[]' + chr(39))}>"
    if isinstance(value, Node):
        return f"[ {_said(value)} ]"
    text = json.dumps(value.value, ensure_ascii=False)  # Turtle escapes as JSON does
    return text + (f"@{value.language}" if value.language else f"^^{value.type}" if value.type else "")


# RDF/XML


def rdfxml(nodes: list[Node]) -> bytes:
    for prefix, iri in PREFIXES.items():
        ET.register_namespace(prefix, iri)
    root = ET.Element(_full("rdf:RDF"))
    for node in nodes:
        _element(root, node)
    ET.indent(root)
    return bytes(ET.tostring(root, encoding="utf-8", xml_declaration=True))


def _full(name: str) -> str:
    prefix, _, local = name.partition(":")
    return f"{{{PREFIXES[prefix]}}}{local}"


def _iri_of(name: str) -> str:
    prefix, _, local = name.partition(":")
    return PREFIXES[prefix] + local


def _element(parent: ET.Element, node: Node) -> None:
    own = ET.SubElement(parent, _full(node.type))
    if node.iri:
        own.set(_full("rdf:about"), node.iri)
    for predicate, value in node.says:
        said = ET.SubElement(own, _full(predicate))
        if isinstance(value, Iri):
            said.set(_full("rdf:resource"), value.value)
        elif isinstance(value, Node):
            _element(said, value)
        else:
            said.text = value.value
            if value.language:
                said.set(XML_LANG, value.language)
            elif value.type:
                said.set(_full("rdf:datatype"), _iri_of(value.type))


WRITERS: dict[str, tuple[Callable[[list[Node]], bytes], str]] = {
    "catalogue.jsonld": (jsonld, "application/ld+json; charset=utf-8"),
    "catalogue.ttl": (turtle, "text/turtle; charset=utf-8"),
    "catalogue.rdf": (rdfxml, "application/rdf+xml; charset=utf-8"),
}
