"""After each migration: a group for every role, and triggers that tell all workers when rights change."""

from pathlib import Path
from typing import Any

from django.apps import AppConfig
from django.db.models.signals import post_migrate

TOLD = Path(__file__).with_name("told.sql").read_text("utf-8")


class AccountsConfig(AppConfig):
    name = "gis.accounts"
    label = "accounts"
    verbose_name = "帳號"

    def ready(self) -> None:
        post_migrate.connect(_prepare, sender=self, dispatch_uid="antu.accounts")


def _prepare(**_: Any) -> None:
    from django.contrib.auth.models import Group
    from django.db import connection

    from layers.access import ROLES

    needed = {"auth_user", "auth_user_groups", "auth_group", "accounts_token", "django_session"}
    if needed - set(connection.introspection.table_names()):
        return  # migrated app by app: the last one brings us here again
    for role in ROLES:
        Group.objects.get_or_create(name=role)
    with connection.cursor() as cursor:
        cursor.execute(TOLD)
