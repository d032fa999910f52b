"""The mark that a demonstration is loaded, written in the same transaction as its rows.

`finished_at` comes when what follows from the rows, statistics and surfaces, is there too.
"""

from django.db import models


class Demonstration(models.Model):
    scale = models.CharField("規模", max_length=16)
    seed = models.IntegerField("種子")
    rows = models.JSONField("筆數", default=dict)
    loaded_at = models.DateTimeField("載入時間", auto_now_add=True)
    finished_at = models.DateTimeField("完成時間", null=True, editable=False)

    class Meta:
        verbose_name = "示範資料"

    def __str__(self) -> str:
        return f"{self.scale} {self.seed}"
