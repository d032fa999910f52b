"""Reads a place that somebody typed: WGS 84 in either order, degrees with signs, TWD97 in metres."""

from __future__ import annotations

import re

from pyproj import Transformer

_NUMBER = re.compile(r"[-+]?\d+(?:\.\d*)?")
_LABELS = re.compile(
    r"twd\s*97|wgs\s*84|tm2(?:[-\s]*1(?:19|21)\b)?|zone\s*1(?:19|21)\b|[東北][經緯]|[經緯]度", re.I
)
_BETWEEN = " ,;:/|()°'\"NSEWnsewXYxy=，、；：（）\t"
_TO_WGS84 = {
    zone: Transformer.from_crs(epsg, 4326, always_xy=True) for zone, epsg in ((121, 3826), (119, 3825))
}
TAIWAN = (116.0, 20.0, 124.5, 27.0)


def place(text: str) -> tuple[float, float, str] | None:
    """(longitude, latitude, what it was read as), or None when the text is no coordinate."""
    bare = _LABELS.sub(" ", text)
    bare = re.sub(r"(?<=\d),(?=\d{3}(?:\D|$))", "", bare)  # 193,564 is one number
    numbers = [float(n) for n in _NUMBER.findall(bare)]
    if len(numbers) != 2 or _NUMBER.sub("", bare).strip(_BETWEEN):
        return None
    a, b = numbers
    if 90_000 <= a <= 400_000 and 2_300_000 <= b <= 2_950_000:
        zone = 119 if any("119" in label for label in _LABELS.findall(text)) else 121
        lon, lat = _TO_WGS84[zone].transform(a, b)
        return lon, lat, f"TWD97 TM2-{zone}"
    west, south, east, north = TAIWAN
    if west <= a <= east and south <= b <= north:
        return a, b, "WGS 84"
    if west <= b <= east and south <= a <= north:
        return b, a, "WGS 84"
    return None
