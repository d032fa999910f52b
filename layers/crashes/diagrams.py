"""The collision diagram of a junction from the records of the form: relative movement, no leg unless somebody told it.

Actions of parties are not for everybody; who asks must have the clearance of police.
"""

from __future__ import annotations

from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import connection
from django.http import Http404

from diagramming.layout.diagram import Crash as Drawn
from diagramming.layout.diagram import Diagram, Mode, Words, diagram
from diagramming.movement import form
from diagramming.movement.legs import Junction as Plan
from diagramming.movement.legs import Leg
from layers.crashes.models import Crash
from layers.streets.models import Junction

SYMBOLS = {
    "A": "heavy",
    "B": "car",
    "C": "motorcycle",
    "D": "heavy",
    "E": "car",
    "F": "bicycle",
    "H": "pedestrian",
}
LEGS = """
    SELECT degrees(ST_Azimuth(j.geom, ST_LineInterpolatePoint(g.line, least(1, 20 / greatest(ST_Length(g.line::geography), 1))))),
           r.name
    FROM streets_junction j JOIN streets_road r ON j.id IN (r.from_junction_id, r.to_junction_id),
         LATERAL (SELECT CASE WHEN j.id = r.from_junction_id THEN ST_LineMerge(r.geom) ELSE ST_Reverse(ST_LineMerge(r.geom)) END) AS g (line)
    WHERE j.id = %s AND ST_GeometryType(g.line) = 'ST_LineString' ORDER BY 1
"""


def of_junction(id: int, mode: Mode = "blocks") -> Diagram:
    junction = Junction.objects.filter(pk=id).first()
    if junction is None:
        raise Http404
    with connection.cursor() as cursor:
        cursor.execute(LEGS, (id,))
        legs = tuple(Leg(float(bearing), name) for bearing, name in cursor.fetchall() if bearing is not None)
    crashes = Crash.objects.filter(junction_id=id).prefetch_related("parties").order_by("pk")
    drawn = [_drawn(crash) for crash in crashes]
    words = Words(f"{junction.name} 碰撞構圖", "由調查表推得；行向未經現場圖確認", f"路口 {id}")
    return diagram(Plan(legs), drawn, words, mode)


def _drawn(crash: Crash) -> Drawn:
    parties = list(crash.parties.all())
    at = crash.occurred_at.astimezone(ZoneInfo(settings.TIME_ZONE))
    people = [form.Person(p.vehicle, p.action, p.impact) for p in parties]
    said = form.classify(crash.type, people, at.date())
    symbols = [SYMBOLS.get(p.vehicle[:1], "unknown") for p in parties[:2]] + ["unknown", "unknown"]
    return Drawn(
        id=str(crash.pk),
        key=said.key,
        vehicles=(symbols[0], symbols[1]),
        severity=crash.severity,
        night=not 6 <= at.hour < 18,
        wet=crash.surface == "4",
        at=at,
        unsure=said.confidence < 0.9,
        parties=len(parties),
    )
