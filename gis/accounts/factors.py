"""Second factors: codes of an app, passkeys, recovery codes. django-allauth keeps them and does the cryptography.

A code opens once, whichever worker it is shown to; secrets lie encrypted in the database.
"""

from __future__ import annotations

import base64
from functools import lru_cache
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from allauth.core import context
from allauth.mfa.adapter import DefaultMFAAdapter
from django.conf import settings
from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from gis.accounts.demo import HERE
from gis.audit.note import note

if TYPE_CHECKING:
    from allauth.mfa.models import Authenticator
    from cryptography.fernet import Fernet

APP, PASSKEY, RECOVERY = "totp", "webauthn", "recovery_codes"
NEW_APP = "antu.new-app"


@lru_cache(maxsize=1)
def _box(key: str) -> Fernet:
    from cryptography.fernet import Fernet
    from cryptography.hazmat.primitives.hashes import SHA256
    from cryptography.hazmat.primitives.kdf.hkdf import HKDF

    made = HKDF(algorithm=SHA256(), length=32, salt=None, info=b"antu second factors").derive(key.encode())
    return Fernet(base64.urlsafe_b64encode(made))


class Adapter(DefaultMFAAdapter):  # type: ignore[misc]
    """What allauth asks of us: our name, our host, and how secrets are kept."""

    def get_totp_issuer(self) -> str:
        return f"安圖 {settings.CITY['name']['zh']}"

    def encrypt(self, text: str) -> str:
        return _box(settings.SECRET_KEY).encrypt(text.encode()).decode()

    def decrypt(self, encrypted_text: str) -> str:
        return _box(settings.SECRET_KEY).decrypt(encrypted_text.encode()).decode()

    def get_public_key_credential_rp_entity(self) -> dict[str, str]:
        """The public address, whatever a request calls us; on one's own machine the name that was typed."""
        host = urlsplit(settings.BASE_URL).hostname or "localhost"
        if host in HERE:
            host = context.request.get_host().rpartition(":")[0] or context.request.get_host()
        return {"id": host, "name": "安圖 Antu"}


def all_of(user: User) -> list[Authenticator]:
    from allauth.mfa.models import Authenticator

    return list(Authenticator.objects.filter(user=user).order_by("created_at"))


def kinds(user: User) -> set[str]:
    return {str(one.type) for one in all_of(user)}


def has_second(user: User) -> bool:
    return bool(kinds(user) & {APP, PASSKEY})


# codes


def new_secret(session: Any, again: bool = False) -> str:
    from allauth.mfa.totp.internal.auth import generate_totp_secret

    if again or NEW_APP not in session:
        session[NEW_APP] = generate_totp_secret()
    return str(session[NEW_APP])


def address_of(user: User, secret: str) -> str:
    return str(Adapter().build_totp_url(user, secret))


def add_app(user: User, secret: str, code: str) -> bool:
    from allauth.mfa.totp.internal.auth import TOTP, validate_totp_code

    if APP in kinds(user) or not validate_totp_code(secret, code):
        return False
    with transaction.atomic():
        TOTP.activate(user, secret)
        recovery(user)
        note(user.get_username(), "factor-added", "account", user.get_username(), kind=APP)
    return True


def right_code(user: User, code: str) -> str:
    """Which kind of factor the code is of, or nothing. A used one is never right again."""
    if _app_code(user, code):
        return APP
    return RECOVERY if _recovery_code(user, code) else ""


@transaction.atomic
def _app_code(user: User, code: str) -> bool:
    from allauth.core.internal.cryptokit import compare_user_code
    from allauth.mfa.models import Authenticator
    from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value, yield_hotp_counters_from_time

    row = Authenticator.objects.select_for_update().filter(user=user, type=APP).first()
    if row is None:
        return False
    secret = Adapter().decrypt(row.data["secret"])
    for counter in yield_hotp_counters_from_time():
        unused = counter > row.data.get("counter", 0)
        if unused and compare_user_code(actual=code, expected=format_hotp_value(hotp_value(secret, counter))):
            row.data["counter"] = counter
            row.last_used_at = timezone.now()
            row.save()
            return True
    return False


def _recovery_code(user: User, code: str) -> bool:
    from allauth.mfa.models import Authenticator
    from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes

    row = Authenticator.objects.filter(user=user, type=RECOVERY).first()
    if row is None or not RecoveryCodes(row).validate_code(code):
        return False
    Authenticator.objects.filter(pk=row.pk).update(last_used_at=timezone.now())
    return True


def recovery(user: User, again: bool = False) -> list[str]:
    """The recovery codes that have not been used; made with the first factor, and anew when asked."""
    from allauth.mfa.models import Authenticator
    from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes

    with transaction.atomic():
        if again:
            Authenticator.objects.filter(user=user, type=RECOVERY).delete()
            note(user.get_username(), "recovery-codes", "account", user.get_username())
        return list(RecoveryCodes.activate(user).get_unused_codes())


# passkeys


def begin_passkey(user: User) -> dict[str, Any]:
    from allauth.mfa.webauthn.internal import auth

    return dict(auth.begin_registration(user, passwordless=True))


def add_passkey(user: User, name: str, credential: dict[str, Any]) -> bool:
    from allauth.mfa.webauthn.internal import auth

    try:
        auth.parse_registration_response(credential)
        made = auth.complete_registration(credential)
    except (ValidationError, ValueError, KeyError, TypeError):
        return False
    if not made.is_user_verified():
        return False
    with transaction.atomic():
        auth.WebAuthn.add(user, name, credential)
        recovery(user)
        note(user.get_username(), "factor-added", "account", user.get_username(), kind=PASSKEY)
    return True


def ask_passkey(user: User | None) -> dict[str, Any]:
    """Of a known user any of their keys; of a stranger one that says by itself whose it is."""
    from allauth.mfa.webauthn.internal import auth

    return dict(auth.begin_authentication(user))


def right_passkey(user: User | None, credential: dict[str, Any]) -> User | None:
    """The owner of the key, if it answered our question."""
    from allauth.mfa.webauthn.internal import auth

    try:
        owner = user or auth.extract_user_from_response(credential)
        auth.parse_authentication_response(credential)
        found = auth.complete_authentication(owner, credential)
    except (ValidationError, ValueError, KeyError, TypeError, AttributeError):
        return None
    found.record_usage()
    return owner if isinstance(owner, User) and owner.is_active else None


@transaction.atomic
def remove(user: User, pk: int) -> bool:
    """With the last factor the recovery codes go as well: they would be a second password."""
    from allauth.mfa.models import Authenticator

    row = Authenticator.objects.filter(user=user, pk=pk).exclude(type=RECOVERY).first()
    if row is None:
        return False
    row.delete()
    if not has_second(user):
        Authenticator.objects.filter(user=user).delete()
    note(user.get_username(), "factor-removed", "account", user.get_username(), kind=row.type)
    return True
