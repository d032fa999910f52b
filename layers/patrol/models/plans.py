"""What is planned: a shift's plan in versions, its units and their stops; turns that are banned; where cars were."""

from __future__ import annotations

import uuid

from django.contrib.gis.db import models
from django.utils import timezone

from layers.areas.models import Station
from layers.patrol.models.rows import PatrolBox, PatrolCar
from layers.streets.models import Road


class ShiftPlan(models.Model):
    """One version of the plan of one shift. A published one is not changed any more: the next version is."""

    class Status(models.TextChoices):
        MAKING = "making", "計算中"
        DRAFT = "draft", "草案"
        FAILED = "failed", "失敗"
        PUBLISHED = "published", "已發布"
        REPLACED = "replaced", "已被取代"

    series = models.UUIDField("系列", default=uuid.uuid4, db_index=True)
    version = models.PositiveIntegerField("版次", default=1)
    name = models.CharField("名稱", max_length=80)
    station = models.ForeignKey(Station, models.CASCADE, verbose_name="派出所")
    begin = models.DateTimeField("起", db_index=True)
    finish = models.DateTimeField("迄")
    status = models.CharField("狀態", max_length=10, choices=Status.choices, default=Status.MAKING)
    progress = models.PositiveSmallIntegerField("進度", default=0)
    message = models.CharField("訊息", max_length=500, blank=True)
    asked = models.JSONField("要求", default=dict)
    figures = models.JSONField("數值", default=dict)
    blocked = models.JSONField("無法滿足", default=list)
    made_by = models.CharField("製作", max_length=200, blank=True)
    made_at = models.DateTimeField("製作時間", auto_now_add=True)
    published_at = models.DateTimeField("發布時間", null=True, blank=True)
    published_by = models.CharField("發布者", max_length=200, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "勤務規劃"
        ordering = ("-begin", "-version")
        constraints = [models.UniqueConstraint(fields=["series", "version"], name="patrol_plan_version")]

    def __str__(self) -> str:
        return f"{self.name} v{self.version}"


class PlanUnit(models.Model):
    plan = models.ForeignKey(ShiftPlan, models.CASCADE, related_name="units")
    order = models.PositiveSmallIntegerField()
    name = models.CharField("線別", max_length=60)
    officers = models.JSONField("員警", default=list)
    mode = models.CharField("方式", max_length=16)
    car = models.ForeignKey(PatrolCar, models.SET_NULL, null=True, related_name="+", verbose_name="巡邏車")
    begin = models.DateTimeField("起")
    finish = models.DateTimeField("迄")
    back = models.DateTimeField("返所", null=True)
    km = models.FloatField("里程", default=0)
    line = models.LineStringField("路線", srid=4326, null=True, spatial_index=False)

    class Meta:
        ordering = ("order",)
        constraints = [models.UniqueConstraint(fields=["plan", "order"], name="patrol_unit_order")]

    def __str__(self) -> str:
        return self.name


class PlanStop(models.Model):
    """One visit. `spot` numbers a hot spot without a box."""

    unit = models.ForeignKey(PlanUnit, models.CASCADE, related_name="stops")
    order = models.PositiveSmallIntegerField()
    box = models.ForeignKey(PatrolBox, models.CASCADE, null=True)
    spot = models.IntegerField(null=True)
    name = models.CharField(max_length=80)
    point = models.PointField(srid=4326, spatial_index=False)
    at = models.DateTimeField("預定")
    opens = models.DateTimeField(null=True)
    closes = models.DateTimeField(null=True)
    minutes = models.FloatField("停留")
    must = models.BooleanField("必巡", default=False)
    locked = models.BooleanField("鎖定", default=False)
    prize = models.FloatField("價值", default=0)

    class Meta:
        ordering = ("order",)
        constraints = [models.UniqueConstraint(fields=["unit", "order"], name="patrol_stop_order")]

    def __str__(self) -> str:
        return f"{self.order}. {self.name}"


class Alternative(models.Model):
    """Another plan for the same shift, nearly as good and not the same."""

    plan = models.ForeignKey(ShiftPlan, models.CASCADE, related_name="alternatives")
    order = models.PositiveSmallIntegerField()
    share = models.FloatField("價值比")
    overlap = models.FloatField("重疊")
    routes = models.JSONField()

    class Meta:
        ordering = ("order",)

    def __str__(self) -> str:
        return f"{self.plan_id} #{self.order}"


class TurnBan(models.Model):
    """From one street into another one is forbidden to turn, for all that drives."""

    origin = models.ForeignKey(Road, models.CASCADE, related_name="+", verbose_name="自")
    to = models.ForeignKey(Road, models.CASCADE, related_name="+", verbose_name="往")

    class Meta:
        verbose_name = verbose_name_plural = "禁止轉彎"
        constraints = [models.UniqueConstraint(fields=["origin", "to"], name="patrol_turn_ban")]

    def __str__(self) -> str:
        return f"{self.origin_id} → {self.to_id}"


class Position(models.Model):
    """Where a car, or a phone on duty, said it was: one of both. Forgotten after the days of the rule."""

    car = models.ForeignKey(PatrolCar, models.CASCADE, null=True)
    officer = models.CharField(max_length=150, blank=True)
    at = models.DateTimeField()
    received = models.DateTimeField(default=timezone.now)  # that it was heard then is known by our own clock
    point = models.PointField(srid=4326, spatial_index=False)
    speed_kmh = models.FloatField(null=True)
    heading = models.SmallIntegerField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["car", "at"], name="patrol_position_once"),
            models.UniqueConstraint(
                fields=["officer", "at"], condition=~models.Q(officer=""), name="patrol_position_phone"
            ),
            models.CheckConstraint(
                condition=models.Q(car=None) ^ models.Q(officer=""), name="patrol_position_of_one"
            ),
        ]
        indexes = [models.Index(fields=["at"], name="patrol_position_at")]

    def __str__(self) -> str:
        return f"{self.officer or self.car_id} {self.at}"
