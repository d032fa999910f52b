"""Waking phones: the published example to the byte, and a push service of our own that reads what a phone would read."""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from time import time
from typing import Any
from uuid import uuid4

import http_ece
import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from django.test import Client

from layers.patrol import push
from layers.patrol.craft import webpush
from layers.patrol.hub import Hub
from layers.patrol.jobs import push_notices
from layers.patrol.models import Notice, PushKey, Subscription
from tests.gis.people import person, signed_in
from tests.patrol.conftest import post

As = Callable[[str], Client]
pytestmark = pytest.mark.django_db


def test_the_example_of_rfc_8291_to_the_byte() -> None:
    """Appendix A: plaintext, keys and salt as published give the body as published."""
    secret = int.from_bytes(webpush.unb64("yfWPiYE-n46HLnH0KqZOF1fJJU3MYrct3AELtAQ-oRw"), "big")
    key = ec.derive_private_key(secret, ec.SECP256R1())
    assert webpush.b64(webpush.point(key)) == (
        "BP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6PBru3jl7A8"
    )
    body = webpush.sealed(
        b"When I grow up, I want to be a watermelon",
        "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4",
        "BTBZMqHH6r4Tts7J_aSIgg", key=key, salt=webpush.unb64("DGv6ra1nlYgDCS1FRnbzlw"),
    )  # fmt: skip
    assert webpush.b64(body) == (
        "DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6PBru3jl7A_"
        "yl95bQpu6cVPTpK4Mqgkf1CXztLVBSt2Ks3oZwbuwXPXLWyouBWLVWGNWQexSgSxsj_Qulcy4a-fN"
    )


def test_the_token_of_rfc_8292_is_believed_and_an_altered_one_is_not() -> None:
    """Section 2.4."""
    example = (
        "vapid t=eyJ0eXAiOiJKV1QiLCJhbGciOiJFUzI1NiJ9.eyJhdWQiOiJodHRwczovL3B1c2guZXhhbXBsZS5uZXQiLCJleHAiOjE0NTM1MjM3NjgsI"
        "nN1YiI6Im1haWx0bzpwdXNoQGV4YW1wbGUuY29tIn0.i3CYb7t4xfxCDquptFOepC9GAu_HLGkMlMuCGSK2rpiUfnK9ojFwDXb1JrErtmysazNjjvW"
        "2L9OkSSHzvoD1oA, k=BA1Hxzyi1RUM1b5wjxsn7nGxAszw2u61m164i3MrAIxHF6YK5h4SDYic-dRuU_RCPCfA5aq9ojSwk5Y2EmClBPs"
    )
    assert webpush.claims(example) == {
        "aud": "https://push.example.net", "exp": 1453523768, "sub": "mailto:push@example.com",
    }  # fmt: skip
    assert webpush.claims(example.replace(".i3CY", ".i3CZ")) is None
    key = ec.generate_private_key(ec.SECP256R1())
    assert webpush.claims(webpush.token(key, "https://a", "mailto:b@c", 7)) == {
        "aud": "https://a", "exp": 7, "sub": "mailto:b@c",
    }  # fmt: skip


class Phone:
    def __init__(self, endpoint: str) -> None:
        self.endpoint = endpoint
        self.key = ec.generate_private_key(ec.SECP256R1())
        self.auth = uuid4().bytes

    def said(self) -> dict[str, Any]:
        keys = {"p256dh": webpush.b64(webpush.point(self.key)), "auth": webpush.b64(self.auth)}
        return {"endpoint": self.endpoint, "expirationTime": None, "keys": keys}

    def reads(self, body: bytes) -> dict[str, Any]:
        plain = http_ece.decrypt(body, private_key=self.key, auth_secret=self.auth, version="aes128gcm")
        found: dict[str, Any] = json.loads(plain)
        return found


class Service:
    """What a push service does: takes bodies for addresses, and says what became of them."""

    def __init__(self) -> None:
        self.taken: list[tuple[str, dict[str, str], bytes]] = []
        self.answers: dict[str, int] = {}
        self.dropped: list[str] = []
        self.drops: dict[str, int] = {}  # how often the line breaks before there is an answer
        service = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                if service.drops.get(self.path, 0) > 0:
                    service.drops[self.path] -= 1
                    service.dropped.append(self.path)
                    self.close_connection = True
                    return
                heads = {k.lower(): v for k, v in self.headers.items()}
                service.taken.append((self.path, heads, body))
                self.send_response(service.answers.get(self.path, 201))
                self.send_header("Location", "http://127.0.0.1:1/elsewhere")
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_: Any) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.place = f"127.0.0.1:{self.server.server_port}"
        self.thread = threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.02})
        self.thread.start()

    def phone(self) -> Phone:
        return Phone(f"http://{self.place}/{uuid4().hex}")

    def close(self) -> None:
        self.server.shutdown()
        self.thread.join()
        self.server.server_close()


@pytest.fixture
def service(settings: Any) -> Iterator[Service]:
    made = Service()
    settings.PUSH_HOSTS = [made.place]
    yield made
    made.close()


@pytest.fixture
def deferred(monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
    """What was put into the queue."""
    found: list[dict[str, Any]] = []
    monkeypatch.setattr(type(push_notices), "defer", lambda _, **said: found.append(said))
    return found


def run(deferred: list[dict[str, Any]]) -> None:
    while deferred:
        push_notices(**deferred.pop(0))


def test_an_urgent_message_reaches_the_phone_and_only_that_phone_can_read_it(
    as_: As, service: Service, deferred: list[dict[str, Any]]
) -> None:
    me = person("officer")
    phone, other = service.phone(), service.phone()
    assert post(signed_in(me), "push/subscriptions", phone.said()).status_code == 201
    assert post(as_("officer"), "push/subscriptions", other.said()).status_code == 201
    body = {"event": str(uuid4()), "text": "中山路口有持刀者", "officers": [me.username], "urgent": True}
    for _ in range(2):  # sent twice, it is one message
        assert post(as_("patrol_planner"), "messages", body).status_code == 201
        run(deferred)
    [(path, heads, sealed)] = service.taken
    assert phone.endpoint.endswith(path)
    assert "持刀" not in sealed.decode("utf-8", "ignore")
    assert phone.reads(sealed)["zh"] == "中山路口有持刀者"
    with pytest.raises(http_ece.ECEException):
        other.reads(sealed)
    said = webpush.claims(heads["authorization"])
    assert said is not None and said["aud"] == f"http://{service.place}"
    assert time() < float(str(said["exp"])) <= time() + 24 * 3600
    assert heads["authorization"].endswith(f"k={push.public_key()}")
    assert (heads["content-encoding"], heads["ttl"], heads["urgency"]) == ("aes128gcm", "300", "high")
    [told] = as_("patrol_planner").get("/api/patrol/messages").json()
    assert told["to"] == [{"officer": me.username, "read_at": None, "pushed": 1}]
    [notice] = signed_in(me).get("/api/patrol/notices?unread=true").json()
    assert (notice["zh"], notice["by"]) == ("中山路口有持刀者", told["by"])


def test_what_is_not_urgent_or_was_read_wakes_nobody(
    as_: As, service: Service, deferred: list[dict[str, Any]]
) -> None:
    me = person("officer")
    post(signed_in(me), "push/subscriptions", service.phone().said())
    calm = {"event": str(uuid4()), "text": "明早開會", "officers": [me.username]}
    assert post(as_("patrol_planner"), "messages", calm).status_code == 201
    assert deferred == []
    urgent = {"event": str(uuid4()), "text": "集合", "officers": [me.username], "urgent": True}
    assert post(as_("patrol_planner"), "messages", urgent).status_code == 201
    Notice.objects.get(officer=me.username, zh="集合")
    for one in signed_in(me).get("/api/patrol/notices").json():
        post(signed_in(me), f"notices/{one['id']}/read", {})
    run(deferred)
    assert service.taken == []


@pytest.mark.parametrize("status", [404, 410])
def test_a_phone_that_is_gone_is_forgotten(
    as_: As, service: Service, deferred: list[dict[str, Any]], status: int
) -> None:
    me = person("officer")
    gone, there = service.phone(), service.phone()
    for phone in (gone, there):
        post(signed_in(me), "push/subscriptions", phone.said())
    service.answers["/" + gone.endpoint.rpartition("/")[2]] = status
    message(as_, me.username)
    run(deferred)
    assert len(service.taken) == 2
    assert [s.endpoint for s in Subscription.objects.filter(officer=me.username)] == [there.endpoint]


def message(as_: As, *names: str) -> None:
    body = {"event": str(uuid4()), "text": "集合", "officers": list(names), "urgent": True}
    assert post(as_("patrol_planner"), "messages", body).status_code == 201


@pytest.mark.parametrize("status", [429, 503])
def test_a_service_that_is_busy_is_asked_again_for_those_alone(
    as_: As, service: Service, deferred: list[dict[str, Any]], status: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    me = person("officer")
    busy, there = service.phone(), service.phone()
    for phone in (busy, there):
        post(signed_in(me), "push/subscriptions", phone.said())
    path = "/" + busy.endpoint.rpartition("/")[2]
    service.answers[path] = status
    message(as_, me.username)
    again: list[dict[str, Any]] = []
    waits: list[int] = []

    class Later:
        def defer(self, **said: Any) -> None:
            again.append(said)

    monkeypatch.setattr(
        type(push_notices),
        "configure",
        lambda _, schedule_in: waits.append(schedule_in["seconds"]) or Later(),
    )
    run(deferred)
    assert len(service.taken) == 2 and again[0]["only"] == [
        Subscription.objects.get(endpoint=busy.endpoint).pk
    ]
    del service.answers[path]
    push_notices(**again.pop())
    assert [p for p, _, _ in service.taken[2:]] == [path]
    assert again == [] and waits == [10]


@pytest.mark.parametrize("times", [1, 2])
def test_a_line_that_breaks_is_tried_once_more_and_then_later_with_a_trace(
    as_: As, service: Service, caplog: pytest.LogCaptureFixture, times: int
) -> None:
    """One of five thousand was lost so: the service's queue was full, and it reset the line."""
    me = person("officer")
    phone, other = service.phone(), service.phone()
    for one in (phone, other):
        post(signed_in(me), "push/subscriptions", one.said())
    path = "/" + phone.endpoint.rpartition("/")[2]
    service.drops[path] = times
    notice = Notice.objects.create(officer=me.username, zh="集合", urgent=True)
    again = push.push([notice.pk])
    assert service.dropped == [path] * times
    reached = {p for p, _, _ in service.taken}
    row = Subscription.objects.get(endpoint=phone.endpoint)
    if times == 1:
        assert again == [] and path in reached and len(service.taken) == 2 and row.failures == 0
    else:
        assert again == [row.pk] and path not in reached and row.failures == 1
        assert f"did not answer for subscription {row.pk}" in caplog.text
        assert push.push([notice.pk], again) == [] and path == service.taken[-1][0]


def test_a_phone_with_spoilt_keys_keeps_nobody_elses_message_back(
    as_: As, service: Service, caplog: pytest.LogCaptureFixture
) -> None:
    me = person("officer")
    for one in (service.phone(), service.phone()):
        post(signed_in(me), "push/subscriptions", one.said())
    spoilt = Subscription.objects.filter(officer=me.username).order_by("pk")[0]
    Subscription.objects.filter(pk=spoilt.pk).update(p256dh="A" * 87)
    notices = [Notice.objects.create(officer=me.username, zh=w, urgent=True).pk for w in ("一", "二")]
    assert push.push(notices) == []
    assert len(service.taken) == 2 and f"subscription {spoilt.pk}" in caplog.text
    assert {heads["topic"] for _, heads, _ in service.taken} == {f"antu-{n}" for n in notices}
    assert list(Notice.objects.filter(pk__in=notices).values_list("pushed", flat=True)) == [1, 1]
    assert Subscription.objects.get(pk=spoilt.pk).failures == 1


def test_a_redirect_is_not_followed(as_: As, service: Service, deferred: list[dict[str, Any]]) -> None:
    me = person("officer")
    phone = service.phone()
    post(signed_in(me), "push/subscriptions", phone.said())
    service.answers["/" + phone.endpoint.rpartition("/")[2]] = 307
    message(as_, me.username)
    run(deferred)
    assert len(service.taken) == 1
    assert Subscription.objects.get(endpoint=phone.endpoint).failures == 1


def test_who_may_no_longer_know_it_is_not_woken_and_what_is_restricted_stays_in_the_house(
    as_: As, service: Service
) -> None:
    me, chief = person("officer"), person("officer", "analyst")
    mine, theirs = service.phone(), service.phone()
    post(signed_in(me), "push/subscriptions", mine.said())
    post(signed_in(chief), "push/subscriptions", theirs.said())
    rows = [
        Notice.objects.create(officer=u.username, zh="ABC-1234 出沒", urgent=True, clearance=3)
        for u in (me, chief)
    ]
    assert push.push([n.pk for n in rows]) == []
    [(path, _, sealed)] = service.taken
    assert theirs.endpoint.endswith(path)
    assert theirs.reads(sealed)["zh"] == push.HIDDEN[0]
    me.groups.clear()
    plain = Notice.objects.create(officer=me.username, zh="x", urgent=True)
    push.push([plain.pk])
    assert len(service.taken) == 1
    assert signed_in(chief).get("/api/patrol/notices").json()[0]["zh"] == "ABC-1234 出沒"


def test_only_services_of_the_list_are_spoken_to(as_: As, settings: Any) -> None:
    settings.PUSH_HOSTS = ["fcm.googleapis.com", "notify.windows.com"]
    phone = Phone("https://fcm.googleapis.com/fcm/send/x")
    assert post(as_("officer"), "push/subscriptions", phone.said()).status_code == 201
    for endpoint in (
        "http://fcm.googleapis.com.evil.example/x",
        "https://evilnotify.windows.com/x",
        "https://127.0.0.1/x",
        "https://fcm.googleapis.com@127.0.0.1/x",
        "http://fcm.googleapis.com.:80/x",
        "file:///etc/passwd-or-so",
    ):
        assert (
            post(as_("officer"), "push/subscriptions", phone.said() | {"endpoint": endpoint}).status_code
            == 422
        )
    assert push.unfit("https://wns2.notify.windows.com/w/?token=x") == ""
    bad = phone.said() | {"keys": {"p256dh": "A" * 87, "auth": "B" * 22}}
    assert post(as_("officer"), "push/subscriptions", bad).status_code == 422
    settings.PUSH_HOSTS = []
    assert as_("officer").get("/api/patrol/push/key").json()["on"] is False


def test_the_key_is_made_once_and_sealed(as_: As, settings: Any) -> None:
    PushKey.objects.all().delete()
    first = as_("officer").get("/api/patrol/push/key").json()["key"]
    assert first == as_("officer").get("/api/patrol/push/key").json()["key"] == push.public_key()
    secret = push.private_key().private_numbers().private_value.to_bytes(32, "big")
    assert secret not in bytes(PushKey.objects.get().sealed)
    assert as_("council").get("/api/patrol/push/key").status_code == 404


def test_a_phone_wakes_for_who_carries_it_now_and_of_one_officer_five(as_: As, settings: Any) -> None:
    settings.PUSH_HOSTS = ["push.test"]
    one, two = person("officer"), person("officer")
    phone = Phone("https://push.test/a")
    post(signed_in(one), "push/subscriptions", phone.said())
    post(signed_in(two), "push/subscriptions", phone.said())
    assert Subscription.objects.get(endpoint=phone.endpoint).officer == two.username
    assert post(signed_in(one), "push/unsubscribe", {"endpoint": phone.endpoint}).status_code == 204
    assert Subscription.objects.filter(endpoint=phone.endpoint).exists()
    for n in range(8):
        post(signed_in(one), "push/subscriptions", Phone(f"https://push.test/{n}").said())
    assert Subscription.objects.filter(officer=one.username).count() == 5
    post(signed_in(two), "push/unsubscribe", {"endpoint": phone.endpoint})
    assert not Subscription.objects.filter(endpoint=phone.endpoint).exists()


def test_a_message_to_nobody_is_refused_with_why(as_: As) -> None:
    body = {"event": str(uuid4()), "text": "x", "officers": ["nobody-of-this-name"]}
    answer = post(as_("patrol_planner"), "messages", body)
    assert answer.status_code == 422 and "收件" in answer.json()["detail"]
    assert post(as_("officer"), "messages", body).status_code == 403


def test_what_is_for_one_officer_is_heard_by_that_one_alone() -> None:
    async def heard() -> dict[str, list[str]]:
        hub = Hub()
        hub._listen = quiet  # type: ignore[method-assign]
        lines: dict[str, list[str]] = {"kim": [], "lee": [], "": []}
        streams = {name: hub.events(name or None) for name in lines}
        for stream in streams.values():
            await anext(stream)
        hub.tell({"kind": "notice", "to": {"kim": 7}})
        hub.tell({"kind": "cars", "ids": [1]})
        hub.tell({"kind": "missed"})
        for name, stream in streams.items():
            while "missed" not in "".join(lines[name]):
                lines[name].append(await anext(stream))
            await stream.aclose()
        return lines

    async def quiet() -> None:
        await asyncio.Event().wait()

    lines = asyncio.run(heard())
    assert (
        lines["kim"][0] == 'event: notice\ndata: {"kind": "notice", "id": 7}\n\n' and len(lines["kim"]) == 2
    )
    assert len(lines["lee"]) == 1
    assert len(lines[""]) == 2 and "cars" in lines[""][0] and "kim" not in "".join(lines[""])
