"""The register of all layers: one immutable snapshot, swapped as a whole, that every other room reads.

`fill()` collects `LAYERS` from each theme's `layers.py` at start and refuses a broken declaration by name.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from importlib import import_module
from importlib.util import find_spec
from types import MappingProxyType
from typing import Protocol

from django.apps import apps

from layers.access import Viewer, may
from layers.registry.layer import BrokenLayer, Layer


@dataclass(frozen=True, slots=True, eq=False)
class Snapshot:
    """All layers at one moment. `version` changes whenever a declaration does."""

    layers: MappingProxyType[str, Layer]
    version: str

    @classmethod
    def of(cls, layers: Iterable[Layer]) -> Snapshot:
        by_id: dict[str, Layer] = {}
        for layer in layers:
            if layer.id in by_id:
                raise BrokenLayer(
                    f"Layer “{layer.id}” is declared in layers/{by_id[layer.id].theme} and again in "
                    f"layers/{layer.theme}; an id is given once."
                )
            by_id[layer.id] = layer
        text = repr(sorted(by_id.items())).encode()
        return cls(MappingProxyType(by_id), hashlib.sha256(text).hexdigest()[:12])


class Beside(Protocol):
    """Layers that nobody declared: those that people keep for themselves. Answers from memory, and decides itself
    who may see what."""

    def find(self, id: str, viewer: Viewer) -> Layer | None: ...
    def seen_by(self, viewer: Viewer) -> list[Layer]: ...


class Register:
    """Reads are lock-free: they take the snapshot of the moment and keep it for the whole request."""

    def __init__(self) -> None:
        self._now = Snapshot.of(())
        self.beside: Beside | None = None

    @property
    def now(self) -> Snapshot:
        return self._now

    @property
    def version(self) -> str:
        return self._now.version

    def swap(self, layers: Iterable[Layer]) -> None:
        self._now = Snapshot.of(layers)

    def __iter__(self) -> Iterator[Layer]:
        return iter(self._now.layers.values())

    def get(self, id: str) -> Layer | None:
        return self._now.layers.get(id)

    def seen_by(self, viewer: Viewer) -> list[Layer]:
        return [layer for layer in self if may(viewer, "see", layer)]

    def find(self, id: str, viewer: Viewer) -> Layer | None:
        """The layer, or None when there is none *or it is not for this viewer*: both must look alike."""
        layer = self.get(id)
        if layer is None and self.beside is not None:
            layer = self.beside.find(id, viewer)
        return layer if layer and may(viewer, "see", layer) else None

    def mapped_for(self, viewer: Viewer) -> list[Layer]:
        """What this viewer's map offers: the declared layers, and those of their own."""
        return [*(self.beside.seen_by(viewer) if self.beside else ()), *self.seen_by(viewer)]

    def reading(self, table: str) -> list[Layer]:
        """The layers that become new when a row of the table changes."""
        return [layer for layer in self if table in layer.tables]


register = Register()


def fill() -> None:
    """Collect the declarations of all installed themes, in the order of INSTALLED_APPS."""
    found: list[Layer] = []
    for app in apps.get_app_configs():
        if find_spec(f"{app.name}.layers") is None:
            continue
        if title := getattr(app.module, "TITLE", None):
            app.verbose_name = title.zh
        declared = import_module(f"{app.name}.layers").LAYERS
        found += [layer.resolve(app.label) for layer in declared]
    register.swap(found)
