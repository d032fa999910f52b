"""Scenes drawn at some crashes of the synthetic city, as investigators would have: vehicles, ways, marks, a base line."""

from __future__ import annotations

from math import cos, radians, sin
from typing import Any

from django.db import connection

from diagramming.scene.operations import Add
from layers.access import Clearance, Viewer
from layers.crashes.models import Crash
from layers.crashes.scenes.models import EvidenceMark, ImpactPoint, Scene, SceneOutline
from layers.crashes.scenes.store import opened, write

SYNTHETIC = "synthetic"
MOST = 24
ARTIST = Viewer(actor="cli:demo", clearance=Clearance.POLICE)
_FILES = ("scenephoto", "scenestep", "sceneedit")


def draw_scenes() -> int:
    """At the newest crashes with injuries between two vehicles; how many."""
    drawn = 0
    found = Crash.objects.filter(origin=SYNTHETIC, severity__lte=2, party_count=2).exclude(junction=None)
    for crash in found.order_by("-occurred_at", "id").prefetch_related("parties")[: 2 * MOST]:
        scene = opened(crash, ARTIST)
        parties = [party["id"] for party in scene.document["parties"]]
        if len(parties) < 2 or any(party["role"] == "pedestrian" for party in scene.document["parties"]):
            scene.delete()
            continue
        elements = _elements(scene, turn=(crash.pk * 37) % 360)
        ops = [
            Add(op="add", id=f"demo-{n:04}", client="demo", base=scene.version, body=body)
            for n, body in enumerate(elements)
        ]
        write(scene.pk, ops, ARTIST)
        drawn += 1
        if drawn == MOST:
            break
    return drawn


def _elements(scene: Scene, turn: float) -> list[dict[str, Any]]:
    """One came straight, the other from its side; both stopped behind the place where they met."""
    first, second = scene.document["parties"][:2]

    def at(ahead: float, aside: float) -> list[float]:
        a = radians(turn)
        return [round(ahead * sin(a) + aside * cos(a), 2), round(ahead * cos(a) - aside * sin(a), 2)]

    def pose(ahead: float, aside: float, more: float) -> dict[str, float]:
        x, y = at(ahead, aside)
        return {"x": x, "y": y, "heading": round((turn + more) % 360, 1)}

    two = second["kind"].startswith(("motorcycle", "bicycle", "e-bike"))
    return [
        {"id": "v1", "type": "vehicle", "kind": first["kind"], "party": first["id"], "pose": pose(6.5, 1.2, 12)},
        {
            "id": "v2", "type": "vehicle", "kind": second["kind"], "party": second["id"], "pose": pose(3.5, 5.5, 70),
            **({"posture": "left"} if two else {}),
        },
        {"id": "t1", "type": "travel", "party": first["id"], "source": "statement", "approach": [at(-22, 0), at(-3, 0)]},
        {"id": "t2", "type": "travel", "party": second["id"], "source": "marks", "approach": [at(0.5, -20), at(0.5, -2.5)]},
        {"id": "i1", "type": "impact", "at": at(0, 0), "parties": [first["id"], second["id"]]},
        {"id": "m1", "type": "mark", "kind": "skid", "party": first["id"], "path": [at(-9, 0.7), at(-0.5, 0.8)]},
        {"id": "m2", "type": "mark", "kind": "scratch", "party": second["id"], "path": [at(1, 1), at(2.2, 3), at(3.2, 4.8)]},
    ]  # fmt: skip


def clear_scenes(keys: str = "") -> None:
    """Of synthetic crashes, all or those whose key begins so; the database lets nothing else of the log go."""
    for model in (ImpactPoint, EvidenceMark, SceneOutline):
        model.objects.filter(scene__crash__origin=SYNTHETIC, scene__crash__key__startswith=keys).delete()
    mine = (
        "SELECT s.id FROM crashes_scene s JOIN crashes_crash c ON c.id = s.crash_id"
        " WHERE c.origin = %s AND starts_with(c.key, %s)"
    )
    with connection.cursor() as cursor:
        for name in _FILES:
            cursor.execute(f"DELETE FROM crashes_{name} WHERE scene_id IN ({mine})", [SYNTHETIC, keys])
        cursor.execute(f"DELETE FROM crashes_scene WHERE id IN ({mine})", [SYNTHETIC, keys])
