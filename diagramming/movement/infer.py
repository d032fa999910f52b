"""The posterior over (approach, exit) of each party and over the movement key of the pair, with its explanation.

Nothing is guessed in silence: without evidence for a leg the leg is unknown; what a person decided stands, with who and
why, beside what was inferred.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from math import exp, log
from typing import Any

from diagramming.movement.evidence import Evidence
from diagramming.movement.key import Key, of_pair
from diagramming.movement.legs import Junction

SHARES = {"S": 0.58, "L": 0.21, "R": 0.18, "U": 0.03}
"""How often vehicles in crashes turn which way, until a city knows better."""
ACCEPT, ASK = 0.90, 0.60
KNOWN = 0.4
"""A leg that holds less of the posterior is said to be unknown; what lies between here and ASK is for review."""
Pair = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Override:
    """What a person decided, kept for good."""

    approach: int | None
    exit: int | None
    who: str
    why: str


@dataclass(frozen=True, slots=True)
class Movement:
    """Of one party. `approach` and `exit` are legs, or None where they are unknown."""

    approach: int | None
    exit: int | None
    turn: str
    confidence: float
    posterior: Mapping[Pair, float]
    explain: Mapping[str, Any] = field(default_factory=dict)
    override: Override | None = None

    @property
    def grade(self) -> str:
        """accept, ask (drawn with a question mark) or review."""
        if self.override is not None or self.confidence >= ACCEPT:
            return "accept"
        return "ask" if self.confidence >= ASK else "review"


def posterior(
    at: Junction, evidence: Sequence[Evidence], shares: Mapping[str, float] = SHARES
) -> dict[Pair, float]:
    """Over every allowed (approach, exit)."""
    scores = _prior(at, shares)
    for pair in scores:
        scores[pair] += sum(e.weigh(at, *pair) for e in evidence)
    top = max(scores.values())
    raw = {pair: exp(s - top) for pair, s in scores.items()}
    total = sum(raw.values())
    return {pair: p / total for pair, p in raw.items()}


def _prior(at: Junction, shares: Mapping[str, float]) -> dict[Pair, float]:
    out: dict[Pair, float] = {}
    for i, leg in enumerate(at.legs):
        exits = [j for j, to in enumerate(at.legs) if to.outbound]
        if not leg.inbound or not exits:
            continue
        turns = {j: at.turn(i, j) for j in exits}
        counts = {t: sum(1 for v in turns.values() if v == t) for t in turns.values()}
        whole = sum(shares[t] for t in counts)
        for j in exits:
            out[i, j] = log(shares[turns[j]] / counts[turns[j]] / whole)
    if not out:
        raise ValueError("No leg of the junction may be entered and another one left.")
    return out


def infer(
    at: Junction,
    evidence: Sequence[Evidence],
    *,
    override: Override | None = None,
    shares: Mapping[str, float] = SHARES,
    explain: bool = True,
) -> Movement:
    found = posterior(at, evidence, shares)
    ranked = sorted(found.items(), key=lambda item: (-item[1], item[0]))
    (best, sure) = ranked[0]
    turn = at.turn(*best)
    approach: int | None = best[0]
    exit: int | None = best[1]
    if sum(p for (i, _), p in found.items() if i == best[0]) < KNOWN:
        approach = exit = None
        turns: dict[str, float] = {}
        for pair, p in found.items():
            turns[at.turn(*pair)] = turns.get(at.turn(*pair), 0.0) + p
        turn = max(sorted(turns), key=lambda t: turns[t])
    record = _record(at, evidence, ranked, shares) if explain else {}
    if override is not None:
        record = {**record, "inferred": {"approach": approach, "exit": exit, "confidence": round(sure, 4)}}
        record["override"] = {"who": override.who, "why": override.why}
        approach, exit = override.approach, override.exit
        if approach is not None and exit is not None:
            turn = at.turn(approach, exit)
        sure = 1.0
    return Movement(approach, exit, turn, sure, found, record, override)


def _record(
    at: Junction, evidence: Sequence[Evidence], ranked: list[tuple[Pair, float]], shares: Mapping[str, float]
) -> dict[str, Any]:
    """Evidence by evidence for the top three, and what would be said without each."""
    top = ranked[:3]
    without = []
    for k, left_out in enumerate(evidence):
        rest = posterior(at, [e for n, e in enumerate(evidence) if n != k], shares)
        other, p = max(sorted(rest.items()), key=lambda item: item[1])
        without.append(
            {"without": left_out.says, "approach": other[0], "exit": other[1], "turn": at.turn(*other),
             "confidence": round(p, 3)}
        )  # fmt: skip
    return {
        "hypotheses": [
            {"approach": i, "exit": j, "turn": at.turn(i, j), "p": round(p, 4),
             "evidence": {e.says: round(e.weigh(at, i, j), 3) for e in evidence}}
            for (i, j), p in top
        ],
        "without": without,
        "thresholds": {"accept": ACCEPT, "ask": ASK, "leg_known": KNOWN},
    }  # fmt: skip


@dataclass(frozen=True, slots=True)
class Met:
    """Of two parties: their key, how sure, and the best pair of movements together."""

    key: Key
    confidence: float
    first: Pair
    second: Pair
    others: tuple[tuple[Key, float], ...]


def meet(
    at: Junction,
    first: Mapping[Pair, float],
    second: Mapping[Pair, float],
    *,
    families: Mapping[str, float] | None = None,
    sideswipe: bool = False,
    special: tuple[str | None, str | None] = (None, None),
) -> Met:
    """Both posteriors under what the form says of the pair: `families` weighs what its type and cause allow.
    `special` puts a lane change, backing, parking or loss of control in the place of a turn."""
    keys: dict[Key, float] = {}
    best: tuple[float, Pair, Pair] = (-1.0, (0, 0), (0, 0))
    for a, p in sorted(first.items()):
        for b, q in sorted(second.items()):
            key = of_pair(
                special[0] or at.turn(*a),
                special[1] or at.turn(*b),
                at.relation(a[0], b[0]),
                sideswipe=sideswipe,
            )
            mass = p * q * (1.0 if families is None else families.get(key.family, 0.02))
            keys[key] = keys.get(key, 0.0) + mass
            if mass > best[0]:
                best = (mass, a, b)
    total = sum(keys.values())
    ranked = sorted(((k, p / total) for k, p in keys.items()), key=lambda item: (-item[1], item[0]))
    return Met(ranked[0][0], ranked[0][1], best[1], best[2], tuple(ranked[:3]))
