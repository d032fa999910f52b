"""Waking phones (Web Push): who may be told, through which services, and what became of it.

Words above police clearance never leave the house, not even encrypted: a locked screen shows them to anybody. Such a
notice only says that there is one.
"""

from __future__ import annotations

import json
import logging
import threading
import time
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

from cryptography.hazmat.primitives.asymmetric import ec
from django.conf import settings
from django.contrib.auth.models import User
from django.db.models import F
from django.utils import timezone

from layers.access import Clearance
from layers.patrol import keys
from layers.patrol.craft import webpush
from layers.patrol.models import Notice, PlanUnit, PushKey, ShiftPlan, Subscription

LIVES_S = 300
TOKEN_S = 12 * 3600
HANDS = 16
MOST_FAILURES = 20
HIDDEN = ("有緊急提示，請開啟巡簽查看。", "There is an urgent note; open the sign-in page.")
OFFICERS = ("officer", "patrol_planner", "administrator")
UNASKED, UNFIT = 0, -1  # no answer came; nothing could be sent
log = logging.getLogger("antu.patrol.push")


def private_key() -> ec.EllipticCurvePrivateKey:
    row = PushKey.objects.first()
    if row is None:
        made = ec.generate_private_key(ec.SECP256R1())
        secret = made.private_numbers().private_value.to_bytes(32, "big")
        row, _ = PushKey.objects.get_or_create(
            pk=1, defaults={"sealed": keys.seal(secret), "public": webpush.point(made)}
        )
    return ec.derive_private_key(int.from_bytes(keys.unseal(bytes(row.sealed)), "big"), ec.SECP256R1())


def public_key() -> str:
    return webpush.b64(webpush.point(private_key()))


def allowed_at_all() -> bool:
    return bool(settings.PUSH_HOSTS)


def unfit(endpoint: str, p256dh: str = "", auth: str = "") -> str:
    """Why nothing is sent there; empty when it may be. Only services of the list are ever spoken to."""
    parts = urlsplit(endpoint)
    place = parts.netloc.lower()
    host = (parts.hostname or "").lower()
    if parts.scheme != "https" and place not in settings.PUSH_HOSTS:
        return "推播位址須為 https。 A push address is https."
    if "@" in place or not any(
        place == h or host == h or host.endswith("." + h) for h in settings.PUSH_HOSTS
    ):
        return (
            "此推播服務未獲允許（ANTU_PUSH_HOSTS）。 This push service is not allowed here (ANTU_PUSH_HOSTS)."
        )
    if (p256dh or auth) and not webpush.fit(p256dh, auth):
        return "推播金鑰不正確。 The keys of the subscription are not right."
    return ""


def officers_among(names: Iterable[str]) -> set[str]:
    """Accounts that are in use and may sign in at boxes."""
    found = User.objects.filter(username__in=list(names), is_active=True, groups__name__in=OFFICERS)
    return set(found.values_list("username", flat=True))


def on_duty(station: int, now: datetime) -> set[str]:
    around = timedelta(hours=12)
    units = PlanUnit.objects.filter(
        plan__station_id=station,
        plan__status=ShiftPlan.Status.PUBLISHED,
        begin__lt=now + around,
        finish__gt=now - around,
    )
    return {name for officers in units.values_list("officers", flat=True) for name in officers}


def message(n: Notice) -> bytes:
    zh, en = (n.zh, n.en or n.zh) if n.clearance <= Clearance.POLICE else HIDDEN
    box = n.box.name if n.box and n.clearance <= Clearance.POLICE else ""
    return json.dumps({"id": n.pk, "zh": zh, "en": en, "box": box}, ensure_ascii=False).encode()


def push(notices: list[int], only: list[int] | None = None) -> list[int]:
    """Sends unread notices to their officers' phones; gives the subscriptions that are worth another try."""
    from layers.patrol.notes import viewers_of

    rows: dict[str, list[Notice]] = {}
    for n in Notice.objects.select_related("box").filter(pk__in=notices, read_at=None).order_by("id"):
        rows.setdefault(n.officer, []).append(n)
    wanted = Subscription.objects.filter(officer__in=rows)
    if only is not None:
        wanted = wanted.filter(pk__in=only)
    viewers = viewers_of(rows)
    todo = [
        (s, n)
        for s in wanted
        for n in rows[s.officer]
        if viewers[s.officer].clearance >= max(Clearance.POLICE, n.clearance) and not unfit(s.endpoint)
    ]
    if not todo:
        return []
    key = private_key()
    tokens: dict[str, str] = {}
    now = int(time.time())
    for s, _ in todo:
        parts = urlsplit(s.endpoint)
        audience = f"{parts.scheme}://{parts.netloc}"
        tokens.setdefault(audience, webpush.token(key, audience, settings.PUSH_CONTACT, now + TOKEN_S))
    with ThreadPoolExecutor(min(HANDS, len(todo))) as hands:
        answers = list(hands.map(lambda one: _post(one[0], one[1], tokens), todo))
    return _settle(todo, answers)


_mine = threading.local()


def _post(s: Subscription, n: Notice, tokens: dict[str, str]) -> int:
    """The service's status; 0 when it could not be asked. It is told nothing but when to give up and how soon to wake."""
    parts = urlsplit(s.endpoint)
    heads = {
        "Authorization": tokens[f"{parts.scheme}://{parts.netloc}"], "Content-Encoding": "aes128gcm", "TTL": str(LIVES_S),
        "Content-Type": "application/octet-stream", "Urgency": "high", "Topic": f"antu-{n.pk}",
    }  # fmt: skip
    try:
        body = webpush.sealed(message(n), s.p256dh, s.auth)
    except ValueError as wrong:  # one phone's keys keep nobody else's message back
        log.error("Nothing can be sealed for subscription %s: %s", s.pk, wrong)
        return UNFIT
    return _asked(s, body, heads)


def _asked(s: Subscription, body: bytes, heads: dict[str, str]) -> int:
    """A line that breaks before an answer is tried once more at once, afresh: services drop lines that they kept, and
    those beyond what they can accept. Its topic keeps a message that comes twice from being two."""
    import requests

    try:
        try:
            return _post_once(s.endpoint, body, heads)
        except requests.Timeout:
            raise
        except requests.ConnectionError:
            return _post_once(s.endpoint, body, heads)
    except requests.RequestException as wrong:
        log.warning("%s did not answer for subscription %s: %s", urlsplit(s.endpoint).netloc, s.pk, wrong)
        return UNASKED


def _post_once(endpoint: str, body: bytes, heads: dict[str, str]) -> int:
    import requests

    if not hasattr(_mine, "session"):
        _mine.session = requests.Session()
        _mine.session.trust_env = False
    answer = _mine.session.post(endpoint, data=body, headers=heads, timeout=10, allow_redirects=False)
    return int(answer.status_code)


def _settle(todo: list[tuple[Subscription, Notice]], answers: list[int]) -> list[int]:
    """404 and 410 mean that the phone is gone. What fails again and again is dropped in the end."""
    by: dict[str, list[Any]] = {"done": [], "gone": [], "again": [], "refused": []}
    told = []
    for (s, n), status in zip(todo, answers, strict=True):
        kind = (
            "done" if 200 <= status < 300
            else "gone" if status in (404, 410)
            else "again" if status in (UNASKED, 429) or status >= 500
            else "refused"
        )  # fmt: skip
        by[kind].append(s.pk)
        if kind in ("again", "refused") and status > 0:
            log.warning("%s answers %s for subscription %s", urlsplit(s.endpoint).netloc, status, s.pk)
        if kind == "done":
            told.append(n.pk)
    Subscription.objects.filter(pk__in=by["gone"]).delete()
    Subscription.objects.filter(pk__in=by["done"]).update(used_at=timezone.now(), failures=0)
    Subscription.objects.filter(pk__in=by["again"] + by["refused"]).update(failures=F("failures") + 1)
    Subscription.objects.filter(failures__gte=MOST_FAILURES).delete()
    Notice.objects.filter(pk__in=told).update(pushed=F("pushed") + 1)
    return sorted(set(by["again"]))
