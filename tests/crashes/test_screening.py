"""Screening in the database: ranked, kept, dated weights, served; and the processes that ask anew."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.contrib.gis.geos import LineString, Point
from django.db import connection

from diagramming.statistics.screen import grouped
from gis.processes.run import Failed, Running, produce
from layers.access import Viewer
from layers.crashes.models import Crash, CrashWindow, EpdoWeight, Party, ScreenedJunction, ScreenedSection
from layers.crashes.screening import network
from layers.registry.process import processes
from layers.registry.register import register
from layers.registry.sql import columns, relation
from layers.streets.models import Junction, Road, Section
from tests.crashes.empty import no_crashes

pytestmark = pytest.mark.django_db
LAST = datetime(2024, 12, 30, 4, tzinfo=UTC)
Town = dict[str, Any]


@pytest.fixture
def town(db: None) -> Iterator[Town]:
    """Twenty junctions along a street, two crashes at each and thirteen at the fourth."""
    no_crashes()
    west, north = 120.44, 23.48
    section = Section.objects.create(
        key="s-sec",
        name="測試路",
        rank=2,
        length_m=2037,
        geom=LineString((west, north), (west + 0.02, north), srid=4326),
    )
    road = Road.objects.create(
        key="s-road", name="測試路", kind="collector", rank=2, section=section, geom=section.geom
    )
    for n in range(20):
        geom = LineString((west, north + 0.01 + n / 1000), (west + 0.02, north + 0.01 + n / 1000), srid=4326)
        Section.objects.create(key=f"s-other-{n}", name="平常路", rank=2, length_m=2037, geom=geom)
    junctions = [
        Junction.objects.create(
            key=f"s-j{n}",
            name=f"測試路／{n}街",
            form="1",
            signal="1",
            legs=4,
            rank=2,
            geom=Point(west + n / 1000, north, srid=4326),
        )
        for n in range(20)
    ]
    number = 0
    for n, junction in enumerate(junctions):
        for k in range(13 if n == 3 else 2):
            made = Crash.objects.create(
                key=f"s-c{number}", severity=2 if k % 2 else 3, origin="test",
                occurred_at=LAST - timedelta(days=80 * k if n == 3 else 30 + 400 * k),
                geom=junction.geom, junction=junction, road=road, type="16" if n == 3 or k else "13", motorcycle=True,
            )  # fmt: skip
            Party.objects.create(crash=made, number=1, vehicle="B03", action="05", impact="01")
            Party.objects.create(crash=made, number=2, vehicle="C03", action="09", impact="11")
            number += 1
    yield {"junctions": junctions, "section": section, "road": road}


PUBLIC, POLICE = Viewer.of("nobody", "nobody", []), Viewer.of("r", "r", ["reviewer"])


def run(viewer: Viewer, process: str, outputs: Mapping[str, str] | None = None, **inputs: Any) -> Any:
    """The first output that was asked for: bytes of JSON read, others as they are."""
    found = processes.find(process, viewer)
    assert found is not None
    wanted = outputs or {o.id: o.media for o in found.outputs if not o.asked}
    made = produce(found, found.inputs(**inputs), Running(found, viewer, wanted, 30))[0]
    return json.loads(made.body) if "json" in made.media else made.body


def test_the_worst_junction_comes_first_and_is_served(town: Town) -> None:
    said = network.renew()
    assert said["junctions"] == 20
    worst = ScreenedJunction.objects.get(rank=1)
    assert worst.junction == town["junctions"][3]
    assert worst.excess_low > 0
    assert worst.epdo == 6 * 3.5 + 7
    assert worst.alike.startswith("4 legs")
    section = ScreenedSection.objects.get(section=town["section"])
    assert section.crashes == 51
    window = CrashWindow.objects.order_by("rank").first()
    assert window is not None
    assert window.section == town["section"]
    assert window.crashes >= 13
    assert network.renew() == said


def test_weights_are_those_of_the_day(town: Town) -> None:
    EpdoWeight.objects.create(valid_from=date(2024, 6, 1), a1=20, a2=10, a3=1)
    found = network.find("junctions", date(2022, 1, 1), date(2025, 1, 1))
    assert found.figures[0].harm.counted == 6 * 10 + 7
    before = network.find("junctions", date(2022, 1, 1), date(2024, 6, 1))
    assert before.weights == {1: 9.5, 2: 3.5, 3: 1.0}
    with pytest.raises(network.NothingToScreen, match="no EPDO weights"):
        network.weights(date(1999, 1, 1))


def test_without_crashes_nothing_is_ranked(db: None) -> None:
    no_crashes()
    assert network.renew() == {"junctions": 0, "sections": 0, "windows": 0}


def test_screening_as_a_process(town: Town) -> None:
    answer = run(
        PUBLIC, "screen-network", limit=3, filter="severity = 2", outputs={"table": "application/json"}
    )
    assert [r["crashes"] for r in answer["rows"]] == [6, 1, 1]
    with pytest.raises(Failed, match="before it begins"):
        run(PUBLIC, "screen-network", start="2030-01-01", until="2029-01-01")


def test_a_csv_that_spreadsheets_read(town: Town) -> None:
    from layers.crashes.screening.process import as_csv

    text = as_csv([{"id": 1, "name": "=1+1", "rules": []}])
    assert text == "\ufeffid,name\r\n1,'=1+1\r\n"


def test_before_and_after_never_gives_a_naive_figure_alone(town: Town) -> None:
    asked: dict[str, Any] = {
        "places": [town["junctions"][3].pk],
        "done": "2024-06-30",
        "before": 24,
        "after": 6,
    }
    answer = run(PUBLIC, "before-after", **asked)
    said = answer
    assert [e["method"] for e in said["estimates"]][-1] == "bayes"
    assert len(said["estimates"]) == 3
    assert said["before"]["crashes"] + said["after"]["crashes"] <= 13
    places = network.places("junctions")
    groups = dict(zip([p.id for p in places], grouped(places), strict=True))
    alike = {id for id, group in groups.items() if group == groups[asked["places"][0]]}
    assert said["comparison"]["places"] == len(alike) - 1
    assert alike >= {j.pk for j in town["junctions"]}
    with pytest.raises(Failed, match="known until"):
        run(PUBLIC, "before-after", **{**asked, "after": 24})
    with pytest.raises(Failed, match="for police"):
        run(PUBLIC, "before-after", **asked, movements=["TO"])


def test_target_movements_are_for_police(town: Town) -> None:
    asked = {"places": [town["junctions"][3].pk], "done": "2024-06-30", "before": 24, "after": 6}
    assert run(POLICE, "before-after", **asked, movements=["TO"])["before"]["crashes"] > 0
    with pytest.raises(Failed, match="too few to say"):
        run(POLICE, "before-after", **asked, movements=["HO"])


def test_alike_in_problem(town: Town) -> None:
    answer = run(
        PUBLIC,
        "similar-junctions",
        junction=str(town["junctions"][0].pk),
        shape=0,
        problem=1,
        crashes=1,
        limit=19,
    )
    found = answer
    assert found[0]["problem_distance"] == 0
    assert found[-1]["id"] == town["junctions"][3].pk
    with pytest.raises(Failed, match="count for nothing"):
        run(PUBLIC, "similar-junctions", junction="1", shape=0, problem=0)


def test_diagrams_are_for_police_and_relaid_by_filters(town: Town) -> None:
    from layers.crashes.models import CollisionDiagram

    junction = town["junctions"][3].pk
    assert processes.find("collision-diagram", PUBLIC) is None
    svg = run(POLICE, "collision-diagram", junction=junction)
    assert svg.decode().count("data-crash=") == 13
    few = run(POLICE, "collision-diagram", junction=junction, filter="severity = 2").decode()
    assert few.count("data-crash=") == 6
    assert "條件 severity = 2" in few
    assert CollisionDiagram.objects.filter(junction=junction).count() == 2
    row = CollisionDiagram.objects.filter(crashes=13).get()
    assert row.metrics["overlaps"] == row.metrics["headers_cut"] == row.metrics["crossings"] == 0
    pdf = run(
        POLICE,
        "collision-diagram",
        junction=junction,
        outputs={"sheet": "application/pdf"},
    )
    assert pdf.startswith(b"%PDF")
    glyphs = run(POLICE, "collision-diagram", junction=junction, outputs={"glyphs": "application/geo+json"})
    parts = [f["properties"]["part"] for f in glyphs["features"]]
    assert parts.count("point") == parts.count("first") == parts.count("second") == 13
    with pytest.raises(Failed, match="no junction"):
        run(POLICE, "collision-diagram", junction=2**40)


def test_glyphs_are_kept_for_the_map(town: Town) -> None:
    from layers.crashes.diagrams import keep_glyphs
    from layers.crashes.models import CrashGlyph, CrashGlyphPoint

    assert keep_glyphs(3) == 1
    assert CrashGlyphPoint.objects.count() == 13
    assert CrashGlyph.objects.filter(part="leader").count() == 1
    assert keep_glyphs(50) == 0
    assert not CrashGlyph.objects.exists()


def test_overlay_and_shares(town: Town) -> None:
    ids = [j.pk for j in town["junctions"][:4]]
    said = run(POLICE, "movement-shares", junction=ids[3])
    first = said["movements"][0]
    assert first["movement"] == "TO(L,S,opposing)"
    assert first["more"]
    with pytest.raises(Failed, match="no two streets"):
        run(POLICE, "overlay-junctions", junctions=ids)


@pytest.mark.parametrize(
    "id", ["junction_screening", "section_screening", "crash_windows", "collision_glyphs", "collision_points"]
)
def test_the_layers_can_be_asked(id: str, db: None) -> None:
    layer = register.find(id, POLICE)
    assert layer is not None
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT q.id, q.geom, q.merc{columns(layer, layer.fields)} FROM {relation(layer)} LIMIT 1"
        )
        assert len(cursor.description) == 3 + len(layer.fields)
