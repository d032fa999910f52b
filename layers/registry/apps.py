"""Fills the registers of layers and processes when Django starts: a broken declaration stops it with its name."""

from typing import Any

from django.apps import AppConfig
from django.db.models.signals import post_migrate


class RegistryConfig(AppConfig):
    name = "layers.registry"
    label = "registry"
    verbose_name = "圖層"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from layers.registry import process, register

        register.fill()
        process.fill()
        post_migrate.connect(_watch, sender=self, dispatch_uid="antu.watch")


def _watch(**_: Any) -> None:
    from layers.registry.freshness import watch_tables
    from layers.registry.history import keep_history
    from layers.registry.pyramid import keep_counts

    watch_tables()
    keep_counts()
    keep_history()
