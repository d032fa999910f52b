"""What is kept of sharing. A saved view never changes: its name is the hash of what is in it.

A comment hangs on a feature or on a place; who may read it is decided anew at each reading (`gis.sharing.hanging`).
"""

from __future__ import annotations

import hashlib
import json
from base64 import b32encode
from typing import Any

from django.contrib.auth.models import User
from django.contrib.gis.db import models

from layers.access import Clearance

LEVELS = [(c.value, c.slug) for c in Clearance]


def name_of(content: dict[str, Any]) -> str:
    """The short hash under which a content is known; the same content has the same name."""
    text = json.dumps(content, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return b32encode(hashlib.sha256(text.encode()).digest()).decode().lower()[:12]


class SavedView(models.Model):
    """`asked` are the questions whose answers stood beside the map; `counts` what they came to then, per clearance."""

    id = models.CharField("代號", primary_key=True, max_length=12)
    state = models.JSONField("畫面")
    asked = models.JSONField("問題", default=list)
    counts = models.JSONField("當時件數", default=list)
    clearance = models.PositiveSmallIntegerField("所需權限", choices=LEVELS, default=Clearance.PUBLIC)
    made_at = models.DateTimeField("建立時間")
    made_by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+", verbose_name="建立者")

    class Meta:
        verbose_name = verbose_name_plural = "儲存的畫面"
        ordering = ("-made_at",)

    def __str__(self) -> str:
        return self.id


class Kept(models.Model):
    """A saved view in somebody's own list, under the name that they gave it."""

    user = models.ForeignKey(User, models.CASCADE, related_name="kept_views", verbose_name="帳號")
    view = models.ForeignKey(SavedView, models.CASCADE, related_name="kept", verbose_name="畫面")
    name = models.CharField("名稱", max_length=120)
    at = models.DateTimeField("時間", auto_now_add=True)

    class Meta:
        verbose_name = verbose_name_plural = "我的畫面"
        ordering = ("-at", "-pk")
        constraints = (models.UniqueConstraint(fields=["user", "view"], name="kept_once"),)

    def __str__(self) -> str:
        return self.name


class Deck(models.Model):
    """A presentation: saved views in order, each with a title and notes for whoever speaks."""

    id = models.CharField("代號", primary_key=True, max_length=12)
    owner = models.ForeignKey(User, models.CASCADE, related_name="decks", verbose_name="擁有者")
    title = models.CharField("標題", max_length=120)
    slides = models.JSONField("投影片", default=list)
    version = models.PositiveIntegerField("版本", default=1)
    changed_at = models.DateTimeField("異動時間", auto_now=True)

    class Meta:
        verbose_name = verbose_name_plural = "簡報"
        ordering = ("-changed_at",)

    def __str__(self) -> str:
        return self.title


class Comment(models.Model):
    """A reply has a parent and hangs where that hangs. One that was taken back but has replies keeps its place."""

    OPEN, DONE = "open", "done"

    parent = models.ForeignKey(
        "self", models.CASCADE, null=True, blank=True, related_name="replies", verbose_name="回覆"
    )
    layer = models.CharField("圖層", max_length=41, blank=True)
    feature = models.CharField("圖徵", max_length=80, blank=True)
    place = models.PointField("位置", srid=4326)
    clearance = models.PositiveSmallIntegerField("所需權限", choices=LEVELS, default=Clearance.COUNCIL)
    author = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+", verbose_name="作者")
    text = models.TextField("內容", max_length=4000)
    at = models.DateTimeField("時間", auto_now_add=True)
    state = models.CharField("狀態", max_length=4, choices=[(OPEN, "待處理"), (DONE, "已完成")], default=OPEN)
    settled_by = models.ForeignKey(
        User, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name="結案者"
    )
    settled_at = models.DateTimeField("結案時間", null=True, blank=True)
    withdrawn = models.BooleanField("已收回", default=False)

    class Meta:
        verbose_name = verbose_name_plural = "註記"
        ordering = ("-at", "-pk")
        indexes = (models.Index(fields=["layer", "feature"]),)

    def __str__(self) -> str:
        return self.text[:40]


class Mention(models.Model):
    """Somebody who was named in a comment, and whether they have seen it."""

    comment = models.ForeignKey(Comment, models.CASCADE, related_name="mentions")
    user = models.ForeignKey(User, models.CASCADE, related_name="mentions")
    seen_at = models.DateTimeField(null=True)

    class Meta:
        constraints = (models.UniqueConstraint(fields=["comment", "user"], name="mentioned_once"),)

    def __str__(self) -> str:
        return f"{self.user_id} ← {self.comment_id}"
