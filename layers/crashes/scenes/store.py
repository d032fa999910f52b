"""Opens scenes and writes edits: one transaction a batch, each edit once, the map's copy beside it."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from math import hypot
from typing import Any

from django.contrib.gis.geos import GEOSGeometry, Point
from django.db import IntegrityError, connection, transaction
from ninja.errors import HttpError

from diagramming.scene import elements as E  # noqa: N812
from diagramming.scene.classes import BY_CODE
from diagramming.scene.document import Scene as Document
from diagramming.scene.document import dump, read
from diagramming.scene.operations import OPS, AnyOp, Merged, Past, merge
from layers.access import Viewer
from layers.crashes.models import Crash
from layers.crashes.scenes.models import EvidenceMark, ImpactPoint, Scene, SceneEdit, SceneOutline
from layers.registry.rows import TWD97, WGS84


class SceneTrouble(HttpError):
    """What cannot be done with a scene: a status, a code for programs, a sentence."""

    def __init__(self, status: int, code: str, sentence: str) -> None:
        super().__init__(status, sentence)
        self.code = code


def opened(crash: Crash, viewer: Viewer) -> Scene:
    """The scene of a crash; where there is none, a new one at its place with its parties."""
    found = Scene.objects.filter(crash=crash).first()
    if found:
        return found
    place = crash.geom.transform(TWD97, clone=True)
    assert isinstance(place, Point)
    parties: list[dict[str, str]] = []
    for party in crash.parties.all()[:26]:
        if party.vehicle == "H02":  # a passenger came in somebody's vehicle
            continue
        kind = BY_CODE.get(party.vehicle, "other")
        role = "pedestrian" if party.vehicle.startswith("H") else "driver"
        parties.append({"id": chr(ord("A") + len(parties)), "kind": kind, "role": role})
    fresh = read(
        {
            "schema": "scene/2",
            "origin": [round(place.x, 2), round(place.y, 2)],
            "short": crash.severity == 3,
            "parties": parties,
        }
    )
    try:
        with transaction.atomic():
            return Scene.objects.create(crash=crash, document=dump(fresh), drawn_by=viewer.actor)
    except IntegrityError:  # somebody opened it at the same moment
        return Scene.objects.get(crash=crash)


def write(scene_id: int, ops: Sequence[AnyOp], viewer: Viewer) -> tuple[Scene, list[SceneEdit]]:
    """Applies a batch in order; gives the scene and the edit of each, old ones for those that came before."""
    with transaction.atomic():
        scene = Scene.objects.select_for_update().get(pk=scene_id)
        known = {e.op_id: e for e in SceneEdit.objects.filter(scene=scene, op_id__in=[op.id for op in ops])}
        fresh = [op for op in ops if op.id not in known]
        if fresh and not scene.editable:
            raise SceneTrouble(
                409,
                "closed",
                f"現場圖狀態為「{scene.get_state_display()}」，不能修改。 The scene is {scene.state}; it cannot be edited.",
            )
        log = list(
            SceneEdit.objects.filter(
                scene=scene, number__gt=min((op.base for op in fresh), default=scene.version)
            )
        )
        document = read(scene.document)
        made: list[SceneEdit] = []
        for op in fresh:
            if op.id in known:
                continue
            done = merge(
                document,
                op,
                viewer.actor,
                [_past(e) for e in log if e.number > op.base and e.outcome != "refused"],
            )
            document = done.scene
            scene.version += 1
            edit = SceneEdit(
                scene=scene,
                number=scene.version,
                op_id=op.id,
                client=op.client,
                actor=viewer.actor,
                op=_kept(op, done),
                outcome=done.outcome,
                sentences=list(done.sentences),
                inverse=done.inverse,
            )
            made.append(edit)
            log.append(edit)
            known[op.id] = edit
        if made:
            SceneEdit.objects.bulk_create(made)
            scene.document = dump(document)
            scene.save(update_fields=["document", "version", "changed_at"])
            show(scene, document)
        return scene, [known[op.id] for op in ops]


def _kept(op: AnyOp, done: Merged) -> dict[str, Any]:
    if done.outcome == "refused":  # what was refused is not kept; that it was, is
        return {
            "op": op.op,
            "id": op.id,
            "client": op.client,
            "base": op.base,
            "target": getattr(op, "target", None),
        }
    return op.model_dump(mode="json")


def _past(edit: SceneEdit) -> Past:
    gone = edit.inverse.get("body") if edit.inverse and edit.inverse["op"] == "add" else None
    return Past(OPS[edit.op["op"]].model_validate(edit.op), edit.outcome, gone)  # type: ignore[arg-type]


# on the map


def show(scene: Scene, document: Document) -> None:
    """Writes what the map shows of a scene in place of what it showed before."""
    origin = scene.crash.origin
    own: dict[str, Any] = {"scene": scene, "crash": scene.crash, "origin": origin}

    def place(wkt: str) -> Any:
        return GEOSGeometry(wkt, srid=TWD97).transform(WGS84, clone=True)

    e, n = document.origin

    def xy(points: Sequence[tuple[float, float]]) -> str:
        return ",".join(f"{e + x:.4f} {n + y:.4f}" for x, y in points)

    for model in (SceneOutline, EvidenceMark, ImpactPoint):
        model.objects.filter(scene=scene).delete()
    points = _extent(document)
    if points:
        from shapely import MultiPoint, MultiPolygon, to_wkt
        from shapely.affinity import translate

        hull = translate(MultiPoint(points).convex_hull.buffer(1.0, quad_segs=2), e, n)
        outline = place(to_wkt(MultiPolygon([hull]), rounding_precision=3))
        SceneOutline.objects.create(
            key=f"scene-{scene.pk}", geom=outline, state=scene.state, parties=len(document.parties), **own
        )
    EvidenceMark.objects.bulk_create(
        EvidenceMark(
            key=f"scene-{scene.pk}-{m.id}",
            geom=place(f"LINESTRING({xy(m.path)})"),
            kind=m.kind,
            party=m.party or "",
            length_m=round(sum(hypot(b[0] - a[0], b[1] - a[1]) for a, b in pairwise(m.path)), 2),
            **own,
        )
        for m in document.of(E.Mark)
    )
    ImpactPoint.objects.bulk_create(
        ImpactPoint(
            key=f"scene-{scene.pk}-{i.id}",
            geom=place(f"POINT({xy([i.at])})"),
            certainty=i.certainty,
            sigma_m=i.sigma,
            parties="".join(i.parties),
            **own,
        )
        for i in document.of(E.Impact)
    )


def _extent(document: Document) -> list[tuple[float, float]]:
    out: list[tuple[float, float]] = []
    for element in document.elements:
        for name in ("path", "area", "approach"):
            out += list(getattr(element, name, ()))
        if isinstance(element, E.Vehicle | E.Pedestrian):
            out.append((element.pose.x, element.pose.y))
        elif at := getattr(element, "at", None):
            out.append(at)
    return out


def since(scene: Scene, version: int) -> list[SceneEdit]:
    return list(SceneEdit.objects.filter(scene=scene, number__gt=version)[:5000])


# the street under it

_STREET = """
WITH here AS (SELECT ST_Transform(ST_MakeEnvelope(%(w)s, %(s)s, %(e)s, %(n)s, 3826), 4326) AS box),
merc AS (SELECT ST_Transform(box, 3857) AS box FROM here),
drawn AS (SELECT d.part, d.kind, d.key, d.info, ST_Transform(d.geom, 3826) AS geom FROM streets_drawnarea d, merc WHERE d.merc && merc.box
  AND d.part IN ('carriageway', 'side', 'marking')),
paved AS (SELECT geom FROM drawn WHERE part = 'carriageway'
  UNION ALL SELECT ST_Transform(r.geom, 3826) FROM streets_roadsurface r, merc WHERE r.merc && merc.box
    AND NOT EXISTS (SELECT 1 FROM drawn WHERE part = 'carriageway')),
road AS (SELECT ST_Union(geom) AS geom FROM paved),
axis AS (SELECT d.key AS id, d.oneway, ST_Transform(d.geom, 3826) AS geom FROM streets_drawnline d, merc WHERE d.merc && merc.box
  UNION ALL SELECT r.id::text, r.oneway, ST_Transform(r.geom, 3826) FROM streets_road r, merc WHERE r.merc && merc.box
    AND NOT EXISTS (SELECT 1 FROM streets_drawnline d WHERE d.merc && merc.box))
SELECT 'block' AS kind, b.id::text AS id, '' AS name, '' AS what, '' AS color, ST_AsGeoJSON(ST_Transform(b.geom, 3826), 3) FROM streets_block b, merc WHERE b.merc && merc.box
UNION ALL
SELECT 'building', b.id::text, '', '', '', ST_AsGeoJSON(ST_Transform(b.geom, 3826), 3) FROM streets_building b, merc WHERE b.merc && merc.box
UNION ALL
SELECT 'road', '', '', '', '', ST_AsGeoJSON(geom, 3) FROM road WHERE geom IS NOT NULL
UNION ALL
SELECT 'kerb', '', '', '', '', ST_AsGeoJSON(ST_Boundary(geom), 3) FROM road WHERE geom IS NOT NULL
UNION ALL
SELECT kind, key, '', '', '', ST_AsGeoJSON(geom, 3) FROM drawn WHERE part = 'side'
UNION ALL
SELECT 'marking', key, '', kind, coalesce(info ->> 'colour', 'white'), ST_AsGeoJSON(geom, 3) FROM drawn WHERE part = 'marking'
UNION ALL
SELECT 'axis', id, '', CASE WHEN oneway THEN 'oneway' ELSE '' END, '', ST_AsGeoJSON(geom, 3) FROM axis WHERE %(axes)s
UNION ALL
SELECT 'name', r.id::text, r.name, '', '', ST_AsGeoJSON(ST_Transform(r.geom, 3826), 3) FROM streets_road r, merc WHERE r.merc && merc.box AND r.name <> ''
"""


def street(document: Document, reach: float = 120.0, axes: bool = False) -> list[dict[str, Any]]:
    """GeoJSON features in EPSG:3826 of the street map around a scene: the drawn map where there is one. `axes` adds
    what is not to be seen: the middle lines by which an editor turns vehicles into their lane."""
    e, n = (document.origin[k] + document.frame.center[k] for k in (0, 1))
    return street_around(e, n, reach, axes)


def street_around(e: float, n: float, reach: float, axes: bool = False) -> list[dict[str, Any]]:
    import json

    with connection.cursor() as cursor:
        box = {"w": e - reach, "s": n - reach, "e": e + reach, "n": n + reach}
        cursor.execute(_STREET, {**box, "axes": axes})
        return [
            {
                "type": "Feature",
                "id": f"{kind}/{id}",
                "properties": {"kind": kind, "name": name, "what": what, "color": color},
                "geometry": json.loads(geometry),
            }
            for kind, id, name, what, color, geometry in cursor.fetchall()
        ]
