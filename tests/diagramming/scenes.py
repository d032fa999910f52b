"""Scenes to test with: one that has something of everything, and random ones."""

from __future__ import annotations

from typing import Any

from diagramming.scene.document import Scene, read

ORIGIN = [194012.40, 2597220.15]
EVERYTHING: list[dict[str, Any]] = [
    {"id": "v1", "type": "vehicle", "kind": "car", "party": "A", "pose": {"x": -3, "y": 1.5, "heading": 215}},
    {"id": "v2", "type": "vehicle", "kind": "motorcycle", "party": "B", "posture": "left", "pose": {"x": -8, "y": -5, "heading": 300}},
    {"id": "v3", "type": "vehicle", "kind": "bus", "posture": "roof", "pose": {"x": 13, "y": 4, "heading": 0}, "label": "公車"},
    {"id": "v4", "type": "vehicle", "kind": "taxi", "pose": {"x": 9, "y": 8, "heading": 180}, "role": "moved"},
    {"id": "p1", "type": "pedestrian", "pose": {"x": -10.5, "y": -6.6, "heading": 70}, "lying": True},
    {"id": "i1", "type": "impact", "at": [-2.5, -1.9], "parties": ["A", "B"]},
    {"id": "t1", "type": "travel", "party": "A", "source": "statement", "approach": [[10, 12], [0, 4]], "exit": [[0, 4], [-9, -3]]},
    {"id": "t2", "type": "travel", "party": "B", "source": "video", "approach": [[18, -6], [3, -3.3]]},
    {"id": "s1", "type": "mark", "kind": "skid", "party": "A", "path": [[6, 13.5], [-1.8, 3.0]], "wheel": "LF"},
    {"id": "y1", "type": "mark", "kind": "yaw", "path": [[6, 9], [3, 7], [1, 4]]},
    {"id": "g1", "type": "mark", "kind": "scratch", "party": "B", "path": [[-3, -2.3], [-7.4, -4.8]]},
    {"id": "k1", "type": "mark", "kind": "drag", "path": [[2, 2], [3, 3]]},
    {"id": "d1", "type": "debris", "area": [[-5, -1], [-2, -1.2], [-1.4, -3]], "kind": "glass"},
    {"id": "f1", "type": "fluid", "area": [[-8.8, -4], [-8, -3.6], [-7.4, -4.2]], "kind": "oil"},
    {"id": "RP1", "type": "fixed", "kind": "signal", "at": [-12, 10.5], "label": "號誌桿 L-07"},
    {"id": "RP2", "type": "fixed", "kind": "house", "at": [12, -10]},
    {"id": "BL", "type": "baseline", "start": "RP1", "end": [-12, -11]},
    {"id": "m1", "type": "dimension", "a": "RP1", "b": "v1.RF", "offset": 1.5},
    {"id": "n1", "type": "note", "at": [6, -8.5], "text": "<script>alert(1)</script> & 障礙物", "to": [3, -6]},
    {"id": "c1", "type": "station", "at": [8, -6], "heading": 300, "label": "照片 1–3", "photos": ["p-1"]},
    {"id": "o1", "type": "override", "kind": "stop_line", "path": [[8, -3], [8, -8]]},
    {"id": "o2", "type": "override", "kind": "crosswalk", "path": [[12, -8], [12, 8]], "hides": "marking/7"},
]  # fmt: skip


def raw(*elements: dict[str, Any], **more: Any) -> dict[str, Any]:
    parties = [{"id": "A", "kind": "car"}, {"id": "B", "kind": "motorcycle"}]
    return {"schema": "scene/2", "origin": ORIGIN, "parties": parties, "elements": list(elements), **more}


def everything(**more: Any) -> Scene:
    return read(raw(*EVERYTHING, **more))
