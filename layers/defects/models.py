"""What is wrong on the road: defects until they are mended, and what citizens report."""

from django.contrib.gis.db import models

from layers.areas.models import Ward
from layers.registry.rows import PointRow


class RoadDefect(PointRow):
    kind = models.CharField("種類", max_length=16)
    state = models.CharField("狀態", max_length=16)
    reported_at = models.DateTimeField("通報時間", db_index=True)
    repaired_at = models.DateTimeField("修復時間", null=True, blank=True)
    place = models.CharField("地點", max_length=120, blank=True)

    class Meta(PointRow.Meta):
        pass


class CitizenReport(PointRow):
    kind = models.CharField("通報項目", max_length=24)
    state = models.CharField("辦理情形", max_length=16, blank=True)
    at = models.DateTimeField("通報時間", db_index=True)
    place = models.CharField("地點", max_length=200, blank=True)
    ward = models.ForeignKey(Ward, models.SET_NULL, null=True, blank=True, verbose_name="里")

    class Meta(PointRow.Meta):
        pass
