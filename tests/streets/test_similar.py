"""A junction finds its likes, turned or mirrored, and says by what they differ."""

from __future__ import annotations

import random

import pytest

from layers.streets.craft.similar import Index, Shape, shapes_of
from tests.streets.city import grid, junction, planted


def test_planted_near_duplicates_are_found() -> None:
    shapes, dice = shapes_of(grid(24, 24)), random.Random(4)
    index = Index.of(shapes)
    asked = dice.sample(shapes, 200)
    found = sum(shape.id in [hit.id for hit in index.like(planted(shape, dice), 5)] for shape in asked)
    assert found / len(asked) >= 0.95


def test_a_turned_junction_is_the_same() -> None:
    here = shapes_of(junction([0, 80, 180, 270], [3, 1, 2, 1]))[0]
    there = shapes_of(junction([33, 113, 213, 303], [3, 1, 2, 1]))[0]
    (hit,) = Index.of([Shape("there", there.arms, there.whole)]).like(here, 1)
    assert hit.distance == pytest.approx(0, abs=1e-3) and hit.differs == ()


def test_a_hit_says_what_is_different() -> None:
    here = shapes_of(junction([0, 90, 180, 270], [3, 1, 2, 1]))[0]
    there = shapes_of(junction([0, 90, 180, 270], [1, 1, 2, 1]))[0]
    (hit,) = Index.of([Shape("there", there.arms, there.whole)]).like(here, 1)
    assert len(hit.differs) == 3 and {row[1].split(": ")[1] for row in hit.differs} >= {
        "lanes in",
        "lanes out",
    }
