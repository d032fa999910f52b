"""OGC API – Records: the catalogue of the layers as a collection of its own, searched and paged, per clearance.

The same entries go out as DCAT (`/ogc/catalogue.jsonld`, `.ttl`, `.rdf`) and as ISO 19139, record by record.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime, time
from typing import Any
from urllib.parse import urlencode

from django.utils import timezone

from gis.ogc import dcat, iso19139
from gis.ogc.call import GEOJSON, SCHEMA, Call, Json
from gis.ogc.core import Core, visible
from gis.ogc.crs import CRS84
from gis.ogc.problem import OgcProblem, not_found
from gis.ogc.processes import whole
from gis.ogc.record import (
    DESCRIPTION,
    ITEMS,
    LANGUAGES,
    TITLE,
    Entries,
    Entry,
    contacts,
    moment,
    record,
)  # fmt: skip
from gis.ogc.request import numbers
from layers.access import Clearance
from layers.registry.layer import CATALOGUE, GROUPS
from layers.registry.register import register
from layers.registry.sql import parse_interval

EQUAL: dict[str, Callable[[Entry, Json], list[str]]] = {
    "title": lambda e, said: [*e.layer.title],
    "keywords": lambda e, said: [w for k in e.keywords for w in k],
    "themes": lambda e, said: [e.layer.group],
    "license": lambda e, said: [e.layer.licence],
    "clearance": lambda e, said: [e.layer.clearance.slug],
}
"""The properties that a parameter of the same name compares with."""
SORTABLE = ("id", "title", "updated", "created")
_MOST = 1_000


class Records:
    def __init__(self, core: Core) -> None:
        self.entries = Entries(core)

    async def described(self, call: Call) -> Json:
        """The collection, as it stands among the others."""
        entries = await self.entries.all(call)
        bounds = [e.extent.bounds for e in entries if e.extent.bounds]
        language, here = call.language, f"/collections/{CATALOGUE}"
        said: Json = {
            "id": CATALOGUE,
            "type": "Catalog",
            "itemType": "record",
            "title": TITLE.get(language),
            "description": DESCRIPTION.get(language),
            "keywords": [g.get(language) for g in GROUPS.values()],
            "language": LANGUAGES[language],
            "languages": list(LANGUAGES.values()),
            "recordLanguages": list(LANGUAGES.values()),
            "updated": max((moment(e.updated) for e in entries if e.updated), default=None),
            "contacts": contacts(entries[0], call)[1:] if entries else [],
            "crs": [CRS84.uri],
            "extent": {},
            "links": [
                call.link("self", here),
                call.link("alternate", f"{here}?f=html", "text/html"),
                call.link("items", f"{here}/items", "application/geo+json", TITLE.get(language)),
                call.link(
                    "http://www.opengis.net/def/rel/ogc/1.0/queryables",
                    f"{here}/queryables",
                    "application/schema+json",
                ),
                call.link(
                    "http://www.opengis.net/def/rel/ogc/1.0/sortables",
                    f"{here}/sortables",
                    "application/schema+json",
                ),
                *links(call),
            ],
        }
        if bounds:
            west, south = min(b[0] for b in bounds), min(b[1] for b in bounds)
            east, north = max(b[2] for b in bounds), max(b[3] for b in bounds)
            said["extent"] = {"spatial": {"bbox": [[west, south, east, north]], "crs": CRS84.uri}}
        return {k: v for k, v in said.items() if v is not None}

    async def collection(self, call: Call) -> None:
        call.reads()
        call.only()
        await call.describe(await self.described(call))

    async def queryables(self, call: Call) -> None:
        call.reads()
        call.only()
        seen = register.seen_by(call.viewer)
        values = {
            "license": sorted({x.licence for x in seen}),
            "themes": [g for g in GROUPS if any(x.group == g for x in seen)],
            "clearance": [c.slug for c in Clearance if c <= call.viewer.clearance],
        }
        properties = {n: {"type": "string"} | ({"enum": values[n]} if n in values else {}) for n in EQUAL}
        said = {
            "$schema": "https://json-schema.org/draft/2020-12/schema",
            "$id": f"{call.base}/ogc/collections/{CATALOGUE}/queryables",
            "type": "object",
            "title": TITLE.get(call.language),
            "properties": properties,
            "additionalProperties": False,
        }
        await call.describe(said, 200, SCHEMA)

    async def sortables(self, call: Call) -> None:
        call.reads()
        call.only()
        said = {
            "$schema": "https://json-schema.org/draft/2020-12/schema",
            "$id": f"{call.base}/ogc/collections/{CATALOGUE}/sortables",
            "type": "object",
            "title": TITLE.get(call.language),
            "properties": {name: {"type": "string"} for name in SORTABLE},
            "additionalProperties": False,
        }
        await call.describe(said, 200, SCHEMA)

    async def items(self, call: Call) -> None:
        call.reads()
        call.only("q", "bbox", "datetime", "type", "ids", "externalIds", "limit", "offset", "sortby", *EQUAL)
        limit = whole(call.asked.get("limit"), "limit", _MOST)
        offset = whole(call.asked["offset"], "offset", 10**6) if call.asked.get("offset", "0") != "0" else 0
        tests = conditions(call)
        found = [(e, record(e, call, full=False)) for e in await self.entries.all(call)]
        found = [(e, said) for e, said in found if all(test(e, said) for test in tests)]
        found = ordered(found, call.asked.get("sortby"))
        page = [record(e, call) for e, _ in found[offset : offset + limit]]
        said = {
            "type": "FeatureCollection",
            "numberMatched": len(found),
            "numberReturned": len(page),
            "features": page,
            "links": paging(call, offset, limit, len(found)),
        }
        if call.asked.get("f") == "html" or (call.wants_html and "f" not in call.asked):
            rows = [{"id": r["id"], **r["properties"]} for r in page]
            return await call.describe(
                {"title": TITLE.get(call.language), "records": rows, "links": said["links"]}
            )
        form(call, "json", "geojson", "html")
        await call.give(json.dumps(said, ensure_ascii=False).encode(), GEOJSON)

    async def item(self, call: Call, id: str) -> None:
        call.reads()
        call.only()
        try:
            layer = visible(id, call)
        except OgcProblem as absent:
            raise OgcProblem(404, "There is no such record.", "NotFound") from absent
        entry = await self.entries.one(call, layer)
        if call.asked.get("f") == "iso19139":
            return await call.give(iso19139.write(entry, call.base), "application/xml; charset=utf-8")
        said = record(entry, call)
        if call.asked.get("f") == "html" or (call.wants_html and "f" not in call.asked):
            own = said["properties"]
            shown = own | {
                "keywords": "、".join(own["keywords"]),
                "themes": own["themes"][0]["concepts"][0]["title"],
                "contacts": "；".join(c["organization"] for c in own["contacts"]),
                "formats": ", ".join(f["name"] for f in own.get("formats", ())),
                "time": " – ".join(said["time"]["interval"]) if said["time"] else None,
            }
            for name in ("title", "description", "language", "languages", "resourceLanguages"):
                shown.pop(name)
            page = {"title": own["title"], "description": own["description"], "properties": shown}
            return await call.describe(page | {"links": said["links"]})
        form(call, "json", "geojson", "html", "iso19139")
        await call.give(json.dumps(said, ensure_ascii=False).encode(), GEOJSON)

    async def linked(self, call: Call, name: str) -> None:
        """The whole catalogue as linked data."""
        call.reads()
        call.only()
        if name not in dcat.WRITERS:
            raise not_found()
        write, media = dcat.WRITERS[name]
        graph = dcat.graph(await self.entries.all(call), call.base)
        await call.give(write(graph), media)


def landing_links(call: Call) -> list[Json]:
    rel = "http://www.opengis.net/def/rel/ogc/1.0/ogc-catalog"
    return [call.link(rel, f"/collections/{CATALOGUE}", title=TITLE.get(call.language)), *links(call)]


def links(call: Call) -> list[Json]:
    """The catalogue in other words."""
    return [
        call.link("alternate", f"/{name}", media.split(";")[0], f"DCAT-AP ({name.rpartition('.')[2]})")
        for name, (_, media) in dcat.WRITERS.items()
    ]


def form(call: Call, *known: str) -> None:
    if (wanted := call.asked.get("f", "json")) not in known:
        raise OgcProblem(400, f"There is no format “{wanted[:20]}” here; there are {', '.join(known)}.")


Test = Callable[[Entry, Json], bool]


def _holding(wanted: str, values: Callable[[Entry, Json], list[str]]) -> Test:
    return lambda entry, said: wanted in values(entry, said)


def conditions(call: Call) -> list[Test]:
    asked, tests = call.asked, list[Test]()
    if words := asked.get("q"):
        wanted = [w.strip().casefold() for w in words.split(",") if w.strip()]
        tests.append(lambda e, _: any(w in text(e) for w in wanted))
    if "type" in asked:
        tests.append(lambda e, said: said["properties"]["type"] in asked["type"].split(","))
    if "ids" in asked:
        tests.append(lambda e, _: e.layer.id in asked["ids"].split(","))
    if "externalIds" in asked:  # with or without the name of who gave it
        given = [v.strip() for v in asked["externalIds"].split(",")]
        there = f"{call.base}/ogc/collections"
        tests.append(lambda e, _: e.layer.id in given or f"{there}:{e.layer.id}" in given)
    if "bbox" in asked:
        tests.append(meets(numbers(asked["bbox"])))
    if "datetime" in asked:
        tests.append(during(asked["datetime"]))
    for name, values in EQUAL.items():
        if name in asked:
            tests.append(_holding(asked[name], values))
    return tests


def text(entry: Entry) -> str:
    """All that is read of a layer, in both languages."""
    layer = entry.layer
    parts = (*layer.title, *layer.description, layer.id, *(w for k in entry.keywords for w in k))
    return "\n".join(parts).casefold()


def meets(box_: list[float]) -> Test:
    west, south, east, north = box_
    if south > north:
        raise OgcProblem(400, "bbox has its south above its north; the order is west,south,east,north.")

    def test(entry: Entry, _: Json) -> bool:
        if (found := entry.extent.bounds) is None:
            return False
        across = (
            found[2] >= west or found[0] <= east if west > east else found[2] >= west and found[0] <= east
        )
        return across and found[3] >= south and found[1] <= north

    return test


def during(said: str) -> Test:
    try:
        start, end = parse_interval(said)
    except ValueError as wrong:
        raise OgcProblem(400, str(wrong)) from wrong

    def test(entry: Entry, _: Json) -> bool:
        """What has no time is always there."""
        first, last = (
            _moment(v, late) for v, late in ((entry.extent.start, False), (entry.extent.end, True))
        )
        return not ((start and last and last < start) or (end and first and first > end))

    return test


def _moment(value: Any, late: bool) -> datetime | None:
    if value is None or isinstance(value, datetime):
        return value
    at = datetime.combine(value, time.max if late else time.min)
    return at.replace(tzinfo=timezone.get_default_timezone()).astimezone(UTC)


def ordered(found: list[tuple[Entry, Json]], sortby: str | None) -> list[tuple[Entry, Json]]:
    for part in reversed((sortby or "").split(",")[:4]):
        name = part.lstrip("+- ")
        if not name:
            continue
        if name not in SORTABLE:
            raise OgcProblem(400, f"One cannot sort by “{name[:40]}”; there are {', '.join(SORTABLE)}.")

        def key(one: tuple[Entry, Json], name: str = name) -> str:
            return str(one[1]["id"] if name == "id" else one[1]["properties"].get(name, ""))

        found = sorted(found, key=key, reverse=part.startswith("-"))
    return found


def paging(call: Call, offset: int, limit: int, total: int) -> list[Json]:
    def link(rel: str, type_: str, **changes: Any) -> Json:
        query = {k: v for k, v in call.asked.items() if k not in ("f", *changes)} | changes
        return call.link(rel, f"{ITEMS}?{urlencode(query)}" if query else ITEMS, type_)

    out = [
        link("self", "application/geo+json"),
        link("alternate", "text/html", f="html"),
        call.link("collection", f"/collections/{CATALOGUE}"),
    ]
    if offset + limit < total:
        out.append(link("next", "application/geo+json", offset=offset + limit))
    if offset:
        out.append(link("prev", "application/geo+json", offset=max(offset - limit, 0)))
    return out
