"""Code lists in the admin site: complete, by clearance, searched in both languages, taken along as CSV, never rewritten."""

from __future__ import annotations

import csv
import io
from typing import Any

import pytest
from django.contrib.admin import site
from django.test import Client

from data.codes import load
from gis.admin.codes import lists, uses
from layers.access import Viewer
from layers.registry.register import register
from tests.gis.people import person, signed_in

pytestmark = pytest.mark.django_db
CODES = "/admin/codes/"


def text(answer: Any) -> str:
    return str(answer.content.decode())


@pytest.fixture
def administrator() -> Client:
    return signed_in(person("administrator"))


def test_every_list_has_a_page_with_both_languages_and_its_layers(administrator: Client) -> None:
    overview = text(administrator.get(CODES))
    assert all(f"{CODES}{id}/" in overview for id in load())
    page = text(administrator.get(f"{CODES}camera.status/"))
    assert "故障" in page and "faulty" in page.lower() and "/layers/camera_sets" in page
    assert "代碼表" in text(administrator.get("/admin/"))


def test_each_sees_the_lists_of_the_layers_that_they_may_see() -> None:
    used = uses()
    for viewer in (Viewer(), Viewer.of("x", "x", ["council"]), Viewer.of("x", "x", ["officer"])):
        seen = {one.id: one for one in lists(viewer, whole=False)}
        mine = {layer.id for layer in register.seen_by(viewer)}
        assert set(seen) <= set(used)
        assert {use.layer.id for one in seen.values() for use in one.uses} <= mine
    public = {one.id for one in lists(Viewer(), whole=False)}
    police = {one.id for one in lists(Viewer.of("x", "x", ["officer"]), whole=False)}
    assert "camera.status" not in public and "camera.status" in police and public < police


def test_what_one_may_not_see_looks_as_if_it_were_not_there() -> None:
    planner = signed_in(person("planner"))
    assert planner.get(CODES).status_code == 200
    hidden = set(load()) - {one.id for one in lists(Viewer.of("x", "x", ["planner"]), whole=False)}
    assert "camera.status" in hidden
    assert planner.get(f"{CODES}camera.status/").status_code == 404
    assert planner.get(f"{CODES}no.such/").status_code == 404
    assert "camera.status" not in text(planner.get(f"{CODES}codes.csv"))
    assert Client().get(CODES).status_code == 302


@pytest.mark.parametrize("asked", ["故障", "FAULT"])
def test_codes_are_searched_in_both_languages(administrator: Client, asked: str) -> None:
    found = text(administrator.get(CODES, {"q": asked}))
    assert f"{CODES}camera.status/" in found
    nothing = text(administrator.get(CODES, {"q": "<b>zzz"}))
    assert "沒有代碼這樣寫" in nothing and "<b>zzz" not in nothing


def test_a_list_is_taken_along_as_csv(administrator: Client) -> None:
    answer = administrator.get(f"{CODES}crash.location/codes.csv")
    assert answer["Content-Disposition"] == 'attachment; filename="crash.location.csv"'
    rows = list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert [(r["value"], r["zh"], r["en"]) for r in rows] == [
        (c.value, c.zh, c.en) for c in load()["crash.location"].entries
    ]
    whole = csv.DictReader(io.StringIO(administrator.get(f"{CODES}codes.csv").content.decode("utf-8-sig")))
    assert {r["list"] for r in whole} == set(load())


def test_nobody_rewrites_them(administrator: Client) -> None:
    assert not any("code" in str(model._meta.model_name) for model in site._registry)
    for address in (CODES, f"{CODES}camera.status/", f"{CODES}codes.csv"):
        assert administrator.post(address, {"q": "x"}).status_code == 405
