"""How much of the database a person may fill with layers of their own."""

from __future__ import annotations

from django.conf import settings
from django.contrib.auth.models import User
from django.db import connection
from django.db.models import Sum

from gis.uploads.models import OwnLayer
from layers.registry.importer import Wrong


def room_for(owner: User, rows: int, layers: int) -> None:
    """Wrong when the person's share is used up. Two at the same moment do not both get the last place."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('antu own'), %s)", [owner.pk])
    mine = OwnLayer.objects.filter(owner=owner, deleted_at=None)
    used = mine.aggregate(n=Sum("rows"))["n"] or 0
    if used + rows > settings.UPLOAD_ROWS:
        raise Wrong(
            f"個人圖層最多 {settings.UPLOAD_ROWS:,} 筆，已用 {used:,} 筆，這個檔案有 {rows:,} 筆。請先刪除不用的圖層。",
            f"A person may keep {settings.UPLOAD_ROWS:,} rows; {used:,} are used and this file has {rows:,}. "
            "Delete a layer that is no longer needed.",
        )
    if mine.count() + layers > settings.UPLOAD_LAYERS:
        raise Wrong(
            f"個人圖層最多 {settings.UPLOAD_LAYERS} 個，請先刪除不用的。",
            f"A person may keep {settings.UPLOAD_LAYERS} layers; delete one that is no longer needed.",
        )


def too_many(rows: int) -> None:
    raise Wrong(
        f"檔案超過 {settings.UPLOAD_ROWS:,} 筆，超出個人圖層的上限（讀到第 {rows:,} 筆為止）。",
        f"The file has more than {settings.UPLOAD_ROWS:,} rows, which is what a person may keep.",
    )
