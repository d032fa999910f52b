"""What a sign-in is worth: one pure function over what was proven, what was planned and the rules of the day.

The gravest finding gives the verdict; all findings are kept, each with the rule and its figures, so that an officer can
read why and history can be judged again under other rules. Times are epoch seconds.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, fields
from typing import Any

LEVELS = {"code": 0, "qr": 0, "rotating": 0, "plain": 0, "sun": 1, "challenge": 2}
"""Assurance: L0 can be copied, L1 proves a touch at some time, L2 proves a touch now."""
ORDER = (
    "replay", "clone", "proxy", "wrong_box", "out_of_range", "duplicate", "early", "late", "filed_late", "short_guard", "review", "normal",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Rules:
    """The figures of one unit from one day on. Version is written into every verdict."""

    version: int = 0
    before_min: float = 0.0
    after_min: float = 5.0
    radius_m: float = 30.0
    blind_m: float = 100.0  # a worse accuracy is no position
    level: int = 0
    duplicate_s: float = 60.0
    allowance_min: float = 30.0  # offline sign-ins that arrive later are filed late
    device_min: float = 10.0  # two officers on one device within
    top_kmh: float = 110.0
    hoard_s: float = 60.0  # a touch that was online must arrive within
    track_m: float = 150.0  # the officer's own phone or car may be so far from the box at that moment
    guard_min: float = 0.0
    position: bool = True  # L0 without a position is for review

    @classmethod
    def of(cls, version: int, said: dict[str, Any]) -> Rules:
        known = {f.name for f in fields(cls)} - {"version"}
        if strange := sorted(set(said) - known):
            raise ValueError(f"There is no rule “{strange[0]}”; there are: {', '.join(sorted(known))}.")
        for name, value in said.items():
            if name != "position" and (
                isinstance(value, bool) or not isinstance(value, int | float) or value < 0
            ):
                raise ValueError(f"The rule “{name}” is a number from 0 up.")
        return cls(version=version, **said)


@dataclass(frozen=True, slots=True)
class Window:
    begin: float
    end: float


@dataclass(frozen=True, slots=True)
class Before:
    """A sign-in before this one that it is compared with: of the officer, of the device, or of the tag.

    Before by the moment of the touch, whichever arrived first: so the order of arrival changes no verdict in the end.
    """

    officer: str
    device: str
    box: int
    low: float
    high: float
    distance_m: float
    counter: int | None = None
    road_s: float | None = None  # driving time between the two places, where it is known


@dataclass(frozen=True, slots=True)
class Evidence:
    how: str  # a key of LEVELS
    box: int
    officer: str
    device: str
    low: float  # the touch was not before
    high: float  # and not after
    received: float
    distance_m: float | None = None  # None: no position was sent
    accuracy_m: float | None = None
    counter: int | None = None
    online: bool = True
    replayed: bool = False
    moved: bool = False  # the tag hangs at another box than the one it was issued for
    guard_s: float | None = None
    radius_m: float | None = None  # of this box, where it differs
    level: int | None = None  # this box asks for
    heard: bool = False  # the officer's phone spoke with us after the touch, well before the touch was sent
    away_m: float | None = (
        None  # how near the officer's own track came to the box around that moment; None: no track
    )


@dataclass(frozen=True, slots=True)
class Finding:
    verdict: str
    rule: str
    zh: str
    en: str


@dataclass(frozen=True, slots=True)
class Verdict:
    code: str
    level: int
    findings: tuple[Finding, ...]
    version: int
    window: int | None = None  # which of the planned windows it fulfils


@dataclass(frozen=True, slots=True)
class Plan:
    """What the officer was to do: windows at this box, and whether the box is on the route at all."""

    windows: tuple[Window, ...] = ()
    listed: bool = True
    known: bool = False  # without a plan nothing is early, late or wrong


@dataclass(slots=True)
class _Found:
    list: list[Finding] = field(default_factory=list)

    def add(self, verdict: str, rule: str, zh: str, en: str) -> None:
        self.list.append(Finding(verdict, rule, zh, en))


def judge(e: Evidence, plan: Plan, before: Sequence[Before], rules: Rules) -> Verdict:
    found = _Found()
    level = LEVELS[e.how]
    if e.replayed:
        found.add("replay", "counter", "這則感應訊息先前已用過", "this message of the tag was used before")
    _pairs(e, before, rules, found)
    _place(e, plan, rules, level, found)
    window = _time(e, plan, rules, found)
    _filed(e, rules, level, found)
    if not found.list:
        found.add(
            "normal",
            "all",
            "時間、地點與感應皆符合" if plan.known else "地點與感應皆符合（未排勤）",
            "time, place and tag are right" if plan.known else "place and tag are right; nothing was planned",
        )
    findings = tuple(sorted(found.list, key=lambda f: ORDER.index(f.verdict)))
    return Verdict(findings[0].verdict, level, findings, rules.version, window)


def paired(e: Evidence, before: Sequence[Before], rules: Rules) -> tuple[Finding, ...]:
    """What `judge` finds by comparing alone: for a sign-in that was judged when something before it had not arrived."""
    found = _Found()
    _pairs(e, before, rules, found)
    return tuple(found.list)


def _pairs(e: Evidence, before: Sequence[Before], rules: Rules, found: _Found) -> None:
    _order(e, before, found)
    _persons(e, before, rules, found)
    for b in before:
        if b.box != e.box or b.officer != e.officer or e.replayed:
            continue
        if abs(b.high - e.high) < rules.duplicate_s:
            found.add(
                "duplicate", "again", "同一員警於同一箱重複簽到", "the same officer at the same box again"
            )
            return


def _order(e: Evidence, before: Sequence[Before], found: _Found) -> None:
    """Counters and times of one tag must run the same way, whichever phone they came through."""
    if e.counter is None or e.replayed:
        return
    for b in before:
        if b.box != e.box or b.counter is None:
            continue
        if (b.counter < e.counter and b.low > e.high) or (b.counter > e.counter and b.high < e.low):
            found.add(
                "clone", "counter-order",
                f"計數器 {e.counter} 與 {b.counter} 的先後和簽到時間相反：複製或囤積的感應",
                f"counters {e.counter} and {b.counter} run against their times: a copied or a hoarded touch",
            )  # fmt: skip
            return


def _persons(e: Evidence, before: Sequence[Before], rules: Rules, found: _Found) -> None:
    for b in before:
        gap = max(0.0, e.low - b.high, b.low - e.high)
        if b.device and b.device == e.device and b.officer != e.officer and gap < rules.device_min * 60:
            found.add("proxy", "device", f"同一裝置 {gap / 60:.0f} 分鐘內由兩名員警簽到",
                      f"two officers signed in on one device within {gap / 60:.0f} minutes")  # fmt: skip
            break
    for b in before:
        if b.officer != e.officer or b.box == e.box or b.distance_m < 200:
            continue
        widest = max(e.high - b.low, b.high - e.low)
        least = 0.7 * b.road_s if b.road_s is not None else b.distance_m / (rules.top_kmh / 3.6)
        if widest < least:
            found.add("proxy", "speed", f"{b.distance_m / 1000:.1f} 公里於 {max(widest, 0):.0f} 秒內移動，不可能",
                      f"{b.distance_m / 1000:.1f} km in {max(widest, 0):.0f} s cannot be")  # fmt: skip
            break


def _place(e: Evidence, plan: Plan, rules: Rules, level: int, found: _Found) -> None:
    if e.moved or (plan.known and not plan.listed):
        found.add("wrong_box", "tag" if e.moved else "route",
                  "標籤不屬於這個巡邏箱" if e.moved else "不在本線應巡之列",
                  "the tag is not of this box" if e.moved else "the box is not on this route")  # fmt: skip
    radius = e.radius_m if e.radius_m is not None else rules.radius_m
    blind = e.distance_m is None or (e.accuracy_m is not None and e.accuracy_m > rules.blind_m)
    if blind:
        if level == 0 and rules.position:
            found.add("review", "position", "沒有可用的定位，此類簽到須有定位",
                      "no position that counts, and this kind of sign-in needs one")  # fmt: skip
    elif (e.distance_m or 0.0) - (e.accuracy_m or 0.0) > radius:
        found.add("out_of_range", "radius", f"距離 {e.distance_m:.0f} 公尺，超出 {radius:.0f} 公尺",
                  f"{e.distance_m:.0f} m away, more than {radius:.0f} m")  # fmt: skip
    needed = e.level if e.level is not None else rules.level
    if level < needed:
        found.add(
            "review",
            "level",
            f"本箱須 L{needed}，此簽到為 L{level}",
            f"this box asks for L{needed}; this is L{level}",
        )


def _time(e: Evidence, plan: Plan, rules: Rules, found: _Found) -> int | None:
    """The whole interval in a window is right; wholly outside is early or late; across an edge is for review."""
    if not plan.known or not plan.windows:
        return None
    before, after = rules.before_min * 60, rules.after_min * 60
    across = None
    for i, w in enumerate(plan.windows):
        if w.begin - before <= e.low and e.high <= w.end + after:
            return i
        if e.high >= w.begin - before and e.low <= w.end + after:
            across = i
    if across is not None:
        found.add(
            "review",
            "clock",
            "離線時間不明確，跨越時窗邊界",
            "the time offline is not exact and crosses the edge of a window",
        )
        return across
    passed = [i for i, w in enumerate(plan.windows) if e.low > w.end + after]
    if passed:
        i = passed[-1]
        late = (e.low - plan.windows[i].end) / 60
        found.add("late", "window", f"晚於時窗 {late:.0f} 分鐘", f"{late:.0f} minutes after the window")
        return i
    early = (plan.windows[0].begin - e.high) / 60
    found.add("early", "window", f"早於時窗 {early:.0f} 分鐘", f"{early:.0f} minutes before the window")
    return 0


def _filed(e: Evidence, rules: Rules, level: int, found: _Found) -> None:
    delay, oldest = e.received - e.high, e.received - e.low
    if not e.online and oldest > rules.allowance_min * 60:
        found.add("filed_late", "allowance", f"{oldest / 60:.0f} 分鐘後才上傳",
                  f"sent {oldest / 60:.0f} minutes afterwards")  # fmt: skip
    if e.online and level < 2 and oldest > rules.hoard_s:
        found.add("review", "hoard", f"有網路卻於感應後 {oldest:.0f} 秒才送達：可能囤積",
                  f"online, yet {oldest:.0f} s after the touch: perhaps hoarded")  # fmt: skip
    if not e.online and e.heard and level < 2 and delay > rules.hoard_s:
        found.add("review", "coverage", f"稱離線 {delay:.0f} 秒，其間手機卻與伺服器通訊：可能囤積",
                  f"says offline for {delay:.0f} s, while the phone spoke with us: perhaps hoarded")  # fmt: skip
    if e.away_m is not None and e.away_m > rules.track_m:
        found.add("proxy", "track", f"員警的手機或車輛當時在 {e.away_m:.0f} 公尺外：囤積或代簽",
                  f"the officer's phone or car was {e.away_m:.0f} m away then: hoarded, or by proxy")  # fmt: skip
    if delay < -300:
        found.add("review", "future", "宣稱的時間在未來", "the time it claims is in the future")
    if e.guard_s is not None and e.guard_s < rules.guard_min * 60:
        found.add("short_guard", "guard", f"守望 {e.guard_s / 60:.0f} 分鐘，應 {rules.guard_min:.0f} 分鐘",
                  f"stood guard {e.guard_s / 60:.0f} of {rules.guard_min:.0f} minutes")  # fmt: skip


def claimed(
    received: float, device: float | None, waited: float | None, skew: float | None
) -> tuple[float, float]:
    """The interval in which a touch must have been. The device's clock is never trusted further than it was checked.

    `waited` is how long the device's steady clock says the touch lies back; `skew` its clock's error when it last spoke
    with the server; without either, an offline claim may be anywhere from what it says until it was received.
    """
    if waited is not None and waited >= 0:
        return received - waited - 5.0, min(received, received - waited + 5.0)
    if device is None:
        return received, received
    at = device - (skew or 0.0)
    if skew is not None:
        return min(at, received) - 5.0, min(at + 5.0, received)
    return min(at, received), received
