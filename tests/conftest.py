"""What all tests share: one real database a worker process, the small city loaded once, and room to commit.

Most tests run inside a transaction (`db`). Whoever needs other connections to see the rows (tile server,
OGC, triggers at commit) takes `committed`, which cleans the sample theme and new accounts afterwards.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.apps import apps
from django.contrib.auth import get_user_model
from django.db import connection, connections
from django.test.utils import setup_databases, teardown_databases
from pytest_django.plugin import DjangoDbBlocker


@pytest.fixture(scope="session")
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture(scope="session")
def django_db_setup(
    django_test_environment: None, django_db_modify_db_settings: None, django_db_blocker: DjangoDbBlocker
) -> Iterator[None]:
    """A test database in any case: pytest-django's own fixture makes none when no test asks by its marker."""
    with django_db_blocker.unblock():
        made = setup_databases(verbosity=0, interactive=False, aliases={"default"})
    yield
    with django_db_blocker.unblock():
        with connection.cursor() as cursor:  # threads of the server may have left sessions of their own
            cursor.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                "WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )
        connections.close_all()
        teardown_databases(made, verbosity=0)


@pytest.fixture(scope="session")
def hamlet(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> None:
    """The smallest synthetic city, in every layer of every theme; read it, never change it."""
    from gis.demo import load

    with django_db_blocker.unblock():
        load(scale="hamlet", seed=1)
        connection.close()


@pytest.fixture
def committed(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """Writes are really committed. Afterwards the sample theme is empty and new accounts are gone."""
    users = get_user_model()
    with django_db_blocker.unblock():
        assert str(connection.settings_dict["NAME"]).startswith("test_"), (
            "tests write to a database of their own"
        )
        before = set(users.objects.values_list("pk", flat=True))
        try:
            yield
        finally:
            for model in apps.get_app_config("sample").get_models():
                model._default_manager.all().delete()
            users.objects.exclude(pk__in=before).delete()
            connection.close()
