"""Jobs: a process that somebody had run in the background, and what came of it."""

from __future__ import annotations

import uuid

from django.db import models

from layers.access import Clearance

UNFINISHED = ("accepted", "running")


class Job(models.Model):
    """`owner` decides who sees it, `clearance` what it may read and who may read its results."""

    class Status(models.TextChoices):
        ACCEPTED = "accepted", "等待"
        RUNNING = "running", "執行中"
        SUCCESSFUL = "successful", "完成"
        FAILED = "failed", "失敗"
        DISMISSED = "dismissed", "取消"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    process = models.CharField("處理程序", max_length=80)
    owner = models.CharField("擁有者", max_length=200, db_index=True)
    actor = models.CharField("執行者", max_length=200)
    user_id = models.IntegerField("帳號", null=True)
    clearance = models.PositiveSmallIntegerField("權限", choices=[(c.value, c.slug) for c in Clearance])
    inputs = models.JSONField("輸入")
    wanted = models.JSONField("輸出")
    raw = models.BooleanField("原樣回覆", default=False)
    status = models.CharField("狀態", max_length=12, choices=Status.choices, default=Status.ACCEPTED)
    progress = models.PositiveSmallIntegerField("進度", default=0)
    message = models.CharField("訊息", max_length=500, blank=True)
    code = models.PositiveSmallIntegerField("失敗代碼", null=True)
    attempts = models.PositiveSmallIntegerField("次數", default=0)
    queue_id = models.BigIntegerField("佇列編號", null=True)
    created_at = models.DateTimeField("建立時間", auto_now_add=True, db_index=True)
    started_at = models.DateTimeField("開始時間", null=True)
    finished_at = models.DateTimeField("結束時間", null=True)
    updated_at = models.DateTimeField("異動時間", auto_now=True)

    class Meta:
        verbose_name = verbose_name_plural = "處理工作"
        ordering = ("-created_at", "-id")

    def __str__(self) -> str:
        return f"{self.process} {self.status} {self.id}"


class Result(models.Model):
    """One output of a job, as it is sent."""

    job = models.ForeignKey(Job, models.CASCADE, related_name="results")
    output = models.CharField(max_length=80)
    media = models.CharField(max_length=120)
    body = models.BinaryField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["job", "output"], name="result_output")]
        ordering = ("id",)

    def __str__(self) -> str:
        return f"{self.output} ({self.media})"
