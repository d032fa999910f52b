"""A city in which nothing has happened yet: what a test counts is what it made."""

from __future__ import annotations

from gis.demo.scenes import clear_scenes
from layers.crashes.models import Crash


def no_crashes() -> None:
    """Drawn scenes hold their crashes, so they go first."""
    clear_scenes()
    Crash.objects.all().delete()
