"""What must be tidied regularly: sessions that ran out, receipts and history past their time, jobs of killed workers."""

from __future__ import annotations

from datetime import timedelta

from django.conf import settings
from django.contrib.sessions.models import Session
from django.utils import timezone
from procrastinate.contrib.django import app

from layers.registry.models import History, Receipt


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


@app.periodic(cron="7 4 * * *")
@app.task(queueing_lock="forget-history", pass_context=False)
def forget_history(timestamp: int) -> int:
    """Each night: former states of rows older than ANTU_HISTORY_DAYS, those of deleted people and cameras among them."""
    old = timezone.now() - timedelta(days=settings.HISTORY_DAYS)
    gone, _ = History.objects.filter(at__lt=old).delete()
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
