"""What each role sees and may change, asked through the front door."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import Group
from django.test import Client, override_settings

from gis.accounts.demo import NotHere, make_demo_accounts
from gis.accounts.identity import viewer_of
from layers.access import ROLES, Clearance, may
from layers.registry.register import register
from tests.gis.people import person, signed_in

pytestmark = pytest.mark.django_db

SEES_HIDEOUTS = {
    "council": False,
    "planner": False,
    "investigator": True,
    "reviewer": True,
    "patrol_planner": True,
    "officer": True,
    "camera_operator": True,
    "analyst": True,
    "administrator": True,
}
EDITS = {"spots": {"investigator", "administrator"}, "hideouts": {"analyst", "administrator"}}


def test_every_role_is_a_group() -> None:
    assert set(ROLES) <= set(Group.objects.values_list("name", flat=True))


@pytest.mark.parametrize("role", ROLES)
def test_a_role_sees_what_its_clearance_opens(role: str) -> None:
    catalogue = signed_in(person(role)).get("/api/catalogue").json()
    shown = {layer["id"]: {f["name"] for f in layer["fields"]} for layer in catalogue["layers"]}
    assert ("hideouts" in shown) is SEES_HIDEOUTS[role]
    assert ("informant" in shown["spots"]) is SEES_HIDEOUTS[role]
    assert catalogue["viewer"]["roles"] == [role]


@pytest.mark.parametrize("role", ROLES)
def test_a_role_changes_only_layers_that_name_it(role: str) -> None:
    viewer = viewer_of(person(role))
    for id, editors in EDITS.items():
        layer = register.get(id)
        assert layer is not None
        assert may(viewer, "edit", layer) is (role in editors)


def test_a_superuser_is_an_administrator_and_a_group_that_is_no_role_gives_nothing() -> None:
    assert viewer_of(person(is_superuser=True)).roles == {"administrator"}
    friend = viewer_of(person("friends"))
    assert (friend.clearance, friend.roles) == (Clearance.PUBLIC, frozenset())


def test_nobody_is_told_of_a_secret_layer() -> None:
    text = Client().get("/api/catalogue").content.decode()
    assert "spots" in text
    assert "hideouts" not in text and "informant" not in text


def test_the_demonstration_has_one_account_a_role_and_keeps_changed_passwords() -> None:
    accounts = make_demo_accounts(force=True)
    assert [name for name, _, _ in accounts] == list(ROLES)
    name, password, _ = accounts[0]
    answer = Client().post("/accounts/sign-in/", {"username": name, "password": password})
    assert answer.status_code == 302
    assert make_demo_accounts(force=True) == accounts


@override_settings(BASE_URL="https://map.example.gov.tw")
def test_well_known_passwords_are_refused_on_a_public_server() -> None:
    with pytest.raises(NotHere, match=r"map\.example\.gov\.tw"):
        make_demo_accounts()
