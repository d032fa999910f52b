"""Lists in a filter: what they hold counts, neither the order nor how often."""

from __future__ import annotations

import pytest
from django.contrib.gis.geos import MultiPolygon, Polygon

from layers.access import Clearance
from layers.registry import cql
from tests.exchange.taking import layer
from tests.sample.models import Zone

AREA = MultiPolygon(Polygon.from_bbox((120.1, 23.1, 120.2, 23.2)))
TAGS = {"both": ["a", "b"], "one": ["a"], "numbers": [1, 2, 2], "none": []}


@pytest.mark.parametrize(
    ("filter", "found"),
    [
        ("A_CONTAINS(tags, ('a'))", {"both", "one"}),
        ("A_CONTAINS(tags, ('b', 'a'))", {"both"}),
        ("A_CONTAINEDBY(tags, ('a', 'c'))", {"one", "none"}),
        ("A_EQUALS(tags, ('b', 'a'))", {"both"}),
        ("A_EQUALS(tags, (2, 1))", {"numbers"}),
        ("A_OVERLAPS(tags, ('b', 'c'))", {"both"}),
        ("A_OVERLAPS(tags, (2, 7))", {"numbers"}),
        ({"op": "a_containedBy", "args": [["a"], {"property": "tags"}]}, {"both", "one"}),
        (
            {"op": "not", "args": [{"op": "a_overlaps", "args": [{"property": "tags"}, ["a"]]}]},
            {"numbers", "none"},
        ),
    ],
)
@pytest.mark.django_db
def test_lists_are_compared_by_what_they_hold(filter: str | dict[str, object], found: set[str]) -> None:
    Zone.objects.all().delete()
    for name, tags in TAGS.items():
        Zone.objects.create(key=name, name=name, tags=tags, geom=AREA)
    where = cql.compile(filter, layer("zones"), Clearance.PUBLIC)
    rows = Zone.objects.raw(f"SELECT q.id, q.name FROM sample_zone AS q WHERE {where.text}", where.params)
    assert {zone.name for zone in rows} == found


@pytest.mark.parametrize(
    "filter",
    [
        "A_CONTAINS(name, ('a'))",
        "A_CONTAINS(tags, tags)",
        {"op": "a_equals", "args": [{"property": "tags"}, [["a"]]]},
    ],
)
def test_what_is_no_list_is_refused(filter: str | dict[str, object]) -> None:
    with pytest.raises(cql.BadFilter, match="list"):
        cql.compile(filter, layer("zones"), Clearance.PUBLIC)
