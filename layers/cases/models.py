"""Criminal cases as points: what happened, where, when, and whether it is cleared."""

from django.contrib.gis.db import models

from layers.areas.models import Ward
from layers.registry.rows import PointRow


class Crime(PointRow):
    kind = models.CharField("案類", max_length=24)
    at = models.DateTimeField("發生時間", db_index=True)
    cleared = models.BooleanField("破獲", default=False)
    loss = models.IntegerField("損失金額", null=True, blank=True)
    address = models.CharField("地址", max_length=200, blank=True)
    ward = models.ForeignKey(Ward, models.SET_NULL, null=True, blank=True, verbose_name="里")

    class Meta(PointRow.Meta):
        pass
