"""What about a crash is no feature: its parties and the collision diagram drawn from them, for police alone."""

from typing import Any, Literal

from django.http import Http404, HttpRequest, HttpResponse
from ninja import Router

from data.codes import table
from layers.access import Clearance
from layers.crashes.models import Crash, Party
from layers.crashes.movements.api import router as movements
from layers.crashes.scenes.api import router as scenes

router = Router(tags=["crashes"])
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
}


@router.get("/{id}/parties", response=list[dict[str, Any]], summary="Parties of a crash (police)")
def parties(request: HttpRequest, id: int) -> list[dict[str, Any]]:
    """In the order of the form, each coded value with its words. To others than police there are no such crashes."""
    viewer = request.viewer  # type: ignore[attr-defined]
    if viewer.clearance < Clearance.POLICE or not Crash.objects.filter(pk=id).exists():
        raise Http404
    return [_shown(party) for party in Party.objects.filter(crash_id=id)]


@router.get("/junctions/{id}/diagram.{form}", summary="Collision diagram of a junction (police)")
def collision_diagram(
    request: HttpRequest,
    id: int,
    form: Literal["svg", "pdf"],
    mode: Literal["blocks", "pins", "condensed"] = "blocks",
) -> HttpResponse:
    """One sheet in A3. To others than police there is none, since it tells what each party did."""
    viewer = request.viewer  # type: ignore[attr-defined]
    if viewer.clearance < Clearance.POLICE:
        raise Http404
    from layers.crashes.diagrams import of_junction

    svg = of_junction(id, mode, who=viewer.actor).svg
    if form == "svg":
        return HttpResponse(svg, content_type="image/svg+xml")
    import cairosvg

    return HttpResponse(cairosvg.svg2pdf(bytestring=svg.encode()), content_type="application/pdf")


def _shown(party: Party) -> dict[str, Any]:
    out: dict[str, Any] = {"number": party.number, "age": party.age, "hit_and_run": party.hit_and_run}
    for name, codes in CODED.items():
        code = table(codes).get(getattr(party, name))
        if code:
            out[name] = {"value": code.value, "zh": code.zh, "en": code.en}
    return out
