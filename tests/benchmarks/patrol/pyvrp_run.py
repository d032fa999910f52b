"""Runs in the environment of the peers, never in ours: prize-collecting routes by PyVRP, for as long as it is told.

Cases come as JSON on standard input; for each a line of JSON goes out. Whole numbers throughout. One unit of prize is worth
more than all driving, and driving counts one: without its gradient PyVRP finds far less.
"""

from __future__ import annotations

import json
import sys
import time
from typing import Any

from pyvrp import Model


class Spent:
    """Stops by CPU time of this process."""

    def __init__(self, seconds: float) -> None:
        self.until = time.process_time() + seconds

    def __call__(self, _best: float) -> bool:
        return time.process_time() >= self.until


def model(case: dict[str, Any], unit: int) -> Model:
    made, travel, last = Model(), case["travel"], case["limit"]
    places = [made.add_location(0, 0) for _ in case["prize"]]
    start, end = case["start"], case["end"]
    depot = made.add_depot(places[start])
    home = depot if start == end else made.add_depot(places[end])
    made.add_vehicle_type(
        case["units"], start_depot=depot, end_depot=home, shift_duration=last, tw_early=0, tw_late=last, unit_distance_cost=1
    )  # fmt: skip
    for v, prize in enumerate(case["prize"]):
        if v not in (start, end) and prize > 0:
            made.add_client(
                places[v], service_duration=case["service"][v], tw_early=case["opens"][v], tw_late=case["closes"][v],
                prize=int(prize) * unit, required=False,
            )  # fmt: skip
    for a, row in enumerate(travel):
        for b, d in enumerate(row):
            if a != b:
                made.add_edge(places[a], places[b], d, d)
    return made


def main() -> None:
    asked = json.load(sys.stdin)
    for case in asked["cases"]:
        unit = case["limit"] * case["units"]
        began = time.process_time()
        found = model(case, unit).solve(
            stop=Spent(asked["seconds"]), seed=1, collect_stats=False, display=False
        )
        value = found.best.prizes() / unit if found.best.is_feasible() else 0
        print(json.dumps({"value": value, "cpu": time.process_time() - began}), flush=True)


if __name__ == "__main__":
    main()
