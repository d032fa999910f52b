"""Five thousand officers on duty with their phones, in a database of their own, and the server that they speak to."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from urllib.parse import quote

from psycopg.conninfo import conninfo_to_dict

from tests.benchmarks import points

NAME = "antu_bench_patrol"
MARK = "bench-"
PLACE = (120.45, 23.48)
A_PLAN = 100


@dataclass(frozen=True, slots=True)
class Phone:
    officer: str
    unit: int
    session: str


def prepare() -> str:
    """The database; Django speaks to it from now on."""
    return points.database(NAME)


def sessions(users: list[Any]) -> list[str]:
    """What signing in would leave in the database, for many at once."""
    from django.conf import settings
    from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
    from django.contrib.sessions.backends.db import SessionStore
    from django.contrib.sessions.models import Session
    from django.utils import timezone

    store, until = SessionStore(), timezone.now() + timedelta(hours=2)
    rows = [
        Session(
            session_key=store._get_new_session_key(),
            session_data=store.encode(
                {
                    SESSION_KEY: str(u.pk),
                    BACKEND_SESSION_KEY: settings.AUTHENTICATION_BACKENDS[0],
                    HASH_SESSION_KEY: u.get_session_auth_hash(),
                }
            ),
            expire_date=until,
        )
        for u in users
    ]
    Session.objects.bulk_create(rows, batch_size=1000)
    return [r.session_key for r in rows]


def people(count: int, role: str, prefix: str) -> list[Any]:
    from django.contrib.auth.models import Group, User

    User.objects.bulk_create(
        [User(username=f"{MARK}{prefix}{i:04}", password="!") for i in range(count)],
        batch_size=1000,
    )
    users = list(User.objects.filter(username__startswith=f"{MARK}{prefix}").order_by("username"))
    group, _ = Group.objects.get_or_create(name=role)
    through = User.groups.through
    through.objects.bulk_create([through(user_id=u.pk, group_id=group.pk) for u in users], batch_size=1000)
    return users


@contextmanager
def on_duty(count: int) -> Iterator[tuple[list[Phone], str]]:
    """Each officer is a unit of its own, so that every phone is seen on the map; and a supervisor's session."""
    from django.contrib.gis.geos import Point
    from django.utils import timezone

    from layers.areas.models import Station
    from layers.patrol.models import PlanUnit, ShiftPlan

    clear()
    now = timezone.now()
    begin, finish = now - timedelta(hours=2), now + timedelta(hours=4)
    station = Station.objects.create(key=f"{MARK}st", name="量測所", geom=Point(*PLACE, srid=4326))
    users = people(count, "officer", "o")
    units = []
    for n in range(0, count, A_PLAN):
        plan = ShiftPlan.objects.create(
            name=f"{MARK}{n}", station=station, begin=begin, finish=finish, status="published"
        )
        units += [
            PlanUnit(plan=plan, order=i, name=f"{n + i}", officers=[u.username], mode="car", begin=begin, finish=finish)
            for i, u in enumerate(users[n : n + A_PLAN])
        ]  # fmt: skip
    PlanUnit.objects.bulk_create(units, batch_size=1000)
    held = sessions(users)
    [chief] = sessions(people(1, "patrol_planner", "p"))
    try:
        yield (
            [Phone(u.username, unit.pk, s) for u, unit, s in zip(users, units, held, strict=True)],
            chief,
        )
    finally:
        clear()


def clear() -> None:
    """Takes away what a run made, also one that was cut off."""
    from django.contrib.auth.models import User
    from django.contrib.sessions.models import Session
    from django.db import connection

    from layers.areas.models import Station
    from layers.patrol.models import Notice, PatrolBox, Position, ShiftPlan, SignIn, Subscription, Tag

    Position.objects.filter(officer__startswith=MARK)._raw_delete("default")
    Notice.objects.filter(officer__startswith=MARK)._raw_delete("default")
    Subscription.objects.filter(officer__startswith=MARK)._raw_delete("default")
    SignIn.objects.filter(box__key__startswith=MARK).delete()
    Tag.objects.filter(box__key__startswith=MARK).delete()
    PatrolBox.objects.filter(key__startswith=MARK).delete()
    ShiftPlan.objects.filter(name__startswith=MARK).delete()
    Station.objects.filter(key__startswith=MARK).delete()
    Session.objects.all().delete()
    users = User.objects.filter(username__startswith=MARK)
    User.groups.through.objects.filter(user__in=users)._raw_delete("default")
    users._raw_delete("default")
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE patrol_position, patrol_planunit, auth_user, django_session")


def environment(dsn: str, port: int) -> dict[str, str]:
    from django.conf import settings

    p = conninfo_to_dict(dsn)
    secret = f":{quote(str(p['password']))}" if p.get("password") else ""
    address = f"postgresql://{p.get('user', '')}{secret}@/{p['dbname']}?host={p.get('host', '')}"
    return {
        **os.environ,
        "DATABASE_URL": address,
        "DJANGO_SETTINGS_MODULE": "tests.settings",
        "ANTU_DATA_DIR": str(settings.DATA_DIR),
        "ANTU_SECRET_KEY": settings.SECRET_KEY,
        "ANTU_BASE_URL": f"http://127.0.0.1:{port}",
    }
