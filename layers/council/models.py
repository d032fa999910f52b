"""What the council keeps: meetings, what is on their agenda, visits, decisions; measures, their pictures and reviews.

A measure's *before* is frozen when it comes into use, so that no later reading can choose a kinder one.
"""

from typing import ClassVar

from django.contrib.gis.db import models

from layers.registry.rows import PointRow, Row
from layers.streets.models import Junction, Section

MEETING = (("planned", "未開"), ("running", "進行中"), ("closed", "已結束"))
KINDS = (("engineering", "工程"), ("enforcement", "執法"), ("education", "教育宣導"))
STATES = (("planned", "規劃中"), ("works", "施工中"), ("done", "已啟用"), ("dropped", "取消"))
OUTCOMES = (("approved", "照案通過"), ("amended", "修正後通過"), ("deferred", "保留"), ("rejected", "不通過"))
STANDINGS = (("open", "追蹤中"), ("late", "逾期"), ("done", "已完成"), ("released", "解除列管"))
REVIEWS = (6, 12, 24)
"""Months after which a measure is looked at again."""


class Measure(PointRow):
    """改善措施: at a junction or on a section. `targets` are families of movement, such as TO,TA."""

    name = models.CharField("措施", max_length=120)
    kind = models.CharField("類別", max_length=16, choices=KINDS, default="engineering")
    state = models.CharField("狀態", max_length=16, choices=STATES, default="planned")
    junction = models.ForeignKey(Junction, models.SET_NULL, null=True, blank=True, verbose_name="路口")
    section = models.ForeignKey(Section, models.SET_NULL, null=True, blank=True, verbose_name="路段")
    targets = models.CharField("針對碰撞型態", max_length=60, blank=True)
    unit = models.CharField("負責單位", max_length=60, blank=True)
    began_on = models.DateField("開工日期", null=True, blank=True)
    done_on = models.DateField("啟用日期", null=True, blank=True)
    note = models.TextField("說明", max_length=2000, blank=True)
    frozen = models.JSONField("凍結之改善前", null=True, blank=True, editable=False)

    class Meta(PointRow.Meta):
        verbose_name = verbose_name_plural = "改善措施"


class Review(models.Model):
    """What was found so many months after a measure; made once, never changed."""

    measure = models.ForeignKey(Measure, models.CASCADE, related_name="reviews", verbose_name="措施")
    months = models.PositiveSmallIntegerField("啟用後月數")
    made_at = models.DateTimeField("評估時間", auto_now_add=True)
    result = models.JSONField("結果")

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["measure", "months"], name="measure_reviewed_once")
        ]
        ordering = ("months",)
        verbose_name = verbose_name_plural = "改善評估"

    def __str__(self) -> str:
        return f"{self.measure_id} +{self.months}"


class Picture(models.Model):
    measure = models.ForeignKey(Measure, models.CASCADE, related_name="pictures", verbose_name="措施")
    sha256 = models.CharField("雜湊", max_length=64)
    after = models.BooleanField("改善後", default=False)
    caption = models.CharField("說明", max_length=120, blank=True)
    at = models.DateTimeField("加入時間", auto_now_add=True)

    class Meta:
        ordering = ("after", "pk")
        verbose_name = verbose_name_plural = "改善照片"

    def __str__(self) -> str:
        return self.caption or self.sha256[:12]


class Meeting(Row):
    """`current` is the number of the item that is being dealt with while the meeting runs."""

    title = models.CharField("會議", max_length=120)
    held_on = models.DateField("日期")
    place = models.CharField("地點", max_length=120, blank=True)
    state = models.CharField("狀態", max_length=8, choices=MEETING, default="planned")
    current = models.PositiveSmallIntegerField("目前議案", null=True, blank=True)

    class Meta:
        ordering = ("-held_on", "-pk")
        verbose_name = verbose_name_plural = "會議"

    def __str__(self) -> str:
        return self.title


class AgendaItem(Row):
    """`view` names the saved view that the item was proposed with: what was seen then."""

    meeting = models.ForeignKey(Meeting, models.CASCADE, related_name="items", verbose_name="會議")
    number = models.PositiveSmallIntegerField("案次")
    junction = models.ForeignKey(Junction, models.SET_NULL, null=True, blank=True, verbose_name="路口")
    section = models.ForeignKey(Section, models.SET_NULL, null=True, blank=True, verbose_name="路段")
    title = models.CharField("案由", max_length=200)
    note = models.TextField("說明", max_length=4000, blank=True)
    view = models.CharField("畫面代號", max_length=12, blank=True)
    by = models.CharField("提案人", max_length=150, blank=True)

    class Meta:
        ordering = ("number", "pk")
        indexes: ClassVar = [models.Index(fields=["meeting", "number"])]
        verbose_name = verbose_name_plural = "議案"

    def __str__(self) -> str:
        return self.title


class Decision(Row):
    item = models.ForeignKey(AgendaItem, models.CASCADE, related_name="decisions", verbose_name="議案")
    outcome = models.CharField("決議", max_length=16, choices=OUTCOMES)
    text = models.TextField("決議內容", max_length=2000, blank=True)
    unit = models.CharField("負責單位", max_length=60, blank=True)
    due = models.DateField("期限", null=True, blank=True)
    standing = models.CharField("列管", max_length=16, choices=STANDINGS, default="open")
    remark = models.TextField("辦理情形", max_length=2000, blank=True)
    by = models.CharField("記錄人", max_length=150, blank=True)
    at = models.DateTimeField("決議時間", auto_now_add=True)

    class Meta:
        ordering = ("pk",)
        verbose_name = verbose_name_plural = "決議"

    def __str__(self) -> str:
        return f"{self.get_outcome_display()} {self.text}".strip()


class Visit(Row):
    """會勘: `checks` says of each point of the checklist whether it is good, bad or not there, with a remark."""

    junction = models.ForeignKey(Junction, models.CASCADE, related_name="visits", verbose_name="路口")
    item = models.ForeignKey(
        AgendaItem, models.SET_NULL, null=True, blank=True, related_name="visits", verbose_name="議案"
    )
    held_on = models.DateField("日期")
    who = models.CharField("出席", max_length=400, blank=True)
    checks = models.JSONField("檢核", default=dict)
    summary = models.TextField("結論", max_length=4000, blank=True)
    by = models.CharField("記錄人", max_length=150, blank=True)

    class Meta:
        ordering = ("-held_on", "-pk")
        verbose_name = verbose_name_plural = "會勘"

    def __str__(self) -> str:
        return f"{self.junction} {self.held_on}"


def forget(origin: str) -> None:
    """Takes away what hangs on rows of an origin that are about to go: reviews, pictures, agendas, visits."""
    Measure.objects.filter(models.Q(origin=origin) | models.Q(junction__origin=origin)).delete()
    AgendaItem.objects.filter(models.Q(junction__origin=origin) | models.Q(section__origin=origin)).delete()
    Visit.objects.filter(junction__origin=origin).delete()
    Meeting.objects.filter(origin=origin).delete()
