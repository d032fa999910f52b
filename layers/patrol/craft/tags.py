"""Proof that a tag was touched: NTAG 424 DNA messages, challenge and response, signed addresses, codes that change.

Every check answers with what was proven or raises `Forged` with the reason. Whether a message was seen before is not
known here: the counter that comes out must be new to the caller. Secrets are compared in constant time.
"""

from __future__ import annotations

import base64
import binascii
import hmac
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.cmac import CMAC

ZERO = bytes(16)
SELECT = bytes.fromhex("00A4040007D276000085010100")
"""Chooses the tag's NDEF application."""


class Forged(ValueError):
    """`reason` is a word for records: form, mac, expired, signature, code, answer."""

    def __init__(self, reason: str, sentence: str) -> None:
        super().__init__(sentence)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Tap:
    uid: bytes
    counter: int
    data: bytes = b""


def cmac(key: bytes, message: bytes) -> bytes:
    mac = CMAC(algorithms.AES(key))
    mac.update(message)
    return mac.finalize()


def diversify(master: bytes, uid: bytes, application: bytes, system: bytes) -> bytes:
    """The key of one tag, after AN10922 for AES-128. What is fed in must be longer than one block."""
    fed = b"\x01" + uid + application + system
    if not 16 < len(fed) <= 32:
        raise ValueError("UID, application and system id together must be 16 to 31 bytes.")
    return cmac(master, fed)


def _decrypted(key: bytes, iv: bytes, data: bytes) -> bytes:
    work = Cipher(algorithms.AES(key), modes.CBC(iv)).decryptor()
    return work.update(data) + work.finalize()


def _encrypted(key: bytes, iv: bytes, data: bytes) -> bytes:
    work = Cipher(algorithms.AES(key), modes.CBC(iv)).encryptor()
    return work.update(data) + work.finalize()


def _hex(text: str, size: int | None, what: str) -> bytes:
    if (size is not None and len(text) != size * 2) or not text.isascii() or not text.isalnum():
        raise Forged("form", f"標籤網址的 {what} 不完整。 The {what} of the tag's address is incomplete.")
    try:
        return bytes.fromhex(text)
    except ValueError as wrong:
        raise Forged("form", f"標籤網址的 {what} 不是十六進位。 The {what} is not hexadecimal.") from wrong


def _short(mac: bytes) -> bytes:
    return mac[1::2]


def _checked(key: bytes, uid: bytes, counter: bytes, covered: bytes, shown: bytes) -> None:
    session = cmac(key, b"\x3c\xc3\x00\x01\x00\x80" + uid + counter + bytes(16 - 6 - len(uid) - len(counter)))
    if not hmac.compare_digest(_short(cmac(session, covered)), shown):
        raise Forged("mac", "標籤驗證碼不符。 The tag's code does not match.")


def sun(
    meta: bytes, key_of: Callable[[bytes], bytes], e: str, c: str, *, enc: str = "", param: str = "c"
) -> Tap:
    """An NTAG 424 DNA message: `e` hides UID and counter, `c` proves them, `enc` is hidden file data before `c`.

    `param` is how the address names `c`; empty where the code covers the file data alone.
    """
    shown = _hex(c, 8, "c")
    head = _decrypted(meta, ZERO, _hex(e, 16, "e"))
    covered = b""
    if enc:
        if len(enc) % 32 or len(enc) > 512:
            raise Forged("form", "標籤網址的 enc 不完整。 The enc of the tag's address is incomplete.")
        _hex(enc, None, "enc")
        covered = enc.upper().encode() + (f"&{param}=".encode() if param else b"")
    if head[0] != 0xC7:  # UID and counter, UID of seven bytes: all that our tags are set to
        cmac(meta, bytes(32))  # as long as a message that is only almost right
        cmac(meta, covered)
        raise Forged("mac", "標籤驗證碼不符。 The tag's code does not match.")
    uid, counter = head[1:8], head[8:11]
    key = key_of(uid)
    _checked(key, uid, counter, covered, shown)
    data = b""
    if enc:
        session = cmac(key, b"\xc3\x3c\x00\x01\x00\x80" + uid + counter)
        ecb = Cipher(algorithms.AES(session), modes.ECB()).encryptor()  # noqa: S305  # how the chip makes its IV
        iv = ecb.update(counter + bytes(13)) + ecb.finalize()
        data = _decrypted(session, iv, bytes.fromhex(enc))
    return Tap(uid, int.from_bytes(counter, "little"), data)


def mirrored(key_of: Callable[[bytes], bytes], uid: str, counter: str, c: str) -> Tap:
    """The same without encryption: UID and counter stand in the address, the counter with its highest byte first."""
    who, count, shown = _hex(uid, 7, "uid"), _hex(counter, 3, "ctr"), _hex(c, 8, "c")
    _checked(key_of(who), who, count[::-1], b"", shown)
    return Tap(who, int.from_bytes(count, "big"))


def speak(meta: bytes, key: bytes, uid: bytes, counter: int, *, salt: bytes | None = None) -> tuple[str, str]:
    """What a tag would say, `e` and `c`: for demonstrations and for tests of everything behind the check."""
    count = counter.to_bytes(3, "little")
    e = _encrypted(meta, ZERO, b"\xc7" + uid + count + (secrets.token_bytes(5) if salt is None else salt))
    session = cmac(key, b"\x3c\xc3\x00\x01\x00\x80" + uid + count)
    return e.hex().upper(), _short(cmac(session, b"")).hex().upper()


@dataclass(frozen=True, slots=True)
class Session:
    transaction: bytes
    encryption: bytes
    mac: bytes


def authenticate(number: int) -> bytes:
    """The command that begins a mutual authentication with one of the tag's keys."""
    return bytes((0x90, 0x71, 0x00, 0x00, 0x02, number, 0x00, 0x00))


def challenge(key: bytes, said: bytes, fresh: bytes | None = None) -> tuple[bytes, bytes, bytes]:
    """(what is sent to the tag, our random, the tag's random); `said` is the tag's first answer."""
    if len(said) != 16:
        raise Forged("answer", "標籤的回應長度不符。 The tag's answer has the wrong length.")
    theirs = _decrypted(key, ZERO, said)
    ours = secrets.token_bytes(16) if fresh is None else fresh
    return _encrypted(key, ZERO, ours + theirs[1:] + theirs[:1]), ours, theirs


def answered(key: bytes, ours: bytes, theirs: bytes, said: bytes) -> Session:
    """Proves that the tag has just seen our random. The session's keys come with it."""
    if len(said) != 32:
        raise Forged("answer", "標籤的回應長度不符。 The tag's answer has the wrong length.")
    clear = _decrypted(key, ZERO, said)
    if not hmac.compare_digest(clear[4:20], ours[1:] + ours[:1]):
        raise Forged("answer", "標籤沒有證明其金鑰。 The tag did not prove its key.")
    mixed = (
        ours[:2] + bytes(a ^ b for a, b in zip(ours[2:8], theirs[:6], strict=True)) + theirs[6:] + ours[8:]
    )
    return Session(
        clear[:4],
        cmac(key, b"\xa5\x5a\x00\x01\x00\x80" + mixed),
        cmac(key, b"\x5a\xa5\x00\x01\x00\x80" + mixed),
    )


@dataclass(frozen=True, slots=True)
class Address:
    """What a printed or plainly stored address says. `kind` is q for printed, n for a tag."""

    kind: str
    box: str
    key: int
    expires: int  # epoch seconds


def _covered(kind: str, box: str, key: int, expires: int) -> bytes:
    return f"antu patrol {kind} {box} {key} {expires}".encode()


def signed(private: Ed25519PrivateKey, kind: str, box: str, key: int, expires: int) -> str:
    """`box.key.expires.signature`, to stand at the end of an address."""
    mark = base64.urlsafe_b64encode(private.sign(_covered(kind, box, key, expires))).decode().rstrip("=")
    return f"{box}.{key}.{expires}.{mark}"


def unsigned(public_of: Callable[[int], bytes | None], kind: str, text: str, now: float) -> Address:
    """The address, when one of our keys signed it for this kind and it has not run out."""
    parts = text.rsplit(".", 3)
    if len(text) > 300 or len(parts) != 4 or not (parts[1].isdecimal() and parts[2].isdecimal()):
        raise Forged("form", "條碼網址不完整。 The code's address is incomplete.")
    box, number, until, mark = parts
    if len(number) > 6 or len(until) > 12:
        raise Forged("form", "條碼網址不完整。 The code's address is incomplete.")
    try:
        signature = base64.b64decode(mark + "=" * (-len(mark) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError) as wrong:
        raise Forged("form", "條碼簽章不完整。 The code's signature is incomplete.") from wrong
    # the last letter of a base64 text has bits to spare: only the one spelling that we print is ours
    if base64.urlsafe_b64encode(signature).decode().rstrip("=") != mark:
        raise Forged("signature", "條碼簽章不符。 The code's signature does not match.")
    public = public_of(int(number))
    if public is None:
        raise Forged("signature", "條碼的金鑰已停用。 The key of this code is no longer in use.")
    try:
        _public(public).verify(signature, _covered(kind, box, int(number), int(until)))
    except (InvalidSignature, ValueError) as wrong:
        raise Forged("signature", "條碼簽章不符。 The code's signature does not match.") from wrong
    if now > int(until):
        raise Forged("expired", "條碼已過期。 The code has run out.")
    return Address(kind, box, int(number), int(until))


@lru_cache(maxsize=64)
def _public(raw: bytes) -> Ed25519PublicKey:
    return Ed25519PublicKey.from_public_bytes(raw)


def digits(secret: bytes, counter: int, size: int = 6, algorithm: str = "sha1") -> str:
    """HOTP, RFC 4226."""
    mac = hmac.digest(secret, counter.to_bytes(8, "big"), algorithm)
    at = mac[-1] & 15
    return str((int.from_bytes(mac[at : at + 4], "big") & 0x7FFFFFFF) % 10**size).zfill(size)


STEP = 30


def rotating(secret: bytes, now: float) -> str:
    """The code that a display at the site shows now (TOTP, RFC 6238)."""
    return digits(secret, int(now) // STEP)


def turned(secret: bytes, shown: str, now: float) -> int:
    """Which step of time a rotating code belongs to: this one or a neighbour."""
    found = -1
    for step in (0, -1, 1):
        right = hmac.compare_digest(digits(secret, int(now) // STEP + step), shown if shown.isascii() else "")
        if right and found < 0:
            found = int(now) // STEP + step
    if found < 0:
        raise Forged("code", "代碼不符或已更換。 The code does not match or has changed.")
    return found


def secret_for(master: bytes, purpose: str, box: str, version: int) -> bytes:
    """A secret of one box for one purpose, from the city's."""
    return hmac.digest(master, f"{purpose} {version} {box}".encode(), "sha256")


def printed(master: bytes, box: str, version: int) -> str:
    """The six digits on the box itself, the last resort."""
    return digits(secret_for(master, "printed", box, version), 0, algorithm="sha256")


def read_printed(master: bytes, box: str, version: int, shown: str) -> None:
    if not shown.isascii() or not hmac.compare_digest(printed(master, box, version), shown):
        raise Forged("code", "六位數字不符。 The six digits do not match.")
