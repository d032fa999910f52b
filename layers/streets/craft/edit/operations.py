"""What an editor does to a street, as functions from objects to objects: nothing is changed in place.

Each operation puts what it makes on the desk. In the end `edits()` says which objects have other parameters than
before, which came and which are gone. Cutting and joining streets is in `cut`.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from copy import deepcopy
from math import radians
from typing import Any

from layers.streets.craft.edit.cut import mirrored
from layers.streets.craft.edit.paper import Desk, Dot, Impossible, heading, line_of
from layers.streets.craft.picture import turned
from layers.streets.craft.pieces import Json, kind_of, name_of

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
