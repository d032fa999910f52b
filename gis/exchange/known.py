"""The importers that themes declare for files they know, and the one that knows a given file."""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from importlib.util import find_spec
from typing import Any

from django.apps import apps

from gis.exchange.batch import Source
from layers.registry.importer import Importer
from layers.registry.layer import Layer


def importers(layer: Layer) -> list[Importer]:
    return list(_declared(layer, "IMPORTERS").get(layer.id, ()))


def near(layer: Layer) -> dict[str, float]:
    """References that are filled with the nearest row within so many metres."""
    return dict(_declared(layer, "NEAR").get(layer.id, {}))


def recognised(layer: Layer, source: Source) -> Importer | None:
    columns = set(source.columns)
    return next((i for i in importers(layer) if i.recognises(columns, source.first)), None)


def _declared(layer: Layer, name: str) -> Mapping[str, Any]:
    theme = apps.get_app_config(layer.theme).name
    if find_spec(f"{theme}.importers") is None:
        return {}
    found: Mapping[str, Any] = getattr(import_module(f"{theme}.importers"), name, {})
    return found
