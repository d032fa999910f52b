"""Files that were handed over and not yet used, and the layers that people keep for themselves.

A layer of one's own is seen by its owner and by the roles it is shared with, until it expires.
"""

from __future__ import annotations

import uuid

from django.contrib.auth.models import User
from django.contrib.gis.db import models
from django.contrib.gis.db.models.functions import Transform
from django.contrib.postgres.indexes import GistIndex


class File(models.Model):
    """A file on its way in. What is done with it, and how far that is, stands in the row."""

    class State(models.TextChoices):
        RECEIVED = "received", "已收到"
        WAITING = "waiting", "等待"
        WORKING = "working", "處理中"
        DONE = "done", "完成"
        FAILED = "failed", "失敗"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    owner = models.ForeignKey(User, models.CASCADE, related_name="+", verbose_name="擁有者")
    name = models.CharField("檔名", max_length=200)
    ending = models.CharField("格式", max_length=12)
    size = models.BigIntegerField("大小")
    made_at = models.DateTimeField("上傳時間", auto_now_add=True, db_index=True)
    state = models.CharField("狀態", max_length=10, choices=State.choices, default=State.RECEIVED)
    progress = models.BigIntegerField("已處理行數", default=0)
    message = models.JSONField("訊息", default=dict, blank=True)
    wish = models.JSONField("要做的事", default=dict, blank=True)
    result = models.JSONField("結果", default=dict, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "上傳檔案"
        ordering = ("-made_at",)

    def __str__(self) -> str:
        return f"{self.name} ({self.state})"


class OwnLayer(models.Model):
    """`fields` are name, title and type of each column; `style` is its colour, or a field and its classes."""

    owner = models.ForeignKey(User, models.CASCADE, related_name="+", verbose_name="擁有者")
    name = models.CharField("名稱", max_length=80)
    geometry = models.CharField("圖形", max_length=8)
    fields = models.JSONField("欄位", default=list)
    label = models.CharField("標題欄位", max_length=60, blank=True)
    style = models.JSONField("樣式", default=dict)
    roles = models.JSONField("分享角色", default=list, blank=True)
    source = models.CharField("來源", max_length=200, blank=True)
    rows = models.BigIntegerField("筆數", default=0)
    made_at = models.DateTimeField("建立時間", auto_now_add=True)
    expires_at = models.DateTimeField("到期")
    deleted_at = models.DateTimeField("刪除時間", null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "個人圖層"
        ordering = ("-id",)

    def __str__(self) -> str:
        return self.name


class Feature(models.Model):
    """A row of somebody's layer. `kind` is the class of its legend that it belongs to."""

    layer = models.ForeignKey(OwnLayer, models.CASCADE, related_name="features")
    geom = models.GeometryField(srid=4326, spatial_index=False)
    merc = models.GeneratedField(
        expression=Transform("geom", 3857),
        output_field=models.GeometryField(srid=3857, spatial_index=False),
        db_persist=True,
        editable=False,
    )
    properties = models.JSONField(default=dict)
    kind = models.SmallIntegerField(default=0)

    class Meta:
        indexes = (GistIndex(fields=["merc"], name="own_merc"),)
        verbose_name = "個人圖徵"

    def __str__(self) -> str:
        return f"{self.layer_id}/{self.pk}"
