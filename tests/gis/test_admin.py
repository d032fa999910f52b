"""The admin site asks the declaration and `may()`: what is shown, found and changed, and by whom."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.contrib.admin import site
from django.test import Client

from gis.accounts.models import Token
from layers.registry.register import register
from tests.factories import hideout, spot, zone
from tests.gis.people import person, signed_in
from tests.sample.models import Spot, Zone

pytestmark = pytest.mark.django_db
SPOTS = "/admin/sample/spot/"


@pytest.fixture
def investigator() -> Client:
    return signed_in(person("investigator"))


def form(row: Spot | None = None, **values: Any) -> dict[str, Any]:
    place = json.dumps({"type": "Point", "coordinates": [120.45, 23.48]})
    said = {"name": "new", "kind": "a", "grade": 1, "weight": 1, "informant": "x", "geom": place}
    return said | ({"seen": row.version} if row else {}) | values


def change(row: Spot) -> str:
    return f"{SPOTS}{row.pk}/change/"


def text(answer: Any) -> str:
    return str(answer.content.decode())


def test_every_layer_with_rows_has_a_page() -> None:
    Client().get("/admin/")
    assert {layer.model for layer in register if layer.model} <= set(site._registry)


def test_nobody_comes_in_without_signing_in_or_without_anything_to_do() -> None:
    (*_, last) = Client().get(SPOTS, follow=True).redirect_chain
    assert last[0] == "/accounts/sign-in/?next=/admin/sample/spot/"
    assert signed_in(person("friends", is_staff=True)).get("/admin/", follow=True).status_code == 403


def test_each_sees_the_layers_that_they_may_change(investigator: Client) -> None:
    mine = text(investigator.get("/admin/"))
    assert "sample/spot" in mine
    assert "sample/hideout" not in mine and "auth/user" not in mine and "audit" not in mine
    all_ = text(signed_in(person("administrator")).get("/admin/"))
    assert all(part in all_ for part in ("sample/spot", "sample/hideout", "auth/user", "audit/entry"))
    assert "傷害" in all_


def test_what_one_may_see_but_not_change_is_read_only(investigator: Client) -> None:
    row = zone(name="a park")
    page = investigator.get(f"/admin/sample/zone/{row.pk}/change/")
    assert page.status_code == 200 and 'name="_save"' not in text(page)
    assert investigator.post(f"/admin/sample/zone/{row.pk}/change/", {"name": "x"}).status_code == 403
    assert investigator.post(f"/admin/sample/zone/{row.pk}/delete/", {"post": "yes"}).status_code == 403
    assert Zone.objects.get().name == "a park"


def test_fields_rows_and_layers_above_ones_clearance_are_not_there() -> None:
    row, nine, cellar = spot(informant="Deep Throat"), spot(grade=9), hideout()
    planner = signed_in(person("planner"))
    for path in (SPOTS, change(row)):
        assert "Deep Throat" not in text(planner.get(path)) and "informant" not in text(planner.get(path))
    assert planner.get(f"/admin/sample/hideout/{cellar.pk}/change/").status_code == 403
    assert planner.get(change(nine)).status_code == 200  # the council's clearance shows grade nine
    assert "Deep Throat" in text(signed_in(person("investigator")).get(change(row)))


@pytest.mark.parametrize("query", ["informant__startswith=D", "informant=Deep", "merc__isnull=0"])
def test_a_column_that_is_not_shown_cannot_be_guessed_by_filtering(query: str) -> None:
    spot(informant="Deep Throat")
    assert signed_in(person("planner")).get(f"{SPOTS}?{query}").status_code == 400


def test_searching_looks_in_what_one_may_see() -> None:
    spot(name="open", informant="needle")
    planner = signed_in(person("planner"))
    assert "0 結果" in text(planner.get(f"{SPOTS}?q=needle"))
    assert "1 結果" in text(planner.get(f"{SPOTS}?q=open"))


def test_lists_speak_in_titles_and_code_labels(investigator: Client) -> None:
    spot(kind="b", weight=2.5)
    page = text(investigator.get(SPOTS))
    assert all(word in page for word in ("種類", "乙", "2.5 kg", "線民"))
    english = text(investigator.get(SPOTS, headers={"accept-language": "en"}))
    assert all(word in english for word in ("Kind", "second", "Informant", "Spots"))


def test_lists_are_filtered_by_codes(investigator: Client) -> None:
    spot(name="first", kind="a")
    spot(name="second", kind="b")
    page = text(investigator.get(f"{SPOTS}?is_kind=b&is_open=1"))
    assert ">second</a>" in page and ">first</a>" not in page


def test_a_new_row_gets_key_origin_and_version(investigator: Client) -> None:
    answer = investigator.post(f"{SPOTS}add/", form(name="made here"))
    assert answer.status_code == 302, answer.context["adminform"].form.errors
    row = Spot.objects.get()
    assert (row.name, row.origin, row.version) == ("made here", "edit", 1)
    assert row.key.startswith("e-")
    assert row.geom.coords == (120.45, 23.48)


def test_saving_counts_the_version_up_and_keeps_the_place_exact(investigator: Client) -> None:
    row = spot(120.123456789012, 23.987654321098)
    shown = investigator.get(change(row)).context["adminform"].form["geom"].value()
    assert investigator.post(change(row), form(row, name="renamed", geom=shown)).status_code == 302
    row.refresh_from_db()
    assert (row.name, row.version, row.geom.coords) == ("renamed", 2, (120.123456789012, 23.987654321098))


def test_two_who_edit_the_same_row_do_not_overwrite_each_other(investigator: Client) -> None:
    row = spot(name="before")
    assert investigator.post(change(row), form(row, name="mine")).status_code == 302
    late = investigator.post(change(row), form(row, name="yours"))
    assert late.status_code == 200 and "已有別人修改" in text(late)
    assert Spot.objects.get().name == "mine"


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({"geom": "somewhere"}, "看不懂"),
        ({"geom": '{"type": "LineString", "coordinates": [[120, 23], [121, 24]]}'}, "要的是 Point"),
        ({"geom": '{"type": "Point", "coordinates": [23, 120]}'}, "先經度"),
        ({"geom": '{"type": "Point", "coordinates": []}'}, "空的"),
        ({"geom": ""}, "這個欄位是必須的"),
        ({"kind": "z"}, "請選擇有效的選項"),
        ({"grade": "many"}, "輸入整數"),
    ],
)
def test_what_is_wrong_is_said_in_a_sentence(investigator: Client, values: Any, sentence: str) -> None:
    answer = investigator.post(f"{SPOTS}add/", form(**values))
    assert answer.status_code == 200 and sentence in text(answer)
    assert not Spot.objects.exists()


def test_a_field_above_ones_clearance_cannot_be_written_by_forging_the_form() -> None:
    row = zone()
    assert "informant" not in text(signed_in(person("planner")).get(f"{SPOTS}add/"))
    planner = signed_in(person("planner"))
    assert planner.post(f"{SPOTS}add/", form()).status_code == 403
    assert planner.post(f"/admin/sample/zone/{row.pk}/change/", {"name": "x"}).status_code == 403


def test_deleting_asks_and_then_does(investigator: Client) -> None:
    row = spot()
    assert investigator.get(f"{SPOTS}{row.pk}/delete/").status_code == 200
    assert investigator.post(f"{SPOTS}{row.pk}/delete/", {"post": "yes"}).status_code == 302
    assert not Spot.objects.exists()


def test_accounts_are_for_administrators_and_roles_are_given_there(investigator: Client) -> None:
    user = person("council")
    path = f"/admin/auth/user/{user.pk}/change/"
    assert investigator.get(path).status_code == 403
    administrator = signed_in(person("administrator"))
    page = administrator.get(path)
    assert "道安會報委員" in text(page) and "user_permissions" not in text(page)
    officer = page.context["adminform"].form.fields["groups"].queryset.get(name="officer")
    said = {"username": user.username, "groups": [officer.pk], "is_active": "on"}
    assert administrator.post(path, said).status_code == 302
    assert set(user.groups.values_list("name", flat=True)) == {"officer"}


def test_an_administrator_ends_tokens_but_cannot_make_or_read_them() -> None:
    token, _ = Token.make(person("officer"), "QGIS")
    administrator = signed_in(person("administrator"))
    page = text(administrator.get(f"/admin/accounts/token/{token.pk}/change/"))
    assert "QGIS" in page and token.hash not in page
    assert administrator.get("/admin/accounts/token/add/").status_code == 403
    administrator.post("/admin/accounts/token/", {"action": "revoke", "_selected_action": [token.pk]})
    token.refresh_from_db()
    assert token.revoked_at is not None


def test_pages_hold_nothing_inline_so_that_the_strict_policy_can_stand(investigator: Client) -> None:
    row = spot()
    for path in ("/admin/", SPOTS, change(row), f"{SPOTS}add/"):
        answer = investigator.get(path)
        assert "script-src 'self';" in answer.headers["content-security-policy"]
        page = text(answer)
        assert "<style" not in page and "onclick=" not in page and "javascript:" not in page
