"""Writes features: create, replace, update, delete, each in one transaction with its audit entry.

Whoever changes a feature must say which version they saw (`If-Match`); when it has changed since, they get
both. The model validates, the declaration says which properties exist and who may write them.
"""

from __future__ import annotations

import hashlib
import json
import uuid
from collections.abc import Mapping
from typing import Any

from django.contrib.gis.geos import GEOSGeometry
from django.core.exceptions import ValidationError
from django.db import connection, transaction
from django.db.models import Field as ModelField
from django.db.models import GeneratedField
from django.utils import timezone

from gis.accounts.middleware import say_actor
from gis.ogc.problem import OgcProblem
from layers.access import Viewer, may
from layers.registry.field import Field
from layers.registry.history import kept_row
from layers.registry.layer import Layer
from layers.registry.place import BadPlace, read_place
from layers.registry.rows import Row, geometry_column
from layers.registry.sql import relation

MOST_BYTES = 2_000_000
Json = dict[str, Any]


def allowed(layer: Layer, viewer: Viewer, item: bool) -> list[str]:
    reading = ["GET", "HEAD", "OPTIONS"]
    if not may(viewer, "edit", layer):
        return reading
    return reading + (["PUT", "PATCH", "DELETE"] if item else ["POST"])


def create(layer: Layer, viewer: Viewer, body: bytes, sent: str | None = None) -> int:
    """`sent` is the sender's own name for what it sends: sent twice under one name, it is made once."""
    feature = read_feature(body, whole=True)
    with transaction.atomic():
        say_actor(viewer.actor)
        return int(made(layer, viewer, feature, sent).pk)


def change(layer: Layer, viewer: Viewer, fid: int, body: bytes, match: str | None, whole: bool) -> int:
    """Replaces (`whole`) or updates a feature; returns its new version."""
    feature = read_feature(body, whole=whole)
    with transaction.atomic():
        say_actor(viewer.actor)
        return changed(layer, viewer, fid, feature, match, whole)


def delete(layer: Layer, viewer: Viewer, fid: int, match: str | None) -> None:
    with transaction.atomic():
        say_actor(viewer.actor)
        locked(layer, viewer, fid, match, None).delete()


# within a transaction of the caller


def made(layer: Layer, viewer: Viewer, feature: Json, sent: str | None = None) -> Row:
    key = f"e-{uuid.uuid4().hex[:20]}"
    if sent:
        key = f"e-{hashlib.blake2b(f'{viewer.actor}/{sent}'.encode(), digest_size=16).hexdigest()}"
        with connection.cursor() as cursor:  # the same sent twice at once: the second waits, then finds it
            cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [key])
        if there := model(layer)._default_manager.filter(key=key).first():
            return there
    row = model(layer)(key=key, origin="edit")
    fill(row, layer, viewer, feature, whole=True)
    save(row)
    return row


def changed(layer: Layer, viewer: Viewer, fid: int, feature: Json, match: str | None, whole: bool) -> int:
    row = locked(layer, viewer, fid, match, feature)
    fill(row, layer, viewer, feature, whole=whole)
    row.version += 1
    row.changed_at = timezone.now()
    save(row)
    return row.version


def restored(layer: Layer, viewer: Viewer, fid: int, feature: Json) -> Row:
    """A deleted row again, under its old id and key, with what the feature says instead of what it was."""
    table = model(layer)
    was = kept_row(table._meta.db_table, fid)
    if was is None or table._default_manager.filter(pk=fid).exists():
        raise OgcProblem(
            409, "There is nothing deleted under this number that could be restored.", "Conflict"
        )
    columns = {f.column: f for f in table._meta.concrete_fields if not isinstance(f, GeneratedField)}
    values = {f.attname: _value(f, was[name]) for name, f in columns.items() if name in was}
    row = table(**values)
    row.version += 1
    row.changed_at = timezone.now()
    fill(row, layer, viewer, feature, whole=False)
    save(row)
    return row


def _value(field: ModelField[Any, Any], kept: Any) -> Any:
    if field.name == "geom":
        return GEOSGeometry(kept)
    return field.to_python(kept)


def model(layer: Layer) -> type[Row]:
    assert layer.model is not None
    return layer.model


def read_feature(body: bytes, whole: bool) -> Json:
    if len(body) > MOST_BYTES:
        raise OgcProblem(413, f"A feature is at most {MOST_BYTES:,} bytes.")
    try:
        feature = json.loads(body)
    except (ValueError, RecursionError) as wrong:
        raise OgcProblem(400, f"The body is no valid JSON: {wrong}.") from wrong
    if not isinstance(feature, dict) or (whole and feature.get("type") != "Feature"):
        raise OgcProblem(400, "The body must be one GeoJSON feature.")
    if not isinstance(feature.get("properties") or {}, dict):
        raise OgcProblem(400, "“properties” must be an object.")
    return feature


def locked(layer: Layer, viewer: Viewer, fid: int, match: str | None, mine: Json | None) -> Row:
    """The row, held until the transaction ends, if the caller saw its newest version."""
    rest = "".join(f" AND ({w})" for w in layer.wheres(viewer.clearance))
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT q.id FROM {relation(layer)} WHERE q.id = %s{rest} FOR UPDATE", [fid])
        if cursor.fetchone() is None:
            raise OgcProblem(404, "There is no such feature.", "NotFound")
    row = model(layer)._default_manager.get(pk=fid)
    if match is None:
        raise OgcProblem(428, "Say which version you saw: send its ETag as If-Match.", "PreconditionRequired")
    if match.strip() not in ("*", f'"{row.version}"', f'W/"{row.version}"'):
        raise OgcProblem(
            412,
            "Somebody changed this feature since you read it; here are both versions.",
            "PreconditionFailed",
            current=as_feature(row, layer, viewer),
            version=row.version,
            yours=mine,
        )
    return row


def as_feature(row: Row, layer: Layer, viewer: Viewer) -> Json:
    values = {f.name: getattr(row, layer.column(f.name)) for f in layer.seen_by(viewer.clearance)}
    place = json.loads(row.geom.json)  # type: ignore[attr-defined]
    place.pop("crs", None)
    shown = {k: v.isoformat() if hasattr(v, "isoformat") else v for k, v in values.items()}
    return {"type": "Feature", "id": row.pk, "geometry": place, "properties": shown}


def fill(row: Row, layer: Layer, viewer: Viewer, feature: Json, whole: bool) -> None:
    given: Mapping[str, Any] = feature.get("properties") or {}
    writable = {f.name: f for f in layer.fields if may(viewer, "edit", layer, f)}
    if strange := next((name for name in given if name not in writable), None):
        raise OgcProblem(400, f"There is no property “{str(strange)[:60]}” that you may write.")
    for name, field in writable.items():
        if name in given:
            setattr(row, layer.column(name), checked(field, given[name]))
        elif whole and row.pk is not None:
            setattr(row, layer.column(name), row._meta.get_field(name).get_default())  # type: ignore[union-attr]
    if "geometry" in feature:
        row.geom = place(row, feature["geometry"])  # type: ignore[attr-defined]
    elif whole:
        raise OgcProblem(400, "The feature has no geometry.")


def checked(field: Field, value: Any) -> Any:
    """A coded value must be in the code list; the rest is the model's business."""
    if field.codes is not None and value not in (None, ""):
        known = {str(c.value) for c in field.codes.entries}
        if str(value) not in known:
            said = f"“{str(value)[:40]}” is not in the code list {field.codes.id}."
            raise OgcProblem(400, f"{field.name}: {said}", fields={field.name: [said]})
    return value


def place(row: Row, geometry: Any) -> GEOSGeometry:
    try:
        drawn = read_place(json.dumps(geometry), geometry_column(type(row)).geom_type)
    except BadPlace as wrong:
        raise OgcProblem(400, str(wrong)) from wrong
    return GEOSGeometry(memoryview(drawn.wkb), srid=4326)


def save(row: Row) -> None:
    try:
        row.full_clean(validate_unique=False)
        row.save()
    except ValidationError as wrong:
        said = "; ".join(f"{name}: {' '.join(why)}" for name, why in wrong.message_dict.items())
        raise OgcProblem(400, said, fields=dict(wrong.message_dict)) from wrong
    except (TypeError, ValueError) as wrong:
        raise OgcProblem(400, f"A value has the wrong type: {wrong}.") from wrong
