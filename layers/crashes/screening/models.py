"""What the last screening found, and the weights that it used. Rows are replaced as a whole; nothing here is entered."""

from __future__ import annotations

from typing import ClassVar

from django.contrib.gis.db import models
from django.contrib.gis.db.models.functions import Transform

from layers.registry.rows import MERCATOR, WGS84
from layers.streets.models import Junction, Section


class EpdoWeight(models.Model):
    """What a crash of each class weighs against one with damage alone, from a day on."""

    valid_from = models.DateField("生效日", unique=True)
    a1 = models.FloatField("A1")
    a2 = models.FloatField("A2")
    a3 = models.FloatField("A3", default=1.0)
    source = models.CharField("依據", max_length=200, blank=True)

    class Meta:
        ordering = ("valid_from",)
        verbose_name = "當量權重"
        verbose_name_plural = "當量權重"
        constraints: ClassVar = [
            models.CheckConstraint(condition=models.Q(a1__gte=models.F("a2"), a2__gte=models.F("a3"), a3__gt=0), name="epdo_ordered"),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.valid_from}: {self.a1}／{self.a2}／{self.a3}"


class Screened(models.Model):
    """Of one place over one period. Expectations and excess are crashes in that period."""

    start = models.DateField("自")
    until = models.DateField("至", help_text="The first day that no longer counts.")
    rank = models.IntegerField("排名")
    crashes = models.IntegerField("件數")
    a1 = models.IntegerField()
    a2 = models.IntegerField()
    a3 = models.IntegerField()
    vulnerable = models.FloatField("弱勢用路人占比")
    severe = models.FloatField("死傷占比")
    epdo = models.FloatField("當量")
    epdo_expected = models.FloatField("當量期望值")
    epdo_low = models.FloatField()
    epdo_high = models.FloatField()
    like = models.FloatField("同類平均")
    expected = models.FloatField("經驗貝氏期望值")
    excess = models.FloatField("超額")
    excess_low = models.FloatField()
    excess_high = models.FloatField()
    trend = models.FloatField("年變化", null=True)
    trend_low = models.FloatField(null=True)
    trend_high = models.FloatField(null=True)
    grade = models.FloatField("分級分數")
    grade_name = models.CharField("分級", max_length=12)
    rules = models.JSONField("規則", default=list)
    alike = models.CharField("同類", max_length=60)

    class Meta:
        abstract = True


class ScreenedJunction(Screened):
    junction = models.OneToOneField(Junction, models.CASCADE, primary_key=True)

    def __str__(self) -> str:
        return f"{self.rank}: {self.junction_id}"


class ScreenedSection(Screened):
    section = models.OneToOneField(Section, models.CASCADE, primary_key=True)
    per_km = models.FloatField("每公里件數")

    def __str__(self) -> str:
        return f"{self.rank}: {self.section_id}"


class CrashWindow(models.Model):
    """Some hundred metres of a section that have more crashes than as many metres of streets like it."""

    section = models.ForeignKey(Section, models.CASCADE, related_name="+")
    rank = models.IntegerField("排名")
    from_m = models.FloatField("起點")
    to_m = models.FloatField("迄點")
    crashes = models.IntegerField("件數")
    epdo = models.FloatField("當量")
    like = models.FloatField("同類平均")
    excess = models.FloatField("超額")
    excess_low = models.FloatField()
    excess_high = models.FloatField()
    geom = models.LineStringField(srid=WGS84, spatial_index=False)
    merc = models.GeneratedField(
        expression=Transform("geom", MERCATOR),
        output_field=models.LineStringField(srid=MERCATOR, spatial_index=False),
        db_persist=True,
    )

    def __str__(self) -> str:
        return f"{self.section_id} {self.from_m:.0f}–{self.to_m:.0f} m"
