"""Cross-sections, arms and junctions that are kept for copying."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest

from layers.streets.api.answers import (
    MOST,
    Answer,
    router,
    told,
    viewer_for,
)
from layers.streets.desk import content_of, open_desk
from layers.streets.models import Template
from layers.streets.said import (
    REFUSED,
    TemplateIn,
    TemplateOut,
)
from layers.streets.write import Unwritable


@router.get(
    "/templates",
    response={200: list[TemplateOut], **REFUSED},
    summary="Cross-sections, arms and junctions kept for copying",
)
@told
def get_templates(request: HttpRequest, kind: str | None = None) -> Answer:
    viewer_for(request)
    rows = Template.objects.exclude(kind="map").order_by("name")
    return [_template(row) for row in (rows.filter(kind=kind) if kind else rows)[:MOST]]


def _template(row: Template) -> dict[str, Any]:
    return {"id": row.pk, "name": row.name, "kind": row.kind, "who": row.who, "content": row.content}


@router.post(
    "/templates",
    response={200: TemplateOut, **REFUSED},
    summary="Keep a cross-section, an arm or a junction under a name",
)
@told
def post_template(request: HttpRequest, body: TemplateIn) -> Answer:
    viewer = viewer_for(request, "edit")
    if body.kind not in ("section", "arm", "junction"):
        raise Unwritable(f"“{body.kind[:40]}” is no kind of template; there are section, arm and junction.")
    if Template.objects.filter(name=body.name).exists():
        raise Unwritable(f"There is a template “{body.name}” already; choose another name.")
    content = content_of(open_desk(), body.source, body.kind)
    return _template(
        Template.objects.create(name=body.name, kind=body.kind, content=content, who=viewer.actor)
    )


@router.delete("/templates/{id}", response={200: dict[str, int], **REFUSED}, summary="Forget a template")
@told
def delete_template(request: HttpRequest, id: int) -> Answer:
    viewer_for(request, "edit")
    gone, _ = Template.objects.exclude(kind="map").filter(pk=id).delete()
    if not gone:
        raise Http404
    return {"deleted": gone}
