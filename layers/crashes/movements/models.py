"""The movement of a crash as it was inferred from its scene, and what people decided about it. Decisions are only added."""

from __future__ import annotations

from django.contrib.gis.db import models
from django.contrib.gis.db.models.functions import Transform

from layers.registry.rows import MERCATOR, WGS84


class CrashMovement(models.Model):
    """`parties` holds approach, exit, turn and confidence of the first two; legs are indices into `legs`."""

    crash = models.OneToOneField("crashes.Crash", models.CASCADE, primary_key=True, related_name="movement")
    key = models.CharField("動態型態", max_length=40)
    confidence = models.FloatField("可信度")
    grade = models.CharField("採用", max_length=8)
    parties = models.JSONField("當事者", default=list)
    legs = models.JSONField("路口岔", default=list)
    explain = models.JSONField("依據", default=dict)
    place = models.JSONField("撞擊點", null=True)
    scene_version = models.PositiveIntegerField("現場圖版本", default=0)
    decisions = models.JSONField("人工判定", default=list)
    made_at = models.DateTimeField("時間", auto_now=True)

    class Meta:
        verbose_name = verbose_name_plural = "事故動態"

    def __str__(self) -> str:
        return f"{self.crash_id}: {self.key}"


class CollisionDiagram(models.Model):
    """A sheet that was drawn: what of, and how well it came out. The same content is the same row."""

    digest = models.CharField("雜湊", max_length=64, unique=True)
    junction = models.ForeignKey("streets.Junction", models.CASCADE, related_name="+", verbose_name="路口")
    mode = models.CharField("版型", max_length=12)
    filters = models.CharField("條件", max_length=500, blank=True)
    crashes = models.IntegerField("件數")
    metrics = models.JSONField("品質", default=dict)
    made_by = models.CharField("製圖", max_length=200, blank=True)
    made_at = models.DateTimeField("時間", auto_now=True)

    class Meta:
        verbose_name = verbose_name_plural = "碰撞構圖"

    def __str__(self) -> str:
        return f"{self.junction_id} {self.digest[:10]}"


class CrashGlyph(models.Model):
    """A line of a mark on the map: the path of a party, or the leader of its block."""

    crash = models.ForeignKey("crashes.Crash", models.CASCADE, related_name="+")
    part = models.CharField("部分", max_length=8)
    number = models.IntegerField("編號")
    movement = models.CharField("動態型態", max_length=40)
    family = models.CharField("類型", max_length=2)
    unsure = models.BooleanField("行向待確認", default=False)
    geom = models.LineStringField(srid=WGS84, spatial_index=False)
    merc = models.GeneratedField(
        expression=Transform("geom", MERCATOR),
        output_field=models.LineStringField(srid=MERCATOR),
        db_persist=True,
    )

    def __str__(self) -> str:
        return f"{self.crash_id} {self.part}"


class CrashGlyphPoint(models.Model):
    """The middle of a mark: its severity and its number."""

    crash = models.OneToOneField("crashes.Crash", models.CASCADE, primary_key=True, related_name="+")
    number = models.IntegerField("編號")
    movement = models.CharField("動態型態", max_length=40)
    family = models.CharField("類型", max_length=2)
    unsure = models.BooleanField("行向待確認", default=False)
    geom = models.PointField(srid=WGS84, spatial_index=False)
    merc = models.GeneratedField(
        expression=Transform("geom", MERCATOR), output_field=models.PointField(srid=MERCATOR), db_persist=True
    )

    def __str__(self) -> str:
        return f"{self.crash_id}"
