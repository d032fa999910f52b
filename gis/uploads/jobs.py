"""What the worker does with files: large imports, and forgetting what nobody came back for."""

from __future__ import annotations

import time
from datetime import timedelta
from uuid import UUID

from django.db import connection
from django.utils import timezone
from procrastinate.contrib.django import app

from gis.uploads import shelf, work
from gis.uploads.models import File, OwnLayer

HOURS = 24
"""How long a file waits for its owner, and a deleted layer for a change of mind."""


@app.task(pass_context=False)
def run_upload(file: str) -> None:
    """One file into a layer. If its worker is killed, another does it again from the start."""
    work.work(UUID(file))


@app.periodic(cron="23 * * * *")
@app.task(queueing_lock="forget-uploads", pass_context=False)
def forget_uploads(timestamp: int) -> int:
    """Each hour: files that nobody used, layers that expired or were deleted a day ago, and what crashes left."""
    return forget()


def forget() -> int:
    since = timezone.now() - timedelta(hours=HOURS)
    gone = shelf.sweep()
    for file in File.objects.filter(made_at__lt=since):
        shelf.remove(file.pk, file.ending)
        file.delete()
        gone += 1
    old = OwnLayer.objects.filter(deleted_at__lt=since) | OwnLayer.objects.filter(expires_at__lt=since)
    for layer in old:
        with connection.cursor() as cursor:
            cursor.execute("DELETE FROM uploads_feature WHERE layer_id = %s", [layer.pk])
        layer.delete()
        gone += 1
    return gone + _orphans()


def _orphans() -> int:
    """Files whose row was never written, or went with its owner."""
    known, gone = {str(pk) for pk in File.objects.values_list("pk", flat=True)}, 0
    for path in shelf.folder().iterdir():
        old = time.time() - path.stat().st_mtime > HOURS * 3600
        if old and path.name.split(".")[0] not in known:
            path.unlink(missing_ok=True)
            gone += 1
    return gone
