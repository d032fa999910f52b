"""What the catalogue says of one layer, from its declaration and its rows: the source of records, DCAT and ISO 19139."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from django.apps import apps
from django.conf import settings

from gis.exchange.files import FORMATS
from gis.ogc.call import Call, Json
from gis.ogc.core import Core
from gis.ogc.coverage_request import TYPES
from gis.ogc.coverages import COVERAGE_REL
from layers.access import Clearance
from layers.registry.extent import Extent
from layers.registry.layer import CATALOGUE, GROUPS, Layer
from layers.registry.register import register
from layers.registry.sql import Sql
from layers.registry.text import Text

CITY = settings.CITY
COUNCIL = Text(**CITY["council"])
TITLE = Text(f"安圖圖層目錄 · {CITY['name']['zh']}", f"Antu catalogue · {CITY['name']['en']}")
DESCRIPTION = Text(
    "每個圖層一筆：內容、範圍、期間、授權，以及取用方式。",
    "One record for each layer: what it holds, where and when, its licence, and the ways to use it.",
)
CORE = "http://www.opengis.net/spec/ogcapi-records-1/1.0/conf/record-core"
LANGUAGES = {
    "zh-TW": {"code": "zh-TW", "name": "繁體中文", "alternate": "Chinese (Taiwan)"},
    "en-US": {"code": "en-US", "name": "English"},
}
TILESETS = "http://www.opengis.net/def/rel/ogc/1.0/tilesets-vector"
TIFF = TYPES["geotiff"]
XML, GEOJSON, HTML, JSON = "application/xml", "application/geo+json", "text/html", "application/json"
ITEMS = f"/collections/{CATALOGUE}/items"


@dataclass(frozen=True, slots=True)
class Entry:
    """A layer with what the database knows of it, for one clearance."""

    layer: Layer
    extent: Extent
    created: datetime | None
    updated: datetime | None

    @property
    def theme(self) -> Text:
        """The room of the layer, or its group where the room has no title."""
        room = apps.get_app_config(self.layer.theme).module
        return getattr(room, "TITLE", None) or GROUPS[self.layer.group]

    @property
    def keywords(self) -> tuple[Text, ...]:
        found = (
            self.layer.title,
            GROUPS[self.layer.group],
            self.theme,
            Text(**CITY["name"]),
        )
        return tuple(dict.fromkeys(found))

    @property
    def public(self) -> bool:
        return self.layer.clearance == Clearance.PUBLIC

    @property
    def licence_url(self) -> str:
        return f"https://spdx.org/licenses/{self.layer.licence}.html"

    @property
    def period(self) -> tuple[str, str] | None:
        """First and last moment, as the standards write them; open where nothing is known."""
        if self.extent.start is None and self.extent.end is None:
            return None
        return _end(self.extent.start), _end(self.extent.end)


def _end(value: date | datetime | None) -> str:
    return moment(value) if value else ".."


def moment(value: date | datetime) -> str:
    if isinstance(value, datetime):
        return value.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    return value.isoformat()


class Entries:
    """The entries of a viewer, in the order of the register."""

    def __init__(self, core: Core) -> None:
        self.core = core
        self._made: dict[str, datetime] = {}

    async def all(self, call: Call) -> list[Entry]:
        return [await self.one(call, layer) for layer in register.seen_by(call.viewer)]

    async def one(self, call: Call, layer: Layer) -> Entry:
        made = (await self._installed()).get(layer.theme)
        extent = await self._extent(layer, call)
        changed = extent.changed
        if layer.query:  # what is drawn from others is as new as the newest of them that may be seen
            seen = (x for x in register.seen_by(call.viewer) if x.model and set(x.tables) & set(layer.tables))
            found = [(await self._extent(x, call)).changed for x in seen]
            changed = max((c for c in found if c), default=None)
        return Entry(layer, extent, made, changed or made)

    async def _extent(self, layer: Layer, call: Call) -> Extent:
        return await self.core.extents.of(self.core.pool, layer, call.viewer.clearance)

    async def _installed(self) -> dict[str, datetime]:
        """When each theme came to this server: since then its records are here."""
        if not self._made:
            rows = await self.core.fetch(Sql("SELECT app, min(applied) FROM django_migrations GROUP BY app"))
            self._made = dict(rows)
        return self._made


def record(entry: Entry, call: Call, full: bool = True) -> Json:
    """The record as GeoJSON, in the language of the call."""
    layer, language = entry.layer, call.language
    properties: Json = {
        "type": "dataset",
        "title": layer.title.get(language),
        "description": layer.description.get(language),
        "keywords": [k.get(language) for k in entry.keywords],
        "themes": [
            {
                "concepts": [{"id": layer.group, "title": GROUPS[layer.group].get(language)}],
                "scheme": f"{call.base}/ogc/collections/{CATALOGUE}/queryables",
            }
        ],
        "language": LANGUAGES[language],
        "languages": list(LANGUAGES.values()),
        "resourceLanguages": [LANGUAGES["zh-TW"]],
        "created": entry.created and moment(entry.created),
        "updated": entry.updated and moment(entry.updated),
        "externalIds": [{"scheme": f"{call.base}/ogc/collections", "value": layer.id}],
        "license": layer.licence,
        "rights": layer.attribution.get(language),
        "provenance": layer.provenance.get(language),
        "clearance": layer.clearance.slug,
        "contacts": contacts(entry, call),
        "formats": [{"name": f.title, "mediaType": f.media.split(";")[0]} for _, f in forms(layer)],
    }
    return {
        "id": layer.id,
        "type": "Feature",
        "conformsTo": [CORE],
        "geometry": box(entry.extent),
        "time": {"interval": list(entry.period)} if entry.period else None,
        "properties": {k: v for k, v in properties.items() if v is not None and v != []},
        "links": list(links(entry, call)) if full else [call.link("self", f"{ITEMS}/{layer.id}", GEOJSON)],
    }


def forms(layer: Layer) -> list[tuple[str, Any]]:
    return [] if layer.raster else list(FORMATS.items())


def contacts(entry: Entry, call: Call) -> list[Json]:
    council = {
        "organization": COUNCIL.get(call.language),
        "roles": ["publisher", "pointOfContact"],
        "links": [{"rel": "about", "type": HTML, "href": call.base}],
    }
    return [{"organization": entry.layer.attribution.get(call.language), "roles": ["owner"]}, council]


def box(extent: Extent) -> Json | None:
    if extent.bounds is None:
        return None
    west, south, east, north = (round(v, 6) for v in extent.bounds)
    ring = [[west, south], [east, south], [east, north], [west, north], [west, south]]
    return {"type": "Polygon", "coordinates": [ring]}


def links(entry: Entry, call: Call) -> Iterator[Json]:
    layer, here = entry.layer, f"{ITEMS}/{entry.layer.id}"

    def at(rel: str, path: str, type_: str, title: str) -> Json:
        return {"rel": rel, "type": type_, "href": f"{call.base}{path}", "title": title}

    title = layer.title.get(call.language)
    yield call.link("self", here, GEOJSON)
    yield call.link("alternate", f"{here}?f=html", HTML)
    yield call.link("alternate", f"{here}?f=iso19139", XML, "ISO 19139")
    yield call.link("collection", f"/collections/{CATALOGUE}", JSON, TITLE.get(call.language))
    yield call.link("data", f"/collections/{layer.id}", JSON, title)
    if layer.raster:
        yield call.link(COVERAGE_REL, f"/collections/{layer.id}/coverage?f=geotiff", TIFF, "GeoTIFF")
    else:
        yield call.link("items", f"/collections/{layer.id}/items", GEOJSON, "OGC API – Features")
    yield at("tiles" if layer.raster else TILESETS, f"/tiles/{layer.id}.json", JSON, "TileJSON")
    yield at("style", f"/styles/{layer.id}.json", "application/vnd.mapbox.style+json", "MapLibre")
    for name, form in forms(layer):
        media = form.media.split(";")[0]
        yield at("enclosure", f"/ogc/collections/{layer.id}/download?f={name}", media, form.title)
    yield at("about", f"/layers/{layer.id}", HTML, title)
    yield {"rel": "license", "type": HTML, "href": entry.licence_url, "title": layer.licence}
