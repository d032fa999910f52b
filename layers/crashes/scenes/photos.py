"""Photographs of scenes: what comes in is looked at before it is kept; what goes out never is the original.

The original is stored under its SHA-256, outside what the web serves. A picture for the screen is drawn anew
from the pixels, so nothing of the file (EXIF, place, thumbnails, whatever was appended) travels along.
"""

from __future__ import annotations

import hashlib
import io
import os
import re
from functools import cache
from pathlib import Path
from typing import Any, Protocol

from django.conf import settings

from data.codes import table
from layers.crashes.scenes.models import ScenePhoto
from layers.crashes.scenes.store import SceneTrouble

MOST_BYTES = 40 * 1024 * 1024
MOST_PIXELS = 89_000_000
AREAS = {"impact": "crash.impact", "injury": "crash.injury_part"}
SCRIPT = re.compile(rb"<\s*(script|svg|iframe|html)\b|javascript:|\bon(error|load)\s*=", re.I)
FORMATS = {"JPEG": "image/jpeg", "PNG": "image/png", "WEBP": "image/webp"}
SHOWN, SHOWN_PANORAMA = 2560, 8192


class Stream(Protocol):
    def read(self, size: int, /) -> bytes: ...


def taken(stream: Stream, length: int | None) -> tuple[bytes, dict[str, Any]]:
    """The bytes of an upload and what they are; refused while they come in if they are too many."""
    if length is not None and length > MOST_BYTES:
        raise _large()
    parts, size = [], 0
    while chunk := stream.read(256 * 1024):
        size += len(chunk)
        if size > MOST_BYTES:
            raise _large()
        parts.append(chunk)
    data = b"".join(parts)
    return data, looked_at(data)


def looked_at(data: bytes) -> dict[str, Any]:
    from PIL import Image, ImageFile, UnidentifiedImageError

    ImageFile.LOAD_TRUNCATED_IMAGES = False  # libraries that set pages switch it on for everybody

    try:
        with Image.open(io.BytesIO(data), formats=list(FORMATS)) as picture:
            width, height = picture.size  # of the header: nothing is unpacked yet
            if width * height > MOST_PIXELS:
                raise _many_pixels()
            media = FORMATS[str(picture.format)]
            picture.load()
            about = _about(picture)
    except Image.DecompressionBombError as problem:
        raise _many_pixels() from problem
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError) as problem:
        raise SceneTrouble(
            415,
            "no-picture",
            "這不是可用的照片；請上傳 JPEG、PNG 或 WebP。 This is no picture; send JPEG, PNG or WebP.",
        ) from problem
    if SCRIPT.search(about):
        raise SceneTrouble(
            415,
            "script",
            "照片的附註（EXIF）帶有程式碼，不收；請重拍或以相機軟體另存。 What is written in the picture (EXIF) is a script; "
            "take it again, or save it anew.",
        )
    return {
        "panorama": b"equirectangular" in about and abs(width - 2 * height) <= 0.02 * width,
        "media": media,
        "width": width,
        "height": height,
        "size": len(data),
        "sha256": hashlib.sha256(data).hexdigest(),
    }


def _about(picture: Any) -> bytes:
    """All that is written in the file beside its pixels."""
    said = [picture.info.get(name, b"") for name in ("exif", "xmp", "comment", "XML:com.adobe.xmp")]
    said += list(getattr(picture, "text", {}).values())
    return b"\n".join(one if isinstance(one, bytes) else str(one).encode() for one in said)


@cache
def areas(kind: str) -> dict[str, dict[str, str]]:
    """The parts that today's form knows, by code."""
    entries = [one for one in table(AREAS[kind]).entries if one.valid_to is None]
    return {one.value: {"zh": one.zh, "en": one.en} for one in entries}


@cache
def known_areas() -> frozenset[str]:
    return frozenset(f"{kind}-{code}" for kind in AREAS for code in areas(kind))


def folder() -> Path:
    return Path(settings.DATA_DIR) / "evidence"


def stored(sha256: str) -> Path:
    return folder() / sha256[:2] / sha256


def keep(data: bytes, sha256: str) -> None:
    """Written beside and moved into place, so that a file with this name always is whole."""
    path = stored(sha256)
    if path.exists():
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = path.with_suffix(f".{os.getpid()}.part")
    fresh.write_bytes(data)
    fresh.chmod(0o440)
    fresh.replace(path)


def original(photo: ScenePhoto) -> bytes:
    """The bytes as they came, or a sentence where they are no longer what was signed for."""
    try:
        data = stored(photo.sha256).read_bytes()
    except FileNotFoundError as problem:
        raise SceneTrouble(
            410, "gone", "原始檔不在儲存處。 The original is not where it was kept."
        ) from problem
    if hashlib.sha256(data).hexdigest() != photo.sha256:
        raise SceneTrouble(
            500, "damaged", "原始檔與雜湊不符。 The original no longer has the hash it was stored with."
        )
    return data


def shown(photo: ScenePhoto, longest: int | None = None) -> bytes:
    """A JPEG for the screen: turned upright, blurred where boxes say so, without anything but pixels."""
    from PIL import Image, ImageFilter, ImageOps

    with Image.open(io.BytesIO(original(photo)), formats=list(FORMATS)) as picture:
        upright = ImageOps.exif_transpose(picture).convert("RGB")
    for x, y, x2, y2 in photo.blurs:
        w, h = upright.size
        box = (int(x * w), int(y * h), max(int(x * w) + 1, round(x2 * w)), max(int(y * h) + 1, round(y2 * h)))
        patch = upright.crop(box)
        coarse = patch.resize(
            (max(1, min(5, patch.width // 12)), max(1, min(5, patch.height // 12))), Image.Resampling.BOX
        )
        patch = coarse.resize(patch.size, Image.Resampling.NEAREST).filter(
            ImageFilter.GaussianBlur(max(2, patch.width // 16))
        )
        upright.paste(patch, box)
    most = min(longest or SHOWN_PANORAMA, SHOWN_PANORAMA if photo.panorama else SHOWN)
    upright.thumbnail((most, most))
    out = io.BytesIO()
    clean = Image.new("RGB", upright.size)
    clean.paste(upright)
    clean.save(out, "JPEG", quality=88, optimize=True)
    return out.getvalue()


def _large() -> SceneTrouble:
    return SceneTrouble(
        413, "large", f"照片超過 {MOST_BYTES >> 20} MB。 The picture is larger than {MOST_BYTES >> 20} MB."
    )


def _many_pixels() -> SceneTrouble:
    return SceneTrouble(
        413,
        "pixels",
        f"照片超過 {MOST_PIXELS // 10**6} 百萬像素。 The picture has more than {MOST_PIXELS // 10**6} million pixels.",
    )
