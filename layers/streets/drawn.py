"""What the parameters look like today: shapes that can be thrown away and drawn again at any time.

`part` says which layer a shape is of, `owner` the object it was drawn from; each part has an index of its own, so that
a tile of carriageways never passes over markings.
"""

from __future__ import annotations

from typing import ClassVar

from django.contrib.gis.db import models
from django.contrib.postgres.indexes import GistIndex

from layers.registry.rows import AreaRow, LineRow, PointRow

AREAS = ("carriageway", "junction", "zone", "lane", "side", "block", "marking")


class DrawnArea(AreaRow):
    part = models.CharField("圖層", max_length=12)
    owner = models.CharField("所屬", max_length=100, db_index=True)
    kind = models.CharField("種類", max_length=40, blank=True)
    name = models.CharField("名稱", max_length=200, blank=True)
    level = models.SmallIntegerField("層", default=0)
    info = models.JSONField("內容", default=dict)

    class Meta:
        verbose_name = verbose_name_plural = "道路圖形（面）"
        indexes: ClassVar = [
            GistIndex(fields=["merc"], name=f"drawn_{part}_merc", condition=models.Q(part=part))
            for part in AREAS
        ]


class DrawnLine(LineRow):
    """The centre line of a segment."""

    owner = models.CharField("所屬", max_length=100, db_index=True)
    name = models.CharField("路名", max_length=200, blank=True)
    kind = models.CharField("等級", max_length=40)
    rank = models.SmallIntegerField("級別")
    width_m = models.FloatField("路面寬")
    lanes = models.SmallIntegerField("車道數")
    oneway = models.BooleanField("單行")
    speed = models.FloatField("速限", null=True, blank=True)
    level = models.SmallIntegerField("層", default=0)
    state = models.CharField("狀態", max_length=10)
    measured = models.CharField("寬度來源", max_length=16, blank=True)
    confirmed_at = models.DateTimeField("最近確認", null=True, blank=True)
    months = models.SmallIntegerField("距上次確認月數")

    class Meta(LineRow.Meta):
        verbose_name = verbose_name_plural = "道路圖形（線）"


class DrawnPoint(PointRow):
    """A sign or a signal head."""

    part = models.CharField("圖層", max_length=12)
    owner = models.CharField("所屬", max_length=100, db_index=True)
    kind = models.CharField("種類", max_length=40)
    face = models.FloatField("面向", default=0)

    class Meta(PointRow.Meta):
        verbose_name = verbose_name_plural = "道路圖形（點）"


class DrawnWarning(PointRow):
    """A rule that is not kept, where it is not kept."""

    owner = models.CharField("所屬", max_length=100, db_index=True)
    kind = models.CharField("規則", max_length=8)
    severity = models.CharField("程度", max_length=8)
    said = models.CharField("說明", max_length=200)
    said_en = models.CharField("英文說明", max_length=200)

    class Meta(PointRow.Meta):
        verbose_name = verbose_name_plural = "圖資檢核提醒"
