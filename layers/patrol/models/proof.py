"""How a sign-in was proven: keys (sealed), tags and where they hang, devices, rules of the day, evidence, refusals.

Nothing here is a layer: it is for the judgement and for those who answer for it. Secrets are stored sealed alone.
"""

from __future__ import annotations

import uuid

from django.contrib.gis.db import models
from django.db.models.fields.json import KeyTextTransform

from layers.areas.models import Station
from layers.patrol.models.rows import PatrolBox, SignIn


class PatrolKey(models.Model):
    """One generation of the city's secret; keys of tags, codes and addresses are derived from it."""

    version = models.PositiveSmallIntegerField("版本", primary_key=True)
    sealed = models.BinaryField("密鑰（加密）", editable=False)
    public = models.BinaryField("公鑰", editable=False)
    created_at = models.DateTimeField("建立", auto_now_add=True)
    retired_at = models.DateTimeField("停用", null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "巡簽金鑰"

    def __str__(self) -> str:
        return f"v{self.version}"


class Tag(models.Model):
    """A tag at a box. It is retired, never deleted, so that what it signed can still be explained."""

    class How(models.TextChoices):
        SUN = "sun", "NTAG 424 DNA"
        PLAIN = "plain", "一般 NFC"
        QR = "qr", "QR 碼"
        ROTATING = "rotating", "輪換代碼"
        CODE = "code", "六位數字"

    box = models.ForeignKey(PatrolBox, models.CASCADE, related_name="tags", verbose_name="巡邏箱")
    how = models.CharField("感應", max_length=10, choices=How.choices)
    uid = models.CharField("UID", max_length=14, blank=True)
    key = models.ForeignKey(PatrolKey, models.PROTECT, verbose_name="金鑰")
    sealed = models.BinaryField("自有密鑰（加密）", null=True, editable=False)
    issued_at = models.DateTimeField("發行", auto_now_add=True)
    retired_at = models.DateTimeField("停用", null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "巡邏箱標籤"
        constraints = [
            models.UniqueConstraint(fields=["uid"], condition=~models.Q(uid=""), name="patrol_tag_uid")
        ]

    def __str__(self) -> str:
        return f"{self.how} {self.uid or self.box_id}"


class Touch(models.Model):
    """A counter of a tag that was used. That this row cannot be there twice is what refuses replays."""

    tag = models.ForeignKey(Tag, models.CASCADE)
    counter = models.BigIntegerField()
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["tag", "counter"], name="patrol_touch_once")]

    def __str__(self) -> str:
        return f"{self.tag_id} #{self.counter}"


class BoxChange(models.Model):
    """What happened to a box: hung, moved, retired, remarked. Rows are added, never changed."""

    class What(models.TextChoices):
        MOVED = "moved", "移設"
        RETIRED = "retired", "撤除"
        RESTORED = "restored", "復設"
        REMARK = "remark", "提示"

    box = models.ForeignKey(PatrolBox, models.CASCADE, related_name="changes", verbose_name="巡邏箱")
    what = models.CharField("事項", max_length=10, choices=What.choices)
    at = models.DateTimeField("時間", auto_now_add=True, db_index=True)
    by = models.CharField("經辦", max_length=200)
    text = models.CharField("內容", max_length=300, blank=True)
    valid_from = models.DateField("自", null=True, blank=True)
    valid_to = models.DateField("至", null=True, blank=True)
    place = models.PointField("原位置", srid=4326, null=True, blank=True, spatial_index=False)

    class Meta:
        verbose_name = verbose_name_plural = "巡邏箱異動"
        ordering = ("-at",)

    def __str__(self) -> str:
        return f"{self.box_id} {self.what}"


class Ruleset(models.Model):
    """The figures of judgement for one station (or all) from a moment on. A change is a new row."""

    station = models.ForeignKey(Station, models.CASCADE, null=True, blank=True, verbose_name="派出所")
    valid_from = models.DateTimeField("生效", db_index=True)
    figures = models.JSONField("數值", default=dict)
    by = models.CharField("經辦", max_length=200, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "簽到判定規則"
        ordering = ("-valid_from", "-id")

    def __str__(self) -> str:
        return f"{self.station_id or '*'} {self.valid_from:%Y-%m-%d}"


class Device(models.Model):
    """A phone that signs in. Its clock's error is what it was when it last spoke with us."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    officer = models.CharField("員警", max_length=150, db_index=True)
    platform = models.CharField("平台", max_length=120, blank=True)
    skew_s = models.FloatField("時鐘差", null=True, blank=True)
    enrolled_at = models.DateTimeField("登錄", auto_now_add=True)
    seen_at = models.DateTimeField("最近", null=True, blank=True)
    revoked_at = models.DateTimeField("停用", null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "巡簽裝置"

    def __str__(self) -> str:
        return f"{self.officer} {self.id}"


class Challenge(models.Model):
    """A question put to a tag through a phone: proof of presence now. Used once."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    tag = models.ForeignKey(Tag, models.CASCADE)
    officer = models.CharField(max_length=150)
    secret = models.BinaryField(null=True)
    asked_at = models.DateTimeField(null=True)
    made_at = models.DateTimeField(auto_now_add=True)
    used_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return str(self.id)


class Proof(models.Model):
    """Why a sign-in is believed, and how much: one row beside each sign-in that came by phone."""

    signin = models.OneToOneField(SignIn, models.CASCADE, related_name="proof", primary_key=True)
    event = models.UUIDField("事件", unique=True)
    how = models.CharField("感應", max_length=10)
    level = models.PositiveSmallIntegerField("保證等級")
    tag = models.ForeignKey(Tag, models.SET_NULL, null=True)
    counter = models.BigIntegerField("計數", null=True)
    device = models.ForeignKey(Device, models.SET_NULL, null=True)
    low = models.DateTimeField("不早於", db_index=True)
    high = models.DateTimeField("不晚於")
    received = models.DateTimeField("送達", db_index=True)
    distance_m = models.FloatField("距離", null=True)
    online = models.BooleanField("即時", default=True)
    stop = models.ForeignKey("patrol.PlanStop", models.SET_NULL, null=True, related_name="proofs")
    findings = models.JSONField("理由")
    rules = models.IntegerField("規則版本")
    evidence = models.JSONField("證據")
    note = models.CharField("員警說明", max_length=500, blank=True)
    decided = models.CharField("主管裁定", max_length=16, blank=True)
    decided_by = models.CharField("裁定者", max_length=200, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "簽到證明"
        indexes = [
            models.Index(fields=["tag", "counter"], name="patrol_proof_counter"),
            # each sign-in is compared with those of its officer: without this, with everybody's of six hours
            models.Index(KeyTextTransform("officer", "evidence"), "low", name="patrol_proof_officer"),
        ]

    def __str__(self) -> str:
        return f"{self.event} {self.how} L{self.level}"


class Refusal(models.Model):
    """What claimed to be a sign-in and was none: forged, cut, run out. Kept, because a pattern of them tells."""

    at = models.DateTimeField("時間", auto_now_add=True, db_index=True)
    actor = models.CharField("帳號", max_length=200, db_index=True)
    box = models.CharField("宣稱的箱號", max_length=64, blank=True)
    how = models.CharField("感應", max_length=10, blank=True)
    reason = models.CharField("理由", max_length=16)
    sentence = models.CharField("說明", max_length=300)
    claim = models.JSONField("內容", default=dict)

    class Meta:
        verbose_name = verbose_name_plural = "拒絕的簽到"
        ordering = ("-at",)

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M} {self.reason}"
