"""Makes the roles' groups after each migration, and tells all workers when somebody's rights change."""

from typing import Any

from django.apps import AppConfig
from django.db.models.signals import m2m_changed, post_delete, post_migrate, post_save


class AccountsConfig(AppConfig):
    name = "gis.accounts"
    label = "accounts"
    verbose_name = "帳號"

    def ready(self) -> None:
        from django.contrib.auth.models import User
        from django.contrib.sessions.models import Session

        from gis.accounts.models import Token

        post_migrate.connect(_make_roles, sender=self, dispatch_uid="antu.roles")
        m2m_changed.connect(_rights_changed, sender=User.groups.through, dispatch_uid="antu.rights")
        for model in (User, Token):
            post_save.connect(_rights_changed, sender=model, dispatch_uid=f"antu.rights.{model.__name__}")
        for gone in (User, Token, Session):
            post_delete.connect(_rights_changed, sender=gone, dispatch_uid=f"antu.gone.{gone.__name__}")


def _make_roles(**_: Any) -> None:
    from django.contrib.auth.models import Group

    from layers.access import ROLES

    for role in ROLES:
        Group.objects.get_or_create(name=role)


def _rights_changed(**_: Any) -> None:
    from gis.accounts.identity import forget_everybody

    forget_everybody()
