"""Traffic law by camera: sites and their zones, the corridor with movable cameras and kerb rules, violations."""

from django.contrib.gis.db import models

from layers.registry.rows import AreaRow, LineRow, PointRow
from layers.streets.models import Junction


class EnforcementSite(PointRow):
    """科技執法設備"""

    name = models.CharField("地點", max_length=120)
    name_en = models.CharField("英文名稱", max_length=160, blank=True)
    state = models.CharField("狀態", max_length=16)
    kinds = models.CharField("取締項目", max_length=200, blank=True)
    speed_limit = models.SmallIntegerField("速限", null=True, blank=True)
    since = models.DateField("啟用日期", null=True, blank=True)
    junction = models.ForeignKey(Junction, models.SET_NULL, null=True, blank=True, verbose_name="路口")

    class Meta(PointRow.Meta):
        pass


class DetectionZone(AreaRow):
    """A virtual fence in a camera's picture, seen from above."""

    site = models.ForeignKey(EnforcementSite, models.CASCADE, verbose_name="設備")
    rule = models.CharField("取締項目", max_length=24)

    class Meta(AreaRow.Meta):
        pass


class Corridor(LineRow):
    """執法路廊"""

    name = models.CharField("名稱", max_length=80)
    name_en = models.CharField("英文名稱", max_length=120, blank=True)

    class Meta(LineRow.Meta):
        pass


class PtzCamera(PointRow):
    """迴轉式攝影機: covers an area and many kinds of violation."""

    corridor = models.ForeignKey(Corridor, models.CASCADE, null=True, blank=True, verbose_name="路廊")
    name = models.CharField("名稱", max_length=80)
    name_en = models.CharField("英文名稱", max_length=120, blank=True)

    class Meta(PointRow.Meta):
        pass


class KerbRule(LineRow):
    """A stretch of kerb with its rule: loading bay or no stopping."""

    corridor = models.ForeignKey(Corridor, models.SET_NULL, null=True, blank=True, verbose_name="路廊")
    kind = models.CharField("種類", max_length=16)

    class Meta(LineRow.Meta):
        pass


class Violation(PointRow):
    site = models.ForeignKey(EnforcementSite, models.SET_NULL, null=True, blank=True, verbose_name="設備")
    kind = models.CharField("違規項目", max_length=24)
    at = models.DateTimeField("違規時間", db_index=True)
    plate = models.CharField("車號", max_length=16, blank=True)

    class Meta(PointRow.Meta):
        pass
