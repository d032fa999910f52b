"""Reads a place that somebody typed: WGS 84 in either order, degrees with signs, TWD97 in metres."""

from __future__ import annotations

import re

from pyproj import Transformer

_NUMBER = re.compile(r"[-+]?\d[\d,]*\.?\d*")
_TO_WGS84 = {
    zone: Transformer.from_crs(epsg, 4326, always_xy=True) for zone, epsg in ((121, 3826), (119, 3825))
}
TAIWAN = (116.0, 20.0, 124.5, 27.0)


def place(text: str) -> tuple[float, float, str] | None:
    """(longitude, latitude, what it was read as), or None when the text is no coordinate."""
    cleaned = re.sub(r"(?<=\d),(?=\d{3}(?:\D|$))", "", text)
    numbers = [float(n.replace(",", "")) for n in _NUMBER.findall(cleaned)]
    rest = re.sub(
        r"[-+\d.,;:\s°'\"NSEWnsew/|()]|twd\s*97|wgs\s*84|北緯|東經|經度|緯度", "", cleaned, flags=re.I
    )
    if len(numbers) != 2 or rest:
        return None
    a, b = numbers
    if 90_000 <= a <= 400_000 and 2_300_000 <= b <= 2_950_000:
        zone = 119 if "119" in text and not str(a).startswith("119") else 121
        lon, lat = _TO_WGS84[zone].transform(a, b)
        return lon, lat, f"TWD97 TM2-{zone}"
    west, south, east, north = TAIWAN
    if west <= a <= east and south <= b <= north:
        return a, b, "WGS 84"
    if west <= b <= east and south <= a <= north:
        return b, a, "WGS 84"
    return None
