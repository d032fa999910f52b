"""A sheet as files: PDF with its font inside, PNG, DXF in the true coordinates of EPSG:3826.

The PDF asks to be printed at its own size. Writers are loaded when they are used.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterable
from math import radians

from diagramming.scene.shapes import Item, Point, Words


class NoFile(Exception):
    """The writer made something that cannot be trusted to be a sheet."""


def pdf(svg: str) -> bytes:
    import cairosvg

    return to_scale(cairosvg.svg2pdf(bytestring=svg.encode(), unsafe=False))


def png(svg: str, dpi: int = 150) -> bytes:
    import cairosvg

    made = cairosvg.svg2png(bytestring=svg.encode(), unsafe=False, scale=dpi / 96)
    return bytes(made)


def to_scale(made: bytes) -> bytes:
    """The same PDF with one more revision of its catalogue: viewers are to print it without fitting it to the page."""
    start = made.rfind(b"startxref")
    root = re.search(rb"/Root\s+(\d+)\s+0\s+R", made[made.rfind(b"trailer") :])
    size = re.search(rb"/Size\s+(\d+)", made[made.rfind(b"trailer") :])
    if start < 0 or root is None or size is None:
        raise NoFile("The PDF that was written has no trailer that can be extended.")
    number = int(root[1])
    held = re.search(rb"(?:^|\n)%d 0 obj\s*(<<.*?>>)\s*endobj" % number, made, re.S)
    if held is None:
        raise NoFile("The PDF that was written has no catalogue.")
    catalogue = (
        held[1].rstrip()[:-2] + b"/ViewerPreferences << /PrintScaling /None /PickTrayByPDFSize true >>\n>>"
    )
    previous = int(made[start + 9 :].split()[0])
    body = made if made.endswith(b"\n") else made + b"\n"
    at = len(body)
    body += b"%d 0 obj\n%s\nendobj\n" % (number, catalogue)
    table = len(body)
    body += b"xref\n%d 1\n%010d 00000 n \n" % (number, at)
    info = re.search(rb"/Info\s+\d+\s+0\s+R", made[made.rfind(b"trailer") :])
    body += b"trailer\n<< /Size %s /Root %d 0 R %s /Prev %d >>\n" % (
        size[1],
        number,
        info[0] if info else b"",
        previous,
    )
    return body + b"startxref\n%d\n%%%%EOF\n" % table


def dxf(items: Iterable[Item], origin: Point, scale: int) -> bytes:
    """Layers by name, metres of EPSG:3826. What is so many millimetres on paper is so at the sheet's scale."""
    from ezdxf import units
    from ezdxf.enums import TextEntityAlignment
    from ezdxf.filemanagement import new

    document = new("R2010", setup=True)
    document.units = units.M
    document.styles.add("CJK", font="NotoSansCJK-Regular.ttc")
    space = document.modelspace()
    k = scale / 1000
    align = {
        "start": TextEntityAlignment.LEFT,
        "middle": TextEntityAlignment.CENTER,
        "end": TextEntityAlignment.RIGHT,
    }
    for item in items:
        if item.layer not in document.layers:
            document.layers.add(item.layer)
        if isinstance(item, Words):
            angle = item.angle or 0.0
            from math import cos, sin

            c, s = cos(radians(angle)), sin(radians(angle))
            dx, dy = item.shift[0] * k, item.shift[1] * k
            at = (origin[0] + item.at[0] + dx * c - dy * s, origin[1] + item.at[1] + dx * s + dy * c)
            entity = space.add_text(
                item.text,
                height=item.size * k * 0.8,
                rotation=angle,
                dxfattribs={"layer": item.layer, "style": "CJK"},
            )
            entity.set_placement(at, align=align[item.anchor])
            continue
        color = item.stroke if item.stroke not in ("none", "#ffffff") else item.fill
        for ring in item.rings:
            if item.at is None:
                points = [(origin[0] + x, origin[1] + y) for x, y in ring]
            else:
                points = [(origin[0] + item.at[0] + x * k, origin[1] + item.at[1] + y * k) for x, y in ring]
            if len(points) > 1:
                line = space.add_lwpolyline(points, close=item.closed, dxfattribs={"layer": item.layer})
                if re.fullmatch(r"#[0-9a-fA-F]{6}", color):
                    red, green, blue = (int(color[i : i + 2], 16) for i in (1, 3, 5))
                    line.rgb = (red, green, blue)
    text = io.StringIO()
    document.write(text)
    return document.encode(text.getvalue())
