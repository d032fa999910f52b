"""The log and its waiting room. Rows of `Entry` are written by the database alone and never changed."""

from django.db import models


class Entry(models.Model):
    """One thing done. `hash` covers the row and `prev`, the hash of the row before."""

    seq = models.BigIntegerField("序號", primary_key=True)
    at = models.DateTimeField("時間", db_index=True)
    actor = models.CharField("行為人", max_length=200, db_index=True)
    action = models.CharField("動作", max_length=20)
    subject = models.CharField("對象", max_length=80, db_index=True)
    object = models.CharField("識別", max_length=200)
    detail = models.JSONField("內容")
    prev = models.BinaryField()
    hash = models.BinaryField()

    class Meta:
        db_table = "audit_entry"
        verbose_name = verbose_name_plural = "稽核紀錄"
        ordering = ("-seq",)

    def __str__(self) -> str:
        return f"{self.seq} {self.actor} {self.action} {self.subject}"


class Pending(models.Model):
    """What a transaction has done so far; chained onto the log at its commit, gone with its rollback."""

    at = models.DateTimeField()
    actor = models.CharField(max_length=200)
    action = models.CharField(max_length=20)
    subject = models.CharField(max_length=80)
    object = models.CharField(max_length=200)
    detail = models.JSONField()

    class Meta:
        db_table = "audit_pending"

    def __str__(self) -> str:
        return f"{self.actor} {self.action} {self.subject}"
