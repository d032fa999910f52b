"""The city's secrets of patrol: sealed at rest with the server's own secret, derived for each tag, box and purpose.

Whoever reads the database alone has no key; whoever has one tag's key has no other's.
"""

from __future__ import annotations

import hmac
import os
from functools import lru_cache

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings
from django.db import transaction

from layers.patrol.craft import tags
from layers.patrol.models import PatrolKey, Tag

APPLICATION = bytes.fromhex("010000")
SYSTEM = b"Antu patrol"


class Unreadable(RuntimeError):
    """The server's secret is not the one that sealed these keys."""


def _sealer() -> AESGCM:
    return AESGCM(hmac.digest(settings.SECRET_KEY.encode(), b"patrol keys at rest", "sha256"))


def seal(secret: bytes) -> bytes:
    nonce = os.urandom(12)
    return nonce + _sealer().encrypt(nonce, secret, b"antu.patrol")


def unseal(sealed: bytes) -> bytes:
    try:
        return _sealer().decrypt(bytes(sealed[:12]), bytes(sealed[12:]), b"antu.patrol")
    except InvalidTag as wrong:
        raise Unreadable(
            "The patrol keys were sealed with another ANTU_SECRET_KEY; restore that one, or issue new tags."
        ) from wrong


def master(key: PatrolKey) -> bytes:
    return _unsealed(bytes(key.sealed), settings.SECRET_KEY)


@lru_cache(maxsize=32)
def _unsealed(sealed: bytes, under: str) -> bytes:
    return unseal(sealed)


def derived(key: PatrolKey, purpose: str, size: int = 16) -> bytes:
    return hmac.digest(master(key), purpose.encode(), "sha256")[:size]


def current() -> PatrolKey:
    """The newest key in use; the first one is made when it is first needed."""
    found = PatrolKey.objects.filter(retired_at=None).order_by("-version").first()
    return found or renew()


def renew() -> PatrolKey:
    """A new generation. Tags of the older ones hold until these are retired."""
    with transaction.atomic():
        last = PatrolKey.objects.select_for_update().order_by("-version").first()
        secret = os.urandom(32)
        private = Ed25519PrivateKey.from_private_bytes(hmac.digest(secret, b"addresses", "sha256"))
        return PatrolKey.objects.create(
            version=last.version + 1 if last else 1,
            sealed=seal(secret),
            public=private.public_key().public_bytes_raw(),
        )


def meta_keys() -> list[PatrolKey]:
    """Every key whose tags are still believed, newest first: which one hides a UID is only known by trying."""
    return list(PatrolKey.objects.filter(retired_at=None).order_by("-version"))


def meta(key: PatrolKey) -> bytes:
    return derived(key, "meta")


def file_key(tag: Tag) -> bytes:
    """The key with which one tag signs what it says."""
    if tag.sealed:
        return unseal(bytes(tag.sealed))
    return tags.diversify(derived(tag.key, "file"), bytes.fromhex(tag.uid), APPLICATION, SYSTEM)


def auth_key(tag: Tag) -> bytes:
    """The key with which one tag answers a challenge."""
    return tags.diversify(derived(tag.key, "authenticate"), bytes.fromhex(tag.uid), APPLICATION, SYSTEM)


def signer(key: PatrolKey) -> Ed25519PrivateKey:
    return Ed25519PrivateKey.from_private_bytes(derived(key, "addresses", 32))


def public_of(version: int) -> bytes | None:
    found = PatrolKey.objects.filter(version=version, retired_at=None).first()
    return bytes(found.public) if found else None


def codes(key: PatrolKey) -> bytes:
    return derived(key, "codes", 32)
