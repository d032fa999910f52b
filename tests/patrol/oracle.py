"""The judgement once more, as a table: written from the rules in docs, sharing no code with `layers.patrol.craft.judge`.

A row is a rule, its verdict and when it fires; times are whole seconds, so that edges are met exactly.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any

from layers.patrol.craft.judge import Before, Evidence, Plan, Rules, Window

Scene = dict[str, Any]
T = 1_800_000_000
LEVEL = {"code": 0, "qr": 0, "rotating": 0, "plain": 0, "sun": 1, "challenge": 2}
GRAVE = [
    "replay",
    "clone",
    "proxy",
    "wrong_box",
    "out_of_range",
    "duplicate",
    "early",
    "late",
    "filed_late",
    "short_guard",
    "review",
    "normal",
]


def _some(s: Scene, test: Callable[[Scene, Scene], bool]) -> bool:
    return any(test(s, b) for b in s["before"])


def _inverted(s: Scene, b: Scene) -> bool:
    if b["box"] != s["box"] or b["counter"] is None:
        return False
    after_us, before_us = b["low"] > s["high"], b["high"] < s["low"]
    return (after_us and b["counter"] < s["counter"]) or (before_us and b["counter"] > s["counter"])


def _two_on_one(s: Scene, b: Scene) -> bool:
    if not b["device"] or b["device"] != s["device"] or b["officer"] == s["officer"]:
        return False
    between = s["low"] - b["high"] if s["low"] > b["high"] else b["low"] - s["high"]
    return max(between, 0) < 60 * s["rules"]["device_min"]


def _too_quick(s: Scene, b: Scene) -> bool:
    if b["officer"] != s["officer"] or b["box"] == s["box"] or b["distance_m"] < 200:
        return False
    longest = max(s["high"] - b["low"], b["high"] - s["low"])
    shortest = b["distance_m"] * 3.6 / s["rules"]["top_kmh"] if b["road_s"] is None else b["road_s"] * 7 / 10
    return bool(longest < shortest)


def _same_again(s: Scene, b: Scene) -> bool:
    near = -s["rules"]["duplicate_s"] < b["high"] - s["high"] < s["rules"]["duplicate_s"]
    return bool(near and b["box"] == s["box"] and b["officer"] == s["officer"])


def _blind(s: Scene) -> bool:
    return s["distance_m"] is None or (s["accuracy_m"] or 0) > s["rules"]["blind_m"]


def _stretched(s: Scene) -> list[tuple[float, float]]:
    r = s["rules"]
    return [(a - 60 * r["before_min"], b + 60 * r["after_min"]) for a, b in s["windows"]]


def _where(s: Scene) -> tuple[str | None, int | None]:
    """How the interval lies to the windows, and which window that is."""
    if not s["known"] or not s["windows"]:
        return None, None
    wide = _stretched(s)
    for i, (a, b) in enumerate(wide):
        if a <= s["low"] and s["high"] <= b:
            return None, i
    touching = [i for i, (a, b) in enumerate(wide) if s["high"] >= a and s["low"] <= b]
    if touching:
        return "clock", touching[-1]
    gone = [i for i, (_, b) in enumerate(wide) if b < s["low"]]
    return ("late", gone[-1]) if gone else ("early", 0)


TABLE: list[tuple[str, str, Callable[[Scene], bool]]] = [
    ("counter", "replay", lambda s: s["replayed"]),
    ("counter-order", "clone", lambda s: s["counter"] is not None and not s["replayed"] and _some(s, _inverted)),
    ("device", "proxy", lambda s: _some(s, _two_on_one)),
    ("speed", "proxy", lambda s: _some(s, _too_quick)),
    ("track", "proxy", lambda s: s["away_m"] is not None and s["away_m"] > s["rules"]["track_m"]),
    ("tag", "wrong_box", lambda s: s["moved"]),
    ("route", "wrong_box", lambda s: s["known"] and not s["listed"] and not s["moved"]),
    ("radius", "out_of_range", lambda s: not _blind(s) and s["distance_m"] > s["radius_m"] + (s["accuracy_m"] or 0)),
    ("position", "review", lambda s: _blind(s) and LEVEL[s["how"]] == 0 and s["rules"]["position"]),
    ("level", "review", lambda s: LEVEL[s["how"]] < s["needed"]),
    ("again", "duplicate", lambda s: not s["replayed"] and _some(s, _same_again)),
    ("window", "early", lambda s: _where(s)[0] == "early"),
    ("window", "late", lambda s: _where(s)[0] == "late"),
    ("clock", "review", lambda s: _where(s)[0] == "clock"),
    ("allowance", "filed_late", lambda s: not s["online"] and s["received"] - s["low"] > 60 * s["rules"]["allowance_min"]),
    ("hoard", "review", lambda s: s["online"] and s["how"] != "challenge" and s["received"] - s["low"] > s["rules"]["hoard_s"]),
    ("coverage", "review", lambda s: not s["online"] and s["heard"] and s["how"] != "challenge"
        and s["received"] - s["high"] > s["rules"]["hoard_s"]),
    ("future", "review", lambda s: s["high"] > s["received"] + 300),
    ("guard", "short_guard", lambda s: s["guard_s"] is not None and s["guard_s"] < 60 * s["rules"]["guard_min"]),
]  # fmt: skip


def expected(s: Scene) -> tuple[str, set[tuple[str, str]], int | None]:
    """Verdict, the rules that fired, and the window."""
    fired = {(rule, verdict) for rule, verdict, when in TABLE if when(s)}
    codes = {verdict for _, verdict in fired} or {"normal"}
    return min(codes, key=GRAVE.index), fired or {("all", "normal")}, _where(s)[1]


def scene(rng: random.Random) -> Scene:
    """Anything that may happen, on edges as often as not."""
    pick, chance = rng.choice, rng.random
    low = T + pick([-3600, -900, -601, -600, -300, 0, 300, 599, 600, 601, 900, 901, 1200, 3600])
    high = low + pick([0, 0, 0, 10, 10, 300, 86_400])
    how = pick(list(LEVEL))
    rules = {
        "before_min": pick([0, 5]), "after_min": pick([0, 5, 10]), "radius_m": pick([30, 60]), "blind_m": pick([60, 100]),
        "level": pick([0, 0, 1, 2]), "duplicate_s": pick([60, 300]), "allowance_min": pick([10, 30]),
        "device_min": pick([5, 10]), "top_kmh": pick([90, 110]), "hoard_s": pick([60, 120]), "track_m": pick([150, 300]),
        "guard_min": pick([0, 5]), "position": pick([True, False]),
    }  # fmt: skip
    counter = rng.randrange(40, 44) if how == "sun" else None
    windows = sorted(
        (T + a, T + a + pick([0, 600, 1200]))
        for a in rng.sample([-3600, -600, 0, 601, 3000], rng.randrange(4))
    )
    before = [
        {"officer": pick("AB"), "device": pick(["", "d1", "d2"]), "box": pick([1, 2]), "low": at, "high": at + pick([0, 10]),
         "distance_m": pick([0, 199, 200, 900, 5000, 18_000]), "counter": pick([None, 39, 41, 42, 44]),
         "road_s": pick([None, None, 100, 600])}
        for at in (low - pick([-900, -300, 0, 30, 59, 60, 61, 300, 590, 600, 610, 7200]) for _ in range(rng.randrange(4)))
    ]  # fmt: skip
    own = chance() < 0.2
    return {
        "how": how, "box": 1, "officer": pick("AB"), "device": pick(["", "d1", "d2"]), "low": low, "high": high,
        "received": high + pick([-400, -301, -300, 0, 1, 60, 61, 120, 121, 600, 1800, 1801, 20_000]),
        "distance_m": pick([None, 0, 30, 31, 60, 68, 69, 400]), "accuracy_m": pick([None, 8, 60, 61, 100, 101]),
        "counter": counter, "online": chance() < 0.6, "replayed": counter is not None and chance() < 0.1,
        "moved": chance() < 0.05, "guard_s": pick([None, None, 0, 299, 300, 900]), "heard": chance() < 0.3,
        "away_m": pick([None, None, 0, 150, 151, 301, 5000]), "rules": rules, "windows": windows, "before": before,
        "known": chance() < 0.7, "listed": chance() < 0.9, "own": own,
        "radius_m": 90 if own else rules["radius_m"], "needed": 1 if own else rules["level"],
    }  # fmt: skip


def asked(s: Scene) -> tuple[Evidence, Plan, list[Before], Rules]:
    """The same scene in the words of the product."""
    names = (
        "how", "box", "officer", "device", "low", "high", "received", "distance_m", "accuracy_m", "counter", "online",
        "replayed", "moved", "guard_s", "heard", "away_m",
    )  # fmt: skip
    own = {"radius_m": 90, "level": 1} if s["own"] else {}
    plan = Plan(tuple(Window(*w) for w in s["windows"]), s["listed"], s["known"])
    return (
        Evidence(**{n: s[n] for n in names}, **own),
        plan,
        [Before(**b) for b in s["before"]],
        Rules.of(1, s["rules"]),
    )
