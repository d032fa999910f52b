"""What officers are told: rules that a planner edits, what was told to whom, wanted cars that were seen, phones to wake."""

from __future__ import annotations

from django.contrib.gis.db import models
from django.core.exceptions import ValidationError
from django.utils import timezone

from layers.access import Clearance
from layers.areas.models import Station
from layers.patrol.models.rows import PatrolBox, SignIn


class NoteRule(models.Model):
    """When an officer who signs in is told something. With hours, it is told in them, of what happened in them."""

    class What(models.TextChoices):
        REMARK = "remark", "巡邏箱提示 · remark of the box"
        CRASH = "crashes", "交通事故 · crashes"
        CRIME = "crimes", "刑案 · crimes"
        CALL = "calls_110", "110 報案 · calls"
        DEFECT = "road_defects", "道路缺失 · road defects"
        WANTED = "wanted", "查緝車輛出沒 · wanted cars seen"

    what = models.CharField("事項 · what", max_length=16, choices=What.choices)
    station = models.ForeignKey(
        Station, models.CASCADE, null=True, blank=True, verbose_name="派出所（空白＝全部） · unit"
    )
    radius_m = models.PositiveIntegerField("範圍（公尺） · within metres", default=300)
    days = models.FloatField("最近幾天 · in the last days", default=30)
    least = models.PositiveSmallIntegerField("至少幾件 · at least", default=1)
    from_hour = models.PositiveSmallIntegerField("自幾時 · from hour", null=True, blank=True)
    to_hour = models.PositiveSmallIntegerField("至幾時 · to hour", null=True, blank=True)
    zh = models.CharField(
        "中文", max_length=200,
        help_text="{n} 件數、{days} 天、{radius} 公尺、{kind} 最近一件、{metres} 距離、{when} 時間、{remark} 提示、{plate} 車號",
    )  # fmt: skip
    en = models.CharField("English", max_length=200, blank=True)
    urgent = models.BooleanField("緊急（推播） · urgent", default=False)
    clearance = models.PositiveSmallIntegerField(
        "至少須有權限 · clearance", default=Clearance.POLICE,
        choices=[(Clearance.POLICE.value, "警用 · police"), (Clearance.RESTRICTED.value, "特許 · restricted")],
    )  # fmt: skip
    valid_from = models.DateField("生效 · from", default=timezone.localdate)
    valid_to = models.DateField("至 · until", null=True, blank=True)
    by = models.CharField("經辦 · by", max_length=200, blank=True, editable=False)

    class Meta:
        verbose_name = verbose_name_plural = "簽到提示規則"
        ordering = ("-urgent", "what", "id")

    def __str__(self) -> str:
        return f"{self.what} {self.zh[:40]}"

    def clean(self) -> None:
        if (self.from_hour is None) != (self.to_hour is None):
            raise ValidationError("時段須同時填起訖。 Hours need both a beginning and an end.")
        if max(self.from_hour or 0, self.to_hour or 0) > 24:
            raise ValidationError("時段為 0 至 24 時。 Hours are 0 to 24.")
        if self.valid_to and self.valid_to < self.valid_from:
            raise ValidationError("結束日在生效日之前。 It ends before it begins.")
        if not 0 < self.days <= 400:
            raise ValidationError("期間為 400 天以內。 The period is up to 400 days.")
        if not 0 < self.radius_m <= 5000:
            raise ValidationError("範圍為 1 至 5000 公尺。 The radius is 1 to 5000 m.")


class Sighting(models.Model):
    """A wanted car that a reader or an officer saw. `key` is the sender's number: sent again, it is there once."""

    key = models.CharField("編號", max_length=64, unique=True)
    at = models.DateTimeField("時間", db_index=True)
    point = models.PointField("位置", srid=4326, spatial_index=True)
    plate = models.CharField("車號", max_length=16)
    why = models.CharField("事由", max_length=80, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "查緝車輛出沒"
        ordering = ("-at",)

    def __str__(self) -> str:
        return f"{self.plate} {self.at:%Y-%m-%d %H:%M}"


class Notice(models.Model):
    """One thing told to one officer, in the words told: a note of a sign-in, or a message somebody wrote."""

    officer = models.CharField("員警", max_length=200)
    at = models.DateTimeField("時間", auto_now_add=True, db_index=True)
    zh = models.CharField("中文", max_length=300)
    en = models.CharField("English", max_length=300, blank=True)
    urgent = models.BooleanField("緊急", default=False)
    clearance = models.PositiveSmallIntegerField("權限", default=Clearance.POLICE)
    signin = models.ForeignKey(SignIn, models.CASCADE, null=True, related_name="notices", verbose_name="簽到")
    box = models.ForeignKey(PatrolBox, models.CASCADE, null=True, verbose_name="巡邏箱")
    rule = models.ForeignKey(NoteRule, models.SET_NULL, null=True, verbose_name="規則")
    by = models.CharField("發送", max_length=200, blank=True)
    message = models.UUIDField("訊息", null=True, db_index=True)
    read_at = models.DateTimeField("已讀", null=True)
    pushed = models.PositiveSmallIntegerField("推播", default=0)

    class Meta:
        verbose_name = verbose_name_plural = "提示與訊息"
        ordering = ("-at", "-id")
        indexes = [models.Index(fields=["officer", "at"], name="patrol_notice_officer")]
        constraints = [
            models.UniqueConstraint(fields=["message", "officer"], name="patrol_message_once"),
            models.UniqueConstraint(fields=["signin", "rule", "officer"], name="patrol_note_once"),
        ]

    def __str__(self) -> str:
        return f"{self.officer} {self.zh[:40]}"


class PushKey(models.Model):
    """The key that push services know this server by. One row, made when it is first needed, sealed like the others."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    sealed = models.BinaryField("密鑰（加密）", editable=False)
    public = models.BinaryField("公鑰", editable=False)
    made_at = models.DateTimeField("建立", auto_now_add=True)

    def __str__(self) -> str:
        return "VAPID"


class Subscription(models.Model):
    """A phone that may be woken. Gone when its push service says so."""

    officer = models.CharField("員警", max_length=200, db_index=True)
    endpoint = models.CharField("位址", max_length=600, unique=True)
    p256dh = models.CharField(max_length=100)
    auth = models.CharField(max_length=30)
    made_at = models.DateTimeField("建立", auto_now_add=True)
    used_at = models.DateTimeField("最近送達", null=True)
    failures = models.PositiveSmallIntegerField("連續失敗", default=0)

    class Meta:
        verbose_name = verbose_name_plural = "推播裝置"

    def __str__(self) -> str:
        return f"{self.officer} {self.endpoint[:60]}"
