"""Tags against published vectors, and against everything that is almost one of them."""

from __future__ import annotations

import random

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from layers.patrol.craft import tags
from layers.patrol.craft.tags import Forged

ZERO = bytes(16)


def zero(uid: bytes) -> bytes:
    return ZERO


@pytest.mark.parametrize(
    ("meta", "key", "e", "c", "enc", "param", "uid", "counter", "data"),
    [
        ("0" * 32, "0" * 32, "EF963FF7828658A599F3041510671E88", "94EED9EE65337086", "", "c",
         "04DE5F1EACC040", 61, b""),
        ("0" * 32, "0" * 32, "FD91EC264309878BE6345CBE53BADF40", "ECC1E7F6C6C73BF6",
         "CEE9A53E3E463EF1F459635736738962", "cmac", "04958CAA5C5E80", 8, b"xxxxxxxxxxxxxxxx"),
        ("42aff114f2cb3b6141be6dc95dfc5416", "b62a9baf092439bd43c62aee96b970c5",
         "8ACADDEF0A9B62CDAE39A16B83FC14DE", "238B2543A8DEBAD8", "B8436E11F627BB7F543FCC0C1E0D1A89", "",
         "041D3C8A2D6B80", 291, None),
    ],
)  # fmt: skip
def test_published_messages_of_ntag_424(
    meta: str, key: str, e: str, c: str, enc: str, param: str, uid: str, counter: int, data: bytes | None
) -> None:
    tap = tags.sun(bytes.fromhex(meta), lambda _: bytes.fromhex(key), e, c, enc=enc, param=param)
    assert (tap.uid.hex().upper(), tap.counter) == (uid, counter)
    assert data is None or tap.data == data


def test_a_published_message_with_a_wrong_code_is_refused() -> None:
    with pytest.raises(Forged):
        tags.sun(ZERO, zero, "FD91EC264309878BE6345CBE53BADF40", "3CC1E7F6C6C33B33",
                 enc="CEE9A53E3E463EF1F459635736738962", param="cmac")  # fmt: skip


def test_a_plain_mirror_prints_its_counter_the_other_way_round() -> None:
    tap = tags.mirrored(zero, "041E3C8A2D6B80", "000006", "4B00064004B0B3D3")
    assert tap.counter == 6
    with pytest.raises(Forged):
        tags.mirrored(zero, "041E3C8A2D6B80", "000006", "AB00064004B0B3AB")
    with pytest.raises(Forged):
        tags.mirrored(zero, "041E3C8A2D6B80", "060000", "4B00064004B0B3D3")


def test_keys_are_diversified_as_published() -> None:
    key = tags.diversify(
        bytes.fromhex("00112233445566778899AABBCCDDEEFF"), bytes.fromhex("04782E21801D80"),
        bytes.fromhex("3042F5"), bytes.fromhex("4E585020416275"),
    )  # fmt: skip
    assert key.hex().upper() == "A8DD63A3B89D54B37CA802473FDA9175"
    with pytest.raises(ValueError):
        tags.diversify(ZERO, bytes(7), b"", b"")


def test_a_published_authentication() -> None:
    send, ours, theirs = tags.challenge(
        ZERO,
        bytes.fromhex("A04C124213C186F22399D33AC2A30215"),
        bytes.fromhex("13C5DB8A5930439FC3DEF9A4C675360F"),
    )
    assert send.hex().upper() == "35C3E05A752E0144BAC0DE51C1F22C56B34408A23D8AEA266CAB947EA8E0118D"
    reply = bytes.fromhex("3FA64DB5446D1F34CD6EA311167F5E4985B89690C04A05F17FA7AB2F08120663")
    session = tags.answered(ZERO, ours, theirs, reply)
    assert session.transaction.hex().upper() == "9D00C4DF"
    assert session.encryption.hex().upper() == "1309C877509E5A215007FF0ED19CA564"
    assert session.mac.hex().upper() == "4C6626F5E72EA694202139295C7A7FC7"
    with pytest.raises(Forged):
        tags.answered(ZERO, ours[::-1], theirs, reply)


@pytest.mark.parametrize(
    ("key", "message", "mac"),
    [
        ("2b7e151628aed2a6abf7158809cf4f3c", "", "bb1d6929e95937287fa37d129b756746"),
        (
            "2b7e151628aed2a6abf7158809cf4f3c",
            "6bc1bee22e409f96e93d7e117393172a",
            "070a16b46b4d4144f79bdd9dd04a287c",
        ),
    ],
)
def test_cmac_after_rfc_4493(key: str, message: str, mac: str) -> None:
    assert tags.cmac(bytes.fromhex(key), bytes.fromhex(message)).hex() == mac


def test_codes_after_rfc_4226_and_6238() -> None:
    secret = b"12345678901234567890"
    assert [tags.digits(secret, i) for i in range(4)] == ["755224", "287082", "359152", "969429"]
    assert tags.digits(secret, 59 // 30, 8) == "94287082"
    assert tags.digits(secret, 1111111109 // 30, 8) == "07081804"


def test_a_rotating_code_holds_for_its_step_and_the_neighbours() -> None:
    secret = tags.secret_for(b"m" * 32, "rotating", "PB-1", 1)
    code = tags.rotating(secret, 1_000_000)
    assert tags.turned(secret, code, 1_000_000) == tags.turned(secret, code, 1_000_020)
    for when in (1_000_100, 999_900):
        with pytest.raises(Forged):
            tags.turned(secret, code, when)
    with pytest.raises(Forged):
        tags.turned(tags.secret_for(b"m" * 32, "rotating", "PB-2", 1), code, 1_000_000)


def test_no_bit_of_a_message_may_be_other() -> None:
    rng = random.Random(5)
    meta, key, uid = rng.randbytes(16), rng.randbytes(16), rng.randbytes(7)
    e, c = tags.speak(meta, key, uid, 77)
    assert tags.sun(meta, lambda _: key, e, c) == tags.Tap(uid, 77)
    whole = int(e + c, 16)
    for bit in range(192):
        forged = f"{whole ^ (1 << bit):048X}"
        with pytest.raises(Forged):
            tags.sun(meta, lambda _: key, forged[:32], forged[32:])
    for cut in ("", e[:-2], e + "00", "Z" * 32, "é" * 32, " " * 32):
        with pytest.raises(Forged):
            tags.sun(meta, lambda _: key, cut, c)


def test_a_signed_address_holds_for_its_box_kind_key_and_time() -> None:
    private = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
    public = private.public_key().public_bytes_raw()
    text = tags.signed(private, "q", "PB-001", 3, 2_000)

    def known(number: int) -> bytes | None:
        return public if number == 3 else None

    found = tags.unsigned(known, "q", text, 1_999)
    assert (found.box, found.key, found.expires) == ("PB-001", 3, 2_000)
    box, number, until, mark = text.split(".")
    for wrong, kind, now in (
        (text, "n", 1_000),
        (text, "q", 2_001),
        (f"PB-002.{number}.{until}.{mark}", "q", 1_000),
        (f"{box}.4.{until}.{mark}", "q", 1_000),
        (f"{box}.{number}.9000.{mark}", "q", 1_000),
        (text[:-1], "q", 1_000),
        (text + "A", "q", 1_000),
        ("", "q", 1_000),
        ("." * 3, "q", 1_000),
        (f"{box}.{number}.{until}.{'€' * 80}", "q", 1_000),
    ):
        with pytest.raises(Forged):
            tags.unsigned(known, kind, wrong, now)
    # the same signature bytes in another spelling would be a second message
    last = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    twin = text[:-1] + last[last.index(text[-1]) ^ 1]
    with pytest.raises(Forged):
        tags.unsigned(known, "q", twin, 1_000)


def test_the_printed_digits_belong_to_one_box_and_version() -> None:
    code = tags.printed(b"k" * 32, "PB-1", 1)
    tags.read_printed(b"k" * 32, "PB-1", 1, code)
    wrong = f"{(int(code) + 1) % 1_000_000:06}"
    for box, version, shown in (("PB-1", 1, wrong), ("PB-1", 1, ""), ("PB-1", 1, "１２３４５６")):
        with pytest.raises(Forged):
            tags.read_printed(b"k" * 32, box, version, shown)
    assert len({tags.printed(b"k" * 32, f"PB-{i}", v) for i in range(20) for v in range(3)}) > 55
