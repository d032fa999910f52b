"""Takes files in and out for tests; whatever an import says of itself must add up."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

from gis.exchange.export import export
from gis.exchange.files import write
from gis.exchange.load import Import, Result
from gis.exchange.mapping import from_toml
from layers.access import Clearance
from layers.registry.layer import Layer
from layers.registry.register import register


def layer(id: str) -> Layer:
    found = register.get(id)
    assert found is not None
    return found


def take_in(id: str, *files: Path, mapping: Path | None = None, **more: Any) -> Result:
    if mapping:
        more["importer"] = from_toml(mapping, layer(id))
    result = Import(layer=layer(id), files=files, actor="test", **more).run()
    assert result.read == result.imported + result.unchanged + result.rejected
    return result


def take_out(id: str, form: str, path: Path, clearance: Clearance = Clearance.RESTRICTED, **more: Any) -> int:
    return write(export(layer(id), clearance, **more), form, path)


def written(folder: Path, text: str, name: str = "file.csv", encoding: str = "utf-8") -> Path:
    path = folder / name
    path.write_bytes(text.encode(encoding))
    return path


def rejects(result: Result) -> list[dict[str, str]]:
    assert result.reject_file is not None
    with Path(result.reject_file).open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))
