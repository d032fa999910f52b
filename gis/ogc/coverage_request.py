"""What a client asks of a coverage, read and checked: which cells, in which coordinate system, how fine, when."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from typing import Literal
from urllib.parse import parse_qsl

from gis.ogc.call import Call
from gis.ogc.crs import Crs
from gis.ogc.maps import WORLD
from gis.ogc.problem import OgcProblem
from gis.ogc.request import numbers, read_crs, read_interval
from layers.registry.sql import Interval

Form = Literal["geotiff", "covjson"]
BAND = "value"
KNOWN = (
    "bbox", "bbox-crs", "subset", "subset-crs", "crs", "datetime", "properties",
    "scale-factor", "scale-axes", "scale-size",
)  # fmt: skip
FORMS: dict[str, Form] = {
    "tif": "geotiff", "tiff": "geotiff", "geotiff": "geotiff", "cog": "geotiff",
    "json": "covjson", "covjson": "covjson", "coveragejson": "covjson",
}  # fmt: skip
TYPES: dict[Form, str] = {
    "geotiff": "image/tiff; application=geotiff",
    "covjson": "application/prs.coverage+json",
}
_AXIS = re.compile(r"\s*([A-Za-z]+)\(([^()]*)\)\s*(?:,|$)")
_EAST, _NORTH = {"lon", "long", "longitude", "e", "x", "easting"}, {"lat", "latitude", "n", "y", "northing"}
_TIME = {"time", "datetime", "phenomenontime"}
Range = tuple[float | None, float | None]
Scale = tuple[Literal["factor", "size"], float, float]


@dataclass(frozen=True)
class CoverageRequest:
    """`east` and `north` are in `within`; None means as far as there is. `crs` None is that of the file."""

    form: Form
    crs: Crs | None
    within: Crs
    east: Range
    north: Range
    scale: Scale | None
    interval: Interval | None


def read(call: Call) -> CoverageRequest:
    call.only(*KNOWN)
    asked = call.asked
    if (chosen := asked.get("properties")) is not None:
        for name in chosen.split(","):
            if name != BAND:
                raise OgcProblem(400, f"There is no property “{name[:40]}”; there is {BAND}.")
    axes = _axes(_repeated(call))
    interval = read_interval(asked.get("datetime"))
    if times := axes.pop("time", None):
        if interval:
            raise OgcProblem(400, "Ask for the time either with datetime or with subset, not with both.")
        interval = read_interval(times)
    if axes and "bbox" in asked:
        raise OgcProblem(400, "Ask for the place either with bbox or with subset, not with both.")
    if "bbox" in asked:
        within, east, north = _box(asked)
    else:
        within = read_crs(asked.get("subset-crs"), "subset-crs")
        east, north = _range(axes.get("east"), "east", within), _range(axes.get("north"), "north", within)
    crs = read_crs(asked["crs"], "crs") if "crs" in asked else None
    return CoverageRequest(_form(call), crs, within, east, north, _scale(asked), interval)


def _repeated(call: Call) -> str:
    """All `subset` of a query as one: the standard lets them stand side by side or behind commas."""
    pairs = parse_qsl(call.scope["query_string"].decode("latin-1"), keep_blank_values=True)
    return ",".join(value for name, value in pairs if name == "subset")


def _form(call: Call) -> Form:
    if (said := call.asked.get("f")) is not None:
        if said.lower() not in FORMS:
            raise OgcProblem(
                400, f"There is no format “{said[:20]}” for coverages; there are geotiff and covjson."
            )
        return FORMS[said.lower()]
    wanted = (call.header("accept") or "").lower()
    json = ("coverage+json", "vnd.cov+json", "application/json")
    return "covjson" if "image/tiff" not in wanted and any(j in wanted for j in json) else "geotiff"


def _axes(text: str) -> dict[str, str]:
    """The text between the brackets by axis: east, north, time."""
    found: dict[str, str] = {}
    at = 0
    while at < len(text):
        part = _AXIS.match(text, at)
        if part is None:
            raise OgcProblem(
                400,
                f"subset “{text[at : at + 40]}” is not understood; write Lat(23.4:23.5),Lon(120.4:120.5).",
            )
        at = part.end()
        name, said = part.groups()
        low = name.lower()
        axis = "east" if low in _EAST else "north" if low in _NORTH else "time" if low in _TIME else None
        if axis is None:
            raise OgcProblem(400, f"There is no axis “{name[:20]}”; there are Lat, Lon (or N, E) and time.")
        if axis in found:
            raise OgcProblem(400, f"subset names the axis “{name[:20]}” twice.")
        found[axis] = _moment(said) if axis == "time" else said
    return found


def _moment(said: str) -> str:
    """`"2024-01-01":"2024-03-31"` as OGC's datetime says it."""
    quoted_ = re.findall(r'"([^"]*)"|(\*)', said)
    parts = [a or ".." for a, _ in quoted_] if '"' in said else re.split(r":(?=\d{4}|\*|$)", said)
    return "/".join(".." if p.strip() == "*" else p.strip() for p in parts)


def _range(said: str | None, axis: str, crs: Crs) -> Range:
    if said is None:
        return None, None
    parts = said.split(":")
    if len(parts) > 2:
        raise OgcProblem(400, f"subset “{said[:40]}” is not a value or a range low:high.")
    low, high = (_number(p, axis, crs) for p in (parts if len(parts) == 2 else parts * 2))
    if low is not None and high is not None and low > high:
        raise OgcProblem(
            400, f"subset “{said[:40]}” is the wrong way round: its low end is above its high end."
        )
    return low, high


def _number(text: str, axis: str, crs: Crs) -> float | None:
    if text.strip() == "*":
        return None
    try:
        value = float(text)
    except ValueError as wrong:
        raise OgcProblem(400, f"subset “{text[:40]}” is no number.") from wrong
    low, high = (WORLD[crs.srid][i] for i in ((0, 2) if axis == "east" else (1, 3)))
    if not low <= value <= high:
        raise OgcProblem(400, f"subset “{text[:40]}” lies outside of what {crs.uri} is made for.")
    return value


def _box(asked: dict[str, str]) -> tuple[Crs, Range, Range]:
    crs = read_crs(asked.get("bbox-crs"), "bbox-crs")
    west, south, east, north = numbers(asked["bbox"])
    if crs.flipped:
        west, south, east, north = south, west, north, east
    if west > east or south > north:
        raise OgcProblem(400, "bbox is the wrong way round; the order is west,south,east,north.")
    edges = WORLD[crs.srid]
    if west < edges[0] or south < edges[1] or east > edges[2] or north > edges[3]:
        raise OgcProblem(400, f"bbox lies outside of what {crs.uri} is made for.")
    return crs, (west, east), (south, north)


def _scale(asked: dict[str, str]) -> Scale | None:
    given = [name for name in ("scale-factor", "scale-axes", "scale-size") if name in asked]
    if not given:
        return None
    if len(given) > 1:
        raise OgcProblem(400, f"Only one of {' and '.join(given)} can be asked for.")
    name, text = given[0], asked[given[0]]
    if name == "scale-factor":
        factor = _positive(text, name)
        return "factor", factor, factor
    axes = _axes(text)
    if not axes or "time" in axes:
        raise OgcProblem(400, f"{name} is for Lat and Lon (or N and E): {name}=Lat(2),Lon(2).")
    if name == "scale-axes":
        return "factor", _positive(axes.get("east", "1"), name), _positive(axes.get("north", "1"), name)
    size = [_positive(axes.get(a, "0"), name, 0) for a in ("east", "north")]
    if any(v != int(v) for v in size):
        raise OgcProblem(400, "scale-size counts whole cells.")
    return "size", size[0], size[1]


def _positive(text: str, name: str, least: float = 1e-6) -> float:
    try:
        value = float(text)
    except ValueError as wrong:
        raise OgcProblem(400, f"{name} “{text[:40]}” is no number.") from wrong
    if not math.isfinite(value) or value < least or value > 1e9:
        raise OgcProblem(400, f"{name} “{text[:40]}” must be a finite number above nought.")
    return value
