"""A layer that keeps what was: without a time what holds now is meant, with one what held then."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from layers.access import Clearance
from layers.registry.layer import BrokenLayer, Layer, Query
from layers.registry.register import register
from layers.registry.sql import where

AT = datetime(2026, 3, 1, tzinfo=UTC)


def layer() -> Layer:
    found = register.get("street_versions")
    assert found is not None
    return found


def test_without_a_time_what_holds_now_is_meant() -> None:
    assert where(layer(), Clearance.PUBLIC).text == 'q."valid_to" IS NULL'


def test_with_a_time_what_held_then() -> None:
    asked = where(layer(), Clearance.PUBLIC, interval=(AT, AT))
    assert asked.text == '(q."valid_to" IS NULL OR q."valid_to" > %s) AND q."valid_from" <= %s'
    assert asked.params == (AT, AT)


def test_the_times_must_be_declared() -> None:
    assert isinstance(layer().source, Query)
    with pytest.raises(BrokenLayer, match="asof names “since”"):
        replace(layer(), asof=("since", "valid_to")).resolve("streets")
