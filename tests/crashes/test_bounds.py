"""A city's records lie in the city: as far as its own districts are known, and not the demonstration's."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.contrib.gis.geos import MultiPolygon, Polygon

from layers.areas.models import District
from tests.crashes.empty import no_crashes
from tests.exchange.taking import rejects, take_in, written

pytestmark = pytest.mark.django_db
HEAD = "總編號,發生日期,發生時間,GPS經度,GPS緯度,24小時內死亡人數,30日內死亡人數,受傷人數\n"
INSIDE, OUTSIDE = (
    "a,20240106,81830,120.1512345,23.0512345,0,0,1\n",
    "b,20240106,4000,120.95123,24.80123,0,0,1\n",
)


@pytest.fixture(autouse=True)
def only_mine(db: None) -> None:
    no_crashes()


def town(origin: str) -> None:
    shape = MultiPolygon(Polygon.from_bbox((120.1, 23, 120.2, 23.1)), srid=4326)
    District.objects.create(key="d", name="d", code="1", origin=origin, geom=shape)


def test_what_lies_outside_of_the_city_is_rejected(tmp_path: Path) -> None:
    town("real")
    done = take_in("crashes", written(tmp_path, HEAD + INSIDE + OUTSIDE))
    assert (done.imported, done.rejected) == (1, 1)
    assert rejects(done)[0]["reason"] == "it lies outside of the city"
    assert rejects(done)[0]["line"] == "3"


def test_it_comes_in_when_somebody_says_so(tmp_path: Path) -> None:
    town("real")
    assert take_in("crashes", written(tmp_path, HEAD + INSIDE + OUTSIDE), anywhere=True).imported == 2


def test_districts_of_a_demonstration_bound_nothing(tmp_path: Path) -> None:
    District.objects.exclude(origin="synthetic").delete()
    assert take_in("crashes", written(tmp_path, HEAD + INSIDE + OUTSIDE)).imported == 2


def test_a_mapping_says_the_same_of_any_file(tmp_path: Path) -> None:
    town("real")
    mapping = written(
        tmp_path,
        'key = ["no"]\n[place]\nlon = "x"\nlat = "y"\ncity = true\ndefaults = [[120.15, 23.05]]\n'
        '[fields]\nseverity = { constant = "2" }\noccurred_at = "at"\ndeaths = { constant = "0" }\n'
        'injuries = { constant = "1" }\n',
        "map.toml",
    )
    file = written(
        tmp_path,
        "no,at,x,y\n1,2024-01-06 08:00,120.16,23.06\n2,2024-01-06 08:00,120.15,23.05\n3,2024-01-06 08:00,121,24\n",
    )
    done = take_in("crashes", file, mapping=mapping)
    assert (done.imported, done.rejected) == (1, 2)
    assert {row["reason"] for row in rejects(done)} == {
        "it lies outside of the city",
        "its coordinates are a default that programs write, not a place",
    }
