"""Puts the audit trigger on every table that a layer reads, after each migration."""

from typing import Any

from django.apps import AppConfig
from django.db.models.signals import post_migrate


class AuditConfig(AppConfig):
    name = "gis.audit"
    label = "audit"
    verbose_name = "稽核"

    def ready(self) -> None:
        post_migrate.connect(_install, sender=self, dispatch_uid="antu.audit")


def _install(**_: Any) -> None:
    from gis.audit.install import install

    install()
