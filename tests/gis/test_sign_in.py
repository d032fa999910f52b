"""Signing in: generic refusals, throttling in the database, sessions that end with the password."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from gis.accounts import throttle
from gis.accounts.models import Attempt
from gis.audit.models import Pending
from tests.gis.people import PASSWORD, person, signed_in

pytestmark = pytest.mark.django_db
SIGN_IN = "/accounts/sign-in/"


def attempt(name: str, password: str = "wrong", **extra: str):  # type: ignore[no-untyped-def]
    return Client().post(SIGN_IN, {"username": name, "password": password}, headers={}, **extra)


def test_a_right_password_leads_on_and_only_within_this_site() -> None:
    user = person("officer")
    there = {"username": user.username, "password": PASSWORD}
    assert Client().post(SIGN_IN, there | {"next": "/admin/"}).headers["location"] == "/admin/"
    assert Client().post(SIGN_IN, there | {"next": "https://evil.example/"}).headers["location"] == "/"


def test_a_wrong_password_and_an_unknown_account_look_alike() -> None:
    known, unknown = attempt(person().username), attempt("nobody-at-all")
    assert known.status_code == unknown.status_code == 403
    assert "帳號或密碼不正確" in known.content.decode()
    assert known.context["form"].errors == unknown.context["form"].errors


def test_english_readers_get_english_sentences() -> None:
    answer = Client().post(SIGN_IN, {"username": "x", "password": "y"}, headers={"accept-language": "en"})
    assert "The account or the password is not right." in answer.content.decode()


def test_after_five_bad_tries_even_the_right_password_must_wait() -> None:
    user = person()
    for _ in range(throttle.MOST_HERE):
        assert attempt(user.username).status_code == 403
    answer = attempt(user.username, PASSWORD)
    assert answer.status_code == 429
    assert "十五分鐘" in answer.content.decode()
    Attempt.objects.update(at=timezone.now() - throttle.WINDOW - timedelta(seconds=1))
    assert attempt(user.username, PASSWORD).status_code == 302


def test_the_owner_gets_in_from_elsewhere_while_a_stranger_guesses() -> None:
    user = person()
    for _ in range(throttle.MOST_HERE + 3):
        attempt(user.username, REMOTE_ADDR="203.0.113.9")
    assert attempt(user.username, PASSWORD, REMOTE_ADDR="198.51.100.7").status_code == 302


def test_one_address_cannot_try_many_accounts() -> None:
    for number in range(throttle.MOST_FROM_ADDRESS):
        Attempt.objects.create(name=f"a{number}", address="203.0.113.9", good=False)
    assert attempt(person().username, PASSWORD, REMOTE_ADDR="203.0.113.9").status_code == 429


def test_a_good_sign_in_forgives_earlier_slips() -> None:
    user = person()
    for _ in range(throttle.MOST_HERE - 1):
        attempt(user.username)
    assert attempt(user.username, PASSWORD).status_code == 302
    assert attempt(user.username).status_code == 403
    assert attempt(user.username, PASSWORD).status_code == 302


def test_what_was_typed_as_an_unknown_name_is_not_kept() -> None:
    attempt("hunter2-my-password")
    assert not Attempt.objects.filter(name__contains="hunter2").exists()
    assert not Pending.objects.filter(object__contains="hunter2").exists()


def test_sign_ins_good_and_bad_are_in_the_log() -> None:
    user = person()
    attempt(user.username)
    attempt(user.username, PASSWORD)
    noted = Pending.objects.filter(subject="account", object=user.username).order_by("id")
    assert list(noted.values_list("actor", "action")) == [
        ("anonymous", "sign-in-refused"),
        (user.username, "sign-in"),
    ]


def test_signing_out_needs_a_post() -> None:
    client = signed_in(person("council"))
    assert client.get("/accounts/sign-out/").status_code == 405
    assert client.post("/accounts/sign-out/").status_code == 302
    assert client.get("/api/me").json()["name"] is None


def test_a_new_password_ends_the_other_sessions() -> None:
    user = person("council")
    here, elsewhere = signed_in(user), signed_in(user)
    new = "an even longer horse"
    form = {"old_password": PASSWORD, "new_password1": new, "new_password2": new}
    assert here.post("/accounts/password/", form).status_code == 302
    assert here.get("/api/me").json()["clearance"] == "council"
    assert elsewhere.get("/api/me").json()["clearance"] == "public"


def test_the_account_page_is_for_those_who_are_signed_in() -> None:
    assert Client().get("/accounts/").headers["location"].startswith(SIGN_IN)
    page = signed_in(person("council")).get("/accounts/").content.decode()
    assert "道安會報委員" in page
