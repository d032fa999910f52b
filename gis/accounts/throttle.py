"""Slows down whoever guesses passwords: counted in the database, so that all workers count together.

The try is written down before the password is looked at; many guesses at once count as many.
"""

from __future__ import annotations

from datetime import timedelta

from django.conf import settings
from django.contrib.auth.models import User
from django.http import HttpRequest
from django.utils import timezone
from django.utils.crypto import salted_hmac

from gis.accounts.models import Attempt

WINDOW = timedelta(minutes=15)
MOST_HERE = 5
"""Bad tries at one account from one address."""
MOST_FROM_ADDRESS = 30
"""Bad tries from one address at any account."""
MOST_AT_ACCOUNT = 100
"""Bad tries at one account from anywhere: high, so that nobody is locked out by a stranger's few tries."""


class TooMany(Exception):
    """There were too many bad tries; the next one is not even looked at."""


def address_of(request: HttpRequest) -> str | None:
    """The caller's address; behind our own proxy, the one that it saw."""
    seen = request.META.get("REMOTE_ADDR") or None
    if settings.SECURE_PROXY_SSL_HEADER:
        forwarded = request.META.get("HTTP_X_FORWARDED_FOR", "").split(",")[-1].strip()
        return forwarded or seen
    return seen


def known_as(name: str) -> str:
    """The account's name, or for a name that is none (it may be a password in the wrong box) only its mark."""
    if User.objects.filter(username=name).exists():
        return name
    return "?" + salted_hmac("antu.accounts.throttle", name).hexdigest()[:16]


def begin(name: str, address: str | None) -> Attempt:
    """Writes a try down as bad until it turns out good, or raises TooMany."""
    attempt = Attempt.objects.create(name=known_as(name), address=address, good=False)
    since = timezone.now() - WINDOW
    recent = Attempt.objects.filter(at__gte=since, pk__lt=attempt.pk)
    good = recent.filter(name=attempt.name, address=address, good=True).order_by("-pk").first()
    bad = recent.filter(good=False)
    here = bad.filter(name=attempt.name, address=address, pk__gt=good.pk if good else 0).count()
    if (
        here >= MOST_HERE
        or bad.filter(name=attempt.name).count() >= MOST_AT_ACCOUNT
        or (address and bad.filter(address=address).count() >= MOST_FROM_ADDRESS)
    ):
        attempt.delete()  # else a stranger who keeps trying would keep the owner out
        raise TooMany
    return attempt


def forget(days: int = 180) -> int:
    """Tries are kept as long as somebody may ask about them."""
    gone, _ = Attempt.objects.filter(at__lt=timezone.now() - timedelta(days=days)).delete()
    return gone
