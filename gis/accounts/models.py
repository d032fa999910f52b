"""Tokens for programs, and the record of who tried to sign in."""

from __future__ import annotations

import hashlib
import secrets
from datetime import datetime, timedelta

from django.contrib.auth.models import User
from django.db import models
from django.utils import timezone

from layers.access import Clearance

PREFIX = "antu_"


def digest(secret: str) -> str:
    """What is stored of a token. It is long and random, so a plain hash cannot be guessed back."""
    return hashlib.sha256(secret.encode()).hexdigest()


class Token(models.Model):
    """A key that a program shows instead of a password: it can do at most what its owner can."""

    user = models.ForeignKey(User, models.CASCADE, related_name="tokens", verbose_name="帳號")
    name = models.CharField("用途", max_length=80)
    hash = models.CharField(max_length=64, unique=True, editable=False)
    hint = models.CharField("開頭", max_length=12, editable=False)
    clearance = models.PositiveSmallIntegerField(
        "最高權限", choices=[(c.value, c.slug) for c in Clearance], default=Clearance.RESTRICTED
    )
    made_at = models.DateTimeField("建立時間", auto_now_add=True)
    expires_at = models.DateTimeField("到期", null=True, blank=True)
    used_on = models.DateField("最近使用", null=True, editable=False)
    revoked_at = models.DateTimeField("撤銷時間", null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "權杖"
        ordering = ("-made_at",)

    def __str__(self) -> str:
        return f"{self.name} ({self.hint}…)"

    @classmethod
    def make(
        cls, user: User, name: str, clearance: Clearance = Clearance.RESTRICTED, days: int | None = 365
    ) -> tuple[Token, str]:
        """The token and its secret, which is shown this once and never again."""
        secret = PREFIX + secrets.token_urlsafe(32)
        expires = timezone.now() + timedelta(days=days) if days else None
        token = cls.objects.create(
            user=user,
            name=name,
            hash=digest(secret),
            hint=secret[:10],
            clearance=clearance,
            expires_at=expires,
        )
        return token, secret

    def good(self, now: datetime) -> bool:
        fresh = self.expires_at is None or self.expires_at > now
        return self.revoked_at is None and fresh and self.user.is_active


class Attempt(models.Model):
    """One try to sign in; too many bad ones from one place or at one name make the next wait."""

    at = models.DateTimeField("時間", auto_now_add=True, db_index=True)
    name = models.CharField("帳號", max_length=150)
    address = models.GenericIPAddressField("位址", null=True)
    good = models.BooleanField("成功")

    class Meta:
        verbose_name = verbose_name_plural = "登入紀錄"
        indexes = (models.Index(fields=["name", "at"]), models.Index(fields=["address", "at"]))

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M} {self.name} {'✓' if self.good else '✗'}"


class Sitting(models.Model):
    """One browser in which somebody is signed in, so that its owner can recognise and end it."""

    user = models.ForeignKey(User, models.CASCADE, related_name="sittings", verbose_name="帳號")
    key = models.CharField(max_length=40, unique=True, editable=False)
    began_at = models.DateTimeField("開始", auto_now_add=True)
    address = models.GenericIPAddressField("位址", null=True)
    agent = models.CharField("瀏覽器", max_length=200)
    way = models.CharField("方式", max_length=20)

    class Meta:
        verbose_name = verbose_name_plural = "登入中"
        ordering = ("-began_at",)

    def __str__(self) -> str:
        return f"{self.user} {self.began_at:%Y-%m-%d %H:%M}"


class Toured(models.Model):
    """How far somebody has come in a guided tour; one that is done is not offered again."""

    user = models.ForeignKey(User, models.CASCADE, related_name="tours", verbose_name="帳號")
    tour = models.CharField("導覽", max_length=40)
    step = models.PositiveSmallIntegerField("步驟", default=0)
    done = models.BooleanField("完成", default=False)
    at = models.DateTimeField("時間", auto_now=True)

    class Meta:
        verbose_name = verbose_name_plural = "導覽"
        constraints = (models.UniqueConstraint(fields=["user", "tour"], name="one_tour_a_person"),)

    def __str__(self) -> str:
        return f"{self.user} {self.tour} {self.step}"
