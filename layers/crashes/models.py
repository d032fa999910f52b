"""Crashes as the police form records them, their parties, and running totals per junction and road section.

Codes are the form's own values; which list a value belongs to follows from the day of the crash, since the
form was renumbered on 2023-07-01.
"""

from typing import ClassVar
from zoneinfo import ZoneInfo

from django.conf import settings
from django.contrib.gis.db import models
from django.db.models import Case, Value, When
from django.db.models.functions import ExtractHour, ExtractIsoWeekDay

from layers.areas.models import Station, Ward
from layers.registry.rows import PointRow
from layers.streets.models import Junction, Road

EPDO = {1: 9.5, 2: 3.5, 3: 1.0}
"""Equivalent property damage only: what a crash of each class weighs against one with damage alone."""


class Crash(PointRow):
    case_no = models.CharField("總編號", max_length=32, blank=True, db_index=True)
    severity = models.SmallIntegerField("案件類別")
    occurred_at = models.DateTimeField("發生時間", db_index=True)
    hour = models.GeneratedField(
        expression=ExtractHour("occurred_at", tzinfo=ZoneInfo(settings.TIME_ZONE)),
        output_field=models.SmallIntegerField("發生時段"),
        db_persist=True,
    )
    weekday = models.GeneratedField(
        expression=ExtractIsoWeekDay("occurred_at", tzinfo=ZoneInfo(settings.TIME_ZONE)),
        output_field=models.SmallIntegerField("星期"),
        db_persist=True,
    )
    deaths = models.SmallIntegerField("死亡人數", default=0)
    injuries = models.SmallIntegerField("受傷人數", default=0)
    party_count = models.SmallIntegerField("當事者數", null=True, blank=True)
    pedestrian = models.BooleanField("涉及行人", default=False)
    motorcycle = models.BooleanField("涉及機車", default=False)
    vehicle = models.CharField("第一當事者車種", max_length=1, blank=True)
    epdo = models.GeneratedField(
        expression=Case(*(When(severity=s, then=Value(w)) for s, w in EPDO.items()), default=Value(1.0)),
        output_field=models.FloatField("當量"),
        db_persist=True,
    )
    type = models.CharField("事故類型及型態", max_length=4, blank=True)
    cause = models.CharField("主要肇因", max_length=4, blank=True)
    weather = models.CharField("天候", max_length=4, blank=True)
    light = models.CharField("光線", max_length=4, blank=True)
    road_class = models.CharField("道路類別", max_length=4, blank=True)
    form = models.CharField("道路型態", max_length=4, blank=True)
    location = models.CharField("事故位置", max_length=4, blank=True)
    pavement = models.CharField("路面鋪裝", max_length=4, blank=True)
    surface = models.CharField("路面狀態", max_length=4, blank=True)
    defect = models.CharField("路面缺陷", max_length=4, blank=True)
    obstacle = models.CharField("障礙物", max_length=4, blank=True)
    sight = models.CharField("視距", max_length=4, blank=True)
    signal = models.CharField("號誌種類", max_length=4, blank=True)
    signal_state = models.CharField("號誌動作", max_length=4, blank=True)
    direction = models.CharField("分向設施", max_length=4, blank=True)
    lane_line = models.CharField("快車道間分道設施", max_length=4, blank=True)
    slow_lane_line = models.CharField("快慢車道間分道設施", max_length=4, blank=True)
    edge_line = models.CharField("路面邊線", max_length=4, blank=True)
    speed_limit = models.SmallIntegerField("速限", null=True, blank=True)
    hit_and_run = models.BooleanField("肇事逃逸", default=False)
    address = models.CharField("地點", max_length=200, blank=True)
    unit = models.CharField("處理單位", max_length=60, blank=True)
    junction = models.ForeignKey(Junction, models.SET_NULL, null=True, blank=True, verbose_name="路口")
    road = models.ForeignKey(Road, models.SET_NULL, null=True, blank=True, verbose_name="路段")
    ward = models.ForeignKey(Ward, models.SET_NULL, null=True, blank=True, verbose_name="里")
    station = models.ForeignKey(Station, models.SET_NULL, null=True, blank=True, verbose_name="處理派出所")

    class Meta(PointRow.Meta):
        pass

    def __str__(self) -> str:
        return self.case_no or self.key


class Party(models.Model):
    """當事者: a driver with a vehicle, a passenger or a pedestrian, in the order of blame that the form gives."""

    crash = models.ForeignKey(Crash, models.CASCADE, related_name="parties")
    number = models.SmallIntegerField("當事者順位")
    vehicle = models.CharField("當事者區分", max_length=4, blank=True)
    action = models.CharField("行動狀態", max_length=4, blank=True)
    impact = models.CharField("最初撞擊部位", max_length=4, blank=True)
    impact_other = models.CharField("其他撞擊部位", max_length=4, blank=True)
    cause = models.CharField("個別肇因", max_length=4, blank=True)
    sex = models.CharField("性別", max_length=2, blank=True)
    age = models.SmallIntegerField("年齡", null=True, blank=True)
    injury = models.CharField("受傷程度", max_length=2, blank=True)
    protection = models.CharField("保護裝備", max_length=2, blank=True)
    phone = models.CharField("行動電話使用", max_length=2, blank=True)
    licence = models.CharField("駕照狀態", max_length=2, blank=True)
    alcohol = models.CharField("飲酒情形", max_length=2, blank=True)
    hit_and_run = models.BooleanField("肇事逃逸", default=False)
    injury_part = models.CharField("主要傷處", max_length=2, blank=True)
    use = models.CharField("車輛用途", max_length=2, blank=True)
    licence_kind = models.CharField("駕照種類", max_length=2, blank=True)
    occupation = models.CharField("職業", max_length=2, blank=True)
    trip = models.CharField("旅次目的", max_length=2, blank=True)
    platform = models.CharField("外送或共享平台", max_length=40, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["crash", "number"], name="party_number_in_crash"),
        ]
        ordering = ("number",)
        verbose_name = "當事者"

    def __str__(self) -> str:
        return f"{self.crash_id}/{self.number}"


class Casualty(models.Model):
    """死傷者: whoever died or was hurt. Parties who were are here by themselves (`casualties.sql`); a person whom the
    form does not count among the parties is added beside them. No names, no identity numbers."""

    crash = models.ForeignKey(Crash, models.CASCADE, related_name="casualties")
    party = models.OneToOneField(Party, models.CASCADE, null=True, blank=True, verbose_name="當事者")
    vehicle = models.CharField("當事者區分", max_length=4, blank=True)
    sex = models.CharField("性別", max_length=2, blank=True)
    age = models.SmallIntegerField("年齡", null=True, blank=True)
    injury = models.CharField("受傷程度", max_length=2)
    injury_part = models.CharField("主要傷處", max_length=2, blank=True)
    protection = models.CharField("保護裝備", max_length=2, blank=True)

    class Meta:
        ordering = ("party__number", "pk")
        verbose_name = verbose_name_plural = "死傷者"

    def __str__(self) -> str:
        return f"{self.crash_id}: {self.injury}"


class Post(models.Model):
    """Where somebody serves: crashes that this station handles are that person's cases."""

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="post", verbose_name="帳號"
    )
    stations = models.ManyToManyField(Station, verbose_name="派出所")

    class Meta:
        verbose_name = verbose_name_plural = "服務單位"

    def __str__(self) -> str:
        return str(self.user)


class Tally(models.Model):
    """Crashes of one year at one place, kept by the database on every write (`tally.sql`)."""

    year = models.SmallIntegerField("年")
    a1 = models.IntegerField(default=0)
    a2 = models.IntegerField(default=0)
    a3 = models.IntegerField(default=0)
    deaths = models.IntegerField(default=0)
    injuries = models.IntegerField(default=0)
    epdo = models.FloatField(default=0)

    class Meta:
        abstract = True


class JunctionTally(Tally):
    junction = models.ForeignKey(Junction, models.CASCADE)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["junction", "year"], name="junction_year")]

    def __str__(self) -> str:
        return f"{self.junction_id} {self.year}"


class RoadTally(Tally):
    road = models.ForeignKey(Road, models.CASCADE)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["road", "year"], name="road_year")]

    def __str__(self) -> str:
        return f"{self.road_id} {self.year}"


from layers.crashes.movements.models import (  # noqa: E402
    CollisionDiagram,
    CrashGlyph,
    CrashGlyphPoint,
    CrashMovement,
)
from layers.crashes.scenes.models import (  # noqa: E402  (Django finds a theme's tables in this module)
    EvidenceMark,
    ImpactPoint,
    Scene,
    SceneEdit,
    SceneOutline,
    ScenePhoto,
    SceneStep,
)
from layers.crashes.screening.models import (  # noqa: E402
    CrashWindow,
    EpdoWeight,
    Screened,
    ScreenedJunction,
    ScreenedSection,
)

__all__ = [
    "EPDO", "Casualty", "CollisionDiagram", "Crash", "CrashGlyph", "CrashGlyphPoint", "CrashMovement", "CrashWindow", "EpdoWeight",
    "EvidenceMark", "ImpactPoint", "JunctionTally", "Party", "Post", "RoadTally", "Scene", "SceneEdit", "SceneOutline", "ScenePhoto",
    "SceneStep", "Screened", "ScreenedJunction", "ScreenedSection", "Tally",
]  # fmt: skip
