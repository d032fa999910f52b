"""The programs that planners use, pointed at a real server over the small city."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from pytest_django.plugin import DjangoDbBlocker

from layers.crashes.models import Crash
from tests.server import serving


@pytest.fixture(scope="module")
def server(hamlet: None) -> Iterator[str]:
    with serving() as address:
        yield address


@pytest.fixture(scope="module")
def crashes(hamlet: None, django_db_blocker: DjangoDbBlocker) -> dict[int, int]:
    """How many crashes of each severity there are."""
    with django_db_blocker.unblock():
        found = list(Crash.objects.values_list("severity", flat=True))
    return {severity: found.count(severity) for severity in set(found)}
