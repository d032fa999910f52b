"""Cutting a street in two and joining two: what stands on them stays where it is.

A section holds from where it begins to where the next one does; a line belongs to the strip right of it.
"""

from __future__ import annotations

from collections.abc import Mapping
from copy import deepcopy

from layers.streets.craft.derive.ribbon import begins
from layers.streets.craft.document import Segment
from layers.streets.craft.edit.paper import Desk, Dot, Impossible, cut_at, free_name, length_of, line_of
from layers.streets.craft.pieces import Json, kind_of, name_of


def split(desk: Desk, name: str, s: float, node: str = "", at: Dot | None = None) -> tuple[str, str]:
    """Cuts a segment `s` metres from its end a; the first part keeps the name, the second gets a new one."""
    piece = desk.get(name)
    line = line_of(desk, piece)
    length = length_of(line)
    if not 1.0 <= s <= length - 1.0:
        raise Impossible(f"{name} is {length:.1f} m long; it cannot be cut at {s:g} m.")
    point, before, after = cut_at(line, s)
    point = at or point
    middle = node or free_name(desk, "node", f"{piece['id']}-{round(s * 100)}")
    second = free_name(desk, "segment", f"{piece['id']}-{round(s * 100)}")
    if not node:
        desk.put(
            f"node/{middle}",
            {"id": middle, "at": list(point), "kind": "width_change", "layer": piece["layer"]},
        )
    starts = begins(Segment.model_validate(piece), length)
    first_sections, second_sections = _sections(piece["sections"], starts, s, length)
    desk.put(name, {**piece, "b": middle, "via": before, "sections": first_sections})
    desk.put(
        f"segment/{second}", {**piece, "id": second, "a": middle, "via": after, "sections": second_sections}
    )
    for one, standing in desk.on(name).items():
        _moved(desk, one, standing, {("b", piece["id"]): (second, "b")}, piece["id"], s, length)
    desk.lineage += [
        (name, name, 0.0, round(s, 3)),
        (name, f"segment/{second}", round(s, 3), round(length, 3)),
    ]
    return middle, second


def _moved(
    desk: Desk,
    name: str,
    piece: Json,
    to: Mapping[tuple[str, str], tuple[str, str]],
    segment: str,
    s: float,
    length: float,
) -> None:
    """What stood on the far end of a cut segment stands on its second part now."""
    kind = kind_of(name)
    far = to.get(("b", segment))
    if far is None:
        return
    if kind == "arm" and (piece["segment"], piece["end"]) == (segment, "b"):
        desk.put(name, None, follows=True)
        desk.put(f"arm/{far[0]}/b", {**piece, "segment": far[0]})
    elif kind == "sign" and piece["anchor"]["segment"] == segment:
        along = _along(piece["anchor"], length)
        on = (far[0], along - s, length - s) if along > s else (segment, along, s)
        desk.put(name, set_down(piece, *on), follows=True)
    elif kind == "movement":
        ends = {e: dict(piece[e]) for e in ("source", "target")}
        for end in ends.values():
            if (end["segment"], end["end"]) == (segment, "b"):
                end["segment"] = far[0]
        if ends != {e: piece[e] for e in ("source", "target")}:
            desk.put(name, None, follows=True)
            made = {**piece, **ends}
            desk.put(name_of("movement", made), made)
    elif kind == "head" and piece.get("faces") and tuple(piece["faces"]) == (segment, "b"):
        desk.put(name, {**piece, "faces": [far[0], "b"]}, follows=True)


def _sections(
    sections: list[Json], starts: list[float], s: float, length: float
) -> tuple[list[Json], list[Json]]:
    first, second = [], []
    for section, start, end in zip(sections, starts, [*starts[1:], length], strict=True):
        if start < s - 1e-6:
            first.append({**section, "end": "a", "s": round(start, 3)})
        if end > s + 1e-6:
            begin = max(start - s, 0.0)
            taper = section["taper"] if start >= s else 0.0
            second.append({**section, "end": "a", "s": round(begin, 3), "taper": taper})
    return first, second


def merge(desk: Desk, first: str, second: str) -> None:
    """Two segments that meet at a node where nothing else does become one, which keeps the first's name and direction."""
    one, other = desk.get(first), desk.get(second)
    shared = {one["a"], one["b"]} & {other["a"], other["b"]}
    if first == second or len(shared) != 1:
        raise Impossible(f"{first} and {second} do not meet at one node.")
    node = shared.pop()
    if there := [n for n in desk.on(f"node/{node}") if n not in (first, second) and kind_of(n) == "segment"]:
        raise Impossible(f"At node {node} {there[0]} begins or ends, too; it is a junction.")
    against = (one["b"] == node) == (other["b"] == node)
    if against:
        other = turned_around(other, length_of(line_of(desk, other)))
    head, tail = (one, other) if one["b"] == node else (other, one)
    point = desk.get(f"node/{node}")["at"]
    long = length_of(line_of(desk, head))
    whole = long + length_of(line_of(desk, tail))
    sections = _from_a(desk, head) + [
        {**section, "s": round(section["s"] + long, 3)} for section in _from_a(desk, tail)
    ]
    kept: list[Json] = []
    for section in sections:
        if not kept or any(kept[-1][key] != section[key] for key in ("strips", "edges")):
            kept.append(section)
    for piece, end, start, stop in ((head, "b", 0.0, long), (tail, "a", long, whole)):
        flipped = against and piece is other
        for name, found in desk.on(f"segment/{piece['id']}").items():
            _carried(desk, name, found, piece["id"], one["id"], _flip(end) if flipped else end, flipped)
            if kind_of(name) == "sign":
                along = _along(found["anchor"], stop - start)
                along = stop - along if flipped else start + along
                desk.put(name, set_down(found, one["id"], along, whole, flipped), follows=True)
    desk.put(
        first,
        {**one, "a": head["a"], "b": tail["b"], "via": [*head["via"], point, *tail["via"]], "sections": kept},
    )
    desk.put(second, None)
    desk.put(f"node/{node}", None, follows=True)
    desk.lineage += [
        (f"segment/{head['id']}", first, 0.0, round(long, 3)),
        (f"segment/{tail['id']}", first, round(long, 3), round(whole, 3)),
    ]


def _carried(desk: Desk, name: str, piece: Json, old: str, new: str, near: str, flipped: bool) -> None:
    """What stood on a segment that is joined at its end `near`: there it goes, elsewhere it stands on the whole."""
    kind = kind_of(name)
    if (kind == "arm" and piece["end"] == near) or kind == "movement":
        desk.put(name, None, follows=True)
    elif old == new:
        return
    elif kind == "arm":
        end = _flip(piece["end"]) if flipped else piece["end"]
        desk.put(name, None, follows=True)
        desk.put(f"arm/{new}/{end}", {**piece, "segment": new, "end": end})
    elif kind == "head" and piece.get("faces"):
        end = _flip(piece["faces"][1]) if flipped else piece["faces"][1]
        desk.put(name, {**piece, "faces": [new, end]}, follows=True)


def _flip(end: str) -> str:
    return "b" if end == "a" else "a"


def _along(anchor: Json, length: float) -> float:
    """Metres from the end a of its segment."""
    return float(anchor["s"] if anchor["end"] == "a" else length - anchor["s"])


def set_down(sign: Json, segment: str, along: float, length: float, flipped: bool = False) -> Json:
    """The sign where it is, on another segment: measured from the same of its ends, which has the other name if the
    segment now runs the other way; what was right of it is then left."""
    anchor = sign["anchor"]
    end, t = (_flip(anchor["end"]), 0.0 - anchor["t"]) if flipped else (anchor["end"], anchor["t"])
    s = round(along if end == "a" else length - along, 3)
    return {**sign, "anchor": {**anchor, "segment": segment, "end": end, "s": s, "t": t}}


def turned_around(piece: Json, length: float) -> Json:
    """The same street from b to a. A line belongs to the strip right of it, which is now the other one."""
    starts = begins(Segment.model_validate(piece), length)
    stops = [*starts[1:], length]
    tapers = [*(section["taper"] for section in piece["sections"][1:]), 0.0]
    sections = []
    for section, stop, taper in zip(piece["sections"], stops, tapers, strict=True):
        lines = [*(strip["line"] for strip in section["strips"][1:]), ""][::-1]
        strips = [
            {**strip, "line": line} for strip, line in zip(mirrored(section)["strips"], lines, strict=True)
        ]
        sections.append(
            {**mirrored(section), "strips": strips, "end": "a", "s": round(length - stop, 3), "taper": taper}
        )
    return {**piece, "a": piece["b"], "b": piece["a"], "via": piece["via"][::-1], "sections": sections[::-1]}


def _from_a(desk: Desk, piece: Json) -> list[Json]:
    starts = begins(Segment.model_validate(piece), length_of(line_of(desk, piece)))
    return [
        {**section, "end": "a", "s": round(start, 3)}
        for section, start in zip(piece["sections"], starts, strict=True)
    ]


def mirrored(section: Json) -> Json:
    """As seen from the other end: left is right, and who went there comes here."""
    strips = []
    for strip in reversed(deepcopy(section)["strips"]):
        strip["dir"] = -strip["dir"]
        if isinstance(strip["width"], list):
            strip["width"] = strip["width"][::-1]
        strips.append({**strip, "line": ""})
    return {**deepcopy(section), "strips": strips, "edges": section["edges"][::-1]}
