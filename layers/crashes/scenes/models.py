"""A scene, the log of its edits, the steps of its review, its photographs, and what of it is on the map.

`guard.sql` makes the database refuse what must not happen: logs that change, scenes that change once approved.
"""

from __future__ import annotations

from typing import ClassVar

from django.contrib.gis.db import models

from layers.registry.rows import AreaRow, LineRow, PointRow


class Scene(models.Model):
    class State(models.TextChoices):
        DRAFT = "draft", "草稿"
        SUBMITTED = "submitted", "送審"
        RETURNED = "returned", "退回"
        APPROVED = "approved", "核定"
        LOCKED = "locked", "結案"

    crash = models.OneToOneField("crashes.Crash", models.PROTECT, related_name="scene", verbose_name="事故")
    state = models.CharField("狀態", max_length=12, choices=State, default=State.DRAFT)
    version = models.PositiveIntegerField("版本", default=0)
    """The number of the last edit."""
    document = models.JSONField("現場圖")
    plates = models.JSONField("車號牌", default=dict)
    """Letter of the party → plate; kept apart from the document, which may be shown where plates may not."""
    drawn_by = models.CharField("測繪人員", max_length=200, blank=True)
    reviewed_by = models.CharField("審核人員", max_length=200, blank=True)
    changed_at = models.DateTimeField("異動時間", auto_now=True)

    class Meta:
        verbose_name = verbose_name_plural = "現場圖"

    def __str__(self) -> str:
        return f"{self.crash_id} {self.state}"

    @property
    def editable(self) -> bool:
        return self.state in (self.State.DRAFT, self.State.RETURNED)


class SceneEdit(models.Model):
    """One edit of the log, applied, kept as a rival, or refused. Never changed."""

    scene = models.ForeignKey(Scene, models.PROTECT, related_name="edits")
    number = models.PositiveIntegerField("序號")
    op_id = models.CharField("代號", max_length=64)
    client = models.CharField("裝置", max_length=64)
    actor = models.CharField("行為人", max_length=200)
    at = models.DateTimeField("時間", auto_now_add=True)
    op = models.JSONField("編輯")
    outcome = models.CharField("結果", max_length=12)
    sentences = models.JSONField("說明", default=list)
    inverse = models.JSONField("還原", null=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["scene", "op_id"], name="scene_edit_once"),
            models.UniqueConstraint(fields=["scene", "number"], name="scene_edit_number"),
        ]
        ordering = ("number",)
        verbose_name = verbose_name_plural = "現場圖編輯"

    def __str__(self) -> str:
        return f"{self.scene_id}/{self.number}"


class SceneStep(models.Model):
    """A step of the review, with the document as it was and, when approved, the sheet itself. Never changed."""

    scene = models.ForeignKey(Scene, models.PROTECT, related_name="steps")
    at = models.DateTimeField("時間", auto_now_add=True)
    actor = models.CharField("行為人", max_length=200)
    before = models.CharField("原狀態", max_length=12)
    after = models.CharField("新狀態", max_length=12)
    version = models.PositiveIntegerField("版本")
    digest = models.CharField("雜湊", max_length=64)
    document = models.JSONField("現場圖")
    remarks = models.JSONField("審核意見", default=list)
    sheet = models.TextField("核定圖面", blank=True)
    sheet_digest = models.CharField("圖面雜湊", max_length=64, blank=True)

    class Meta:
        ordering = ("pk",)
        verbose_name = verbose_name_plural = "現場圖審核"

    def __str__(self) -> str:
        return f"{self.scene_id}: {self.before} → {self.after}"


class ScenePhoto(models.Model):
    """A photograph: the original is kept by its hash, what is shown is made from it without EXIF and with blurs."""

    scene = models.ForeignKey(Scene, models.PROTECT, related_name="photos")
    name = models.CharField("代號", max_length=40)
    sha256 = models.CharField("雜湊", max_length=64)
    media = models.CharField("格式", max_length=20)
    size = models.PositiveIntegerField("位元組")
    width = models.PositiveIntegerField("寬")
    height = models.PositiveIntegerField("高")
    panorama = models.BooleanField("全景", default=False)
    party = models.CharField("當事者", max_length=1, blank=True)
    areas = models.JSONField("部位", default=list)
    """Codes of the form: `impact-05` where the vehicle was touched, `injury-01` where the person was hurt."""
    caption = models.CharField("說明", max_length=200, blank=True)
    blurs = models.JSONField("遮蔽", default=list)
    actor = models.CharField("上傳人", max_length=200)
    at = models.DateTimeField("時間", auto_now_add=True)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["scene", "name"], name="scene_photo_name")]
        ordering = ("pk",)
        verbose_name = verbose_name_plural = "現場照片"

    def __str__(self) -> str:
        return self.name


class SceneOutline(AreaRow):
    """What a scene covers on the ground."""

    scene = models.ForeignKey(Scene, models.CASCADE)
    crash = models.ForeignKey("crashes.Crash", models.CASCADE)
    state = models.CharField("狀態", max_length=12)
    parties = models.SmallIntegerField("當事者數", default=0)

    class Meta(AreaRow.Meta):
        pass


class EvidenceMark(LineRow):
    scene = models.ForeignKey(Scene, models.CASCADE)
    crash = models.ForeignKey("crashes.Crash", models.CASCADE)
    kind = models.CharField("種類", max_length=12)
    party = models.CharField("當事者", max_length=1, blank=True)
    length_m = models.FloatField("長度")

    class Meta(LineRow.Meta):
        pass


class ImpactPoint(PointRow):
    scene = models.ForeignKey(Scene, models.CASCADE)
    crash = models.ForeignKey("crashes.Crash", models.CASCADE)
    certainty = models.CharField("確定程度", max_length=12)
    sigma_m = models.FloatField("標準差")
    parties = models.CharField("當事者", max_length=26, blank=True)

    class Meta(PointRow.Meta):
        pass
