"""Reads OpenStreetMap XML, plain or gzipped. What is wrong with a file is one sentence that names the object."""

from __future__ import annotations

import gzip
import zlib
from dataclasses import dataclass, field
from math import isfinite
from pathlib import Path
from typing import IO
from xml.etree.ElementTree import Element, ParseError, iterparse

Tags = dict[str, str]


class BadFile(Exception):
    """The file cannot be drafted from."""


@dataclass(slots=True)
class Way:
    id: int
    refs: list[int]
    tags: Tags


@dataclass(slots=True)
class OsmFile:
    nodes: dict[int, tuple[float, float]] = field(default_factory=dict)
    """Longitude, latitude."""
    node_tags: dict[int, Tags] = field(default_factory=dict)
    ways: list[Way] = field(default_factory=list)


def read(path: Path) -> OsmFile:
    name = path.name
    if not path.is_file():
        raise BadFile(f"There is no file {path}.")
    if name.endswith(".pbf"):
        raise BadFile(
            f"{name}: PBF is not read; convert it first, for example: osmium cat {name} -o streets.osm.gz"
        )
    if path.stat().st_size == 0:
        raise BadFile(f"{name} is empty.")
    with path.open("rb") as raw:
        zipped = raw.read(2) == b"\x1f\x8b"
    last = ["its beginning"]
    try:
        with gzip.open(path, "rb") if zipped else path.open("rb") as stream:
            found = _parse(stream, name, last)
    except ParseError as wrong:
        line = wrong.position[0]
        raise BadFile(
            f"{name} is cut off or is not OpenStreetMap XML: line {line}, after {last[0]}."
        ) from wrong
    except (EOFError, gzip.BadGzipFile, zlib.error) as wrong:
        raise BadFile(f"{name} is cut off: the compressed data ends after {last[0]}.") from wrong
    if not found.ways:
        raise BadFile(f"{name} holds no ways, so there is nothing to draft streets from.")
    return found


def _parse(stream: IO[bytes] | gzip.GzipFile, name: str, last: list[str]) -> OsmFile:
    found = OsmFile()
    root: Element | None = None
    ways: set[int] = set()
    for event, element in iterparse(stream, events=("start", "end")):  # noqa: S314 (expat bounds entities)
        if event == "start":
            if root is None:
                root = element
                if element.tag != "osm":
                    raise BadFile(
                        f"{name} is not OpenStreetMap XML: it begins with <{element.tag}>, not <osm>."
                    )
            continue
        if element.tag == "node":
            number = _number(element, name)
            last[0] = f"node {number}"
            if number in found.nodes:
                raise BadFile(f"{name}: node {number} is there twice.")
            if element.get("visible") != "false":
                found.nodes[number] = _place(element, number, name)
                tags = _tags(element)
                if tags:
                    found.node_tags[number] = tags
        elif element.tag == "way":
            number = _number(element, name)
            last[0] = f"way {number}"
            if number in ways:
                raise BadFile(f"{name}: way {number} is there twice.")
            ways.add(number)
            if element.get("visible") != "false":
                refs = [_number(nd, name, "ref", f"way {number}") for nd in element.iterfind("nd")]
                found.ways.append(Way(number, refs, _tags(element)))
        if element.tag in {"node", "way", "relation"} and root is not None:
            root.clear()
    found.ways.sort(key=lambda way: way.id)
    return found


def _number(element: Element, name: str, key: str = "id", owner: str = "") -> int:
    value = element.get(key, "")
    try:
        return int(value)
    except ValueError as wrong:
        where = owner or f"a {element.tag}"
        raise BadFile(f"{name}: {where} has the {key} “{value}”, which is not a number.") from wrong


def _place(element: Element, number: int, name: str) -> tuple[float, float]:
    try:
        lon, lat = float(element.get("lon", "")), float(element.get("lat", ""))
    except ValueError as wrong:
        raise BadFile(f"{name}: node {number} has no usable lon and lat.") from wrong
    if not (isfinite(lon) and isfinite(lat) and abs(lon) <= 180 and abs(lat) <= 85):
        raise BadFile(f"{name}: node {number} lies at {lat}, {lon}, which is nowhere on the map.")
    return lon, lat


def _tags(element: Element) -> Tags:
    return {tag.get("k", ""): tag.get("v", "") for tag in element.iterfind("tag")}
