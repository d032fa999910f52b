"""Who answers for what a command writes: the person logged in to this machine."""

from __future__ import annotations

import getpass
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def act() -> Iterator[None]:
    """One transaction in the name of `cli:<user>`, as the audit log will have it."""
    from django.db import transaction

    from gis.accounts.middleware import say_actor

    with transaction.atomic():
        say_actor(f"cli:{getpass.getuser()}")
        yield
