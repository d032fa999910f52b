"""Patrol in tables: what is on the map (`rows`), how a sign-in was proven (`proof`), what is planned (`plans`), what officers
say back (`care`) and are told (`notes`)."""

from layers.patrol.models.care import BoxFault, Receipt
from layers.patrol.models.notes import NoteRule, Notice, PushKey, Sighting, Subscription
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
    "NoteRule",
    "Notice",
    "PatrolBox",
    "PatrolCar",
    "PatrolKey",
    "PatrolRoute",
    "PatrolTrack",
    "PlanStop",
    "PlanUnit",
    "Position",
    "Proof",
    "PushKey",
    "Receipt",
    "Refusal",
    "Ruleset",
    "ShiftPlan",
    "Sighting",
    "SignIn",
    "Subscription",
    "Tag",
    "Touch",
    "TurnBan",
]
