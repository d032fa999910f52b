"""A street document taken apart into objects, each with a name of its own, and put together again.

An object is what is versioned, locked and talked about: `segment/w12.0`, `arm/w12.0/a`. Its parameters are plain JSON
with every value written out, so that two versions can be compared place by place.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any, Final, Literal

from pydantic import BaseModel, ValidationError

from layers.streets.craft.document import (
    Arm,
    Document,
    Head,
    Marking,
    Movement,
    Node,
    Segment,
    Sign,
    read,
)
from layers.streets.craft.migrate import CURRENT, Unreadable, upgraded

Json = dict[str, Any]
Kind = Literal["node", "segment", "arm", "marking", "sign", "head", "movement"]
MODELS: Final[dict[str, type[BaseModel]]] = {
    "node": Node, "segment": Segment, "arm": Arm, "marking": Marking, "sign": Sign, "head": Head, "movement": Movement,
}  # fmt: skip
LISTS: Final[dict[str, str]] = {kind: f"{kind}s" for kind in MODELS}


def name_of(kind: str, piece: Json) -> str:
    """The name that the parameters themselves give."""
    if kind == "arm":
        return f"arm/{piece['segment']}/{piece['end']}"
    if kind == "movement":
        ends = (piece["source"], piece["target"])
        lanes = "/".join(f"{e['segment']}/{e['end']}/{e['strip']}" for e in ends)
        return f"movement/{piece['node']}/{lanes}"
    return f"{kind}/{piece['id']}"


def kind_of(name: str) -> str:
    kind = name.partition("/")[0]
    if kind not in MODELS:
        raise Unreadable(f"“{name[:80]}” is no street object; it begins with one of {', '.join(MODELS)}.")
    return kind


def bearer(kind: str, piece: Json) -> str:
    """The object that this one stands on, '' for one that stands for itself."""
    if kind == "arm":
        return f"segment/{piece['segment']}"
    if kind == "sign":
        return f"segment/{piece['anchor']['segment']}"
    if kind in {"head", "movement"}:
        return f"node/{piece['node']}"
    if kind == "marking" and (piece.get("node") or piece.get("segment")) and not piece.get("area"):
        return f"node/{piece['node']}" if piece.get("node") else f"segment/{piece['segment']}"
    return ""


def needs(kind: str, piece: Json) -> list[str]:
    """The objects without which this one means nothing."""
    if kind == "segment":
        return [f"node/{piece['a']}", f"node/{piece['b']}"]
    if kind == "node":
        return [f"node/{member}" for member in piece.get("members", [])]
    found = [one] if (one := bearer(kind, piece)) else []
    if kind == "head" and piece.get("faces"):
        found.append(f"segment/{piece['faces'][0]}")
    if kind == "movement":
        found += [f"segment/{piece[end]['segment']}" for end in ("source", "target")]
    return found


def plain(part: BaseModel) -> Json:
    return part.model_dump(mode="json")


def checked(name: str, piece: Json) -> Json:
    """The parameters as they are stored, or `Unreadable` with a sentence that names the object."""
    kind = kind_of(name)
    try:
        made = plain(MODELS[kind].model_validate(piece))
    except ValidationError as wrong:
        first = wrong.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        said = str(first["msg"]).removeprefix("Value error, ")
        raise Unreadable(f"{name} is wrong{f' at {where}' if where else ''}: {said}.") from wrong
    if name_of(kind, made) != name:
        raise Unreadable(f"{name} calls itself {name_of(kind, made)}; the two must agree.")
    return made


def current(kind: str, piece: Json, schema: int) -> Json:
    """Parameters stored by an older program, brought up to date."""
    if schema == CURRENT:
        return piece
    found: Json = upgraded({"version": schema, LISTS[kind]: [piece]})[LISTS[kind]][0]
    return plain(MODELS[kind].model_validate(found))


def apart(document: Document) -> dict[str, Json]:
    """Every object of a document by its name."""
    found = {}
    for kind, rows in LISTS.items():
        for part in getattr(document, rows):
            piece = plain(part)
            found[name_of(kind, piece)] = piece
    return found


def together(
    objects: Mapping[str, Json], *, rules_on: date, crs: int = 3826, traffic: str = "right", name: str = ""
) -> Document:
    """The document of the objects, in an order that depends on their names alone.

    What refers to something beyond the objects given (a part of the map was asked for) is left out.
    """
    rows: dict[str, list[Json]] = {LISTS[kind]: [] for kind in MODELS}
    strips = {
        name: {s["id"] for section in piece["sections"] for s in section["strips"]}
        for name, piece in objects.items()
        if name.startswith("segment/")
    }
    for object_ in sorted(objects):
        kind, piece = kind_of(object_), objects[object_]
        if kind == "node":
            members = [m for m in piece.get("members", []) if f"node/{m}" in objects]
            piece = {**piece, "members": members}
        elif any(needed not in objects for needed in needs(kind, piece)):
            continue
        if kind == "movement" and any(
            piece[end]["strip"] not in strips[f"segment/{piece[end]['segment']}"]
            for end in ("source", "target")
        ):
            continue
        rows[LISTS[kind]].append(piece)
    return read(
        {
            "version": CURRENT,
            "crs": crs,
            "traffic": traffic,
            "rules_on": rules_on.isoformat(),
            "name": name,
            **rows,
        }
    )


def missing(objects: Mapping[str, Json]) -> list[str]:
    """What the objects need and is not among them."""
    wanted = (needed for name, piece in objects.items() for needed in needs(kind_of(name), piece))
    return sorted({needed for needed in wanted if needed not in objects})


def standing_on(names: Iterable[str], objects: Mapping[str, Json]) -> list[str]:
    """The objects that stand on one of the names."""
    wanted = set(names)
    return sorted(name for name, piece in objects.items() if wanted & set(needs(kind_of(name), piece)))
