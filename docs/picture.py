"""Draws docs/architecture.svg from the import rules in pyproject.toml and the imports that the code really has.

A test draws it again and compares, so the picture cannot lie. Run: `.venv/bin/python -m docs.picture`.
"""

from __future__ import annotations

import tomllib
from pathlib import Path

import grimp
import svgwrite

ROOT = Path(__file__).resolve().parent.parent
PICTURE = ROOT / "docs" / "architecture.svg"
SAYS = {
    "gis": "server: settings, accounts, audit, OGC APIs, command line",
    "portal": "pages and the map",
    "tilesrv": "vector and raster tiles",
    "layers.registry": "declare a layer once",
    "layers.access": "who may see what",
    "diagramming": "drawing and inference, pure",
    "data": "demonstration city, code tables",
}
WIDTH, BOX, GAP, HIGH = 1080, 46, 12, 70
INK, MUTED, LINE, FILL, PAPER = "#1D2530", "#5B6673", "#A7AEB5", "#F6F6F2", "#FFFFFF"
FLOORS = {"rooms": "#E3EFF6", "themes": "#FBE6C2", "ground": "#DCE8D2"}


def floors() -> list[tuple[str, list[str]]]:
    """Rows of rooms, top first: the order of the import rules is the order of the picture."""
    rules = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["importlinter"]["contracts"]
    big, themes = ([row.split(" | ") for row in rule["layers"]] for rule in rules[:2])
    top = [("rooms", row) for row in big[: big.index(["layers"])]]
    middle = [("ground" if "layers.registry" in r or "layers.access" in r else "themes", r) for r in themes]
    return [*top, *middle, ("rooms", big[-1])]


def arrows(rooms: list[str]) -> list[tuple[str, str]]:
    """Who imports whom, between the rooms of the picture; what follows from two other arrows is left out."""
    graph = grimp.build_graph("gis", "portal", "tilesrv", "layers", "diagramming", "data")
    present = [room for room in rooms if room in graph.modules]
    every = {(a, b) for a in present for b in present if a != b and direct(graph, a, b)}
    return sorted((a, b) for a, b in every if not any((a, c) in every and (c, b) in every for c in present))


def direct(graph: grimp.ImportGraph, importer: str, imported: str) -> bool:
    inside = {importer, *graph.find_descendants(importer)}
    target = {imported, *graph.find_descendants(imported)}
    return any(graph.find_modules_directly_imported_by(module) & target for module in inside)


def draw() -> str:
    rows = floors()
    height = HIGH * len(rows) + 60
    picture = svgwrite.Drawing(size=(WIDTH, height), viewBox=f"0 0 {WIDTH} {height}", debug=False)
    picture.add(picture.rect((0, 0), (WIDTH, height), fill=PAPER))
    marker = picture.marker(insert=(6, 3), size=(6, 6), orient="auto", id="tip")
    marker.add(picture.path("M0 0L6 3L0 6z", fill=LINE))
    picture.defs.add(marker)
    places = {}
    for number, (_, row) in enumerate(rows):
        wide = (WIDTH - 40 - GAP * (len(row) - 1)) / len(row)
        wide = min(wide, 420)
        left = (WIDTH - wide * len(row) - GAP * (len(row) - 1)) / 2
        for place, room in enumerate(row):
            places[room] = (left + place * (wide + GAP), 20 + number * HIGH, wide)
    for importer, imported in arrows(list(places)):
        (ax, ay, aw), (bx, by, bw) = places[importer], places[imported]
        if by <= ay:
            continue
        line = picture.line((ax + aw / 2, ay + BOX), (bx + bw / 2, by - 2), stroke=LINE, stroke_width=1)
        line["marker-end"] = "url(#tip)"
        picture.add(line)
    for kind, row in rows:
        for room in row:
            x, y, wide = places[room]
            picture.add(picture.rect((x, y), (wide, BOX), rx=8, fill=FLOORS[kind], stroke=LINE))
            name = room.removeprefix("layers.") if kind == "themes" else room
            says = SAYS.get(room)
            middle = y + (19 if says else 28)
            text = {"text_anchor": "middle", "font_family": "sans-serif"}
            picture.add(
                picture.text(name, (x + wide / 2, middle), fill=INK, font_size=15, font_weight=600, **text)
            )
            if says:
                picture.add(picture.text(says, (x + wide / 2, y + 36), fill=MUTED, font_size=11, **text))
    note = "An arrow means: imports. Nothing points up. Everything spatial lives in PostGIS below."
    picture.add(picture.text(note, (20, height - 14), fill=MUTED, font_size=12, font_family="sans-serif"))
    return str(picture.tostring()) + "\n"


if __name__ == "__main__":
    PICTURE.write_text(draw(), "utf-8")
