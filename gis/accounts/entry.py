"""The one door: after every proof of who it is, a session is opened here, noted and listed among its owner's.

Between password and second factor nobody is signed in; the session then only remembers whose turn it is.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from importlib import import_module
from typing import Any

from django.conf import settings
from django.contrib.auth import login
from django.contrib.auth.models import User
from django.contrib.sessions.models import Session
from django.db import transaction
from django.http import HttpRequest
from django.utils import timezone

from gis.accounts import throttle
from gis.accounts.identity import SECOND, viewer_of
from gis.accounts.models import Attempt, Sitting
from gis.audit.note import note

PENDING = "antu.pending"
FRESH = "antu.fresh"
MINUTES_PENDING = 5
MINUTES_FRESH = 10
BACKEND = "django.contrib.auth.backends.ModelBackend"


@dataclass(frozen=True, slots=True)
class Pending:
    """Whose password was right, and which tries are theirs to be forgiven when the second factor is right too."""

    user: User
    attempts: tuple[int, ...]
    next: str


def wait_for_second(request: HttpRequest, user: User, attempt: Attempt, going: str) -> None:
    request.session.cycle_key()
    request.session[PENDING] = {
        "user": user.pk,
        "hash": user.get_session_auth_hash(),
        "attempts": [attempt.pk],
        "at": time.time(),
        "next": going,
    }


def pending(request: HttpRequest) -> Pending | None:
    kept = request.session.get(PENDING)
    if not kept or time.time() - kept["at"] > MINUTES_PENDING * 60:
        return None
    user = User.objects.filter(pk=kept["user"], is_active=True).first()
    if user is None or user.get_session_auth_hash() != kept["hash"]:
        return None
    return Pending(user, tuple(kept["attempts"]), kept["next"])


@transaction.atomic
def enter(request: HttpRequest, user: User, way: str, second: bool, attempts: tuple[int, ...] = ()) -> None:
    """Signs in; the tries that led here turn out good."""
    login(request, user, backend=BACKEND)
    request.session.pop(PENDING, None)
    request.session[SECOND] = second
    request.session[FRESH] = time.time()
    request.session.save()
    Attempt.objects.filter(pk__in=attempts).update(good=True)
    note(user.get_username(), "sign-in", "account", user.get_username(), way=way)
    list_sitting(request, user, way)


def list_sitting(request: HttpRequest, user: User, way: str) -> None:
    alive = Session.objects.filter(expire_date__gt=timezone.now()).values("session_key")
    user.sittings.exclude(key__in=alive).delete()
    Sitting.objects.update_or_create(
        key=request.session.session_key or "",
        defaults={
            "user": user,
            "address": throttle.address_of(request),
            "agent": request.headers.get("user-agent", "")[:200],
            "way": way,
        },
    )


def renew(request: HttpRequest, **marks: Any) -> None:
    """A new key for this session, so that no worker goes on with what it remembers of the old one."""
    old = request.session.session_key
    for name, value in marks.items():
        request.session[f"antu.{name}"] = value
    request.session.cycle_key()
    request.session.save()
    Sitting.objects.filter(key=old).update(key=request.session.session_key)


def fresh(request: HttpRequest) -> bool:
    """Whether whoever sits here has proved a moment ago to be the owner of the account."""
    return time.time() - float(request.session.get(FRESH, 0)) < MINUTES_FRESH * 60


def held_back(request: HttpRequest) -> bool:
    """Whether a second factor would show more than this session may see."""
    return (
        bool(settings.SECOND_FACTOR)
        and isinstance(request.user, User)
        and not request.session.get(SECOND)
        and viewer_of(request.user) != viewer_of(request.user, second=False)
    )


def living(user: User) -> list[Sitting]:
    alive = Session.objects.filter(expire_date__gt=timezone.now()).values("session_key")
    return list(user.sittings.filter(key__in=alive))


def end(user: User, sittings: list[Sitting]) -> int:
    """Ends sessions at once, in every worker: the database tells them when a session's row goes."""
    store = import_module(settings.SESSION_ENGINE).SessionStore
    for sitting in sittings:
        store(sitting.key).delete()
        sitting.delete()
    if sittings:
        note(user.get_username(), "sessions-ended", "account", user.get_username(), rows=len(sittings))
    return len(sittings)
