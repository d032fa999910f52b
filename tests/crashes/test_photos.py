"""Photographs: what is no picture stays out, what is shown carries nothing but pixels, originals are evidence."""

from __future__ import annotations

import hashlib
import io
import struct
import zipfile
import zlib
from collections.abc import Callable

import pytest
from django.test import Client
from PIL import Image

from layers.crashes.scenes import photos
from layers.crashes.scenes.models import ScenePhoto
from tests.crashes.conftest import Pad

pytestmark = pytest.mark.django_db


def jpeg(width: int = 320, height: int = 200, *, exif: bool = True) -> bytes:
    picture = Image.new("RGB", (width, height), "white")
    for x in range(0, width, 4):  # a pattern that a blur destroys
        picture.paste("black", (x, 0, x + 2, height))
    held = Image.Exif()
    if exif:
        held[0x010E] = "secret place"
        held[0x8825] = {1: "N", 2: (23.0, 28.0, 46.0), 3: "E", 4: (120.0, 26.0, 50.0)}
        held[0x0112] = 6
    out = io.BytesIO()
    picture.save(out, "JPEG", quality=95, exif=held)
    return out.getvalue() + b"<script>alert(1)</script>"


def put(pad: Pad, data: bytes, name: str = "p1", media: str = "image/jpeg") -> tuple[int, dict[str, object]]:
    answer = pad.client.put(f"{pad.at}/photos/{name}", data, content_type=media)
    return answer.status_code, answer.json()


def test_what_is_shown_has_neither_exif_nor_anything_appended(officer: Pad) -> None:
    data = jpeg()
    status, said = put(officer, data)
    assert status == 200 and said["sha256"] == hashlib.sha256(data).hexdigest()
    shown = officer.client.get(f"{officer.at}/photos/p1")
    assert shown["Content-Type"] == "image/jpeg"
    for secret in (b"secret", b"Exif", b"<script"):
        assert secret in data and secret not in shown.content
    with Image.open(io.BytesIO(shown.content)) as picture:
        assert picture.size == (200, 320) and not picture.getexif()  # turned upright first


def test_a_blurred_box_cannot_be_read_and_the_rest_can(officer: Pad) -> None:
    put(officer, jpeg(exif=False))
    answer = officer.client.patch(
        f"{officer.at}/photos/p1",
        {"blurs": [[0.25, 0.25, 0.75, 0.75]], "party": "A", "areas": ["impact-05", "injury-01"]},
        "application/json",
    )
    assert answer.status_code == 200
    with Image.open(io.BytesIO(officer.client.get(f"{officer.at}/photos/p1").content)) as picture:
        inside = [picture.getpixel((x, 100))[0] for x in range(100, 220)]  # type: ignore[index]
        outside = [picture.getpixel((x, 20))[0] for x in range(100, 220)]  # type: ignore[index]
    assert max(inside) - min(inside) < 60 and max(outside) - min(outside) > 180
    original = photos.original(ScenePhoto.objects.get())
    assert original == jpeg(exif=False)


def edit(client: Client, pad: Pad, **said: object) -> tuple[int, dict[str, object]]:
    answer = client.patch(f"{pad.at}/photos/p1", said, "application/json")
    return answer.status_code, answer.json()


def test_parts_are_those_of_the_form_and_a_caption_is_a_line(officer: Pad) -> None:
    put(officer, jpeg())
    status, said = edit(officer.client, officer, areas=["impact-09", "injury-07"], caption="前車門凹陷 <b>")
    assert (
        status == 200 and said["areas"] == ["impact-09", "injury-07"] and said["caption"] == "前車門凹陷 <b>"
    )
    assert edit(officer.client, officer, areas=["impact-99"])[0] == 422
    assert edit(officer.client, officer, areas=["wheel"])[0] == 422
    assert edit(officer.client, officer, caption="a\nb")[0] == 422
    assert ScenePhoto.objects.get().areas == ["impact-09", "injury-07"]
    parts = officer.client.get("/api/crashes/scene.symbols.json").json()["areas"]
    assert parts["impact"]["01"] == {"zh": "前車頭", "en": "front"} and len(parts["injury"]) == 11
    assert parts["impact"]["16"]["zh"] == "非汽、機及自行車"  # as today's form has it


def test_what_is_blurred_is_uncovered_by_its_owner_or_a_reviewer_alone(
    officer: Pad, sign_in: Callable[..., Client]
) -> None:
    put(officer, jpeg(exif=False))
    box, wider = [0.25, 0.25, 0.75, 0.75], [0.2, 0.2, 0.8, 0.8]
    assert edit(officer.client, officer, blurs=[box])[0] == 200
    other = sign_in("officer")
    assert edit(other, officer, blurs=[wider])[0] == 200
    for fewer in ([], [[0.3, 0.3, 0.7, 0.7]]):
        status, said = edit(other, officer, blurs=fewer)
        assert status == 403 and said["code"] == "uncovers"
    assert edit(sign_in("reviewer"), officer, blurs=[box])[0] == 200
    assert edit(officer.client, officer, blurs=[])[0] == 200


def test_boxes_drawn_over_old_ones_do_not_replace_what_another_drew(officer: Pad) -> None:
    put(officer, jpeg(exif=False))
    assert edit(officer.client, officer, blurs=[[0, 0, 0.5, 0.5]], was=[])[0] == 200
    status, said = edit(officer.client, officer, blurs=[[0.5, 0.5, 1, 1]], was=[])
    assert status == 409 and said["code"] == "met"
    assert ScenePhoto.objects.get().blurs == [[0, 0, 0.5, 0.5]]
    assert edit(officer.client, officer, blurs=[[0.5, 0.5, 0.5, 0.6]])[0] == 422
    assert edit(officer.client, officer, blurs=[[0.5, 0.5, 1.5, 1]])[0] == 422


SPHERE = b'<rdf:Description xmlns:GPano="http://ns.google.com/photos/1.0/panorama/" GPano:ProjectionType="equirectangular"/>'


@pytest.mark.parametrize(
    ("size", "xmp", "by_hand", "panorama"),
    [((400, 200), SPHERE, "", True), ((400, 200), b"", "", False), ((400, 300), SPHERE, "", False), ((400, 200), b"", "?panorama=true", True)],
    ids=["sphere", "wide", "not two to one", "by hand"],
)  # fmt: skip
def test_a_panorama_is_known_by_its_shape_and_what_it_says(
    officer: Pad, size: tuple[int, int], xmp: bytes, by_hand: str, panorama: bool
) -> None:
    out = io.BytesIO()
    Image.new("RGB", size, "grey").save(out, "JPEG", xmp=xmp)
    assert put(officer, out.getvalue(), f"p1{by_hand}")[1]["panorama"] is panorama
    assert edit(officer.client, officer, panorama=not panorama)[1]["panorama"] is not panorama


def written_in(kind: str) -> bytes:
    out, held = io.BytesIO(), Image.Exif()
    held[0x010E] = "<script>fetch('/')</script>"
    picture = Image.new("RGB", (40, 40))
    if kind == "exif":
        picture.save(out, "JPEG", exif=held)
    elif kind == "xmp":
        picture.save(out, "JPEG", xmp=b"<x:xmpmeta><a onload='x'/></x:xmpmeta>")
    else:
        picture.save(out, "JPEG", comment=b"javascript:alert(1)")
    return out.getvalue()


def test_the_same_upload_again_changes_nothing_another_one_is_refused(officer: Pad) -> None:
    assert put(officer, jpeg())[1] == put(officer, jpeg())[1]
    assert put(officer, jpeg(100, 100))[0] == 409 and ScenePhoto.objects.count() == 1


def bomb() -> bytes:
    """A PNG of a few kilobytes that says it is 60,000 pixels square."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = struct.pack(">IIBBBBB", 60_000, 60_000, 1, 0, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", head)
        + chunk(b"IDAT", zlib.compress(bytes(100_000)))
        + chunk(b"IEND", b"")
    )


def zipped() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a.jpg", bytes(5_000_000))
    return out.getvalue()


@pytest.mark.parametrize(
    ("data", "status"),
    [
        (b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>', 415),
        (b"GIF89a" + bytes(50), 415),
        (zipped(), 415),
        (b"", 415),
        (jpeg()[:900], 415),
        (b"<!doctype html><title>p.jpg</title><script>alert(1)</script>", 415),
        (b"\xff\xd8\xff\xe0" + b"<html><script>alert(1)</script></html>", 415),
        (written_in("exif"), 415),
        (written_in("xmp"), 415),
        (written_in("comment"), 415),
        (bomb(), 413),
    ],
    ids=[
        "svg",
        "gif",
        "zip",
        "nothing",
        "cut off",
        "html",
        "html behind a head",
        "exif",
        "xmp",
        "comment",
        "bomb",
    ],
)
def test_what_is_no_picture_is_refused_and_not_kept(officer: Pad, data: bytes, status: int) -> None:
    got, said = put(officer, data)
    assert got == status and "。" in str(said["detail"])
    assert not ScenePhoto.objects.exists() and not photos.stored(hashlib.sha256(data).hexdigest()).exists()


def test_too_much_is_refused_before_it_is_read() -> None:
    class Endless(io.RawIOBase):
        given = 0

        def read(self, size: int = -1) -> bytes:
            self.given += size
            return bytes(size)

    stream = Endless()
    with pytest.raises(photos.SceneTrouble) as refused:
        photos.taken(stream, 2 * 1024**3)  # type: ignore[arg-type]
    assert refused.value.status_code == 413 and stream.given == 0
    with pytest.raises(photos.SceneTrouble):
        photos.taken(stream, None)  # type: ignore[arg-type]
    assert stream.given <= photos.MOST_BYTES + 1024 * 1024


def test_originals_are_for_reviewers(officer: Pad, sign_in: Callable[..., Client]) -> None:
    put(officer, jpeg())
    at = f"{officer.at}/photos/p1/original"
    assert officer.client.get(at).status_code == 403
    got = sign_in("reviewer").get(at)
    assert got.content == jpeg() and got["X-SHA-256"] == hashlib.sha256(jpeg()).hexdigest()
    assert "attachment" in got["Content-Disposition"] and Client().get(at).status_code == 404


def test_an_original_that_was_tampered_with_is_said_to_be(officer: Pad) -> None:
    data = jpeg(64, 64)
    put(officer, data)
    path = photos.stored(hashlib.sha256(data).hexdigest())
    path.chmod(0o640)
    path.write_bytes(data[:-1])
    try:
        answer = officer.client.get(f"{officer.at}/photos/p1")
        assert answer.status_code == 500 and answer.json()["code"] == "damaged"
    finally:
        path.unlink()
