"""Pictures of measures: looked at as those of scenes are, kept under their hash, shown drawn anew without their file's data."""

from __future__ import annotations

import hashlib
import io

from layers.council.meetings import Trouble
from layers.council.models import Picture
from layers.crashes.scenes.photos import FORMATS, keep, stored

LONGEST = 1600


def shown(picture: Picture, longest: int = LONGEST) -> bytes:
    """A JPEG of nothing but pixels, turned upright."""
    from PIL import Image, ImageOps

    try:
        data = stored(picture.sha256).read_bytes()
    except FileNotFoundError as gone:
        raise Trouble(410, "gone", "原始檔不在儲存處。 The original is not where it was kept.") from gone
    if hashlib.sha256(data).hexdigest() != picture.sha256:
        raise Trouble(500, "damaged", "原始檔與雜湊不符。 The original no longer has its hash.")
    with Image.open(io.BytesIO(data), formats=list(FORMATS)) as file:
        upright = ImageOps.exif_transpose(file).convert("RGB")
    upright.thumbnail((longest, longest))
    out = io.BytesIO()
    clean = Image.new("RGB", upright.size)
    clean.paste(upright)
    clean.save(out, "JPEG", quality=86, optimize=True)
    return out.getvalue()


def take(data: bytes, sha256: str) -> None:
    keep(data, sha256)
