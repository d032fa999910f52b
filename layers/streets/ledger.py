"""The memory of the street map: who changed what, and what was true when, as we knew it when.

A version holds the parameters of one object for a time on the street (`valid`) and a time in this database (`txn`);
the database refuses two truths at once. Nothing is overwritten: what was believed wrongly stays, closed.
"""

from __future__ import annotations

from typing import ClassVar

from django.contrib.gis.db import models
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateTimeRangeField
from django.contrib.postgres.fields.ranges import RangeOperators
from django.contrib.postgres.indexes import GistIndex
from django.db.models.fields.json import KT

from layers.registry.rows import MERCATOR, WGS84


class Changeset(models.Model):
    """One act of surveying, drawing or importing; all of it holds or nothing."""

    at = models.DateTimeField("登錄時間", db_index=True)
    valid_from = models.DateTimeField("現場生效時間")
    who = models.CharField("測繪者", max_length=200)
    unit = models.CharField("單位", max_length=80, blank=True)
    method = models.CharField("方法", max_length=16)
    accuracy = models.FloatField("精度（公尺）", null=True, blank=True)
    crash_case = models.CharField("事故案號", max_length=64, blank=True)
    note = models.TextField("說明", blank=True)
    kind = models.CharField("類型", max_length=12, default="edit")
    state = models.CharField("狀態", max_length=10, default="reported", db_index=True)
    decided_by = models.CharField("審核者", max_length=200, blank=True)
    decided_at = models.DateTimeField("審核時間", null=True, blank=True)
    undoes = models.ForeignKey("self", models.PROTECT, null=True, blank=True, verbose_name="復原")
    origin = models.CharField("來源", max_length=16, default="real")

    class Meta:
        verbose_name = verbose_name_plural = "測繪紀錄"

    def __str__(self) -> str:
        return f"{self.pk} {self.who} {self.method}"


class Version(models.Model):
    object = models.CharField("物件", max_length=400)
    kind = models.CharField("種類", max_length=10)
    bearer = models.CharField("所屬", max_length=100, blank=True)
    schema = models.SmallIntegerField("格式版本")
    params = models.JSONField("參數")
    geom = models.GeometryField(srid=WGS84, null=True, spatial_index=False)
    merc = models.GeometryField(srid=MERCATOR, null=True, spatial_index=False)
    valid = DateTimeRangeField("現場有效")
    txn = DateTimeRangeField("登錄有效")
    changeset = models.ForeignKey(Changeset, models.PROTECT, verbose_name="測繪紀錄")

    class Meta:
        verbose_name = verbose_name_plural = "道路物件版本"
        constraints: ClassVar = [
            ExclusionConstraint(
                name="streets_one_truth",
                expressions=[
                    ("object", RangeOperators.EQUAL),
                    ("valid", RangeOperators.OVERLAPS),
                    ("txn", RangeOperators.OVERLAPS),
                ],
            )
        ]
        indexes: ClassVar = [
            GistIndex(fields=["merc"], name="streets_version_merc"),
            models.Index(fields=["bearer"], name="streets_version_bearer", condition=~models.Q(bearer="")),
            models.Index(fields=["object"], name="streets_version_object"),
            models.Index(KT("params__a"), name="streets_version_a", condition=models.Q(kind="segment")),
            models.Index(KT("params__b"), name="streets_version_b", condition=models.Q(kind="segment")),
        ]

    def __str__(self) -> str:
        return f"{self.object} #{self.pk}"


class Confirmation(models.Model):
    """Somebody was there and found an object as it is in the map."""

    object = models.CharField("物件", max_length=400, db_index=True)
    at = models.DateTimeField("確認時間")
    who = models.CharField("確認者", max_length=200)
    unit = models.CharField("單位", max_length=80, blank=True)
    crash_case = models.CharField("事故案號", max_length=64, blank=True)
    note = models.CharField("說明", max_length=200, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "無異動確認"

    def __str__(self) -> str:
        return f"{self.object} {self.at:%Y-%m-%d}"


class Lineage(models.Model):
    """What became of a segment that was split or merged; `start` and `end` are metres along the parent."""

    parent = models.CharField("前身", max_length=400, db_index=True)
    child = models.CharField("後身", max_length=400, db_index=True)
    start = models.FloatField("起")
    end = models.FloatField("迄")
    changeset = models.ForeignKey(Changeset, models.PROTECT)

    class Meta:
        verbose_name = verbose_name_plural = "路段沿革"

    def __str__(self) -> str:
        return f"{self.parent} → {self.child}"


class Template(models.Model):
    """A cross-section, an arm or a junction kept for copying."""

    name = models.CharField("名稱", max_length=80, unique=True)
    kind = models.CharField("種類", max_length=10)
    content = models.JSONField("內容")
    who = models.CharField("建立者", max_length=200)
    at = models.DateTimeField("建立時間", auto_now_add=True)

    class Meta:
        verbose_name = verbose_name_plural = "範本"

    def __str__(self) -> str:
        return self.name


class Stale(models.Model):
    """An object whose shapes have not been drawn again yet since it changed."""

    object = models.CharField(max_length=400)
    geom = models.GeometryField(srid=WGS84, null=True, spatial_index=False)

    class Meta:
        verbose_name = verbose_name_plural = "待重繪物件"

    def __str__(self) -> str:
        return self.object
