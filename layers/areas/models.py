"""Who looks after which ground: districts and wards of the city, precincts, stations and beats of its police."""

from django.contrib.gis.db import models

from layers.registry.rows import AreaRow, PointRow


class District(AreaRow):
    """區"""

    code = models.CharField("行政區代碼", max_length=16, blank=True)
    name = models.CharField("名稱", max_length=20)
    name_en = models.CharField("英文名稱", max_length=60, blank=True)

    class Meta(AreaRow.Meta):
        pass


class Precinct(AreaRow):
    """分局"""

    unit_code = models.CharField("單位代碼", max_length=8, blank=True)
    name = models.CharField("名稱", max_length=20)
    name_en = models.CharField("英文名稱", max_length=60, blank=True)

    class Meta(AreaRow.Meta):
        pass


class Station(PointRow):
    """派出所、分駐所"""

    precinct = models.ForeignKey(Precinct, models.PROTECT, null=True, blank=True, verbose_name="分局")
    unit_code = models.CharField("單位代碼", max_length=8, blank=True)
    name = models.CharField("名稱", max_length=20)
    name_en = models.CharField("英文名稱", max_length=60, blank=True)
    address = models.CharField("地址", max_length=120, blank=True)
    phone = models.CharField("電話", max_length=30, blank=True)

    class Meta(PointRow.Meta):
        pass


class Ward(AreaRow):
    """里"""

    district = models.ForeignKey(District, models.PROTECT, null=True, blank=True, verbose_name="行政區")
    precinct = models.ForeignKey(Precinct, models.SET_NULL, null=True, blank=True, verbose_name="分局")
    station = models.ForeignKey(Station, models.SET_NULL, null=True, blank=True, verbose_name="派出所")
    code = models.CharField("村里代碼", max_length=20, blank=True)
    name = models.CharField("名稱", max_length=20)
    name_en = models.CharField("英文名稱", max_length=60, blank=True)
    population = models.IntegerField("人口", null=True, blank=True)

    class Meta(AreaRow.Meta):
        pass


class StationArea(AreaRow):
    """派出所轄區"""

    station = models.ForeignKey(Station, models.CASCADE, null=True, blank=True, verbose_name="派出所")
    name = models.CharField("名稱", max_length=40)

    class Meta(AreaRow.Meta):
        pass


class Beat(AreaRow):
    """警勤區"""

    station = models.ForeignKey(Station, models.CASCADE, null=True, blank=True, verbose_name="派出所")
    ward = models.ForeignKey(Ward, models.SET_NULL, null=True, blank=True, verbose_name="里")
    name = models.CharField("名稱", max_length=40)

    class Meta(AreaRow.Meta):
        pass
