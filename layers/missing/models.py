"""People who are looked for, where they were last seen, and the receivers that hear their tags."""

from django.contrib.gis.db import models

from layers.registry.rows import PointRow


class MissingPerson(PointRow):
    name = models.CharField("姓名", max_length=40, blank=True)
    sex = models.CharField("性別", max_length=2, blank=True)
    age = models.SmallIntegerField("年齡", null=True, blank=True)
    clothes = models.CharField("衣著特徵", max_length=200, blank=True)
    state = models.CharField("狀態", max_length=16)
    seen_at = models.DateTimeField("最後目擊", db_index=True)
    contact = models.CharField("家屬聯絡", max_length=80, blank=True)

    class Meta(PointRow.Meta):
        pass


class Receiver(PointRow):
    """藍牙接收點: hears the tag that a person with dementia wears."""

    name = models.CharField("名稱", max_length=80)
    status = models.CharField("狀態", max_length=16, default="ok")

    class Meta(PointRow.Meta):
        pass
