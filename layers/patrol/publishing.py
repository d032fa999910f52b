"""A draft becomes what is driven: it takes the place of the version before, and its routes come onto the map."""

from __future__ import annotations

from django.utils import timezone

from layers.patrol.models import PatrolRoute, ShiftPlan


class Unpublishable(Exception):
    """A sentence for the planner; `code` is for programs."""

    def __init__(self, detail: str, code: str) -> None:
        super().__init__(detail)
        self.code = code


def publish(row: ShiftPlan, by: str, origin: str = "plan") -> None:
    """Within a transaction that holds the row. `origin` is what the routes on the map say of themselves."""
    if row.status != ShiftPlan.Status.DRAFT:
        raise Unpublishable("只有草案可以發布。 Only a draft can be published.", "status")
    if any(b["rule"] for b in row.blocked):
        names = "、".join(b["name"] for b in row.blocked[:5])
        raise Unpublishable(f"必巡點無法排入：{names}。 Must-visits have no place: {names}.", "blocked")
    ShiftPlan.objects.filter(series=row.series, status=ShiftPlan.Status.PUBLISHED).update(
        status=ShiftPlan.Status.REPLACED
    )
    row.status, row.published_at, row.published_by = ShiftPlan.Status.PUBLISHED, timezone.now(), by[:200]
    row.save()
    _draw(row, origin)


def prefix(row: ShiftPlan) -> str:
    """What the keys of the routes of a series begin with."""
    return f"plan-{row.series.hex[:16]}-"


def _draw(row: ShiftPlan, origin: str) -> None:
    """The layer of routes shows what is published, one row a unit."""
    PatrolRoute.objects.filter(key__startswith=prefix(row)).delete()
    hour = timezone.localtime(row.begin).hour
    shift = "day" if 6 <= hour < 17 else "evening" if hour < 22 else "night"
    for u in row.units.all():
        if u.line is None:
            continue
        PatrolRoute.objects.create(
            key=f"{prefix(row)}{u.order}", origin=origin, name=f"{row.name} {u.name}"[:60], station=row.station,
            shift=shift, mode=u.mode, minutes=round(((u.back or u.finish) - u.begin).total_seconds() / 60), km=u.km,
            geom=u.line,
        )  # fmt: skip
