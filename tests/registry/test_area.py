"""A condition may be bounded by a feature of another layer, named instead of drawn."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.db import connection
from pytest_django.plugin import DjangoDbBlocker

from layers.access import Clearance
from layers.registry import cql
from layers.registry.layer import Layer
from layers.registry.register import register
from layers.registry.sql import relation, where


@pytest.fixture
def city(hamlet: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    with django_db_blocker.unblock():
        yield
        connection.close()


def layer(name: str) -> Layer:
    found = register.get(name)
    assert found
    return found


def ids(filter: str, of: str = "crashes", clearance: Clearance = Clearance.PUBLIC) -> set[int]:
    rows = where(layer(of), clearance, condition=cql.compile(filter, layer(of), clearance))
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT q.id FROM {relation(layer(of))} WHERE {rows.text}", rows.params)
        return {row[0] for row in cursor.fetchall()}


def test_a_feature_bounds_as_its_own_shape_does(city: None) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT w.id, array_agg(c.id) FROM areas_ward w JOIN crashes_crash c ON ST_Intersects(c.merc, w.merc) "
            "GROUP BY 1 ORDER BY count(*) DESC LIMIT 1"
        )
        ward, inside = cursor.fetchone()
    assert ids(f"S_INTERSECTS(geom, feature('wards', {ward}))") == set(inside)
    bad = ids(f"severity = 2 AND S_WITHIN(geom, feature('wards', {ward}))")
    assert bad < set(inside)
    assert bad


def test_a_feature_that_is_not_there_bounds_everything_away(city: None) -> None:
    assert ids("S_INTERSECTS(geom, feature('wards', 999999999))") == set()


@pytest.mark.parametrize(
    "filter",
    [
        "S_INTERSECTS(geom, feature('nowhere', 1))",
        "S_INTERSECTS(geom, feature('crash_surface', 1))",
        "S_INTERSECTS(geom, feature('wards', 'x'))",
        "S_INTERSECTS(geom, feature('wards', 1.5))",
        "S_INTERSECTS(geom, feature('wards'))",
        "feature('wards', 1) = 3",
    ],
)
def test_what_bounds_nothing_is_refused_with_a_sentence(filter: str) -> None:
    with pytest.raises(cql.BadFilter, match=r"\.$"):
        cql.compile(filter, layer("crashes"), Clearance.PUBLIC)


def test_a_layer_that_one_may_not_see_is_answered_like_one_that_is_not_there() -> None:
    hidden = next(one for one in register if one.clearance > Clearance.PUBLIC and not one.raster)
    with pytest.raises(cql.BadFilter) as refused:
        cql.compile(f"S_INTERSECTS(geom, feature('{hidden.id}', 1))", layer("crashes"), Clearance.PUBLIC)
    with pytest.raises(cql.BadFilter) as absent:
        cql.compile("S_INTERSECTS(geom, feature('nowhere', 1))", layer("crashes"), Clearance.PUBLIC)
    assert str(refused.value) == str(absent.value).replace("nowhere", hidden.id)
