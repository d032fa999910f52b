"""The accounts of the demonstration, one a role. Everybody may know their passwords, so they are made only there."""

from __future__ import annotations

from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.auth.models import Group, User
from django.db import transaction

from layers.access import ROLES

NAMES = {
    "council": "林委員",
    "planner": "陳規劃",
    "investigator": "黃警員",
    "reviewer": "張審核",
    "patrol_planner": "李勤務",
    "officer": "王警員",
    "camera_operator": "吳監視",
    "analyst": "劉分析",
    "administrator": "蔡系統",
}
HERE = {"localhost", "127.0.0.1", "::1"}


class NotHere(Exception):
    """Well-known passwords have no business on a server that others can reach."""


def password_of(username: str) -> str:
    return f"antu-demo-{username}"


def make_demo_accounts(force: bool = False) -> list[tuple[str, str, str]]:
    """(user name, password, role title) of every role; accounts that exist are left as they are."""
    if not force and urlsplit(settings.BASE_URL).hostname not in HERE:
        raise NotHere(
            f"This server is {settings.BASE_URL}, not local: demonstration accounts have passwords that "
            "everybody knows. Make real accounts at /admin, or force it."
        )
    made = []
    with transaction.atomic():
        for id, role in ROLES.items():
            user, new = User.objects.get_or_create(username=id, defaults={"first_name": NAMES[id]})
            if new:
                user.set_password(password_of(id))
                user.save()
                user.groups.add(Group.objects.get_or_create(name=id)[0])
            made.append((id, password_of(id), f"{role.zh} {role.en}"))
    return made
