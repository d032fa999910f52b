"""Somebody who looks: a person, a program with a token, or anonymous. Immutable, cheap to pass and to compare."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from layers.access.clearance import Clearance
from layers.access.roles import ROLES


@dataclass(frozen=True, slots=True)
class Viewer:
    """`actor` is what the audit log writes down; `clearance` and `roles` are what decisions are made of."""

    actor: str = "anonymous"
    name: str = ""
    clearance: Clearance = Clearance.PUBLIC
    roles: frozenset[str] = field(default_factory=frozenset)
    user_id: int | None = None

    @classmethod
    def of(cls, actor: str, name: str, roles: Iterable[str], user_id: int | None = None) -> Viewer:
        """The viewer whose clearance follows from the roles; a group that is no role gives nothing."""
        known = frozenset(r for r in roles if r in ROLES)
        clearance = max((ROLES[r].clearance for r in known), default=Clearance.PUBLIC)
        return cls(actor=actor, name=name, clearance=clearance, roles=known, user_id=user_id)

    @property
    def known(self) -> bool:
        return self.actor != "anonymous"


ANONYMOUS = Viewer()
