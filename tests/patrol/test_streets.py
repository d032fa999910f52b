"""Travel times against a plain Floyd-Warshall, and what one-ways and banned turns do."""

from __future__ import annotations

import numpy as np
import pytest
import shapely

from layers.patrol.craft.problem import NEVER
from layers.patrol.craft.streets import PROFILES, Network, OffStreet, Streets


def grid(
    side: int,
    oneway: set[int] = frozenset(),
    bans: frozenset[tuple[int, int]] = frozenset(),  # type: ignore[assignment]
) -> Streets:
    """Streets every 100 m; the first ones run east, row by row, then those that run north."""
    a, b = [], []
    for y in range(side):
        for x in range(side - 1):
            a.append(y * side + x)
            b.append(y * side + x + 1)
    for y in range(side - 1):
        for x in range(side):
            a.append(y * side + x)
            b.append((y + 1) * side + x)

    def at(n: int) -> tuple[float, float]:
        return (n % side) * 100.0, (n // side) * 100.0

    lines = np.array([shapely.LineString([at(p), at(q)]) for p, q in zip(a, b, strict=True)], object)
    ways = np.array([i in oneway for i in range(len(a))])
    return Streets(np.array(a, np.int32), np.array(b, np.int32), np.full(len(a), 50.0), ways, lines, bans)


def xy(*places: tuple[float, float]) -> tuple[np.ndarray, np.ndarray]:  # type: ignore[type-arg]
    return np.array([p[0] for p in places], float), np.array([p[1] for p in places], float)


def test_times_equal_a_plain_all_pairs_computation() -> None:
    streets = grid(6, oneway={1, 7, 20, 33, 40})
    car = Network(streets, PROFILES["car"])
    n = 36
    d = np.full((n, n), np.inf)
    np.fill_diagonal(d, 0)
    for arc in range(len(car.street)):
        u, v = (
            car.tail[arc],
            int(streets.b[car.street[arc]] if car.forward[arc] else streets.a[car.street[arc]]),
        )
        d[u, v] = min(d[u, v], car.cost[arc])
    for k in range(n):
        d = np.minimum(d, d[:, k, None] + d[None, k, :])
    x, y = xy(*(((i % 6) * 100.0, (i // 6) * 100.0) for i in range(n)))
    assert np.allclose(car.matrix(x, y), d, atol=1e-6)


def test_a_one_way_street_is_walked_both_ways_and_driven_one() -> None:
    streets = grid(2, oneway={0})  # from (0,0) to (100,0)
    x, y = xy((20, 0), (80, 0))
    car = Network(streets, PROFILES["car"]).matrix(x, y)
    foot = Network(streets, PROFILES["foot"]).matrix(x, y)
    assert car[1, 0] > 4 * car[0, 1]
    assert foot[1, 0] == pytest.approx(foot[0, 1]) == pytest.approx(60 / 1000 / 4.8 * 60)


def test_a_banned_turn_is_driven_around_and_walked() -> None:
    """From the middle of street 0 east, left into the street north at (100,0) is banned."""
    free, banned = grid(3), grid(3, bans=frozenset({(0, 7)}))
    assert (free.a[7], free.b[7]) == (1, 4)
    x, y = xy((50, 0), (100, 50))
    least = Network(free, PROFILES["car"]).matrix(x, y)
    around = Network(banned, PROFILES["car"]).matrix(x, y)
    assert around[0, 1] > least[0, 1] * 2
    assert around[1, 0] == pytest.approx(least[1, 0])
    assert np.allclose(
        Network(banned, PROFILES["foot"]).matrix(x, y), Network(free, PROFILES["foot"]).matrix(x, y)
    )
    (way,) = Network(banned, PROFILES["car"]).way(*xy((50, 0), (100, 50)))
    assert way and way.minutes == pytest.approx(around[0, 1])
    assert way.metres == pytest.approx(way.line.length)


def test_ways_are_lines_from_place_to_place() -> None:
    car = Network(grid(5), PROFILES["car"])
    x, y = xy((130, 0), (400, 260), (10, 400))
    matrix = car.matrix(x, y)
    for i, way in enumerate(car.way(x, y)):
        assert way is not None
        assert way.minutes == pytest.approx(matrix[i, i + 1])
        assert way.line.coords[0] == pytest.approx((x[i], y[i]))
        assert way.line.coords[-1] == pytest.approx((x[i + 1], y[i + 1]))
        assert way.line.length == pytest.approx(abs(x[i] - x[i + 1]) + abs(y[i] - y[i + 1]))


def test_the_nearest_car_is_by_time_and_not_by_air() -> None:
    streets = grid(4, oneway={0, 1, 2})  # the south street runs east only
    car = Network(streets, PROFILES["car"])
    x, y = xy((280, 0), (100, 0))  # the first is nearer by air, but would have to go round
    minutes = car.to_one(x, y, (220.0, 0.0))
    assert minutes[1] < minutes[0]
    assert np.allclose(minutes, car.matrix(*xy((280, 0), (100, 0), (220, 0)))[:2, 2])


def test_reach_grows_with_time_and_holds_what_it_should() -> None:
    foot = Network(grid(12), PROFILES["foot"])
    five, ten = foot.reach(500, 500, 5), foot.reach(500, 500, 10)
    assert ten.area > 2 * five.area
    assert five.contains(shapely.Point(800, 500))  # 300 m of the 400 m that five minutes give
    assert not five.buffer(-46).contains(shapely.Point(900, 600))


def test_no_way_and_no_street_are_said() -> None:
    one = grid(2)
    lines = np.concatenate([one.lines, shapely.transform(one.lines, lambda c: c + 5000)])
    two = Streets(
        np.concatenate([one.a, one.a + 4]),
        np.concatenate([one.b, one.b + 4]),
        np.full(8, 50.0),
        np.zeros(8, bool),
        lines,
    )
    car = Network(two, PROFILES["car"])
    x, y = xy((0, 0), (5000, 5000))
    assert car.matrix(x, y)[0, 1] == NEVER
    assert car.way(x, y) == [None]
    with pytest.raises(OffStreet) as off:
        car.matrix(*xy((0, 0), (2500, 2500)))
    assert off.value.places == [1]
