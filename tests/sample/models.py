"""Rows of the sample layers."""

from django.db import models

from layers.registry.rows import AreaRow, LineRow, PointRow


class Spot(PointRow):
    name = models.CharField(max_length=80)
    kind = models.CharField(max_length=8, default="a")
    grade = models.IntegerField(default=1)
    weight = models.FloatField(default=1.0)
    open = models.BooleanField(default=True)
    happened_at = models.DateTimeField(null=True, blank=True)
    informant = models.CharField(max_length=80, default="", blank=True)

    class Meta(PointRow.Meta):
        pass


class Way(LineRow):
    name = models.CharField(max_length=80)
    rank = models.IntegerField(default=1)
    built_on = models.DateField(null=True)

    class Meta(LineRow.Meta):
        pass


class Zone(AreaRow):
    name = models.CharField(max_length=80)
    tags = models.JSONField(default=list, blank=True)

    class Meta(AreaRow.Meta):
        pass


class Hideout(PointRow):
    name = models.CharField(max_length=80)

    class Meta(PointRow.Meta):
        pass
