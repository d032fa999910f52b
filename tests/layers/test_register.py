"""Every layer of the mission is declared, answers, and shows each person no more than it may."""

from __future__ import annotations

import pytest
from django.db import connection

from layers.access import ANONYMOUS, Clearance, Viewer
from layers.hotspots.themes import SURFACES, Surface
from layers.registry.cards import cards
from layers.registry.catalogue import catalogue, entry
from layers.registry.generalise import Grid
from layers.registry.layer import Layer
from layers.registry.raster import periods
from layers.registry.register import register
from layers.registry.sql import column, columns, relation
from layers.registry.style import named
from tilesrv.grid import HALF, Tile
from tilesrv.statement import Ask, statement

LAYERS = [layer for layer in register if layer.theme not in ("sample", "example")]
VECTORS = [layer for layer in LAYERS if not layer.raster]
every = pytest.mark.parametrize("layer", LAYERS, ids=lambda layer: layer.id)
every_vector = pytest.mark.parametrize("layer", VECTORS, ids=lambda layer: layer.id)

MISSION = """
districts wards stations precincts station_areas beats street_markings street_posts street_zones street_sides
street_lanes street_junctions street_carriageways landmarks junctions roads sections railway buildings parks
waters road_surfaces blocks street_warnings street_lines street_age street_versions street_blocks crashes
junction_risk road_risk junction_screening section_screening crash_windows collision_glyphs collision_points
scenes evidence_marks impact_points camera_sets lenses private_cameras site_suggestions road_defects
citizen_reports missing_persons ble_receivers crash_forecast crash_surface crash_spots crash_streets
crime_surface theft_forecast theft_spots theft_clusters burglary_forecast burglary_repeats violence_forecast call_forecast
call_surface withdrawal_forecast withdrawal_repeats withdrawal_clusters report_forecast calls_110 withdrawals atms patrol_boxes
patrol_presence patrol_routes sign_ins patrol_cars patrol_tracks enforcement_sites corridors ptz_cameras
detection_zones kerb_rules violations crimes crime_by_ward measures decisions
"""
DRAWN_LATER = {"scenes", "evidence_marks", "impact_points", "decisions"}
"""What the smallest city does not hold: people make it."""
CLEARANCES = {
    "crimes": Clearance.POLICE,
    "calls_110": Clearance.POLICE,
    "withdrawals": Clearance.POLICE,
    "patrol_routes": Clearance.POLICE,
    "patrol_cars": Clearance.POLICE,
    "patrol_tracks": Clearance.POLICE,
    "sign_ins": Clearance.POLICE,
    "lenses": Clearance.POLICE,
    "beats": Clearance.POLICE,
    "missing_persons": Clearance.RESTRICTED,
    "private_cameras": Clearance.COUNCIL,
    "violations": Clearance.COUNCIL,
}
FIELDS = {
    ("crashes", "case_no"): Clearance.POLICE,
    ("private_cameras", "owner"): Clearance.POLICE,
    ("private_cameras", "phone"): Clearance.POLICE,
    ("sign_ins", "officer"): Clearance.RESTRICTED,
    ("violations", "plate"): Clearance.RESTRICTED,
    ("crimes", "address"): Clearance.RESTRICTED,
    ("citizen_reports", "place"): Clearance.COUNCIL,
    ("site_suggestions", "reason"): Clearance.COUNCIL,
    ("patrol_boxes", "remark"): Clearance.POLICE,
    ("camera_sets", "status"): Clearance.POLICE,
}


def test_every_layer_of_the_mission_is_there() -> None:
    assert set(MISSION.split()) == {layer.id for layer in LAYERS}


@pytest.mark.parametrize(("id", "clearance"), CLEARANCES.items())
def test_layers_about_people_and_duties_ask_for_clearance(id: str, clearance: Clearance) -> None:
    layer = register.get(id)
    assert layer and layer.clearance == clearance


@pytest.mark.parametrize(("place", "clearance"), FIELDS.items(), ids=lambda value: str(value))
def test_personal_fields_ask_for_clearance(place: tuple[str, str], clearance: Clearance) -> None:
    layer = register.get(place[0])
    assert layer and layer.by_name[place[1]].clearance == clearance


@pytest.mark.parametrize("id", ["missing_persons", "crimes", "withdrawals"])
def test_looks_at_the_most_sensitive_layers_are_written_down(id: str) -> None:
    layer = register.get(id)
    assert layer and layer.audited


@every
def test_a_reference_leads_to_a_layer_that_the_same_reader_may_see(layer: Layer) -> None:
    for field in layer.fields:
        if field.of:
            target = register.get(field.of)
            assert target is not None, f"{layer.id}.{field.name} refers to no layer"
            assert target.clearance <= max(layer.clearance, field.clearance)


@every
def test_a_code_list_has_words_in_both_languages(layer: Layer) -> None:
    for field in layer.fields:
        for code in field.codes.entries if field.codes else ():
            assert code.zh and code.en


@every
def test_nothing_hidden_is_named_in_the_catalogue(layer: Layer) -> None:
    for clearance in Clearance:
        if clearance < layer.clearance:
            continue
        seen = entry(layer, Viewer(clearance=clearance))
        known = {f["name"] for f in seen["fields"]}
        assert {item["filter"]["field"] for item in seen["legend"] if "filter" in item} <= known
        hidden = {f.name for f in layer.fields if f.clearance > clearance}
        assert not hidden & {seen["label"], seen["time"]}
        drawn = str(seen["style"])
        assert not any(f"['get', '{name}']" in drawn for name in hidden)


@every
def test_what_a_mark_needs_travels_in_tiles_where_it_is_drawn(layer: Layer) -> None:
    summed = {name for rule in layer.generalise if isinstance(rule, Grid) for name in rule.sums}
    for mark in layer.style.marks:
        for name in set(named(mark)) - summed:
            from_zoom = layer.by_name[name].tile
            assert from_zoom is not None, f"{layer.id}: {name} is drawn but never travels in tiles"
            assert from_zoom <= max(mark.zooms[0], layer.zooms[0]) + 1


@every
def test_a_layer_has_a_legend(layer: Layer) -> None:
    seen = entry(layer, Viewer(clearance=Clearance.RESTRICTED))
    assert all(item["label"]["zh"] and item["label"]["en"] for item in seen["legend"])
    assert seen["style"]["light"] and seen["style"]["dark"]
    assert len(seen["style"]["light"]) == len(seen["style"]["dark"])


@every_vector
def test_a_layer_answers_an_item(layer: Layer, hamlet: None, db: None) -> None:
    shown = columns(layer, layer.fields)
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT q.id{shown} FROM {relation(layer)} LIMIT 1")
        assert cursor.fetchone() is not None or layer.id in DRAWN_LATER
        if layer.model:
            cursor.execute(f"SELECT count(*) FROM {relation(layer)} WHERE q.origin <> 'synthetic'")
            assert cursor.fetchone() == (0,)


@every_vector
def test_a_layer_answers_a_tile(layer: Layer, hamlet: None, db: None) -> None:
    zoom = min(max(layer.zooms[0], 16), layer.zooms[1])
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT ST_X(p), ST_Y(p) FROM (SELECT ST_PointOnSurface(q.merc) AS p FROM {relation(layer)} LIMIT 1) t"
        )
        if (place := cursor.fetchone()) is None:
            assert layer.id in DRAWN_LATER
            return
        x, y = place
        size = 2 * HALF / 2**zoom
        tile = Tile(zoom, int((x + HALF) // size), int((HALF - y) // size))
        sql = statement([Ask(layer, Clearance.RESTRICTED)], tile)
        cursor.execute(sql.text, sql.params)
        (drawn,) = cursor.fetchone()
    assert len(drawn) > 0
    assert len(drawn) < 500_000


@pytest.mark.parametrize("surface", SURFACES.values(), ids=lambda surface: surface.layer)
def test_a_surface_is_drawn_and_judged(surface: Surface, hamlet: None) -> None:
    known = cards(surface.layer)
    if surface.method == "network":
        assert known and all((c.end - c.start).days == 27 and c.scores for c in known)
        return
    drawn = periods(surface.layer)
    assert [(p.start, p.end) for p in drawn] == [(c.start, c.end) for c in known]
    days = range(89, 92) if surface.quarterly else range(27, 28)
    assert len(drawn) >= (4 if surface.quarterly else 1)
    assert all((p.end - p.start).days in days for p in drawn)
    assert all(c.scores and c.scores["sentence"]["zh"] for c in known)


def test_the_first_picture_is_small_and_public() -> None:
    visible = {layer.id for layer in LAYERS if layer.visible}
    assert visible <= {entry["id"] for entry in catalogue(ANONYMOUS)["layers"]}
    assert {"crashes", "junction_risk", "enforcement_sites", "roads", "wards"} <= visible


@every_vector
def test_a_label_is_a_field_that_can_be_looked_for(layer: Layer) -> None:
    if layer.label:
        assert layer.by_name[layer.label].resolved == "string"
        assert column(layer, layer.label)
