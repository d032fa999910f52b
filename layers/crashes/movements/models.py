"""The movement of a crash as it was inferred from its scene, and what people decided about it. Decisions are only added."""

from __future__ import annotations

from django.contrib.gis.db import models


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
