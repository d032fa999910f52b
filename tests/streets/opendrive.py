"""Reading OpenDRIVE back without the writer: where lanes are, by the words of the file alone; and the ASAM checker.

The checker is no part of the project: `ANTU_OPENDRIVE_CHECKER` names the program `qc_opendrive`, or `var/peers/bin` has it.
"""

from __future__ import annotations

import os
import subprocess
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from math import atan2, cos, sin
from pathlib import Path
from tempfile import TemporaryDirectory
from xml.etree import ElementTree
from xml.etree.ElementTree import Element

CHECKER = Path(os.environ.get("ANTU_OPENDRIVE_CHECKER", "var/peers/bin/qc_opendrive"))
KNOWN_SKIPS = {
    7: frozenset({"check_asam_xodr_junctions_connection_one_link_to_incoming"}),
    8: frozenset({"check_asam_xodr_junctions_connection_one_connection_element"}),
}
"""Rules of the other version."""
CHECKS = 23


@dataclass(frozen=True, slots=True)
class Verdict:
    completed: int
    skipped: frozenset[str]
    wrong: dict[str, str]
    """Checkers that neither completed nor were skipped, with their status."""
    issues: Counter[str]

    def clean(self, minor: int) -> bool:
        return (
            not self.issues
            and not self.wrong
            and self.skipped == KNOWN_SKIPS[minor]
            and self.completed == CHECKS - 1
        )


def check(data: bytes, checker: Path = CHECKER) -> Verdict:
    with TemporaryDirectory() as folder:
        file, result, config = (Path(folder) / name for name in ("a.xodr", "a.xqar", "a.xml"))
        file.write_bytes(data)
        config.write_text(
            f'<Config><Param name="InputFile" value="{file}"/><CheckerBundle application="xodrBundle">'
            f'<Param name="resultFile" value="{result}"/></CheckerBundle></Config>',
            "utf-8",
        )
        subprocess.run([checker, "-c", config], capture_output=True, check=True, timeout=900, cwd=folder)
        told = ElementTree.fromstring(result.read_bytes())
    status = {c.get("checkerId", ""): c.get("status", "none") for c in told.iter("Checker")}
    return Verdict(
        sum(s == "completed" for s in status.values()),
        frozenset(name for name, s in status.items() if s == "skipped"),
        {name: s for name, s in status.items() if s not in ("completed", "skipped")},
        Counter(c.get("checkerId", "") for c in told.iter("Checker") for _ in c.iter("Issue")),
    )


def _number(element: Element, name: str) -> float:
    return float(element.attrib[name])


def cubic(rows: list[Element], where: str, s: float) -> float:
    row = [r for r in rows if _number(r, where) <= s + 1e-9][-1]
    x = s - _number(row, where)
    return _number(row, "a") + x * (_number(row, "b") + x * (_number(row, "c") + x * _number(row, "d")))


class Road:
    def __init__(self, element: Element) -> None:
        self.element = element
        self.id, self.length = element.attrib["id"], _number(element, "length")
        self.geometry = element.findall("planView/geometry")
        self.sections = element.findall("lanes/laneSection")
        self.offsets = element.findall("lanes/laneOffset")

    def at(self, s: float, geometry: Element | None = None) -> tuple[float, float, float]:
        g = (
            geometry
            if geometry is not None
            else [g for g in self.geometry if _number(g, "s") <= s + 1e-9][-1]
        )
        d, x, y, h = s - _number(g, "s"), _number(g, "x"), _number(g, "y"), _number(g, "hdg")
        if (arc := g.find("arc")) is not None:
            k = _number(arc, "curvature")
            return x + (sin(h + k * d) - sin(h)) / k, y - (cos(h + k * d) - cos(h)) / k, h + k * d
        if (curve := g.find("paramPoly3")) is not None:
            p = d / _number(g, "length")
            u, v = ([_number(curve, f"{c}{axis}") for c in "abcd"] for axis in "UV")
            at = [q[0] + p * (q[1] + p * (q[2] + p * q[3])) for q in (u, v)]
            du, dv = (q[1] + p * (2 * q[2] + p * 3 * q[3]) for q in (u, v))
            return x + at[0] * cos(h) - at[1] * sin(h), y + at[0] * sin(h) + at[1] * cos(h), h + atan2(dv, du)
        return x + d * cos(h), y + d * sin(h), h

    def bounds(self, number: int) -> tuple[float, float]:
        start = _number(self.sections[number], "s")
        last = number + 1 == len(self.sections)
        return start, self.length if last else _number(self.sections[number + 1], "s")

    def lanes(self, number: int) -> list[Element]:
        """From the left to the right, without the middle."""
        lanes = self.sections[number].findall("left/lane") + self.sections[number].findall("right/lane")
        return sorted(lanes, key=lambda lane: -int(lane.attrib["id"]))

    def edges(self, number: int, s: float) -> dict[int, tuple[float, float]]:
        """The left and the right edge of every lane, as distances left of the line."""
        start, _ = self.bounds(number)
        found: dict[int, tuple[float, float]] = {}
        for sign in (1, -1):
            t = cubic(self.offsets, "s", s)
            mine = [lane for lane in self.lanes(number) if int(lane.attrib["id"]) * sign > 0]
            for lane in sorted(mine, key=lambda lane: abs(int(lane.attrib["id"]))):
                beyond = t + sign * cubic(lane.findall("width"), "sOffset", s - start)
                found[int(lane.attrib["id"])] = (max(t, beyond), min(t, beyond))
                t = beyond
        return found

    def point(self, s: float, t: float) -> tuple[float, float]:
        x, y, h = self.at(s)
        return x - t * sin(h), y + t * cos(h)

    def strip(self, lane: Element) -> str:
        return said(lane, "strip")


def said(element: Element, code: str) -> str:
    return next(
        (d.attrib["value"] for d in element.findall("userData") if d.attrib["code"] == f"antu:{code}"), ""
    )


def roads(root: Element) -> Iterator[Road]:
    return (Road(element) for element in root.findall("road"))
