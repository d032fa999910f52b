"""The one place that decides: `may(viewer, verb, layer, field)`.

Seeing asks for clearance; changing asks for clearance and for a role that the layer names. A field above
one's clearance can be neither seen nor changed, whatever the layer says.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Literal, Protocol

from layers.access.clearance import Clearance
from layers.access.viewer import Viewer

Verb = Literal["see", "edit", "import", "export"]


class Guarded(Protocol):
    """What a decision needs to know of a layer."""

    @property
    def id(self) -> str: ...
    @property
    def clearance(self) -> Clearance: ...
    @property
    def edit(self) -> Collection[str]: ...


class GuardedField(Protocol):
    @property
    def clearance(self) -> Clearance: ...


EDITORS: frozenset[str] = frozenset({"administrator"})
"""Roles that may edit every layer that can be edited at all and that they may see."""


class Refused(Exception):
    """The viewer may not. To somebody who may not even see the layer it must look as if there were none."""


def may(viewer: Viewer, verb: Verb, layer: Guarded, field: GuardedField | None = None) -> bool:
    if viewer.clearance < layer.clearance:
        return False
    if field is not None and viewer.clearance < field.clearance:
        return False
    if verb in ("see", "export"):
        return True
    return bool(layer.edit) and bool(viewer.roles & (EDITORS | set(layer.edit)))


def require(viewer: Viewer, verb: Verb, layer: Guarded, field: GuardedField | None = None) -> None:
    if not may(viewer, verb, layer, field):
        raise Refused(f"{viewer.actor} may not {verb} {layer.id}")
