"""Puts people's own layers beside the declared ones, and after each migration the triggers that tell of changes."""

from pathlib import Path
from typing import Any

from django.apps import AppConfig
from django.db.models.signals import post_migrate

TOLD = Path(__file__).with_name("told.sql").read_text("utf-8")


class UploadsConfig(AppConfig):
    name = "gis.uploads"
    label = "uploads"
    verbose_name = "上傳"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from gis.uploads.own import own
        from layers.registry.register import register

        register.beside = own
        post_migrate.connect(_tell, sender=self, dispatch_uid="antu.uploads")


def _tell(**_: Any) -> None:
    from django.db import connection

    from layers.registry.freshness import watch

    if "uploads_feature" not in connection.introspection.table_names():
        return  # migrated app by app: the last one brings us here again
    watch({"uploads_feature": "merc"})
    with connection.cursor() as cursor:
        cursor.execute(TOLD)
