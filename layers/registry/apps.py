"""Fills the register when Django starts, so that a broken declaration stops the start with its name."""

from typing import Any

from django.apps import AppConfig
from django.db.models.signals import post_migrate


class RegistryConfig(AppConfig):
    name = "layers.registry"
    label = "registry"
    verbose_name = "圖層"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from layers.registry.register import fill

        fill()
        post_migrate.connect(_watch, sender=self, dispatch_uid="antu.watch")


def _watch(**_: Any) -> None:
    from layers.registry.freshness import watch_tables
    from layers.registry.pyramid import keep_counts

    watch_tables()
    keep_counts()
