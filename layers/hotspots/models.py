"""What hot times and places are made of besides crashes and crimes: calls to 110, cash machines, withdrawals.

And what is drawn from them along streets, which no raster holds.
"""

from django.contrib.gis.db import models

from layers.areas.models import Ward
from layers.registry.rows import LineRow, PointRow


class Call(PointRow):
    """110 報案"""

    kind = models.CharField("案類", max_length=24)
    at = models.DateTimeField("受理時間", db_index=True)
    minutes = models.FloatField("到場分鐘", null=True, blank=True)
    ward = models.ForeignKey(Ward, models.SET_NULL, null=True, blank=True, verbose_name="里")

    class Meta(PointRow.Meta):
        pass


class Atm(PointRow):
    name = models.CharField("名稱", max_length=80)
    bank = models.CharField("金融機構", max_length=40)

    class Meta(PointRow.Meta):
        pass


class Withdrawal(PointRow):
    """詐欺提領: fraud money drawn at a machine, or stopped there."""

    atm = models.ForeignKey(Atm, models.CASCADE, verbose_name="提款機")
    at = models.DateTimeField("提領時間", db_index=True)
    amount = models.IntegerField("金額")
    stopped = models.BooleanField("攔阻", default=False)

    class Meta(PointRow.Meta):
        pass


class HotStreet(LineRow):
    """熱街: a stretch of street and how much happens there. Each run draws all of them; those before stay as they were."""

    layer = models.CharField("圖層", max_length=40)
    start = models.DateField("起日")
    end = models.DateField("迄日")
    since = models.DateTimeField("自")
    until = models.DateTimeField("至", null=True, blank=True)
    """When the next drawing took its place; none while this is the newest."""
    per_km = models.FloatField("每公里每年")
    top = models.SmallIntegerField("全市前幾 %")
    """Within the hottest so many percent of all streets, by length."""

    class Meta(LineRow.Meta):
        pass
