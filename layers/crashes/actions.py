"""What about a crash is no feature: its parties and the collision diagram drawn from them, for police alone."""

from datetime import date
from typing import Any, Literal

from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone
from ninja import Router

from data.codes import table
from layers.access import Clearance
from layers.access.asking import cleared
from layers.crashes.cases import router as cases
from layers.crashes.models import Casualty, Crash, Party
from layers.crashes.movements.api import router as movements
from layers.crashes.scenes.api import router as scenes

router = Router(tags=["crashes"])
router.add_router("", cases)
router.add_router("", scenes)
router.add_router("", movements)
CODED = {
    "vehicle": "crash.vehicle",
    "action": "crash.action",
    "impact": "crash.impact",
    "impact_other": "crash.impact",
    "cause": "crash.cause",
    "sex": "crash.sex",
    "injury": "crash.injury",
    "protection": "crash.protection",
    "phone": "crash.phone",
    "licence": "crash.licence",
    "licence_kind": "crash.licence_kind",
    "alcohol": "crash.alcohol",
    "injury_part": "crash.injury_part",
    "use": "crash.use",
    "occupation": "crash.occupation",
    "trip": "crash.trip",
}
HURT = ("vehicle", "sex", "injury", "injury_part", "protection")


@router.get("/{int:id}/parties", response=list[dict[str, Any]], summary="Parties of a crash (police)")
def parties(request: HttpRequest, id: int) -> list[dict[str, Any]]:
    """In the order of the form, each coded value with its words. To others than police there are no such crashes."""
    crash = _for_police(request, id)
    day = timezone.localdate(crash.occurred_at)
    out = []
    for party in Party.objects.filter(crash=crash):
        said = {"number": party.number, "age": party.age, "hit_and_run": party.hit_and_run}
        out.append(
            said | _coded(party, CODED, day) | ({"platform": party.platform} if party.platform else {})
        )
    return out


@router.get(
    "/{int:id}/casualties", response=list[dict[str, Any]], summary="Dead and injured of a crash (police)"
)
def casualties(request: HttpRequest, id: int) -> list[dict[str, Any]]:
    """Whoever died or was hurt, with the number of the party where it is one."""
    crash = _for_police(request, id)
    day = timezone.localdate(crash.occurred_at)
    return [
        {"party": one.party.number if one.party else None, "age": one.age}
        | _coded(one, {name: CODED[name] for name in HURT}, day)
        for one in Casualty.objects.filter(crash=crash).select_related("party")
    ]


def _for_police(request: HttpRequest, id: int) -> Crash:
    cleared(request, Clearance.POLICE)
    crash = Crash.objects.filter(pk=id).first()
    if crash is None:
        raise Http404
    return crash


@router.get(
    "/junctions/{id}/diagram.{form}",
    openapi_extra={"responses": {200: {"content": {"image/svg+xml": {}, "application/pdf": {}}}}},
    summary="Collision diagram of a junction (police)",
)
def collision_diagram(
    request: HttpRequest,
    id: int,
    form: Literal["svg", "pdf"],
    mode: Literal["blocks", "pins", "condensed"] = "blocks",
) -> HttpResponse:
    """One sheet in A3. To others than police there is none, since it tells what each party did."""
    viewer = cleared(request, Clearance.POLICE)
    from layers.crashes.diagrams import of_junction

    svg = of_junction(id, mode, who=viewer.actor).svg
    if form == "svg":
        return HttpResponse(svg, content_type="image/svg+xml")
    import cairosvg

    return HttpResponse(cairosvg.svg2pdf(bytestring=svg.encode()), content_type="application/pdf")


def _coded(row: Party | Casualty, lists: dict[str, str], day: date) -> dict[str, Any]:
    """Codes in the words of the form of that day."""
    out: dict[str, Any] = {}
    for name, codes in lists.items():
        value, whole = getattr(row, name), table(codes)
        if code := whole.at(day).get(value) or whole.get(value):
            out[name] = {"value": code.value, "zh": code.zh, "en": code.en}
            if code.group:
                out[name]["group"] = code.group
    return out
