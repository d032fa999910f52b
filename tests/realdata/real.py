"""Where real public files lie when somebody has them: `ANTU_REALDATA`, or `../shared/realdata` beside the project.

None of them is part of the project; a test that reads one skips where it is absent.
"""

from __future__ import annotations

import csv
import gzip
import io
import os
from pathlib import Path

import pytest

from gis.exchange.load import Import, Result
from layers.registry.register import register

ROOT = Path(__file__).parents[2]
FOLDER = Path(os.environ.get("ANTU_REALDATA") or ROOT.parent / "shared/realdata")


def real(name: str) -> Path:
    path = FOLDER / name
    if not path.exists():
        pytest.skip(f"the public file {name} is not on this machine")
    return path


def brought_in(layer: str, *files: Path) -> Result:
    found = register.get(layer)
    assert found is not None
    return Import(layer=found, files=files, actor="test").run()


def lines_of(path: Path, encoding: str = "utf-8-sig") -> list[dict[str, str]]:
    """The rows of a CSV, read here and not by the importer, so that the two can be compared."""
    raw = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
    return list(csv.DictReader(io.StringIO(raw.decode(encoding), newline="")))
