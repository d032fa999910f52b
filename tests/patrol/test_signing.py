"""Signing in through the API: believed once, judged, repeated without harm; forged, cut and replayed on record."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from django.db import connection
from django.test import Client
from django.utils import timezone

from layers.access import Viewer
from layers.patrol import keys, proving, signing
from layers.patrol.models import (
    BoxChange,
    Device,
    PatrolBox,
    PlanStop,
    PlanUnit,
    Proof,
    Refusal,
    Ruleset,
    ShiftPlan,
    SignIn,
    Tag,
    Touch,
)  # fmt: skip
from tests.patrol.conftest import PLACE, claim, post, touch

As = Callable[[str], Client]
Boxes = Callable[..., PatrolBox]


def test_a_touch_is_normal_once_and_a_replay_afterwards(as_: As, tag: Tag) -> None:
    said = touch(tag, 5)
    first = post(as_("officer"), "signins", claim(**said))
    assert first.status_code == 201, first.content
    found = first.json()
    assert (found["judgement"]["value"], found["level"], found["repeated"]) == ("normal", 1, False)
    again = post(as_("officer"), "signins", claim(**said))
    assert again.json()["judgement"]["value"] == "replay"
    assert again.json()["findings"][0]["zh"]
    assert Touch.objects.filter(tag=tag).count() == 1


def test_the_same_event_gets_the_same_answer(as_: As, tag: Tag) -> None:
    body = claim(**touch(tag, 5))
    first, second = (post(as_("officer"), "signins", body) for _ in range(2))
    assert (first.status_code, second.status_code) == (201, 200)
    assert second.json() == first.json() | {"repeated": True}
    assert SignIn.objects.filter(box=tag.box).count() == 1
    other = Client()
    from tests.gis.people import person

    other.force_login(person("officer"))
    assert post(other, "signins", body).status_code == 409


@pytest.mark.parametrize("role", ["", "council", "planner"])
def test_to_others_than_police_there_is_no_such_thing(as_: As, tag: Tag, role: str) -> None:
    client = as_(role) if role else Client()
    for path in ("signins", "boxes"):
        assert client.get(f"/api/patrol/{path}").status_code == 404
    assert post(client, "signins", claim(**touch(tag, 1))).status_code == 404


def test_who_is_police_but_no_officer_is_refused(as_: As, tag: Tag) -> None:
    assert post(as_("camera_operator"), "signins", claim(**touch(tag, 1))).status_code == 403
    assert post(as_("officer"), f"boxes/{tag.box_id}/tags", {"how": "qr"}).status_code == 403


def test_what_is_forged_is_refused_and_on_record(as_: As, tag: Tag) -> None:
    good = touch(tag, 9)
    for wrong in (
        good | {"c": "0" * 16},
        good | {"e": good["e"][:-2]},
        good | {"e": "", "c": ""},
        good | {"e": "\x00" * 32},
        {"how": "qr", "code": "PT.1.2.3"},
        {"how": "challenge", "challenge": str(uuid4()), "answer": "00"},
    ):
        before = Refusal.objects.count()
        answer = post(as_("officer"), "signins", claim(**wrong))
        assert answer.status_code == 422, answer.content
        assert answer.json()["code"] in ("mac", "form", "expired", "signature")
        assert Refusal.objects.count() == before + 1
    assert not Touch.objects.filter(tag=tag).exists()
    assert not SignIn.objects.filter(box=tag.box).exists()
    assert as_("patrol_planner").get("/api/patrol/refusals").json()[0]["sentence"]


def test_a_retired_tag_and_a_retired_box_are_refused(as_: As, tag: Tag) -> None:
    planner = as_("patrol_planner")
    assert post(planner, f"tags/{tag.pk}/retire", {}).status_code == 200
    assert post(as_("officer"), "signins", claim(**touch(tag, 1))).json()["code"] == "retired"
    tag.retired_at = None
    tag.save()
    PatrolBox.objects.filter(pk=tag.box_id).update(valid_to=timezone.localdate() - timedelta(days=1))
    assert post(as_("officer"), "signins", claim(**touch(tag, 2))).json()["code"] == "retired"


def test_a_counter_that_goes_back_is_a_clone(as_: As, tag: Tag) -> None:
    assert post(as_("officer"), "signins", claim(**touch(tag, 20))).json()["judgement"]["value"] == "normal"
    Proof.objects.filter(tag=tag).update(
        low=timezone.now() - timedelta(minutes=9), high=timezone.now() - timedelta(minutes=9)
    )
    assert post(as_("officer"), "signins", claim(**touch(tag, 19))).json()["judgement"]["value"] == "clone"


def test_far_away_and_where_the_box_was_before(as_: As, tag: Tag) -> None:
    far = claim(**touch(tag, 1)) | {"lon": PLACE[0] + 0.01}
    assert post(as_("officer"), "signins", far).json()["judgement"]["value"] == "out_of_range"
    moved = post(
        as_("patrol_planner"),
        f"boxes/{tag.box_id}/changes",
        {"what": "moved", "lon": PLACE[0] + 0.02, "lat": PLACE[1]},
    )
    assert moved.status_code == 201
    found = post(as_("officer"), "signins", claim(**touch(tag, 2))).json()
    assert found["judgement"]["value"] == "out_of_range"
    assert "moved" in [f["rule"] for f in found["findings"]]
    change = BoxChange.objects.get(box=tag.box)
    assert change.place is not None and change.place.x == pytest.approx(PLACE[0])


def test_signed_codes_and_digits(as_: As, box: PatrolBox) -> None:
    address = proving.addressed(box, "q", timezone.now() + timedelta(days=1))
    found = post(as_("officer"), "signins", claim(how="qr", code=address)).json()
    assert (found["judgement"]["value"], found["level"]) == ("normal", 0)
    assert post(as_("officer"), "signins", claim(how="plain", code=address)).json()["code"] == "signature"
    nowhere = claim(how="qr", code=address) | {"lon": 0, "lat": 0}
    assert post(as_("officer"), "signins", nowhere).json()["findings"][0]["rule"] in ("position", "again")
    spent = proving.addressed(box, "q", timezone.now() - timedelta(seconds=2))
    assert post(as_("officer"), "signins", claim(how="qr", code=spent)).json()["code"] == "expired"
    shown = as_("patrol_planner").get(f"/api/patrol/boxes/{box.pk}/code").json()
    for how in ("code", "rotating"):
        digits = shown["printed" if how == "code" else how]
        assert post(as_("officer"), "signins", claim(how=how, box=box.key, code=digits)).status_code == 201


def test_guessing_digits_is_stopped(as_: As, box: PatrolBox) -> None:
    right = proving.code_of(box)
    wrong = f"{(int(right) + 1) % 1_000_000:06}"
    for _ in range(5):
        assert post(as_("officer"), "signins", claim(how="code", box=box.key, code=wrong)).status_code == 422
    assert post(as_("officer"), "signins", claim(how="code", box=box.key, code=right)).status_code == 429


def test_a_tag_that_answers_a_challenge_is_l2(as_: As, tag: Tag, monkeypatch: pytest.MonkeyPatch) -> None:
    officer, key = as_("officer"), keys.auth_key(tag)
    begun = post(officer, "challenges", {"uid": tag.uid}).json()
    assert begun["commands"][1].startswith("9071")
    theirs = bytes(range(16))
    posed = post(officer, f"challenges/{begun['id']}", {"answer": _cbc(key, theirs).hex() + "91af"}).json()
    question = bytes.fromhex(posed["commands"][0])[5:-1]
    work = Cipher(algorithms.AES(key), modes.CBC(bytes(16))).decryptor()
    clear = work.update(question) + work.finalize()
    ours = clear[:16]
    assert clear[16:] == theirs[1:] + theirs[:1]
    answer = _cbc(key, b"TTTT" + ours[1:] + ours[:1] + bytes(12)).hex() + "9100"
    said = claim(how="challenge", challenge=begun["id"], answer=answer)
    found = post(officer, "signins", said)
    assert found.status_code == 201, found.content
    assert (found.json()["level"], found.json()["judgement"]["value"]) == (2, "normal")
    assert (
        post(officer, "signins", claim(how="challenge", challenge=begun["id"], answer=answer)).json()["code"]
        == "expired"
    )


def _cbc(key: bytes, data: bytes) -> bytes:
    work = Cipher(algorithms.AES(key), modes.CBC(bytes(16))).encryptor()
    return work.update(data) + work.finalize()


def test_a_relayed_challenge_is_too_slow(as_: As, tag: Tag, monkeypatch: pytest.MonkeyPatch) -> None:
    officer, key = as_("officer"), keys.auth_key(tag)
    begun = post(officer, "challenges", {"uid": tag.uid}).json()
    posed = post(officer, f"challenges/{begun['id']}", {"answer": _cbc(key, bytes(16)).hex()}).json()
    work = Cipher(algorithms.AES(key), modes.CBC(bytes(16))).decryptor()
    ours = (work.update(bytes.fromhex(posed["commands"][0])[5:-1]) + work.finalize())[:16]
    answer = _cbc(key, b"TTTT" + ours[1:] + ours[:1] + bytes(12)).hex()
    monkeypatch.setattr(proving, "ROUND_TRIP", timedelta(0))
    assert (
        post(officer, "signins", claim(how="challenge", challenge=begun["id"], answer=answer)).json()["code"]
        == "slow"
    )


def test_offline_the_clock_of_the_phone_is_an_interval(as_: As, tag: Tag) -> None:
    device = str(uuid4())
    now = timezone.now()
    ahead = (now + timedelta(days=1)).isoformat()
    post(as_("officer"), "signins", claim(**touch(tag, 1), device=device, at=ahead))
    assert Device.objects.get(pk=device).skew_s == pytest.approx(86_400, abs=30)
    Proof.objects.filter(tag=tag).update(low=now - timedelta(hours=3), high=now - timedelta(hours=3))
    late = claim(
        **touch(tag, 2), device=device, online=False, at=(now + timedelta(days=1, minutes=-50)).isoformat()
    )
    found = post(as_("officer"), "signins", late).json()
    assert found["judgement"]["value"] == "filed_late"
    proof = Proof.objects.get(event=late["event"])
    assert proof.low <= now - timedelta(minutes=49) and proof.high <= now - timedelta(minutes=49)


def test_two_officers_on_one_phone_are_suspicious(as_: As, tag: Tag, make_box: Boxes) -> None:
    device = str(uuid4())
    post(as_("officer"), "signins", claim(**touch(tag, 1), device=device))
    found = post(as_("patrol_planner"), "signins", claim(**touch(tag, 2), device=device)).json()
    assert (found["judgement"]["value"], found["findings"][0]["rule"]) == ("proxy", "device")


def test_rules_are_dated_and_per_station(as_: As, tag: Tag) -> None:
    planner, now = as_("patrol_planner"), timezone.now()
    near = claim(**touch(tag, 1)) | {"lon": PLACE[0] + 0.0008}  # some 80 m
    for station, days, radius in ((None, 2, 500), (tag.box.station_id, 1, 200), (tag.box.station_id, -1, 1)):
        made = post(planner, "rules", {
            "station": station, "valid_from": (now - timedelta(days=days)).isoformat(), "figures": {"radius_m": radius},
        })  # fmt: skip
        assert made.status_code == 201, made.content
    found = post(as_("officer"), "signins", near).json()
    assert found["judgement"]["value"] == "normal"
    assert Proof.objects.get(event=near["event"]).rules == Ruleset.objects.get(figures={"radius_m": 200}).pk
    wrong = {"valid_from": now.isoformat(), "figures": {"radius": 3}}
    assert post(planner, "rules", wrong).status_code == 422
    assert planner.get("/api/patrol/rules").json()[-1]["figures"]["radius_m"] == 30


def test_a_plan_decides_what_is_early_and_what_is_elsewhere(as_: As, tag: Tag, make_box: Boxes) -> None:
    officer = as_("officer")
    now = timezone.now()
    name = signing.officer_of(Viewer(actor=_name(officer)))
    plan = ShiftPlan.objects.create(
        name="夜", station=tag.box.station, begin=now - timedelta(hours=1), finish=now + timedelta(hours=3),
        status=ShiftPlan.Status.PUBLISHED,
    )  # fmt: skip
    unit = PlanUnit.objects.create(
        plan=plan, order=0, name="1", officers=[name], mode="car", begin=plan.begin, finish=plan.finish
    )
    stop = PlanStop.objects.create(
        unit=unit, order=0, box=tag.box, name="x", point=tag.box.geom, at=now + timedelta(minutes=70), minutes=1,
        opens=now + timedelta(hours=1), closes=now + timedelta(hours=2),
    )  # fmt: skip
    found = post(officer, "signins", claim(**touch(tag, 1))).json()
    assert found["judgement"]["value"] == "early"
    stop.opens = now - timedelta(minutes=1)
    stop.save()
    Proof.objects.all().update(low=now - timedelta(minutes=10), high=now - timedelta(minutes=10))
    found = post(officer, "signins", claim(**touch(tag, 2))).json()
    assert found["judgement"]["value"] == "normal", found
    assert Proof.objects.get(event=found["event"]).stop_id == stop.pk
    other = Tag.objects.create(box=make_box(), how="sun", uid="04AAAAAAAAAAAA", key=keys.current())
    assert post(officer, "signins", claim(**touch(other, 1))).json()["judgement"]["value"] == "wrong_box"


def _name(client: Client) -> str:
    from django.contrib.auth.models import User

    return User.objects.get(pk=client.session["_auth_user_id"]).get_username()


def test_a_revoked_device_signs_no_more(as_: As, tag: Tag) -> None:
    device = str(uuid4())
    post(as_("officer"), "signins", claim(**touch(tag, 1), device=device))
    Device.objects.filter(pk=device).update(revoked_at=timezone.now())
    assert post(as_("officer"), "signins", claim(**touch(tag, 2), device=device)).json()["code"] == "device"


def test_the_admin_shows_planners_keys_without_their_secrets(as_: As, tag: Tag) -> None:
    pages = ("patrolkey", "tag", "device", "ruleset", "refusal", "proof", "shiftplan", "turnban")
    for page in pages:
        assert as_("patrol_planner").get(f"/admin/patrol/{page}/").status_code == 200, page
        assert as_("officer").get(f"/admin/patrol/{page}/").status_code != 200
    shown = as_("patrol_planner").get(f"/admin/patrol/patrolkey/{tag.key_id}/change/")
    assert shown.status_code == 200 and bytes(tag.key.sealed).hex().encode() not in shown.content


def test_an_outbox_is_answered_one_by_one(as_: As, tag: Tag) -> None:
    good = [claim(**touch(tag, n)) for n in (1, 2)]
    answers = post(
        as_("officer"), "signins/batch", {"signins": [*good, claim(how="qr", code="x"), good[0]]}
    ).json()
    assert [a["status"] for a in answers] == [201, 201, 422, 200]


def test_a_supervisor_decides_and_the_finding_stays(as_: As, tag: Tag) -> None:
    found = post(as_("officer"), "signins", claim(**touch(tag, 1)) | {"lon": PLACE[0] + 0.01}).json()
    path = f"signins/{found['id']}/decision"
    assert post(as_("officer"), path, {"judgement": "normal", "reason": "GPS 漂移"}).status_code == 403
    decided = post(as_("patrol_planner"), path, {"judgement": "normal", "reason": "GPS 漂移"}).json()
    assert [f["rule"] for f in decided["findings"]] == ["radius", "decision"]
    assert SignIn.objects.get(pk=found["id"]).judgement == "normal"


def test_issuing_a_tag_tells_what_to_write_into_it(as_: As, box: PatrolBox) -> None:
    planner = as_("patrol_planner")
    made = post(planner, f"boxes/{box.pk}/tags", {"how": "sun", "uid": "04a1b2c3d4e5f6"}).json()
    body = made["address"].split("://", 1)[1]
    assert body[made["offsets"]["picc"] - 7 :].startswith("0" * 32 + "&c=")
    assert body[made["offsets"]["mac"] - 7 :] == "0" * 16
    tag = Tag.objects.get(pk=made["id"])
    assert keys.file_key(tag).hex().upper() == made["keys"]["file"]
    assert post(planner, f"boxes/{box.pk}/tags", {"how": "sun", "uid": "04A1B2C3D4E5F6"}).status_code == 409
    assert post(planner, f"boxes/{box.pk}/tags", {"how": "sun"}).status_code == 422


def test_remarks_have_their_days(as_: As, tag: Tag) -> None:
    planner, today = as_("patrol_planner"), timezone.localdate()
    for text, until in (("今日有活動", today), ("已過", today - timedelta(days=1))):
        said = {"what": "remark", "text": text, "valid_to": until.isoformat()}
        assert post(planner, f"boxes/{tag.box_id}/changes", said).status_code == 201
    assert post(as_("officer"), "signins", claim(**touch(tag, 1))).json()["remarks"] == ["今日有活動"]


def test_keys_are_sealed_and_new_ones_leave_old_tags_believed(tag: Tag, settings: Any, as_: As) -> None:
    old = keys.master(tag.key)
    assert old not in bytes(tag.key.sealed)
    said = touch(tag, 3)
    assert post(as_("patrol_planner"), "keys", {}).status_code == 201
    assert keys.current().version == tag.key.version + 1
    assert post(as_("officer"), "signins", claim(**said)).json()["judgement"]["value"] == "normal"
    later = claim(**touch(tag, 4))
    settings.SECRET_KEY_FALLBACKS = [settings.SECRET_KEY]  # the officer stays signed in
    settings.SECRET_KEY = "another"
    with pytest.raises(keys.Unreadable):
        keys.master(tag.key)
    refused = post(as_("officer"), "signins", later)
    assert (refused.status_code, refused.json()["code"]) == (503, "keys-unreadable")


def test_a_sheet_holds_codes_that_sign_in(as_: As, box: PatrolBox) -> None:
    from layers.patrol.sheets import cards

    page = cards([box], timezone.now() + timedelta(days=3), True)
    assert box.key in page and proving.code_of(box) in page and "<svg" in page
    made = post(
        as_("patrol_planner"),
        "sheets",
        {"boxes": [box.pk], "until": (timezone.now() + timedelta(days=3)).isoformat()},
    )
    assert made.status_code == 200 and made.content.startswith(b"%PDF")


def test_sixty_four_at_once_write_one_touch(committed: None) -> None:
    """The same message through many connections: the database lets one through."""
    from django.contrib.gis.geos import Point

    from tests.gis.people import person

    person("officer", name="many")
    box = PatrolBox.objects.create(
        key="PT-many", name="x", kind="bank", tag="nfc", geom=Point(*PLACE, srid=4326)
    )
    try:
        tag = Tag.objects.create(box=box, how="sun", uid="04BBBBBBBBBBBB", key=keys.current())
        said = touch(tag, 7)
        verdicts: list[str] = []
        viewer = Viewer.of("many", "many", ["officer"])

        def one() -> None:
            try:
                for _ in range(8):
                    sent = signing.Sent(
                        uuid4(), proving.Claim("sun", e=said["e"], c=said["c"]), lon=PLACE[0], lat=PLACE[1]
                    )
                    verdicts.append(signing.sign(viewer, sent).signin.judgement)
            finally:
                connection.close()

        threads = [threading.Thread(target=one) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert len(verdicts) == 64
        assert sorted(set(verdicts)) == ["normal", "replay"] and verdicts.count("normal") == 1
    finally:
        SignIn.objects.filter(box=box).delete()
        Tag.objects.filter(box=box).delete()
        box.delete()
