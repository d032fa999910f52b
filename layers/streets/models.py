"""Streets, junctions and the ground between them, as the base map draws them."""

from django.contrib.gis.db import models

from layers.areas.models import Named
from layers.registry.rows import AreaRow, LineRow, PointRow


class Junction(Named, PointRow):
    legs = models.IntegerField("岔路數", default=3)
    form = models.CharField("道路型態", max_length=4, default="04")
    signal = models.CharField("號誌", max_length=4, default="4")
    rank = models.IntegerField("最高道路等級", default=4)

    class Meta(PointRow.Meta):
        verbose_name = verbose_name_plural = "路口"


class Road(Named, LineRow):
    kind = models.CharField("等級", max_length=12, default="local")
    rank = models.IntegerField("等級序", default=3)
    lanes = models.IntegerField("車道數", default=2)
    width = models.FloatField("路寬", default=8)
    bridge = models.BooleanField("橋梁", default=False)
    oneway = models.BooleanField("單行", default=False)
    speed_limit = models.IntegerField("速限", default=50)
    from_junction = models.ForeignKey(Junction, models.SET_NULL, null=True, blank=True, related_name="+")
    to_junction = models.ForeignKey(Junction, models.SET_NULL, null=True, blank=True, related_name="+")

    class Meta(LineRow.Meta):
        verbose_name = verbose_name_plural = "道路"


class Block(AreaRow):
    land = models.CharField("使用", max_length=12, default="residential")

    class Meta(AreaRow.Meta):
        verbose_name = verbose_name_plural = "街廓"


class Building(AreaRow):
    floors = models.IntegerField("樓層", default=1)

    class Meta(AreaRow.Meta):
        verbose_name = verbose_name_plural = "建物"


class Water(Named, AreaRow):
    class Meta(AreaRow.Meta):
        verbose_name = verbose_name_plural = "水域"


class Park(Named, AreaRow):
    class Meta(AreaRow.Meta):
        verbose_name = verbose_name_plural = "公園"


class Railway(Named, LineRow):
    class Meta(LineRow.Meta):
        verbose_name = verbose_name_plural = "鐵路"


class Landmark(Named, PointRow):
    kind = models.CharField("種類", max_length=12)

    class Meta(PointRow.Meta):
        verbose_name = verbose_name_plural = "地標"
