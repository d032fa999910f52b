"""Surfaces are drawn from the days before theirs, judged by the days after, kept, and shown to whom they are for."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from django.db import connection
from django.test import Client

from layers.access import Clearance
from layers.hotspots import judging, points, refresh
from layers.hotspots.craft.forecast import Ground, TooFew
from layers.hotspots.craft.grid import Grid
from layers.hotspots.making import Choices, Place, city, make
from layers.hotspots.models import HotStreet
from layers.hotspots.points import Points
from layers.hotspots.themes import LEAST, SURFACES, THEMES
from layers.registry import cards, raster
from layers.registry.layer import Layer
from layers.registry.register import register
from layers.registry.sql import parse_interval, relation, where
from tests.gis.people import person, signed_in

RNG = np.random.default_rng(5)
GRID = Grid.over((0, 0, 4000, 3000), cell=100)
PLACE = Place(GRID, np.ones(GRID.shape, dtype=bool))
DAYS = 500.0


def events(n: int = 3000, days: float = DAYS) -> Points:
    """Most of them about four places that never change."""
    at = RNG.integers(0, 4, n)
    x = np.array([600, 1500, 2500, 3400])[at] + RNG.normal(0, 60, n)
    y = np.array([500, 2300, 900, 2400])[at] + RNG.normal(0, 60, n)
    day = np.sort(RNG.uniform(0, days, n))
    return Points(x, y, np.ones(n), day)


@pytest.mark.parametrize("method", ["forecast", "kde", "gistar", "repeat", "scan"])
def test_nothing_of_the_day_or_later_is_looked_at(method: Any) -> None:
    known, choices = events(), Choices(method, cell=100.0, bandwidth=200.0)
    later = Points(
        np.append(known.x, np.full(500, 2000.0)), np.append(known.y, np.full(500, 2000.0)),
        np.ones(3500), np.append(known.day, np.full(500, DAYS + 1)),
    )  # fmt: skip
    one, other = (make(PLACE, p, DAYS, choices) for p in (known, later))
    assert np.array_equal(one.plane, other.plane, equal_nan=True)
    assert np.array_equal(one.rank, other.rank)


def test_a_surface_whose_weeks_have_passed_is_judged_by_them() -> None:
    known, choices = events(), Choices(cell=100.0)
    made = make(PLACE, known, DAYS - 60, choices)
    said = judging.judge(PLACE, known, DAYS - 60, choices, made)
    assert said["kind"] == "outcome"
    after = known.between(DAYS - 60, DAYS - 60 + choices.horizon)
    assert said["events"] == len(after)
    one_percent = next(s for s in said["maps"]["surface"] if s["share"] == 0.01)
    hottest = np.argsort(-made.rank)[: int(np.ceil(0.01 * made.ground.size))]
    found = np.isin(made.ground.places(after.x, after.y), hottest).mean()
    assert one_percent["hit_rate"] <= found + 1e-9
    assert one_percent["hit_rate"] > 0.3
    assert one_percent["pai"] == pytest.approx(one_percent["hit_rate"] * 100, rel=0.01)


def test_a_surface_of_days_to_come_is_judged_by_its_like() -> None:
    known, choices = events(), Choices(cell=100.0)
    said = judging.judge(PLACE, known, known.last, choices, make(PLACE, known, known.last, choices))
    assert said["kind"] == "trial"
    assert said["to"] == points.day_of(known.last - 1).isoformat()


def test_a_map_of_nothing_is_said_to_be_worse() -> None:
    known = events()
    ground = Ground(GRID, PLACE.inside)
    nothing = RNG.uniform(0, 1, ground.size)
    said = judging.tried(ground, nothing, known, DAYS - 28, 28.0, kind="outcome")
    assert said["verdict"] == "worse"
    assert "不準" in said["sentence"]["zh"]


def test_last_years_places_are_no_better_than_themselves() -> None:
    known = events()
    ground = Ground(GRID, PLACE.inside)
    before = known.between(DAYS - 28 - 365, DAYS - 28)
    usual = np.bincount(ground.places(before.x, before.y), minlength=ground.size).astype(float)
    said = judging.tried(ground, usual, known, DAYS - 28, 28.0, kind="outcome")
    assert said["verdict"] == "no better"
    assert said["sentence"]["zh"] == "這張圖不比去年的地點更準。"


def test_small_numbers_are_left_out_for_whom_points_are_not() -> None:
    x, y = np.append(np.full(60, 1050.0), 3050.0), np.append(np.full(60, 1050.0), 2050.0)
    few = Points(x, y, np.ones(61), np.linspace(0, 99, 61))
    told = make(PLACE, few, 100.0, Choices("kde", 100.0, 150.0, 100.0, least=LEAST))
    row, column = int((GRID.north - 2050) // 100), int((3050 - GRID.west) // 100)
    assert np.isnan(told.plane[row, column])
    assert told.plane[int((GRID.north - 1050) // 100), int((1050 - GRID.west) // 100)] > 0
    assert make(PLACE, few, 100.0, Choices("kde", 100.0, 150.0, 100.0)).plane[row, column] > 0


def test_too_few_events_are_told_and_not_drawn() -> None:
    with pytest.raises(TooFew, match="30 are needed"):
        make(PLACE, events(20), DAYS, Choices(cell=100.0))


def test_hours_over_midnight_belong_to_the_day_on_which_they_begin() -> None:
    friday = 4.0
    when = np.array([friday + 23 / 24, friday + 1 + 2 / 24, friday + 1 + 23 / 24, friday + 12 / 24])
    found = Points(np.zeros(4), np.zeros(4), np.ones(4), when).during((5,), (22, 4))
    assert np.allclose(found.day, when[:2])


def test_a_surface_is_for_nobody_who_may_not_see_its_points_unless_small_numbers_are_left_out() -> None:
    for surface in SURFACES.values():
        layer, source = register.get(surface.layer), register.get(surface.of.source)
        assert layer is not None and source is not None
        assert layer.clearance == surface.seen_from
        assert layer.clearance >= source.clearance or surface.least == LEAST, surface.layer


def test_forecasts_are_due_once_a_week_and_history_is_drawn_at_first() -> None:
    day = points.number(points.day_of(9000))
    assert refresh._due(set(), day, 2) == [day - 56, day - 28, day]
    assert refresh._due({points.day_of(day - 6)}, day, 2) == []
    assert refresh._due({points.day_of(day - 7)}, day, 2) == [day]


@pytest.fixture
def folder(settings: Any, tmp_path: Path) -> Iterator[Path]:
    settings.DATA_DIR = tmp_path
    yield tmp_path
    raster.bounds_of.cache_clear()


@pytest.fixture
def reports(folder: Path, hamlet: None, db: None) -> Layer:
    """The hamlet's surfaces of one theme, drawn into a folder of their own."""
    layer = register.get("report_forecast")
    assert layer is not None
    place, found = city(50.0), points.of(THEMES["reports"])
    assert place is not None
    # what was known four weeks before the end, and then the rest
    refresh._one(SURFACES["report_forecast"], place, found.between(-np.inf, found.last - 28), 1)
    return layer


def test_history_is_kept_and_judged_when_its_weeks_have_passed(reports: Layer) -> None:
    surface = SURFACES["report_forecast"]
    place, found = city(50.0), points.of(THEMES["reports"])
    assert place is not None
    before = cards.cards(reports.id)
    assert len(before) == 2
    assert [(c.scores or {})["kind"] for c in before] == ["outcome", "trial"]
    drawn = {p.start: p.stamp for p in raster.periods(reports.id)}
    assert refresh._one(surface, place, found, 1) == 1
    after = cards.cards(reports.id)
    assert [(c.scores or {})["kind"] for c in after] == ["outcome", "outcome", "trial"]
    assert {p.start: p.stamp for p in raster.periods(reports.id)}.items() >= drawn.items()
    made = raster.values(raster.periods(reports.id)[1])
    again = make(place, found, points.number(after[1].start), Choices.of(surface))
    expected = judging.judge(place, found, points.number(after[1].start), Choices.of(surface), again)
    assert (after[1].scores or {})["maps"] == expected["maps"]
    assert np.nanmax(np.abs(made - again.plane)) < 1e-3


def test_a_card_tells_choices_data_and_scores_by_time(reports: Layer, client: Client) -> None:
    first, newest = cards.cards(reports.id)
    answer = client.get("/api/hotspots/surfaces/report_forecast").json()
    assert answer["start"] == newest.start.isoformat()
    assert answer["choices"]["method"] == "forecast"
    assert answer["data"]["to"] < answer["start"]
    then = client.get(f"/api/hotspots/surfaces/report_forecast?datetime={first.start}").json()
    assert then["start"] == first.start.isoformat()
    assert {s["share"] for s in then["scores"]["maps"]["surface"]} >= {0.01, 0.05}
    assert client.get("/api/hotspots/surfaces/report_forecast?datetime=1999-01-01").status_code == 404
    assert client.get("/api/hotspots/surfaces/report_forecast?datetime=then").status_code == 400


def test_the_catalogue_and_the_list_tell_the_newest(reports: Layer, client: Client) -> None:
    newest = cards.cards(reports.id)[-1]
    layers = {x["id"]: x for x in client.get("/api/catalogue").json()["layers"]}
    assert layers["report_forecast"]["scores"]["start"] == newest.start.isoformat()
    assert [s["share"] for s in layers["report_forecast"]["scores"]["maps"]["surface"]] == [0.01, 0.05]
    listed = {x["layer"]: x for x in client.get("/api/hotspots/surfaces").json()}
    assert [r["start"] for r in listed["report_forecast"]["runs"]] == [
        c.start.isoformat() for c in cards.cards(reports.id)
    ]


def test_a_place_tells_its_value_and_rank(reports: Layer, client: Client) -> None:
    source = raster.periods(reports.id)[-1]
    west, south, east, north = raster.bounds_of(source.path, source.stamp)
    asked = {"lon": str((west + east) / 2), "lat": str((south + north) / 2)}
    found = client.get("/api/hotspots/surfaces/report_forecast/here", asked).json()
    assert found["value"] is not None
    assert 0 < found["top"] <= 100
    far = client.get("/api/hotspots/surfaces/report_forecast/here", {"lon": "100", "lat": "10"}).json()
    assert far["value"] is None


def test_surfaces_of_others_do_not_exist(reports: Layer, client: Client) -> None:
    assert client.get("/api/hotspots/surfaces/theft_forecast").status_code == 404
    listed = {x["layer"] for x in client.get("/api/hotspots/surfaces").json()}
    assert "theft_forecast" not in listed
    assert "crash_forecast" in listed


def test_the_police_see_theirs(hamlet: None, db: None) -> None:
    listed = {x["layer"] for x in signed_in(person("analyst")).get("/api/hotspots/surfaces").json()}
    assert {"theft_forecast", "burglary_repeats", "crash_forecast"} <= listed


def test_the_worker_draws_what_is_due_each_night() -> None:
    from procrastinate.contrib.django import app

    app.perform_import_paths()
    assert "layers.hotspots.jobs.draw_surfaces" in {task.name for task in app.tasks.values()}
    due = {periodic.task.name: periodic.cron for periodic in app.periodic_registry.periodic_tasks.values()}
    assert due["layers.hotspots.jobs.draw_surfaces"] == "20 4 * * *"


def test_a_surface_that_cannot_be_drawn_keeps_no_other_from_it(
    folder: Path, hamlet: None, db: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    from layers.hotspots import making

    def refuse(*_: Any) -> None:
        raise ValueError("too many pairs")

    monkeypatch.setitem(making._METHODS, "repeat", refuse)
    monkeypatch.setattr(refresh, "THEMES", {"burglary": THEMES["burglary"]})
    said: list[str] = []
    assert refresh.refresh(said.append, back=0) >= 1
    assert "burglary_repeats: too many pairs" in said
    assert cards.cards("burglary_forecast")
    assert not cards.cards("burglary_repeats")
    assert refresh.refresh(back=0) == 0


def test_streets_of_last_month_can_be_shown_again(folder: Path, hamlet: None, db: None) -> None:
    surface = SURFACES["crash_streets"]
    place, found = city(50.0), points.of(THEMES["crashes"])
    assert place is not None
    HotStreet.objects.all().delete()
    month = found.between(-np.inf, found.last - 28)
    assert refresh._one(surface, place, month, 0) == 1
    old = sorted(HotStreet.objects.values_list("key", "per_km", "top"))
    assert old and not HotStreet.objects.exclude(until=None).exists()
    assert [c.scores["kind"] for c in cards.cards(surface.layer) if c.scores] == ["trial"]
    assert refresh._one(surface, place, found, 0) == 1
    first, newest = cards.cards(surface.layer)
    assert first.scores is not None and first.scores["kind"] == "outcome"
    assert first.scores["from"] == first.start.isoformat() and first.scores["events"] > 0
    then = HotStreet.objects.filter(start=first.start)
    assert sorted(then.values_list("key", "per_km", "top")) == old
    now = HotStreet.objects.filter(start=newest.start)
    assert set(then.values_list("until", flat=True)) == {now[0].since} and now[0].until is None

    layer = register.get("crash_streets")
    assert layer is not None

    def asked(when: str | None = None) -> set[Any]:
        """As tiles and collections ask."""
        rows = where(layer, Clearance.PUBLIC, interval=parse_interval(when) if when else None)
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT DISTINCT q.start FROM {relation(layer)} WHERE {rows.text}", rows.params)
            return {row[0] for row in cursor}

    assert asked() == {newest.start}
    assert asked(first.start.isoformat()) == {first.start}
    assert refresh._one(surface, place, found, 0) == 0
