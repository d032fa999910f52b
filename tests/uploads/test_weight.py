"""A web worker that only answers maps does not carry what reads files."""

from __future__ import annotations

import subprocess
import sys


def test_serving_maps_loads_no_reader_of_files() -> None:
    said = subprocess.run(
        [
            sys.executable,
            "-c",
            "import sys, gis.asgi, gis.urls; print([n for n in ('pyarrow', 'pyogrio') if n in sys.modules])",
        ],
        capture_output=True,
        text=True,
        check=True,
    )
    assert said.stdout.strip() == "[]"
