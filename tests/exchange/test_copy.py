"""Rows go in by COPY, in one transaction, and lie in the order of a Hilbert curve."""

import pytest
from django.db import connection, transaction
from django.utils import timezone
from shapely import Point

from gis.exchange.copy import pour, write_rows
from tests.sample.models import Spot

COLUMNS = (
    "key",
    "origin",
    "version",
    "changed_at",
    "name",
    "kind",
    "grade",
    "weight",
    "open",
    "informant",
    "geom",
)


def row(key: str, lon: float, lat: float) -> tuple[object, ...]:
    return key, "test", 1, timezone.now(), "路口", "a", 1, 1.0, True, "", Point(lon, lat)


@pytest.mark.django_db
def test_rows_with_shapely_places_are_written() -> None:
    assert write_rows(connection, Spot, COLUMNS, [row("c1", 120.4, 23.4), row("c2", 120.5, 23.5)]) == 2
    assert Spot.objects.get(key="c2").geom.coords == (120.5, 23.5)


@pytest.mark.django_db
def test_poured_rows_lie_next_to_their_neighbours() -> None:
    here, far = (120.4, 23.4), (121.5, 25.0)
    rows = [
        row("p1", *here),
        row("p2", *far),
        row("p3", here[0] + 1e-6, here[1]),
        row("p4", far[0] + 1e-6, far[1]),
    ]
    with transaction.atomic():
        assert pour(connection, Spot, COLUMNS, rows) == 4
    order = list(Spot.objects.order_by("pk").values_list("key", flat=True))
    assert abs(order.index("p1") - order.index("p3")) == 1
    assert abs(order.index("p2") - order.index("p4")) == 1


@pytest.mark.django_db
def test_a_row_that_does_not_fit_leaves_nothing() -> None:
    with pytest.raises(Exception, match="null value"), transaction.atomic():
        write_rows(connection, Spot, ("key",), [("half",)])
    assert not Spot.objects.filter(key="half").exists()
