"""Draws the app's icons from our own SVG: `python -m portal.icons`. The pictures are kept beside it."""

from __future__ import annotations

from pathlib import Path

PUBLIC = Path(__file__).parent / "web" / "public"
SIZES = {"icon-192.png": 192, "icon-512.png": 512, "icon-maskable-512.png": 512, "icon-touch-180.png": 180}


def square(svg: str) -> str:
    """For masks that systems cut by themselves: no round corners, the drawing well inside."""
    _, _, drawn = svg.partition('rx="8" fill="#0B5D8F"/>')
    shapes = drawn.removesuffix("</svg>")
    return (
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32"><rect width="32" height="32" fill="#0B5D8F"/>'
        f'<g transform="translate(16 16) scale(.72) translate(-16 -16)">{shapes}</g></svg>'
    )


def draw() -> None:
    import cairosvg

    svg = (PUBLIC / "icon.svg").read_text("utf-8").strip()
    for name, size in SIZES.items():
        source = square(svg) if "maskable" in name or "touch" in name else svg
        cairosvg.svg2png(source.encode(), write_to=str(PUBLIC / name), output_width=size, output_height=size)


if __name__ == "__main__":
    draw()
