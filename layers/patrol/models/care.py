"""What officers say back: a box that is out of order, with a photo, and that a note was read."""

from __future__ import annotations

from django.db import models

from layers.patrol.models.rows import PatrolBox, SignIn


class BoxFault(models.Model):
    """A box out of order. `event` is the phone's number for it, so that sending twice reports once."""

    class Kind(models.TextChoices):
        TAG = "tag", "感應不到"
        DAMAGED = "damaged", "毀損"
        GONE = "gone", "不見了"
        MOVED = "moved", "位置不符"
        OTHER = "other", "其他"

    event = models.UUIDField("事件", unique=True)
    box = models.ForeignKey(PatrolBox, models.CASCADE, related_name="faults", verbose_name="巡邏箱")
    by = models.CharField("通報", max_length=200)
    at = models.DateTimeField("時間", auto_now_add=True, db_index=True)
    kind = models.CharField("情形", max_length=10, choices=Kind.choices)
    text = models.CharField("說明", max_length=300, blank=True)
    photo = models.BinaryField("照片", null=True, editable=False)
    place = models.JSONField("位置", null=True, blank=True)
    closed_at = models.DateTimeField("處理完成", null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "巡邏箱故障"
        ordering = ("-at",)

    def __str__(self) -> str:
        return f"{self.box_id} {self.kind}"


class Receipt(models.Model):
    """That the notes of a sign-in were read, and whether they were of use."""

    signin = models.OneToOneField(SignIn, models.CASCADE, primary_key=True, related_name="receipt")
    officer = models.CharField("員警", max_length=200)
    at = models.DateTimeField("已讀", auto_now_add=True)
    useful = models.BooleanField("有用", null=True)
    text = models.CharField("回覆", max_length=300, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "提示已讀"

    def __str__(self) -> str:
        return f"{self.signin_id} {self.officer}"
