"""Police cameras and their lenses, the register of private cameras, and the sites that citizens ask for."""

from django.contrib.gis.db import models

from layers.areas.models import Station, Ward
from layers.registry.rows import PointRow
from layers.streets.models import Junction


class CameraSet(PointRow):
    """機組: a pole with a cabinet and several lenses. Its key is the number on the cabinet."""

    name = models.CharField("設置地點", max_length=120)
    name_en = models.CharField("英文名稱", max_length=160, blank=True)
    junction = models.ForeignKey(Junction, models.SET_NULL, null=True, blank=True, verbose_name="路口")
    station = models.ForeignKey(Station, models.SET_NULL, null=True, blank=True, verbose_name="派出所")
    lens_count = models.SmallIntegerField("鏡頭數", default=0)
    functions = models.CharField("功能", max_length=120, blank=True)
    networked = models.BooleanField("連網", default=True)
    plate_reading = models.BooleanField("車牌辨識", default=False)
    status = models.CharField("狀態", max_length=16, default="ok")
    availability = models.FloatField("妥善率", null=True, blank=True)

    class Meta(PointRow.Meta):
        pass


class Lens(PointRow):
    """鏡頭: what one camera looks at. It stands where its set stands."""

    camera_set = models.ForeignKey(CameraSet, models.CASCADE, verbose_name="機組")
    number = models.SmallIntegerField("鏡頭號")
    bearing = models.SmallIntegerField("朝向", null=True, blank=True)
    kind = models.CharField("種類", max_length=16, default="fixed")
    status = models.CharField("狀態", max_length=16, default="ok")

    class Meta(PointRow.Meta):
        pass


class PrivateCamera(PointRow):
    """輔導民間裝設: a shop or a household that keeps cameras and lets the police ask."""

    kind = models.CharField("輔導專案", max_length=16)
    name = models.CharField("場所", max_length=80, blank=True)
    lens_count = models.SmallIntegerField("鏡頭數", default=1)
    checked_on = models.DateField("最近查訪", null=True, blank=True)
    owner = models.CharField("聯絡人", max_length=40, blank=True)
    phone = models.CharField("聯絡電話", max_length=40, blank=True)
    ward = models.ForeignKey(Ward, models.SET_NULL, null=True, blank=True, verbose_name="里")

    class Meta(PointRow.Meta):
        pass


class SiteSuggestion(PointRow):
    """建議設置地點: from the request over the joint visit to the reply."""

    state = models.CharField("辦理情形", max_length=16)
    source = models.CharField("建議人身分", max_length=16)
    asked_at = models.DateTimeField("建議時間", db_index=True)
    reason = models.CharField("事由", max_length=200, blank=True)
    ward = models.ForeignKey(Ward, models.SET_NULL, null=True, blank=True, verbose_name="里")

    class Meta(PointRow.Meta):
        pass
