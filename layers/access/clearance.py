"""The four clearances, in order: who has a higher one may see all that a lower one shows."""

from enum import IntEnum


class Clearance(IntEnum):
    PUBLIC = 0
    COUNCIL = 1
    POLICE = 2
    RESTRICTED = 3

    @property
    def slug(self) -> str:
        return self.name.lower()
