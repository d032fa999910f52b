"""From a file into one of the declared layers: the import that everybody uses, with the columns chosen on the map.

A dry run does everything and undoes it, so what it says is what would happen.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from gis.exchange.batch import Source
from gis.exchange.known import recognised
from gis.exchange.load import Import
from gis.exchange.mapping import by_name, checked, located
from gis.uploads.files import opened, parts
from gis.uploads.keep import Progress
from gis.uploads.look import first
from gis.uploads.places import Where, locate
from layers.access import Viewer, require
from layers.registry.importer import Importer, Place, Take, Wrong
from layers.registry.layer import Layer
from layers.registry.register import register
from layers.registry.text import Text

Json = dict[str, Any]
NOT_ASKED = ("key", "origin")


def target(id: str, viewer: Viewer) -> Layer:
    """The layer, if there is one that this person may import into."""
    layer = register.get(id)
    if layer is None or layer.clearance > viewer.clearance or layer.model is None:
        raise Wrong(
            "沒有這個圖層，或不能匯入。", "There is no such layer, or nothing can be imported into it."
        )
    require(viewer, "import", layer)
    return layer


def suggested(path: Path, name: str, wish: Json, viewer: Viewer) -> Json:
    """The fields of the layer, each with the column that it would be taken from."""
    layer = target(str(wish.get("layer")), viewer)
    with parts(path, name) as found:
        _, source = opened(found, wish.get("part"), wish.get("encoding"))
        known = recognised(layer, source)
        taken = _by_name(layer, source, viewer)
        return {
            "known": {"zh": known.title.zh, "en": known.title.en} if known else None,
            "fields": [
                {
                    "name": f.name,
                    "zh": f.title.zh,
                    "en": f.title.en,
                    "type": f.resolved,
                    "column": taken.get(f.name),
                }
                for f in layer.seen_by(viewer.clearance)
                if f.resolved != "json"
            ],
        }


def _by_name(layer: Layer, source: Source, viewer: Viewer) -> dict[str, str]:
    try:
        fields = by_name(layer, source, viewer.clearance).fields
    except Wrong:
        return {}  # nothing is called alike: the person chooses
    return {name: take.columns[0] for name, take in fields.items() if take.columns}


def append(
    path: Path, name: str, wish: Json, viewer: Viewer, rejects_at: Path, progress: Progress, dry_run: bool
) -> Json:
    layer = target(str(wish.get("layer")), viewer)
    with parts(path, name) as found:
        part, source = opened(found, wish.get("part"), wish.get("encoding"))
        where = locate(source, first(source), wish)
        importer = _importer(layer, source, where, wish)
        result = Import(
            layer=layer,
            files=[part.path],
            actor=viewer.actor,
            clearance=viewer.clearance,
            importer=importer,
            crs=where.crs,
            encoding=wish.get("encoding") or None,
            sublayer=part.sublayer,
            dry_run=dry_run,
            reject_file=rejects_at,
            progress=lambda _name, count: progress(count),
        ).run()
    said = result.as_json()
    rejects = said.pop("reject_file") is not None
    return said | {"rejects": rejects, "layer": layer.id, "dry_run": dry_run}


def _importer(layer: Layer, source: Source, where: Where, wish: Json) -> Importer:
    chosen = wish.get("mapping")
    if not chosen and (known := recognised(layer, source)):
        return located(known, source)
    if not isinstance(chosen, dict) or not any(chosen.values()):
        raise Wrong("請至少對應一個欄位。", "Choose a column for at least one field.")
    present = set(source.columns)
    fields = {n: Take((c,)) for n, c in chosen.items() if n in layer.by_name and c in present}
    fields |= {n: Take((n,)) for n in NOT_ASKED if n in present}
    key = wish.get("key")
    place = Place() if source.geometry else where.place
    made = Importer(
        title=Text("地圖上選的對應", "chosen on the map"),
        fields=fields,
        key=(key,) if key in present else (),
        place=place,
    )
    return checked(made, source)
