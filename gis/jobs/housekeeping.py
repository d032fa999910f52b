"""What must be tidied regularly: sessions that ran out, and jobs that a killed worker left behind."""

from __future__ import annotations

from datetime import timedelta

from django.contrib.sessions.models import Session
from django.utils import timezone
from procrastinate.contrib.django import app

from layers.registry.models import Receipt


@app.periodic(cron="17 3 * * *")
@app.task(queueing_lock="forget-sessions", pass_context=False)
def forget_sessions(timestamp: int) -> int:
    """Each night: sessions that ran out are deleted."""
    gone, _ = Session.objects.filter(expire_date__lt=timezone.now()).delete()
    return gone


@app.periodic(cron="47 3 * * *")
@app.task(queueing_lock="forget-receipts", pass_context=False)
def forget_receipts(timestamp: int) -> int:
    """Each night: receipts of changes that nobody will send a second time."""
    gone, _ = Receipt.objects.filter(at__lt=timezone.now() - timedelta(days=30)).delete()
    return gone


@app.periodic(cron="*/10 * * * *")
@app.task(queueing_lock="pick-up-lost-jobs", pass_context=False)
async def pick_up_lost_jobs(timestamp: int) -> int:
    """Every ten minutes: a job whose worker has not been heard of goes back into the queue."""
    lost = await app.job_manager.get_stalled_jobs(seconds_since_heartbeat=timedelta(minutes=2).seconds)
    jobs = list(lost)
    for job in jobs:
        await app.job_manager.retry_job(job)
    return len(jobs)
