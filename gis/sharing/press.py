"""HTML and at most one picture → PDF, in a process of its own: `python -m gis.sharing.press PICTURE < page.html > page.pdf`.

WeasyPrint is large and slow; so a worker that serves maps neither carries it nor can be held up by it. Nothing is
fetched: the page knows `antu:map` and `data:` alone.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

SECONDS = 90
PICTURE = "antu:map"


class Unprintable(Exception):
    """The page could not be made into a PDF."""


def press(page: str, picture: bytes = b"") -> bytes:
    with tempfile.NamedTemporaryFile(suffix=".png") as file:
        file.write(picture)
        file.flush()
        try:
            done = subprocess.run(
                [sys.executable, "-m", "gis.sharing.press", file.name],
                input=page.encode(),
                capture_output=True,
                timeout=SECONDS,
                cwd=Path(__file__).resolve().parents[2],
            )
        except subprocess.TimeoutExpired as late:
            raise Unprintable(f"not done within {SECONDS} seconds") from late
    if done.returncode or not done.stdout.startswith(b"%PDF"):
        raise Unprintable(done.stderr.decode("utf-8", "replace")[-2000:])
    return done.stdout


def main() -> None:
    from weasyprint import HTML
    from weasyprint.urls import URLFetcher, URLFetcherResponse

    picture = Path(sys.argv[1])

    class Ours(URLFetcher):  # type: ignore[misc]
        """Everything else is refused by its protocol."""

        def fetch(self, url: str, headers: Any = None) -> Any:
            if url == PICTURE:
                return URLFetcherResponse(url, picture.read_bytes(), {"Content-Type": "image/png"})
            return super().fetch(url, headers)

    page = sys.stdin.buffer.read().decode()
    sys.stdout.buffer.write(HTML(string=page, url_fetcher=Ours(allowed_protocols={"data"})).write_pdf())


if __name__ == "__main__":
    main()
