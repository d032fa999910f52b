"""Patrol in tables: what is on the map (`rows`), how a sign-in was proven (`proof`), what is planned (`plans`), what officers
say back (`care`)."""

from layers.patrol.models.care import BoxFault, Receipt
from layers.patrol.models.plans import Alternative, PlanStop, PlanUnit, Position, ShiftPlan, TurnBan
from layers.patrol.models.proof import (
    BoxChange,
    Challenge,
    Device,
    PatrolKey,
    Proof,
    Refusal,
    Ruleset,
    Tag,
    Touch,
)  # fmt: skip
from layers.patrol.models.rows import PatrolBox, PatrolCar, PatrolRoute, PatrolTrack, SignIn

__all__ = [
    "Alternative",
    "BoxChange",
    "BoxFault",
    "Challenge",
    "Device",
    "PatrolBox",
    "PatrolCar",
    "PatrolKey",
    "PatrolRoute",
    "PatrolTrack",
    "PlanStop",
    "PlanUnit",
    "Position",
    "Proof",
    "Receipt",
    "Refusal",
    "Ruleset",
    "ShiftPlan",
    "SignIn",
    "Tag",
    "Touch",
    "TurnBan",
]
