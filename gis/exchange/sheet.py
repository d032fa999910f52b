"""A sheet of a spreadsheet (XLSX, ODS) as batches of columns: cells as they are shown, lines as they are numbered there."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pyogrio

from gis.exchange.batch import SIZE
from gis.exchange.table import Table
from gis.exchange.vector import only_layer, reading
from layers.registry.importer import Cells

SHEETS = (".xlsx", ".ods")
# said for the whole of GDAL, because what is said when a file is opened holds for its first sheet alone
pyogrio.set_gdal_config_options(
    {
        "OGR_XLSX_HEADERS": "DISABLE",
        "OGR_XLSX_FIELD_TYPES": "STRING",
        "OGR_ODS_HEADERS": "DISABLE",
        "OGR_ODS_FIELD_TYPES": "STRING",
    }
)


@dataclass
class Sheet(Table):
    """One sheet of one file."""

    path: Path
    sublayer: str | None = None
    hint: str = ""
    columns: list[str] = field(default_factory=list)
    first: Cells = field(default_factory=dict)
    notes: int = 0

    def __post_init__(self) -> None:
        self.sublayer = self.sublayer or only_layer(self.path, self.hint)
        self._find_header()

    def _rows(self) -> Iterator[tuple[int, list[str]]]:
        with reading(self.path), pyogrio.open_arrow(
            self.path, layer=self.sublayer, batch_size=SIZE, use_pyarrow=True, return_fids=True,
            HEADERS="DISABLE", FIELD_TYPES="STRING",
        ) as (meta, reader):  # fmt: skip
            for part in reader:
                lines = part.column(meta["fid_column"] or "OGC_FID").to_pylist()
                columns = [part.column(str(name)).to_pylist() for name in meta["fields"]]
                for line, *cells in zip(lines, *columns, strict=True):
                    row = [cell or "" for cell in cells]
                    if any(cell.strip() for cell in row):
                        yield line, row
