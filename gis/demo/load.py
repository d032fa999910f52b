"""From the generator's tables into the themes' tables: one COPY a table, all in one transaction.

A table goes into the model whose name it bears; a column `<name>_key` becomes the reference `<name>`. The
first ward carries the mark of the city in its key, which tells later starts that the city is there.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import shapely
from django.apps import apps
from django.db import connection, models, transaction
from django.utils import timezone

from data.city import SCALES, Table, generate
from gis.demo.surfaces import write_surfaces
from gis.exchange.copy import ewkb, pour, write_rows
from gis.trouble import Trouble

Say = Callable[[str], None]
MODELS = {
    "districts": "areas.District", "precincts": "areas.Precinct", "stations": "areas.Station", "wards": "areas.Ward",
    "station_areas": "areas.StationArea", "beats": "areas.Beat",
    "junctions": "streets.Junction", "sections": "streets.Section", "roads": "streets.Road", "blocks": "streets.Block",
    "buildings": "streets.Building", "road_surfaces": "streets.RoadSurface", "waters": "streets.Water",
    "parks": "streets.Park", "railways": "streets.Railway", "landmarks": "streets.Landmark",
    "crashes": "crashes.Crash", "parties": "crashes.Party",
    "camera_sets": "cameras.CameraSet", "lenses": "cameras.Lens", "private_cameras": "cameras.PrivateCamera",
    "site_suggestions": "cameras.SiteSuggestion",
    "patrol_boxes": "patrol.PatrolBox", "patrol_routes": "patrol.PatrolRoute", "sign_ins": "patrol.SignIn",
    "patrol_cars": "patrol.PatrolCar", "patrol_tracks": "patrol.PatrolTrack",
    "calls": "hotspots.Call", "crimes": "cases.Crime", "atms": "hotspots.Atm", "withdrawals": "hotspots.Withdrawal",
    "enforcement_sites": "enforcement.EnforcementSite", "detection_zones": "enforcement.DetectionZone",
    "corridors": "enforcement.Corridor", "ptz_cameras": "enforcement.PtzCamera", "kerb_rules": "enforcement.KerbRule",
    "violations": "enforcement.Violation", "road_defects": "defects.RoadDefect",
    "citizen_reports": "defects.CitizenReport", "missing_persons": "missing.MissingPerson",
    "receivers": "missing.Receiver",
}  # fmt: skip
RENAMED = {"set_key": "camera_set_key"}
ORIGIN = "synthetic"


def loaded() -> bool:
    """The synthetic city is in this database."""
    return bool(_model("wards")._default_manager.filter(origin=ORIGIN).exists())


def empty() -> bool:
    """There is nothing yet that a demonstration could be mistaken for."""
    return not any(_model(name)._default_manager.exists() for name in ("wards", "crashes", "junctions"))


def load(
    scale: str = "chiayi", seed: int = 1, say: Say = lambda _: None, replace: bool = False
) -> dict[str, int]:
    """Rows by table. Interrupted, it leaves the database as it was."""
    if scale not in SCALES:
        raise Trouble(f"There is no scale “{scale}”.", f"There are {', '.join(SCALES)}.", code=2)
    began = time.perf_counter()
    city = generate(scale, seed, say=lambda part: say(f"made {part}"))
    counts: dict[str, int] = {}
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SELECT set_config('antu.actor', 'antu demo', true)")
        if replace:
            _clear(say)
        elif not empty():
            hint = "Use --replace to remove the synthetic city first; other data is never removed."
            raise Trouble("There is already data in this database.", hint, code=2)
        ids: dict[str, dict[str, int]] = {}
        for name, table in city.items():
            counts[name] = _copy(name, table, ids)
            say(f"loaded {name}: {counts[name]:,}")
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    write_surfaces(city, say)
    say(f"示範市 is there: {sum(counts.values()):,} rows in {time.perf_counter() - began:.0f} s")
    return counts


def _model(name: str) -> type[models.Model]:
    return apps.get_model(MODELS[name])


def _clear(say: Say) -> None:
    """Only what is synthetic goes, last made first."""
    for name in reversed(MODELS):
        model = _model(name)
        if any(f.name == "origin" for f in model._meta.concrete_fields):
            gone, _ = model._default_manager.filter(origin=ORIGIN).delete()
            if gone:
                say(f"removed {name}: {gone:,}")


def _copy(name: str, table: Table, ids: dict[str, dict[str, int]]) -> int:
    model = _model(name)
    columns, rows = _rows(model, table, ids)
    place = any(f.name == "geom" for f in model._meta.concrete_fields)
    count = (pour if place else write_rows)(connection, model, columns, rows)
    if any(f.name == "key" for f in model._meta.concrete_fields):
        ids[model._meta.label] = dict(model._default_manager.values_list("key", "pk"))  # type: ignore[arg-type]
    return count


def _rows(
    model: type[models.Model], table: Table, ids: dict[str, dict[str, int]]
) -> tuple[list[str], Iterator[tuple[Any, ...]]]:
    """Columns of the model, each from the table, from a reference, or at its default."""
    given = {RENAMED.get(name, name): values for name, values in table.columns.items()}
    length = len(table)
    columns: list[str] = []
    values: list[Any] = []
    for field in model._meta.concrete_fields:
        if field.primary_key or isinstance(field, models.GeneratedField):
            continue
        columns.append(field.column)
        values.append(_values(field, given, table, ids, length))
    return columns, zip(*values, strict=True)


def _values(
    field: models.Field[Any, Any],
    given: dict[str, Any],
    table: Table,
    ids: dict[str, dict[str, int]],
    length: int,
) -> Any:
    if field.name == "geom":
        assert table.geometry is not None
        return ewkb(_fitting(table.geometry, field))
    if field.name == "origin":
        return [ORIGIN] * length
    if field.name == "changed_at":
        return [timezone.now()] * length
    if isinstance(field, models.ForeignKey):
        keys = given.get(f"{field.name}_key")
        if keys is None:
            return [None] * length
        known = ids[field.remote_field.model._meta.label]
        return [None if key is None else known[key] for key in keys]
    if field.name in given:
        return given[field.name]
    if field.name == "case_no":
        return given["key"]
    return [field.get_default()] * length


def _fitting(shapes: np.ndarray, field: models.Field[Any, Any]) -> np.ndarray:
    """Areas are kept as multipolygons; cut pieces that are no areas are left out."""
    if getattr(field, "geom_type", "") != "MULTIPOLYGON":
        return shapes
    out = np.empty(len(shapes), dtype=object)
    for i, shape in enumerate(shapes):
        parts = [p for p in shapely.get_parts(shape) if p.geom_type == "Polygon" and not p.is_empty]
        out[i] = shapely.multipolygons(parts)
    return out
