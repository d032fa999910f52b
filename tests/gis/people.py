"""Makes accounts for tests: a name and roles are enough."""

from __future__ import annotations

from itertools import count

from django.contrib.auth.models import Group, User
from django.test import Client

PASSWORD = "correct horse battery"
_number = count(1)


def person(*roles: str, name: str = "", **fields: object) -> User:
    user = User.objects.create_user(name or f"p{next(_number)}", password=PASSWORD, **fields)
    user.groups.set([Group.objects.get_or_create(name=role)[0] for role in roles])
    return user


def signed_in(user: User, **options: bool) -> Client:
    client = Client(**options)
    client.force_login(user)
    return client
