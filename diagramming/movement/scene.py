"""A drawn scene as evidence: travel arrows, marks, poses and what the summary says, party by party.

Nothing is added that is not drawn or written; a party of which nothing is drawn has no evidence.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from math import atan2, degrees, hypot

from diagramming.movement.evidence import Action, Arrow, Evidence, Mark, Pose, Statement
from diagramming.movement.headings import wind
from diagramming.movement.legs import Junction
from diagramming.scene import elements as E  # noqa: N812
from diagramming.scene.document import Scene

SHORT = 0.5
"""Metres below which a line has no direction worth anything."""
SIGMA = {"video": 10.0, "marks": 12.0, "officer": 15.0, "statement": 18.0}
"""By who says it, how far off the axis of the leg a travel arrow lies, in degrees."""
_WINDS = re.compile(r"([A-Z])(?:車|方)?[^A-Z，。；,;\n]{0,30}?[由自]([東西南北]{1,2})[往向]([東西南北]{1,2})")
_ALONG = re.compile(
    r"([A-Z])(?:車|方)?[^A-Z，。；,;\n]{0,20}?沿([^，。；,;\n由自往向]{1,20}?(?:路|街|大道|巷|線)(?:[一二三四五六七八九十]段)?)"
)


def evidence(
    scene: Scene, actions: Mapping[str, str] | None = None, at: Junction | None = None
) -> dict[str, list[Evidence]]:
    """`actions` is 行動狀態 by the letter of the party; `at` tells which street names are known."""
    out: dict[str, list[Evidence]] = {p.id: [] for p in scene.parties}
    for e in scene.elements:
        letter = getattr(e, "party", None)
        if letter not in out or e.hidden:
            continue
        if isinstance(e, E.Travel):
            arrow = _arrow(e)
            if arrow is not None:
                out[letter].append(arrow)
        elif isinstance(e, E.Mark) and e.kind in ("skid", "yaw"):
            heading = direction(e.path)
            if heading is not None:
                out[letter].append(Mark(heading, e.kind))
        elif isinstance(e, E.Vehicle | E.Pedestrian) and e.role != "moved":
            out[letter].append(Pose(e.pose.heading, "final" if e.role == "rest" else e.role))
    for letter, said in statements(scene.summary, at).items():
        if letter in out:
            out[letter] += said
    for letter, code in (actions or {}).items():
        if letter in out and code:
            out[letter].append(Action(code))
    return out


def direction(path: Sequence[tuple[float, float]]) -> float | None:
    """Degrees clockwise from north, from the first point to the last."""
    (x0, y0), (x1, y1) = path[0], path[-1]
    if hypot(x1 - x0, y1 - y0) < SHORT:
        return None
    return degrees(atan2(x1 - x0, y1 - y0)) % 360.0


def _arrow(e: E.Travel) -> Arrow | None:
    start = direction(e.approach)
    if start is None:
        return None
    end = direction(e.exit) if len(e.exit) >= 2 else None
    sigma = SIGMA[e.source]
    return Arrow(start, end, e.source, sigma, sigma + 4.0)


def statements(text: str, at: Junction | None = None) -> dict[str, list[Evidence]]:
    """「A車沿中山路由東往西」: a heading and, where the street is one of the junction's, the leg that it is."""
    out: dict[str, list[Evidence]] = {}
    for letter, _, target in _WINDS.findall(text):
        heading = wind(target)
        if heading is not None:
            out.setdefault(letter, []).append(Statement(heading=heading))
    for letter, street in _ALONG.findall(text):
        if at is not None and at.named(street):
            out.setdefault(letter, []).append(Statement(approach=street))
    return out


def standing(scene: Scene) -> set[str]:
    """Parties of which it is drawn that they stood still."""
    return {e.party for e in scene.elements if isinstance(e, E.Vehicle) and e.still and e.party}


def impact(scene: Scene) -> tuple[float, float] | None:
    """Where they met, in metres from the scene's origin; a definite point before an estimated one."""
    found = sorted(
        (e for e in scene.elements if isinstance(e, E.Impact) and not e.hidden),
        key=lambda e: (e.certainty != "definite", e.sigma, e.id),
    )
    return found[0].at if found else None
