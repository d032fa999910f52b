"""The coordinate systems in which places are given and taken, by their OGC names."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Crs:
    uri: str
    srid: int
    flipped: bool = False
    """North comes first, as EPSG says of 4326."""
    degrees: bool = False

    @property
    def digits(self) -> int:
        """Decimals that say a millimetre."""
        return 8 if self.degrees else 3


CRS84 = Crs("http://www.opengis.net/def/crs/OGC/1.3/CRS84", 4326, degrees=True)
_EPSG = "http://www.opengis.net/def/crs/EPSG/0/"
ALL = (
    CRS84,
    Crs(_EPSG + "4326", 4326, flipped=True, degrees=True),
    Crs(_EPSG + "3857", 3857),
    Crs(_EPSG + "3826", 3826),
    Crs(_EPSG + "3825", 3825),
)
BY_NAME = {
    name: crs for crs in ALL for name in (crs.uri, crs.uri.replace("http://", "https://"), f"[{crs.uri}]")
}
BY_NAME |= {"OGC:CRS84": CRS84, "[OGC:CRS84]": CRS84}
for _crs in ALL[1:]:
    BY_NAME |= {
        f"EPSG:{_crs.srid}": _crs,
        f"[EPSG:{_crs.srid}]": _crs,
        f"urn:ogc:def:crs:EPSG::{_crs.srid}": _crs,
    }
