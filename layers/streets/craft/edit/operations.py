"""What an editor does to a street, as functions from objects to objects: nothing is changed in place.

`Desk` holds the objects that are there; each operation puts what it makes on it. In the end `edits()` says which
objects have other parameters than before, which came and which are gone, and what became of split segments.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass, field
from math import atan2, hypot, radians
from typing import Any

from layers.streets.craft.derive.ribbon import begins
from layers.streets.craft.document import Segment
from layers.streets.craft.picture import turned
from layers.streets.craft.pieces import Json, checked, kind_of, name_of, needs

Dot = tuple[float, float]


class Impossible(Exception):
    """The operation cannot be done; the text says why."""


@dataclass(slots=True)
class Desk:
    """`there` holds what the operations may read; `look` fetches what is missing."""

    there: dict[str, Json]
    look: Callable[[str], Json | None] = lambda name: None
    standing: Callable[[str], Mapping[str, Json]] = lambda name: {}
    now: dict[str, Json | None] = field(default_factory=dict)
    follows: set[str] = field(default_factory=set)
    """Objects written only because another that they stand on was: nobody named them."""
    lineage: list[tuple[str, str, float, float]] = field(default_factory=list)

    def get(self, name: str) -> Json:
        if name in self.now:
            found = self.now[name]
        else:
            if name not in self.there and (fetched := self.look(name)) is not None:
                self.there[name] = fetched
            found = self.there.get(name)
        if found is None:
            raise Impossible(f"There is no {name}.")
        return deepcopy(found)

    def has(self, name: str) -> bool:
        try:
            self.get(name)
        except Impossible:
            return False
        return True

    def put(self, name: str, piece: Json | None, *, follows: bool = False) -> None:
        self.now[name] = None if piece is None else checked(name, piece)
        if follows:
            self.follows.add(name)

    def on(self, name: str) -> dict[str, Json]:
        """What stands on an object, as it is on the desk now."""
        for one, piece in self.standing(name).items():
            self.there.setdefault(one, piece)
        here = {**self.there, **self.now}
        return {n: deepcopy(p) for n, p in here.items() if p is not None and name in needs(kind_of(n), p)}

    def edits(self) -> dict[str, Json | None]:
        return {name: piece for name, piece in self.now.items() if piece != self.there.get(name)}


# values


def set_values(desk: Desk, name: str, values: Iterable[tuple[str, Any]]) -> None:
    """Values by path: `sections/0/strips/3/width`, where members of a list are named by their id or number."""
    piece = desk.get(name)
    for path, value in values:
        _set(piece, [part for part in path.strip("/").split("/") if part], value, name, path)
    if kind_of(name) in {"arm", "movement"} and name_of(kind_of(name), piece) != name:
        raise Impossible(f"{name} cannot be moved to another place; make a new one.")
    _surveyed(piece, [path for path, _ in values])
    desk.put(name, piece)


def _surveyed(piece: Json, paths: Sequence[str]) -> None:
    """What a person states is a guess no more."""
    origin = piece.get("origin")
    if not origin:
        return
    for path in paths:
        for word in path.strip("/").split("/"):
            if str(origin.get(word, "")).startswith("osm"):
                origin.pop(word)


def _set(piece: Any, parts: list[str], value: Any, name: str, path: str) -> None:
    if not parts:
        raise Impossible(f"“{path}” names no value of {name}.")
    here = piece
    for part in parts[:-1]:
        here = _step(here, part, name, path)
    last = parts[-1]
    if isinstance(here, dict):
        if last == "id":
            raise Impossible("An id is given once and never changed.")
        here[last] = value
    elif isinstance(here, list):
        at = _place(here, last)
        if at is None:
            raise Impossible(f"“{path}” names no value of {name}.")
        here[at] = value
    else:
        raise Impossible(f"“{path}” names no value of {name}.")


def _step(here: Any, part: str, name: str, path: str) -> Any:
    if isinstance(here, dict) and here.get(part) is not None:
        return here[part]
    if isinstance(here, list) and (at := _place(here, part)) is not None:
        return here[at]
    raise Impossible(f"“{path}” names no value of {name}.")


def _place(rows: list[Any], part: str) -> int | None:
    for n, row in enumerate(rows):
        if isinstance(row, dict) and row.get("id") == part:
            return n
    named = any(isinstance(row, dict) and "id" in row for row in rows)
    if not named and part.isdigit() and int(part) < len(rows):
        return int(part)
    return None


# strips


def _section(piece: Json, number: int, name: str) -> Json:
    if not 0 <= number < len(piece["sections"]):
        raise Impossible(f"{name} has {len(piece['sections'])} sections; there is no section {number}.")
    found: Json = piece["sections"][number]
    return found


def insert_strip(desk: Desk, name: str, section: int, at: int, strip: Json) -> None:
    """`at` is how many strips are left of it."""
    piece = desk.get(name)
    strips = _section(piece, section, name)["strips"]
    if not 0 <= at <= len(strips):
        raise Impossible(f"{name} has {len(strips)} strips there; a strip cannot be put behind {at} of them.")
    strips.insert(at, {**strip, "id": strip.get("id") or free_id(strips)})
    desk.put(name, piece)


def free_id(strips: Sequence[Json]) -> str:
    taken = {s["id"] for s in strips}
    return next(str(n) for n in range(1, len(taken) + 2) if str(n) not in taken)


def remove_strip(desk: Desk, name: str, section: int, strip: str) -> None:
    piece = desk.get(name)
    part = _section(piece, section, name)
    left = [s for s in part["strips"] if s["id"] != strip]
    if len(left) == len(part["strips"]):
        raise Impossible(f"{name} has no strip {strip} in section {section}.")
    if not left:
        raise Impossible(f"The last strip of {name} cannot be removed; remove the segment.")
    part["strips"] = left
    desk.put(name, piece)
    _drop_movements(desk, name, piece)


def reorder_strips(desk: Desk, name: str, section: int, order: Sequence[str]) -> None:
    piece = desk.get(name)
    part = _section(piece, section, name)
    by_id = {s["id"]: s for s in part["strips"]}
    if sorted(order) != sorted(by_id):
        raise Impossible(f"The order must name each strip of {name} once: {', '.join(by_id)}.")
    part["strips"] = [by_id[id_] for id_ in order]
    desk.put(name, piece)


def retype_strip(desk: Desk, name: str, section: int, strip: str, kind: str, direction: int | None) -> None:
    values: list[tuple[str, Any]] = [(f"sections/{section}/strips/{strip}/kind", kind)]
    if direction is not None:
        values.append((f"sections/{section}/strips/{strip}/dir", direction))
    set_values(desk, name, values)


def _drop_movements(desk: Desk, name: str, piece: Json) -> None:
    """Movements of strips that are no more."""
    strips = {s["id"] for section in piece["sections"] for s in section["strips"]}
    for one, found in desk.on(name).items():
        if kind_of(one) == "movement":
            ends = [e for e in (found["source"], found["target"]) if f"segment/{e['segment']}" == name]
            if any(e["strip"] not in strips for e in ends):
                desk.put(one, None, follows=True)


# split and merge


def split(desk: Desk, name: str, s: float, node: str = "", at: Dot | None = None) -> tuple[str, str]:
    """Cuts a segment `s` metres from its end a; the first part keeps the name, the second gets a new one."""
    piece = desk.get(name)
    line = line_of(desk, piece)
    length = _length(line)
    if not 1.0 <= s <= length - 1.0:
        raise Impossible(f"{name} is {length:.1f} m long; it cannot be cut at {s:g} m.")
    point, before, after = _cut(line, s)
    point = at or point
    middle = node or _new(desk, "node", f"{piece['id']}-{round(s * 100)}")
    second = _new(desk, "segment", f"{piece['id']}-{round(s * 100)}")
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
        anchor = piece["anchor"]
        along = anchor["s"] if anchor["end"] == "a" else length - anchor["s"]
        if along > s:
            new = {**anchor, "segment": far[0]}
            if anchor["end"] == "a":
                new["s"] = round(along - s, 3)
            desk.put(name, {**piece, "anchor": new}, follows=True)
        elif anchor["end"] == "b":
            desk.put(
                name,
                {**piece, "anchor": {**anchor, "end": "a", "s": round(along, 3), "t": -anchor["t"]}},
                follows=True,
            )
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
    """Two segments that meet end to end at a node where nothing else does become one, which keeps the first's name."""
    one, other = desk.get(first), desk.get(second)
    shared = {one["a"], one["b"]} & {other["a"], other["b"]}
    if first == second or len(shared) != 1:
        raise Impossible(f"{first} and {second} do not meet at one node.")
    node = shared.pop()
    if one["b"] != node:
        if other["b"] != node:
            raise Impossible(f"{first} must end where {second} begins; reverse one of them first.")
        return _join(desk, first, second, one, other, node, keep_second_first=True)
    if other["a"] != node:
        raise Impossible(f"{first} must end where {second} begins; reverse one of them first.")
    return _join(desk, first, second, one, other, node, keep_second_first=False)


def _join(
    desk: Desk, first: str, second: str, one: Json, other: Json, node: str, *, keep_second_first: bool
) -> None:
    others = [n for n in desk.on(f"node/{node}") if n not in (first, second) and kind_of(n) == "segment"]
    if others:
        raise Impossible(f"At node {node} {others[0]} begins or ends, too; it is a junction.")
    head, tail = (other, one) if keep_second_first else (one, other)
    point = desk.get(f"node/{node}")["at"]
    long = _length(line_of(desk, head))
    whole = long + _length(line_of(desk, tail))
    sections = _from_a(desk, head) + [
        {**section, "s": round(section["s"] + long, 3)} for section in _from_a(desk, tail)
    ]
    kept: list[Json] = []
    for section in sections:
        if not kept or any(kept[-1][key] != section[key] for key in ("strips", "edges")):
            kept.append(section)
    for name, piece, end in ((f"segment/{head['id']}", head, "b"), (f"segment/{tail['id']}", tail, "a")):
        for n, found in desk.on(name).items():
            if (kind_of(n) == "arm" and found["end"] == end) or kind_of(n) == "movement":
                desk.put(n, None, follows=True)
            elif piece["id"] != one["id"]:
                _carried(desk, n, found, piece["id"], one["id"])
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


def _carried(desk: Desk, name: str, piece: Json, old: str, new: str) -> None:
    """What stood on a segment that goes stands on the one that takes its place."""
    kind = kind_of(name)
    if kind == "arm":
        desk.put(name, None, follows=True)
        desk.put(f"arm/{new}/{piece['end']}", {**piece, "segment": new})
    elif kind == "sign":
        desk.put(name, {**piece, "anchor": {**piece["anchor"], "segment": new}}, follows=True)
    elif kind == "head" and piece.get("faces"):
        desk.put(name, {**piece, "faces": [new, piece["faces"][1]]}, follows=True)


def _from_a(desk: Desk, piece: Json) -> list[Json]:
    starts = begins(Segment.model_validate(piece), _length(line_of(desk, piece)))
    return [
        {**section, "end": "a", "s": round(start, 3)}
        for section, start in zip(piece["sections"], starts, strict=True)
    ]


# copying


def copy_sections(
    desk: Desk,
    source: Sequence[Json],
    target: str,
    *,
    mirror: bool = False,
    fit: bool = False,
    keep_walks: bool = False,
) -> None:
    """The cross-sections of another street. `fit` scales the carriageway to the target's own width."""
    piece = desk.get(target)
    sections = [mirrored(section) if mirror else deepcopy(section) for section in source]
    old = piece["sections"][0]["strips"]
    aside = {"sidewalk", "arcade", "verge", "barrier"}
    for section in sections:
        if keep_walks:
            inner = [s for s in section["strips"] if s["kind"] not in aside]
            left, right = list(_outer(old, aside)), list(_outer(old[::-1], aside))[::-1]
            section["strips"] = _renumbered([*left, *inner, *right])
        if fit:
            have = sum(_wide(s) for s in section["strips"] if s["kind"] not in aside)
            want = sum(_wide(s) for s in old if s["kind"] not in aside)
            for strip in section["strips"]:
                if strip["kind"] not in aside:
                    strip["width"] = _scaled(strip["width"], want / have)
    desk.put(target, {**piece, "sections": sections, "ref": None if not fit else piece["ref"]})
    _drop_movements(desk, target, {**piece, "sections": sections})


def _outer(strips: Sequence[Json], aside: set[str]) -> Iterable[Json]:
    for strip in strips:
        if strip["kind"] not in aside:
            return
        yield deepcopy(strip)


def _renumbered(strips: list[Json]) -> list[Json]:
    return [{**strip, "id": str(n)} for n, strip in enumerate(strips, 1)]


def _wide(strip: Json) -> float:
    width = strip["width"]
    return sum(width) / 2 if isinstance(width, list) else float(width)


def _scaled(width: Any, by: float) -> Any:
    return [round(w * by, 3) for w in width] if isinstance(width, list) else round(width * by, 3)


def mirrored(section: Json) -> Json:
    """As seen from the other end: left is right, and who went there comes here."""
    strips = []
    for strip in reversed(deepcopy(section)["strips"]):
        strip["dir"] = -strip["dir"]
        if isinstance(strip["width"], list):
            strip["width"] = strip["width"][::-1]
        strips.append({**strip, "line": ""})
    return {**deepcopy(section), "strips": strips, "edges": section["edges"][::-1]}


def copy_arm(desk: Desk, source: Json, segment: str, end: str) -> None:
    """The furniture of an arm, set down at another."""
    name = f"arm/{segment}/{end}"
    made = {**deepcopy(source), "segment": segment, "end": end, "origin": {}, "xref": {}}
    if made.get("box"):
        made["box"] = {**made["box"], "serves": ""}
    desk.put(name, made)


def junction_of(desk: Desk, node: str) -> Json:
    """A junction as something that can be set down elsewhere: its control, and for each arm its direction from north,
    its cross-section at the junction and what is painted there."""
    at = desk.get(f"node/{node}")
    arms = []
    for name, piece in sorted(desk.on(f"node/{node}").items()):
        if kind_of(name) != "segment":
            continue
        for end in ("a", "b"):
            if piece[end] == node:
                own = f"arm/{piece['id']}/{end}"
                arms.append(
                    {
                        "heading": heading(line_of(desk, piece), end),
                        "sections": [outward(piece, end)],
                        "road_class": piece["road_class"],
                        "arm": desk.get(own) if desk.has(own) else None,
                    }
                )
    return {"control": at["control"], "radius": at["radius"], "arms": arms}


def outward(piece: Json, end: str) -> Json:
    """The cross-section at an end as seen by somebody who leaves the junction."""
    section: Json = piece["sections"][0] if end == "a" else mirrored(piece["sections"][-1])
    return {**deepcopy(section), "end": "a", "s": 0.0, "taper": 0.0}


def copy_junction(
    desk: Desk, template: Json, node: str, *, rotation: float | None = None, sections: bool = True
) -> dict[str, float]:
    """Sets a junction down at a node: each arm there takes what the arm of the template in its direction has.

    `rotation` turns the template, in degrees anticlockwise; without it, the best one is found and said.
    """
    target = desk.get(f"node/{node}")
    here = []
    for name, piece in sorted(desk.on(f"node/{node}").items()):
        if kind_of(name) == "segment":
            here += [(heading(line_of(desk, piece), e), name, e) for e in ("a", "b") if piece[e] == node]
    there = [arm["heading"] for arm in template["arms"]]
    if len(here) != len(there) or not here:
        raise Impossible(
            f"The junction has {len(there)} arms and node {node} {len(here)}; they cannot be matched."
        )
    here.sort()
    order = sorted(range(len(there)), key=lambda k: there[k])
    best = _rotation([h for h, _, _ in here], [there[k] for k in order], rotation)
    shift, off = best
    desk.put(f"node/{node}", {**target, "control": template["control"], "radius": template["radius"]})
    for k, (_, name, end) in enumerate(here):
        arm = template["arms"][order[(k + shift) % len(order)]]
        if sections:
            piece = desk.get(name)
            rows = arm["sections"] if end == "a" else [mirrored(s) for s in arm["sections"]]
            if len(piece["sections"]) == 1:
                copy_sections(desk, rows, name)
        own = f"arm/{name.partition('/')[2]}/{end}"
        if arm["arm"]:
            copy_arm(desk, arm["arm"], name.partition("/")[2], end)
        elif desk.has(own):
            desk.put(own, None)
    return {"rotation": round(off, 1)}


def _rotation(here: list[float], there: list[float], wanted: float | None) -> tuple[int, float]:
    """(by how many arms the template is shifted, by how many degrees it lies turned clockwise)."""
    found = []
    for shift in range(len(here)):
        turns = [(there[(k + shift) % len(there)] - h) % 360 for k, h in enumerate(here)]
        base = turns[0]
        around = [((t - base + 180) % 360) - 180 for t in turns]
        mean = (base + sum(around) / len(around)) % 360
        spread = sum((a - sum(around) / len(around)) ** 2 for a in around)
        if wanted is not None:
            spread = abs((mean - wanted + 180) % 360 - 180)
        found.append((spread, shift, mean))
    _, shift, mean = min(found)
    return shift, (mean + 180) % 360 - 180


def move_node(desk: Desk, node: str, at: Dot) -> None:
    set_values(desk, f"node/{node}", [("at", [round(at[0], 3), round(at[1], 3)])])


def rotate_points(points: Sequence[Dot], about: Dot, by: float) -> list[Dot]:
    return [turned(p, about, radians(by)) for p in points]


# lines


def line_of(desk: Desk, piece: Json) -> list[Dot]:
    a, b = (desk.get(f"node/{piece[end]}")["at"] for end in ("a", "b"))
    return [(p[0], p[1]) for p in (a, *piece["via"], b)]


def heading(line: list[Dot], end: str) -> float:
    """The direction in which a street leaves its end, in degrees clockwise from north."""
    points = line if end == "a" else line[::-1]
    point = _cut(points, min(6.0, _length(points) / 2))[0]
    x, y = point[0] - points[0][0], point[1] - points[0][1]
    return float(round((90 - atan2(y, x) * 57.29577951308232) % 360, 3))


def _length(line: Sequence[Dot]) -> float:
    return sum(hypot(q[0] - p[0], q[1] - p[1]) for p, q in itertools.pairwise(line))


def _cut(line: Sequence[Dot], s: float) -> tuple[Dot, list[Dot], list[Dot]]:
    """The point s metres along, the inner points before it and those behind it."""
    left = s
    before: list[Dot] = []
    for k, (p, q) in enumerate(itertools.pairwise(line)):
        link = hypot(q[0] - p[0], q[1] - p[1])
        if left <= link:
            share = left / link
            point = (round(p[0] + (q[0] - p[0]) * share, 3), round(p[1] + (q[1] - p[1]) * share, 3))
            near = [v for v in before if hypot(v[0] - point[0], v[1] - point[1]) > 0.02]
            rest = [tuple(v) for v in line[k + 1 : -1] if hypot(v[0] - point[0], v[1] - point[1]) > 0.02]
            return point, near, rest  # type: ignore[return-value]
        left -= link
        before.append((q[0], q[1]))
    return line[-1], list(line[1:-1]), []


def _new(desk: Desk, kind: str, wanted: str) -> str:
    wanted = wanted[-60:]
    for n in range(1000):
        id_ = wanted if not n else f"{wanted}.{n}"
        if not desk.has(f"{kind}/{id_}"):
            return id_
    raise Impossible(f"There is no free name for a new {kind}.")
