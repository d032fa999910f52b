"""Second factors, open sessions, and what a demanded factor holds back. Passkeys are tried in a real browser."""

from __future__ import annotations

import time
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.contrib.sessions.models import Session
from django.test import Client, override_settings

from gis.accounts import entry, factors, throttle
from gis.accounts.identity import viewer_of
from gis.accounts.models import Attempt
from gis.audit.models import Pending
from layers.access import Clearance
from tests.gis.people import PASSWORD, person, signed_in

pytestmark = pytest.mark.django_db
SIGN_IN, SECOND, SECURITY = "/accounts/sign-in/", "/accounts/sign-in/second/", "/accounts/security/"


def code_of(secret: str, ahead: int = 0) -> str:
    from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value

    return str(format_hotp_value(hotp_value(secret, int(time.time()) // 30 + ahead)))


@pytest.fixture
def armed() -> tuple[User, str]:
    """An officer with an app, and its secret."""
    user, secret = person("officer"), "JBSWY3DPEHPK3PXP"
    assert factors.add_app(user, secret, code_of(secret))
    return user, secret


def offer(client: Client, user: User, **extra: Any) -> Any:
    return client.post(SIGN_IN, {"username": user.username, "password": PASSWORD, "next": "/help/"}, **extra)


def inside(client: Client) -> bool:
    return bool(client.get("/api/me").json()["name"])


def test_a_password_alone_does_not_open_an_account_with_a_second_factor(armed: tuple[User, str]) -> None:
    user, secret = armed
    browser = Client()
    assert offer(browser, user).headers["location"] == SECOND
    assert not inside(browser)
    assert browser.post(SECOND, {"code": "000000"}).status_code == 403
    assert not inside(browser)
    assert browser.post(SECOND, {"code": code_of(secret)}).headers["location"] == "/help/"
    assert inside(browser)


def test_a_code_opens_once(armed: tuple[User, str]) -> None:
    user, secret = armed
    code = code_of(secret)
    assert factors.right_code(user, code) == factors.APP
    assert factors.right_code(user, code) == ""


def test_a_recovery_code_opens_once_and_is_kept_encrypted(armed: tuple[User, str]) -> None:
    user, secret = armed
    codes = factors.recovery(user)
    assert len(codes) == 10
    browser = Client()
    offer(browser, user)
    assert browser.post(SECOND, {"code": codes[3]}).status_code == 302
    assert inside(browser)
    assert factors.right_code(user, codes[3]) == ""
    stored = str([one.data for one in factors.all_of(user)])
    assert secret not in stored and codes[0] not in stored


def test_codes_cannot_be_guessed_by_entering_the_password_again(armed: tuple[User, str]) -> None:
    user, secret = armed
    browser = Client()
    tries = 0
    while offer(browser, user).status_code == 302 and tries < 20:
        tries += 1
        if browser.post(SECOND, {"code": "000000"}).status_code == 429:
            break
    assert tries <= throttle.MOST_HERE
    assert browser.post(SECOND, {"code": code_of(secret)}).status_code == 429


def test_waiting_for_a_code_ends_after_minutes_and_with_the_password(armed: tuple[User, str]) -> None:
    user, secret = armed
    late, changed = Client(), Client()
    offer(late, user)
    session = late.session
    session[entry.PENDING] |= {"at": time.time() - entry.MINUTES_PENDING * 60 - 1}
    session.save()
    assert late.post(SECOND, {"code": code_of(secret)}).headers["location"] == SIGN_IN
    offer(changed, user)
    user.set_password("another horse battery")
    user.save()
    assert changed.post(SECOND, {"code": code_of(secret)}).headers["location"] == SIGN_IN


def test_good_and_bad_second_steps_are_on_record(armed: tuple[User, str]) -> None:
    user, secret = armed
    browser = Client()
    offer(browser, user)
    browser.post(SECOND, {"code": "111111"})
    browser.post(SECOND, {"code": code_of(secret)})
    acts = [(p.action, p.detail.get("way")) for p in Pending.objects.order_by("pk")]
    assert ("sign-in-refused", "second") in acts and ("sign-in", "totp") in acts
    assert list(Attempt.objects.filter(name=user.username).order_by("pk").values_list("good", flat=True)) == [
        True,
        False,
        True,
    ]


def test_an_app_is_added_and_removed_on_the_page() -> None:
    user, browser = person("planner"), Client()
    offer(browser, user)
    page = browser.get("/accounts/security/app/")
    secret = page.context["secret"]
    assert page.content.decode().count("data:image/svg+xml") == 1
    assert browser.post("/accounts/security/app/", {"code": "123"}).status_code == 400
    assert browser.post("/accounts/security/app/", {"code": code_of(secret)}).status_code == 302
    codes = browser.get("/accounts/security/recovery/").context["codes"]
    again = browser.post("/accounts/security/recovery/").context["codes"]
    assert len(again) == 10 and set(codes).isdisjoint(again)
    ((app, _),) = ((one, one.type) for one in factors.all_of(user) if one.type == factors.APP)
    assert browser.post(f"/accounts/security/{app.pk}/remove/").status_code == 302
    assert factors.all_of(user) == [], "recovery codes go with the last factor"


def test_another_persons_factor_cannot_be_removed(armed: tuple[User, str]) -> None:
    browser = Client()
    offer(browser, person("officer"))
    theirs = factors.all_of(armed[0])[0]
    assert browser.post(f"/accounts/security/{theirs.pk}/remove/").status_code == 404


def test_after_ten_minutes_the_password_is_asked_again() -> None:
    user, browser = person("planner"), Client()
    offer(browser, user)
    session = browser.session
    session[entry.FRESH] = time.time() - entry.MINUTES_FRESH * 60 - 1
    session.save()
    asked = browser.get("/accounts/security/app/").headers["location"]
    assert asked == "/accounts/confirm/?next=/accounts/security/app/"
    assert browser.post("/accounts/confirm/", {"password": "no", "next": SECURITY}).status_code == 403
    assert (
        browser.post("/accounts/confirm/", {"password": PASSWORD, "next": SECURITY}).headers["location"]
        == SECURITY
    )
    assert browser.get("/accounts/security/app/").status_code == 200


def test_one_signs_out_everywhere_else() -> None:
    user, here, there, third = person("officer"), Client(), Client(), Client()
    for browser in (here, there, third):
        offer(browser, user, headers={"user-agent": "Test browser"})
    page = here.get(SECURITY)
    assert len(page.context["sittings"]) == 3 and "Test browser" in page.content.decode()
    one = next(s for s, mine in page.context["sittings"] if s.key == there.session.session_key)
    here.post("/accounts/security/sessions/", {"which": str(one.pk)})
    assert (inside(here), inside(there), inside(third)) == (True, False, True)
    here.post("/accounts/security/sessions/", {"which": "others"})
    assert (inside(here), inside(third)) == (True, False)
    assert Session.objects.filter(session_key=here.session.session_key).exists()


def test_nobody_ends_the_sessions_of_another() -> None:
    mine, theirs = Client(), Client()
    offer(mine, person())
    other = person()
    offer(theirs, other)
    assert (
        mine.post("/accounts/security/sessions/", {"which": str(other.sittings.get().pk)}).status_code == 404
    )
    assert inside(theirs)


@override_settings(SECOND_FACTOR="police")
def test_where_a_second_factor_is_demanded_the_password_shows_less(armed: tuple[User, str]) -> None:
    plain, browser = person("officer", "council"), Client()
    assert offer(browser, plain).headers["location"] == SECURITY
    assert browser.get("/api/me").json()["clearance"] == "council"
    assert (
        browser.post("/accounts/tokens/", {"name": "x", "clearance": 1, "days": 30}).headers["location"]
        == SECURITY
    )
    assert not plain.tokens.exists()
    secret = browser.get("/accounts/security/app/").context["secret"]
    browser.post("/accounts/security/app/", {"code": code_of(secret)})
    assert browser.get("/api/me").json()["clearance"] == "police"
    user, known = armed
    strong = Client()
    offer(strong, user)
    strong.post(SECOND, {"code": code_of(known)})
    assert strong.get("/api/me").json()["clearance"] == "police"


@override_settings(SECOND_FACTOR="police")
def test_an_administrator_without_a_second_factor_is_none() -> None:
    boss = person("administrator", is_superuser=True)
    assert viewer_of(boss).clearance is Clearance.RESTRICTED
    held = viewer_of(boss, second=False)
    assert (held.clearance, held.roles) == (Clearance.PUBLIC, frozenset())


def test_a_page_whose_session_ran_out_signs_in_in_place(armed: tuple[User, str]) -> None:
    user, secret = armed
    browser = Client(enforce_csrf_checks=True)
    asks = {"accept": "application/json"}
    csrf = browser.get(SIGN_IN, headers=asks).json()["csrf"]
    name = {"username": user.username, "csrfmiddlewaretoken": csrf}
    wrong = browser.post(SIGN_IN, name | {"password": "no"}, headers=asks)
    assert (wrong.status_code, wrong.json()["state"]) == (403, "wrong") and wrong.json()["sentence"]
    half = browser.post(SIGN_IN, name | {"password": PASSWORD}, headers=asks).json()
    assert half["state"] == "second"
    done = browser.post(
        SECOND, {"code": code_of(secret), "csrfmiddlewaretoken": half["csrf"]}, headers=asks
    ).json()
    assert done["state"] == "in" and done["csrf"]
    assert inside(browser)


def test_a_passkey_that_is_nonsense_is_refused_with_a_sentence() -> None:
    for said in ("", "[]", "{}", '{"response": {"userHandle": "AAAA"}}', '{"response": 7}'):
        answer = Client().post("/accounts/sign-in/passkey/", {"credential": said})
        assert answer.status_code in (403, 429)
        assert "通行密鑰" in answer.content.decode() or "次數" in answer.content.decode()


def test_an_administrator_clears_the_second_step_of_somebody_who_lost_everything(
    armed: tuple[User, str],
) -> None:
    user, _ = armed
    boss = signed_in(person("administrator"))
    assert boss.get("/admin/auth/user/").status_code == 200
    boss.post("/admin/auth/user/", {"action": "clear_second", "_selected_action": [user.pk]})
    assert factors.all_of(user) == []
    assert Pending.objects.filter(action="factors-cleared", object=user.username).exists()
    other = person("officer")
    secret = "KRSXG5CTMVRXEZLU"
    assert factors.add_app(other, secret, code_of(secret))
    signed_in(user).post("/admin/auth/user/", {"action": "clear_second", "_selected_action": [other.pk]})
    assert factors.has_second(other), "an officer clears nobody's"


def test_the_log_is_verified_by_a_button_for_administrators_alone() -> None:
    boss = signed_in(person("administrator"))
    assert "檢驗整條紀錄" in boss.get("/admin/audit/entry/").content.decode()
    assert boss.get("/admin/audit/entry/verify/").status_code == 405
    answer = boss.post("/admin/audit/entry/verify/", follow=True)
    assert "沒有被改過" in answer.content.decode()
    assert signed_in(person("planner")).post("/admin/audit/entry/verify/").status_code in (302, 403)
