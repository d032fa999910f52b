"""OGC API – Processes: the jobs of a viewer, how far they are, their results, and their end.

Whose job it is not sees what they would see if there were none.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from asgiref.sync import sync_to_async
from django.db.models import ExpressionWrapper, F, QuerySet, fields
from django.db.models.functions import Coalesce, Now

from gis.ogc.call import Call
from gis.ogc.core import Core
from gis.ogc.problem import OgcProblem
from gis.ogc.processes import answer, problem, refusal, status, whole, zh
from gis.processes import queue
from gis.processes.models import Job
from gis.processes.run import Failed, Made
from layers.registry.sql import parse_interval

_NONE = "There is no such job."


class Jobs:
    def __init__(self, core: Core) -> None:
        self.core = core

    async def all(self, call: Call) -> None:
        call.reads()
        call.only("limit", "after", "type", "processID", "status", "datetime", "minDuration", "maxDuration")
        limit = whole(call.asked.get("limit"), "limit", 1_000)
        found = await sync_to_async(lambda: list(chosen(call)[: limit + 1]))()
        links = [call.link("self", "/jobs"), call.link("alternate", "/jobs?f=html", "text/html")]
        if len(found) > limit:
            last = found[limit - 1]
            mark = f"{round(last.created_at.timestamp() * 1e6)}_{last.pk}"
            kept = {k: v for k, v in call.asked.items() if k not in ("f", "after")}
            links.append(call.link("next", f"/jobs?{urlencode(kept | {'after': mark})}"))
        said = {"jobs": [status(call, job) for job in found[:limit]], "links": links}
        await call.describe(said | {"title": "處理工作" if zh(call) else "Jobs"})

    async def one(self, call: Call, id: str) -> None:
        job = await self._find(call, id)
        if call.method == "DELETE":
            call.only()
            call.same_site()
            job = await sync_to_async(queue.dismiss)(job)
            return await call.describe(status(call, job))
        call.reads()
        call.only()
        await call.describe(status(call, job))

    async def results(self, call: Call, id: str) -> None:
        call.reads()
        call.only("outputs")
        job = await self._find(call, id)
        if job.status == Job.Status.FAILED:
            raise refusal(Failed(job.code or 500, job.message, "Failed"))
        if job.status == Job.Status.DISMISSED:
            raise problem(410, "The job was dismissed, and its results with it.", "no-such-job")
        if job.status != Job.Status.SUCCESSFUL:
            raise problem(404, f"The job is {job.status}; its results are not there yet.", "result-not-ready")
        kept = await sync_to_async(lambda: list(job.results.all()))()
        made = [Made(one.output, one.media, bytes(one.body)) for one in kept]
        if only := call.asked.get("outputs"):
            names = only.split(",")
            if strange := next((n for n in names if n not in {m.output for m in made}), None):
                raise OgcProblem(400, f"This job has no output “{strange[:40]}”.")
            made = [m for m in made if m.output in names]
        await answer(call, made, job.raw)

    async def _find(self, call: Call, id: str) -> Job:
        job = await sync_to_async(queue.find)(id, call.viewer)
        if job is None:
            raise problem(404, _NONE, "no-such-job")
        return job


def chosen(call: Call) -> QuerySet[Job]:
    """The viewer's jobs that the parameters leave, the newest first."""
    asked, jobs = call.asked, queue.visible(call.viewer)
    if asked.get("type", "process") != "process":
        return jobs.none()
    if names := asked.get("processID"):
        jobs = jobs.filter(process__in=names.split(","))
    if states := asked.get("status"):
        if strange := next((s for s in states.split(",") if s not in Job.Status.values), None):
            raise OgcProblem(
                400, f"There is no status “{strange[:20]}”; there are {', '.join(Job.Status.values)}."
            )
        jobs = jobs.filter(status__in=states.split(","))
    if text := asked.get("datetime"):
        try:
            start, end = parse_interval(text)
        except ValueError as wrong:
            raise OgcProblem(400, str(wrong)) from wrong
        jobs = jobs.filter(created_at__gte=start) if start else jobs
        jobs = jobs.filter(created_at__lte=end) if end else jobs
    lasted = Coalesce(F("finished_at"), Now()) - F("started_at")
    jobs = jobs.annotate(lasted=ExpressionWrapper(lasted, output_field=fields.DurationField()))
    for name, condition in (("minDuration", "lasted__gte"), ("maxDuration", "lasted__lte")):
        if name in asked:
            seconds: Any = timedelta(seconds=whole(asked[name], name, 10**8))
            jobs = jobs.filter(**{condition: seconds})
    if "after" in asked:
        made, id = behind(asked["after"])
        jobs = jobs.filter(created_at__lte=made).exclude(created_at=made, id__gte=id)
    return jobs


def behind(text: str) -> tuple[Any, UUID]:
    """Where the page before ended."""
    made, _, id = text.partition("_")
    try:
        return datetime.fromtimestamp(int(made[:20]) / 1e6, UTC), UUID(id)
    except (ValueError, OverflowError) as wrong:
        raise OgcProblem(400, "after is not from a “next” link of this list.") from wrong
