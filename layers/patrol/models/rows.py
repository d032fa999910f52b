"""What stands on the map: boxes with their remarks, sign-ins, planned routes, cars and the tracks they leave."""

from typing import ClassVar

from django.contrib.gis.db import models
from django.db.models import Index

from layers.areas.models import Station
from layers.registry.rows import LineRow, PointRow


class PatrolBox(PointRow):
    """巡邏箱"""

    name = models.CharField("名稱", max_length=80)
    kind = models.CharField("場所種類", max_length=16)
    tag = models.CharField("感應", max_length=8)
    permanent = models.BooleanField("常設", default=True)
    valid_from = models.DateField("設置日期", null=True, blank=True)
    valid_to = models.DateField("撤除日期", null=True, blank=True)
    remark = models.CharField("提示", max_length=200, blank=True)
    """What the officer who signs in is told."""
    station = models.ForeignKey(Station, models.SET_NULL, null=True, blank=True, verbose_name="派出所")

    class Meta(PointRow.Meta):
        pass


class SignIn(PointRow):
    """巡簽, where the device was"""

    box = models.ForeignKey(PatrolBox, models.CASCADE, db_index=False, verbose_name="巡邏箱")
    station = models.ForeignKey(Station, models.SET_NULL, null=True, blank=True, verbose_name="派出所")
    at = models.DateTimeField("簽到時間", db_index=True)
    judgement = models.CharField("判定", max_length=16)
    officer = models.CharField("員警代號", max_length=20, blank=True)
    accuracy_m = models.FloatField("定位精度", null=True, blank=True)

    class Meta(PointRow.Meta):
        indexes: ClassVar = [*PointRow.Meta.indexes, Index(fields=["box", "at"], name="signin_box_at")]


class PatrolRoute(LineRow):
    name = models.CharField("線別", max_length=60)
    station = models.ForeignKey(Station, models.CASCADE, null=True, blank=True, verbose_name="派出所")
    shift = models.CharField("班別", max_length=16)
    mode = models.CharField("方式", max_length=16)
    minutes = models.IntegerField("時間", null=True, blank=True)
    km = models.FloatField("里程", null=True, blank=True)

    class Meta(LineRow.Meta):
        pass


class PatrolCar(PointRow):
    """A car where it last reported."""

    name = models.CharField("代號", max_length=20)
    station = models.ForeignKey(Station, models.SET_NULL, null=True, blank=True, verbose_name="派出所")
    status = models.CharField("狀態", max_length=16)
    at = models.DateTimeField("回報時間")
    heading = models.SmallIntegerField("方位", null=True, blank=True)
    speed_kmh = models.FloatField("車速", null=True, blank=True)

    class Meta(PointRow.Meta):
        pass


class PatrolTrack(LineRow):
    """The way of a car during one shift."""

    car = models.ForeignKey(PatrolCar, models.CASCADE, verbose_name="巡邏車")
    started_at = models.DateTimeField("起", db_index=True)
    ended_at = models.DateTimeField("迄")
    km = models.FloatField("里程", null=True, blank=True)

    class Meta(LineRow.Meta):
        pass
