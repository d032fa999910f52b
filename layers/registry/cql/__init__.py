"""CQL2 (text and JSON) → SQL against the properties of a layer, as one clearance sees them.

Whatever is wrong with a filter is a `BadFilter` with a sentence; a hidden property is answered like one that
does not exist.
"""

from __future__ import annotations

from layers.access import Clearance
from layers.registry.cql.compiler import Compiler
from layers.registry.cql.reading import BadFilter, Json, parse
from layers.registry.layer import Layer
from layers.registry.sql import Sql

__all__ = ["BadFilter", "compile", "parse"]


def compile(filter: str | dict[str, Json], layer: Layer, clearance: Clearance, srid: int = 4326) -> Sql:
    """The condition in SQL. A dict, or text that starts with a brace, is CQL2 JSON; other text is CQL2 text."""
    ast = parse(filter)
    term = Compiler(layer, clearance, srid).expression(ast)
    if term.kind != "boolean":
        raise BadFilter("A filter must be something that is true or false, such as grade > 2.")
    return term.sql
