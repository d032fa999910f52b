"""The jobs: taken on, done, dismissed, forgotten. Every step is one statement that says which state it starts from,
so that a worker, a dismissal and a second worker never undo each other.
"""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from django.conf import settings
from django.contrib.auth.models import User
from django.db import connection, transaction
from django.db.models import Q, QuerySet
from django.utils import timezone
from procrastinate.contrib.django.models import ProcrastinateJob

from gis.accounts.identity import viewer_of
from gis.audit.note import note
from gis.processes.asked import Asked, check
from gis.processes.models import UNFINISHED, Job, Result
from gis.processes.run import Failed, Made, Running, Stopped, limited, produce
from layers.access import Clearance, Viewer
from layers.registry.process import Process, processes

SECONDS = 600.0
MOST_ATTEMPTS = 2
MOST_AT_ONCE = {True: 10, False: 4}
"""Unfinished jobs of somebody we know, and of all whom we do not know together."""
MOST_GUESTS = 200
GUEST_DAYS = 1
ANONYMOUS = "anonymous"


def owner_of(viewer: Viewer) -> str:
    """Who a job belongs to: the person, whichever session or token they came with."""
    if not viewer.known:
        return ANONYMOUS
    return f"user {viewer.user_id}" if viewer.user_id is not None else f"actor {viewer.actor}"


def submit(process: Process, viewer: Viewer, asked: Asked) -> Job:
    """A new job, in the queue from the moment it exists."""
    from gis.processes.jobs import run_process

    owner = owner_of(viewer)
    with transaction.atomic():
        _room(owner, viewer.known)
        job = Job.objects.create(
            process=process.id,
            owner=owner,
            actor=viewer.actor[:200],
            user_id=viewer.user_id,
            clearance=viewer.clearance,
            inputs=asked.inputs.model_dump(mode="json"),
            wanted=dict(asked.wanted),
            raw=asked.raw,
        )
        if viewer.known:
            note(viewer.actor, "process", process.id, str(job.id), inputs=asked.brief)
        job.queue_id = run_process.defer(job=str(job.id))
        job.save(update_fields=["queue_id"])
    return job


def _room(owner: str, known: bool) -> None:
    with connection.cursor() as cursor:  # two at the same moment must not both find the last place
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('antu jobs'), hashtext(%s))", [owner])
    waiting = Job.objects.filter(owner=owner, status__in=UNFINISHED).count()
    if waiting >= MOST_AT_ONCE[known]:
        raise Failed(429, f"{waiting} jobs are waiting or running; let one end first.", "TooMany")
    if not known and Job.objects.filter(owner=owner).count() >= MOST_GUESTS:
        raise Failed(429, "Too many jobs were asked for without signing in; try again tomorrow.", "TooMany")


def visible(viewer: Viewer) -> QuerySet[Job]:
    """The jobs a viewer may list."""
    reachable = Job.objects.filter(clearance__lte=viewer.clearance)
    if "administrator" in viewer.roles:
        return reachable
    return reachable.filter(owner=owner_of(viewer)) if viewer.known else reachable.none()


def find(id: str, viewer: Viewer) -> Job | None:
    """One job. That of an anonymous person belongs to whoever knows its long random name."""
    try:
        key = UUID(id)
    except ValueError:
        return None
    mine = visible(viewer).filter(pk=key).first()
    return mine or Job.objects.filter(pk=key, owner=ANONYMOUS).first()


def dismiss(job: Job) -> Job:
    """Queued or running, it ends; finished, its results go. A statement that runs for it is cancelled."""
    with transaction.atomic():
        job = Job.objects.select_for_update().get(pk=job.pk)
        job.results.all().delete()
        job.status, job.message, job.finished_at = Job.Status.DISMISSED, "", job.finished_at or timezone.now()
        job.save()
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_cancel_backend(pid) FROM pg_stat_activity "
            "WHERE application_name = %s AND datname = current_database()",
            [_name(job.pk)],
        )
    return job


def _name(id: UUID) -> str:
    return f"antu job {id.hex}"


def work(id: str) -> None:
    """Does one job. Called by the worker; nothing that the process does wrong comes out of here."""
    key = UUID(id)
    job = _begun(key)
    if job is None:
        return
    attempt = Job.objects.filter(pk=key, status=Job.Status.RUNNING, attempts=job.attempts)

    def heard(percent: float, message: str) -> None:
        now = timezone.now()
        if not attempt.update(progress=int(percent), message=message[:500], updated_at=now):
            raise Stopped

    with limited(SECONDS, _name(key)):
        try:
            viewer = _still(job)
            process = processes.find(job.process, viewer)
            if process is None:
                raise Failed(404, f"There is no process “{job.process}” any more.", "NotFound")
            inputs = check(process, viewer, job.inputs)
            _finish(job, produce(process, inputs, Running(process, viewer, job.wanted, SECONDS, heard)))
        except Failed as failed:
            _fail(attempt, failed.status, failed.sentence)
        except Stopped:
            return


def _begun(key: UUID) -> Job | None:
    """The job, if it is still to be done. One whose workers were lost again and again is not tried for ever."""
    with transaction.atomic():
        job = Job.objects.select_for_update().filter(pk=key, status__in=UNFINISHED).first()
        if job is None:
            return None
        job.attempts += 1
        job.status, job.started_at, job.progress = Job.Status.RUNNING, timezone.now(), 0
        job.save()
    if job.attempts > MOST_ATTEMPTS:
        said = "The worker was ended before this was done, more than once; ask for less at once."
        _fail(Job.objects.filter(pk=key), 500, said)
        return None
    return job


def _still(job: Job) -> Viewer:
    """Whoever asked, with the rights that they have now, and never more than when they asked."""
    if job.user_id is None:
        return Viewer(actor=job.actor, clearance=Clearance(job.clearance))
    user = User.objects.filter(pk=job.user_id, is_active=True).first()
    if user is None:
        raise Failed(403, "The account that asked for this is gone.", "Forbidden")
    now = viewer_of(user)
    return Viewer(job.actor, now.name, min(now.clearance, Clearance(job.clearance)), now.roles, job.user_id)


def _finish(job: Job, made: list[Made]) -> None:
    with transaction.atomic():
        mine = Job.objects.select_for_update().filter(
            pk=job.pk, status=Job.Status.RUNNING, attempts=job.attempts
        )
        if not mine.exists():
            raise Stopped
        Result.objects.bulk_create(
            Result(job=job, output=one.output, media=one.media, body=one.body) for one in made
        )
        now = timezone.now()
        mine.update(status=Job.Status.SUCCESSFUL, progress=100, message="", finished_at=now, updated_at=now)


def _fail(jobs: QuerySet[Job], status: int, sentence: str) -> None:
    now = timezone.now()
    jobs.update(
        status=Job.Status.FAILED, code=status, message=sentence[:500], finished_at=now, updated_at=now
    )


def forget() -> int:
    """Old jobs and their results are deleted; those of anonymous people after a day."""
    now = timezone.now()
    old = Q(created_at__lt=now - timedelta(days=settings.JOB_DAYS))
    guests = Q(owner=ANONYMOUS, created_at__lt=now - timedelta(days=GUEST_DAYS))
    gone = Job.objects.filter(old | guests).exclude(status=Job.Status.RUNNING)
    count = gone.count()
    gone.delete()
    return count


def give_up_lost() -> int:
    """Jobs that the queue no longer knows will never be done: they say so."""
    queued = ProcrastinateJob.objects.filter(status__in=("todo", "doing")).values("id")
    since = timezone.now() - timedelta(minutes=1)
    lost = Job.objects.filter(status__in=UNFINISHED, updated_at__lt=since).exclude(queue_id__in=queued)
    count = lost.count()
    _fail(lost, 500, "The worker was lost while this was done; ask for it again.")
    return count
