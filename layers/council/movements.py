"""Which movement each crash was, from the form alone: for council and police, without anything about a party."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import connection

from diagramming.movement import form
from diagramming.movement.key import FAMILIES, RELATIONS, TURNS, Key

PARTIES = """
    SELECT crash_id, vehicle, action, impact FROM crashes_party WHERE crash_id = ANY(%s) AND number <= 3
    ORDER BY crash_id, number
"""
Record = tuple[int, str, datetime]
"""Of a crash: its id, its type and when it was."""

RELATIONS_EN = {
    "same": "same way",
    "opposing": "opposing",
    "from-left": "from left",
    "from-right": "from right",
    "none": "",
}
TURNS_EN = {
    "S": "straight", "L": "left", "R": "right", "U": "U-turn", "CL": "cut left", "CR": "cut right", "B": "backing",
    "P": "standing", "X": "out of control",
}  # fmt: skip


def keys(crashes: Iterable[Record]) -> dict[int, Key]:
    found = list(crashes)
    people: dict[int, list[form.Person]] = {}
    with connection.cursor() as cursor:
        cursor.execute(PARTIES, ([id for id, _, _ in found],))
        for id, vehicle, action, impact in cursor.fetchall():
            people.setdefault(id, []).append(form.Person(vehicle, action, impact))
    zone = ZoneInfo(settings.TIME_ZONE)
    return {
        id: form.classify(type, people.get(id, []), at.astimezone(zone).date()).key for id, type, at in found
    }


def words(key: Key) -> dict[str, str]:
    zh, en = FAMILIES[key.family]
    if key.family in ("SV", "RX", "PD", "RE", "SS", "LC", "BK", "PK", "OT"):
        return {"zh": zh, "en": en}
    told = f"{TURNS[key.first]}－{RELATIONS[key.rel]}{TURNS[key.second]}"
    english = f"{TURNS_EN[key.first]} × {RELATIONS_EN[key.rel]} {TURNS_EN[key.second]}".replace("  ", " ")
    return {"zh": told, "en": english.capitalize()}
