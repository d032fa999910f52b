"""What every row of every layer has, as abstract models: a stable key, an origin, a version, a place.

`merc` is the geometry in Web Mercator, kept by the database itself, so that tiles transform nothing and
their index is right by construction.
"""

from __future__ import annotations

from typing import Any, ClassVar

from django.contrib.gis.db import models
from django.contrib.gis.db.models.functions import Transform
from django.contrib.postgres.indexes import GistIndex

WGS84 = 4326
MERCATOR = 3857
TWD97 = 3826


def _merc(field: type[models.GeometryField[Any, Any]]) -> models.GeneratedField:
    return models.GeneratedField(
        expression=Transform("geom", MERCATOR),
        output_field=field(srid=MERCATOR, spatial_index=False),
        db_persist=True,
        editable=False,
    )


class Row(models.Model):
    """A row that can be imported again (by `key`), locked (by `version`) and doubted (by `origin`)."""

    key = models.CharField("代碼", max_length=64, unique=True)
    origin = models.CharField("來源", max_length=16, default="real", db_index=True)
    version = models.PositiveIntegerField("版本", default=1, editable=False)
    changed_at = models.DateTimeField("異動時間", auto_now=True)

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return str(getattr(self, "name", "") or self.key)


def geometry_column(model: type[models.Model]) -> models.GeometryField[Any, Any]:
    """The column of places. Raises where the model has none."""
    column = model._meta.get_field("geom")
    assert isinstance(column, models.GeometryField)
    return column


class SpatialMeta:
    """Meta of a spatial model: a place is looked for in `merc`, so that is what is indexed."""

    abstract = True
    indexes: ClassVar[list[Any]] = [GistIndex(fields=["merc"], name="%(class)s_merc")]


class PointRow(Row):
    geom = models.PointField(srid=WGS84, spatial_index=False)
    merc = _merc(models.PointField)

    class Meta(SpatialMeta):
        pass


class LineRow(Row):
    geom = models.LineStringField(srid=WGS84, spatial_index=False)
    merc = _merc(models.LineStringField)

    class Meta(SpatialMeta):
        pass


class AreaRow(Row):
    geom = models.MultiPolygonField(srid=WGS84, spatial_index=False)
    merc = _merc(models.MultiPolygonField)

    class Meta(SpatialMeta):
        pass
