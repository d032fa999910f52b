"""Every write, by whatever way, counts up the cells it touched; nothing else does."""

from __future__ import annotations

import math

import pytest
from django.contrib.gis.geos import Point
from django.db import connection

from layers.registry.models import TileCell
from tests.factories import CENTER, spot, zone
from tests.sample.models import Spot

pytestmark = pytest.mark.django_db


def cell(lon: float, lat: float) -> tuple[int, int]:
    """The tile of zoom 14 around a place, by the textbook formula."""
    y = math.asinh(math.tan(math.radians(lat)))
    return math.floor((lon + 180) / 360 * 2**14), math.floor((1 - y / math.pi) / 2 * 2**14)


def versions(table: str = "sample_spot") -> dict[tuple[int, int], int]:
    return {(c.x, c.y): c.version for c in TileCell.objects.filter(table_name=table)}


def test_an_insert_touches_the_cell_of_the_point() -> None:
    before = versions()
    spot(*CENTER)
    changed = {place for place, n in versions().items() if before.get(place) != n}
    assert changed == {cell(*CENTER)}


def test_moving_a_point_touches_where_it_was_and_where_it_is() -> None:
    moved = spot(*CENTER)
    before = versions()
    moved.geom = Point(CENTER[0] + 0.1, CENTER[1], srid=4326)
    moved.save()
    changed = {place for place, n in versions().items() if before.get(place) != n}
    assert changed == {cell(*CENTER), cell(CENTER[0] + 0.1, CENTER[1])}


def test_writing_by_sql_counts_too() -> None:
    spot(*CENTER)
    before = versions()
    with connection.cursor() as cursor:
        cursor.execute("UPDATE sample_spot SET name = 'x'")
    assert sum(versions().values()) == sum(before.values()) + 1


def test_a_write_that_changes_no_row_touches_nothing() -> None:
    before = versions()
    Spot.objects.filter(name="nobody").delete()
    assert versions() == before


def test_an_area_touches_every_cell_under_its_box_and_a_continent_touches_everything() -> None:
    zone(120.40, 23.45, 120.50, 23.52)
    assert 12 < len(versions("sample_zone")) < 60
    zone(70, 0, 140, 50)
    assert (-1, -1) in versions("sample_zone")
