"""Where the real public files are, how a test opens one, and how many rows it holds by another way of counting.

The folder is `ANTU_REALDATA`, or `shared/realdata` beside the project; none of it is part of the project.
"""

from __future__ import annotations

import csv
import gzip
import io
import json
import os
from pathlib import Path
from typing import Any

import pytest

from tests.exchange.taking import take_in

ROOT = Path(os.environ.get("ANTU_REALDATA") or Path(__file__).resolve().parents[3] / "shared" / "realdata")


def real(name: str) -> Path:
    """The file, or the test is skipped."""
    path = ROOT / name
    if not path.exists():
        pytest.skip(f"{name} is not in {ROOT}; set ANTU_REALDATA to the folder of real public files")
    return path


def plain(path: Path) -> bytes:
    raw = path.read_bytes()
    return gzip.decompress(raw) if raw[:2] == b"\x1f\x8b" else raw


def features(path: Path) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(plain(path))["features"]
    return found


def rows(path: Path, encoding: str = "utf-8-sig") -> list[dict[str, str]]:
    """Lines under the header that say anything."""
    read = csv.DictReader(io.StringIO(plain(path).decode(encoding)))
    return [row for row in read if any((cell or "").strip() for cell in row.values())]


def again(layer: str, *paths: Path, unchanged: int) -> None:
    """A second import of the same files changes nothing."""
    result = take_in(layer, *paths)
    assert (result.imported, result.unchanged) == (0, unchanged)
