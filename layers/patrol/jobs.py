"""What the worker does for patrol: plans and their alternatives, and forgetting where cars were."""

from __future__ import annotations

import time
from datetime import timedelta

from django.conf import settings
from django.db import connection
from django.utils import timezone
from procrastinate.contrib.django import app

from layers.access import Viewer
from layers.patrol.models import Alternative, Position, ShiftPlan, Sighting
from layers.patrol.notes import viewer_of
from layers.patrol.signing import announce

FAILED = "規劃未完成，請再試一次。 The plan could not be made; please try again."


@app.task(pass_context=False)
def make_plan(plan: int) -> None:
    """One plan, from streets to stops. What stands in its way is written into it as a sentence."""
    row = ShiftPlan.objects.select_related("station").filter(pk=plan, status=ShiftPlan.Status.MAKING).first()
    if row is None:
        return
    try:
        make(row)
    except Exception:
        _say(row, 0, FAILED, ShiftPlan.Status.FAILED)
        raise


def make(row: ShiftPlan, viewer: Viewer | None = None) -> None:
    """With the rights of who made it, or of `viewer`."""
    from layers.patrol import planning
    from layers.patrol.craft.problem import Plan
    from layers.patrol.craft.solve import Impossible, ready
    from layers.patrol.network import NoStreets

    seconds = float(row.asked.get("seconds", 8))
    last = 0.0

    def heard(share: float, plan: Plan) -> None:
        nonlocal last
        if time.monotonic() - last > 0.5:
            last = time.monotonic()
            _say(row, 20 + round(share * 70), f"目前價值 {plan.value:.0f} · value so far {plan.value:.0f}")

    try:
        _say(row, 2, "讀取路網與熱點 · reading streets and risk")
        found = planning.draft(row, viewer or viewer_of(row.made_by))
        _say(row, 15, "準備求解 · preparing the search")
        ready()
        asked = found.asked()
        plan, blocked = planning.search(
            found, asked, seconds=seconds, seed=int(row.asked.get("seed", 1)), progress=heard
        )
        _say(row, 93, "畫出路線 · drawing ways")
        row.asked = {**row.asked, "morning": {"order": planning.order_of(asked, plan)}}
        planning.write(row, found, asked, plan, blocked)
        lines = [[list(c) for c in u.line.coords] for u in row.units.all() if u.line]
        row.asked["morning"]["lines"] = lines
        row.save(update_fields=["asked"])
    except (planning.Unplannable, Impossible, NoStreets) as wrong:
        _say(row, 0, str(wrong), ShiftPlan.Status.FAILED)
        return
    announce("plan", id=row.pk, status=row.status)


def _say(row: ShiftPlan, progress: int, message: str, status: str | None = None) -> None:
    row.progress, row.message, row.status = progress, message[:500], status or row.status
    ShiftPlan.objects.filter(pk=row.pk).update(progress=progress, message=row.message, status=row.status)
    announce("plan", id=row.pk, status=row.status, progress=progress)


@app.task(pass_context=False)
def make_alternatives(plan: int, count: int, seconds: float) -> None:
    row = ShiftPlan.objects.select_related("station").filter(pk=plan).first()
    if row is not None:
        vary(row, count, seconds)


def vary(row: ShiftPlan, count: int, seconds: float) -> None:
    """Plans for as many nights, each nearly as good as the best and unlike the others."""
    from layers.patrol import planning
    from layers.patrol.craft.diverse import nights

    found = planning.draft(row, viewer_of(row.made_by))
    asked = found.asked()
    made = nights(asked.problem, count, seconds=seconds, seed=int(row.asked.get("seed", 1)))
    row.alternatives.all().delete()
    Alternative.objects.bulk_create(
        Alternative(
            plan=row, order=i, share=round(night.share, 4), overlap=round(night.overlap, 4),
            routes=planning.order_of(asked, night.plan),
        )
        for i, night in enumerate(made.nights)
    )  # fmt: skip
    never = sorted({asked.stops[asked.nodes[v][0]].id for v in made.unvisited})
    seen = {id for night in made.nights for route in planning.order_of(asked, night.plan) for id in route}
    row.figures = {
        **row.figures,
        "alternatives": {
            "count": count,
            "overlap": round(made.overlap, 4),
            "never_visited": [{"stop": id, "name": found.names[id]} for id in never if id not in seen],
        },
    }
    row.save(update_fields=["figures"])
    announce("alternatives", id=row.pk)


@app.periodic(cron="37 3 * * *")
@app.task(queueing_lock="forget-patrol-positions", pass_context=False)
def forget_positions(timestamp: int) -> int:
    """Each night: positions and cars seen that are older than the rule are deleted; of those older than a day one a minute stays."""
    now = timezone.now()
    old = now - timedelta(days=settings.PATROL_DAYS)
    gone, _ = Position.objects.filter(at__lt=old).delete()
    gone += Sighting.objects.filter(at__lt=old).delete()[0]
    with connection.cursor() as cursor:
        cursor.execute(
            """
            DELETE FROM patrol_position p USING (
                SELECT id, row_number() OVER (PARTITION BY car_id, officer, date_trunc('minute', at) ORDER BY at) AS n
                FROM patrol_position WHERE at < %s
            ) q WHERE q.id = p.id AND q.n > 1
            """,
            [now - timedelta(days=1)],
        )
        return int(gone + cursor.rowcount)


@app.task(pass_context=False)
def push_notices(notices: list[int], only: list[int] | None = None, tried: int = 0) -> None:
    """Wakes phones; services that were away are asked again after ten seconds and after a minute, while it still helps."""
    from layers.patrol.push import push

    again = push(notices, only)
    if again and tried < 2:
        later = push_notices.configure(schedule_in={"seconds": (10, 60)[tried]})
        later.defer(notices=[*notices], only=[*again], tried=tried + 1)
