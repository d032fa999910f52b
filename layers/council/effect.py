"""Before and after a measure at a junction: the crashes that the statistics need, and what they say in words and figures.

The comparison is never chosen by a reader: junctions of the same form, control and rank in the same district, where no
measure is. Nothing is given without its interval.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime, time, timedelta
from math import exp, sqrt
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import connection

from diagramming.movement.key import FAMILIES
from diagramming.statistics.effect import Compared, Estimate, Z, compare
from layers.council.models import Measure
from layers.council.movements import keys
from layers.streets.models import Junction

YEARS_BEFORE = 3
FEWEST_SITES = 8
FEWEST_DAYS = 30
SPAN = "SELECT min(occurred_at), max(occurred_at) FROM crashes_crash"
LIKE = """
    SELECT j.id, count(c.id) FILTER (WHERE c.occurred_at < %(until)s),
           count(c.id) FILTER (WHERE c.occurred_at >= %(since)s)
    FROM streets_junction j LEFT JOIN areas_ward w ON w.id = j.ward_id
         LEFT JOIN crashes_crash c ON c.junction_id = j.id AND c.occurred_at >= %(first)s AND c.occurred_at < %(last)s
    WHERE j.id <> %(id)s AND j.legs = %(legs)s AND j.signal = %(signal)s AND j.rank = %(rank)s
      AND (%(district)s::bigint IS NULL OR w.district_id = %(district)s)
      AND NOT EXISTS (SELECT 1 FROM council_measure m WHERE m.junction_id = j.id AND m.state IN ('works', 'done'))
    GROUP BY j.id ORDER BY j.id
"""
HERE = """
    SELECT id, type, occurred_at FROM crashes_crash
    WHERE junction_id = %s AND occurred_at >= %s AND occurred_at < %s ORDER BY id
"""


@dataclass(frozen=True, slots=True)
class Periods:
    """Before ends when works begin; after begins when the measure is in use."""

    first: date
    until: date
    since: date
    last: date

    @property
    def years(self) -> tuple[float, float]:
        return (self.until - self.first).days / 365.25, (self.last - self.since).days / 365.25


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the picture: the ratio of what happened to what would have, with 95 %."""

    name: str
    title: dict[str, str]
    before: int
    after: int
    theta: float
    low: float
    high: float
    method: str
    told: bool


def periods(measure: Measure, months: int | None = None) -> Periods | None:
    """None while there is too little time on either side. `months` bounds what is after."""
    if measure.done_on is None:
        return None
    with connection.cursor() as cursor:
        cursor.execute(SPAN)
        start, end = cursor.fetchone()
    if start is None:
        return None
    zone = ZoneInfo(settings.TIME_ZONE)
    until = min(measure.began_on or measure.done_on, measure.done_on)
    first = max(start.astimezone(zone).date(), _years(until, -YEARS_BEFORE))
    if measure.frozen is not None:
        first, until = (date.fromisoformat(measure.frozen[end]) for end in ("first", "until"))
    last = end.astimezone(zone).date() + timedelta(days=1)
    if months is not None:
        wanted = _months(measure.done_on, months)
        if wanted > last:
            return None
        last = wanted
    if (until - first).days < FEWEST_DAYS or (last - measure.done_on).days < FEWEST_DAYS:
        return None
    return Periods(first, until, measure.done_on, last)


def told(measure: Measure, months: int | None = None) -> dict[str, Any] | None:
    """All that is shown of a measure's effect; None where it cannot be told yet."""
    when = periods(measure, months)
    if when is None or measure.junction is None:
        return None
    before, sites, district = _before(measure, measure.junction, when)
    after = _at(measure.junction.pk, when.since, when.last)
    group = (sum(b for _, b, _ in sites), sum(a for _, _, a in sites))
    family = [len(before), *(b for _, b, _ in sites)]  # the place itself is one of those like it
    mean = max(sum(family) / len(family), 0.05)
    phi = _shape(family)
    targets = [t for t in measure.targets.replace(" ", "").split(",") if t in FAMILIES]
    whole = compare([len(before)], [len(after)], [mean], phi, when.years, group if min(group) else None)
    rows = [_row("all", {"zh": "全部事故", "en": "All crashes"}, whole, whole.bayes)]
    if targets:
        parts = [sum(f in targets for f in side) for side in (before, after)]
        share = max(parts[0], 0.5) / max(len(before), 1)
        aimed = compare(
            [parts[0]], [parts[1]], [mean * share], phi, when.years, group if min(group) else None
        )
        names = FAMILIES[targets[0]]
        more = " …" if len(targets) > 1 else ""
        rows.append(_row("target", {"zh": names[0] + more, "en": names[1] + more}, aimed, aimed.bayes))
    if min(group):
        rows.append(_group_row(len(sites), group, when))
    return {
        "rows": [asdict(row) for row in rows],
        "naive": asdict(_row("naive", {"zh": "單純前後比", "en": "Naive"}, whole, whole.naive)),
        "periods": {name: getattr(when, name).isoformat() for name in ("first", "until", "since", "last")},
        "sites": [{"id": id, "before": b, "after": a} for id, b, a in sites],
        "sentence": _sentence(whole.bayes),
        "method": _method(when, len(sites), district, group),
    }


Sites = list[tuple[int, int, int]]
"""(junction, before, after) of each place like the one that was changed."""


def comparison(junction: Junction, when: Periods) -> tuple[Sites, bool]:
    """The places like it; and whether they are of its district alone."""
    if junction.ward:
        found = _like(junction, when, junction.ward.district_id)
        if len(found) >= FEWEST_SITES:
            return found, True
    return _like(junction, when, None), False


def _like(junction: Junction, when: Periods, district: int | None) -> Sites:
    asked: dict[str, Any] = {
        "id": junction.pk, "legs": junction.legs, "signal": junction.signal, "rank": junction.rank, "district": district,
        "first": _moment(when.first), "until": _moment(when.until), "since": _moment(when.since), "last": _moment(when.last),
    }  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(LIKE, asked)
        found: Sites = cursor.fetchall()
    return found


def _before(measure: Measure, junction: Junction, when: Periods) -> tuple[list[str], Sites, bool]:
    """Families of what was before, and the places to compare with: as they were frozen, if they were. A place that
    has been changed since is no comparison any more."""
    kept = measure.frozen
    if kept is None:
        sites, district = comparison(junction, when)
        return _at(junction.pk, when.first, when.until), sites, district
    then = dict(kept["sites"])
    everywhere = _like(junction, when, None)
    sites = [(id, then[id], after) for id, _, after in everywhere if id in then]
    return [f for f, n in kept["families"].items() for _ in range(n)], sites, kept["district"]


def freeze(measure: Measure) -> bool:
    """Keeps what was before, once a measure is in use; a frozen before is never taken anew."""
    if measure.frozen is not None or measure.state != "done" or measure.junction is None:
        return False
    when = periods(measure)
    if when is None:
        return False
    families: dict[str, int] = {}
    for family in _at(measure.junction.pk, when.first, when.until):
        families[family] = families.get(family, 0) + 1
    sites, district = comparison(measure.junction, when)
    measure.frozen = {
        "first": when.first.isoformat(),
        "until": when.until.isoformat(),
        "families": dict(sorted(families.items())),
        "count": sum(families.values()),
        "sites": [[id, before] for id, before, _ in sites],
        "district": district,
    }
    measure.save(update_fields=["frozen"])
    return True


def _at(junction: int, first: date, last: date) -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute(HERE, (junction, _moment(first), _moment(last)))
        found = cursor.fetchall()
    return [key.family for _, key in sorted(keys(found).items())]


def _row(name: str, title: dict[str, str], found: Compared, one: Estimate) -> Row:
    theta, low, high = (round(min(v, 9.0), 3) for v in (one.theta, one.low, one.high))
    return Row(name, title, found.before, found.after, theta, low, high, one.method, one.told)


def _group_row(n: int, group: tuple[int, int], when: Periods) -> Row:
    ratio = group[1] / group[0] * when.years[0] / when.years[1]
    sd = sqrt(1 / group[0] + 1 / group[1])
    title = {"zh": f"對照 {n} 處", "en": f"Comparison, {n} sites"}
    low, high = ratio * exp(-Z * sd), ratio * exp(Z * sd)
    return Row(
        "comparison",
        title,
        *group,
        round(ratio, 3),
        round(low, 3),
        round(high, 3),
        "group",
        high < 1 or low > 1,
    )


def _sentence(one: Estimate) -> dict[str, str]:
    if not one.told:
        return {"zh": "無法與「沒有改變」區別。", "en": "It cannot be told from no change."}
    change, low, high = (f"{v - 1:+.0%}" for v in (one.theta, one.low, one.high))
    return {"zh": f"變化 {change}（{low} 至 {high}）。", "en": f"Changed by {change} ({low} to {high})."}


def _method(when: Periods, n: int, district: bool, group: tuple[int, int]) -> dict[str, str]:
    where_zh, where_en = (
        "同行政區" if district else "全市",
        "of its district" if district else "of the city",
    )
    return {
        "zh": (
            f"經驗貝氏法（Hauer）。改善前 {when.first}～{when.until}、改善後 {when.since}～{when.last}，施工期不計。"
            f"預期值由本路口之前的件數與{where_zh}同岔數、號誌、級別之 {n} 處對照路口加權，並以其前後變化"
            f"（{group[0]}→{group[1]} 件）校正趨勢；無流量資料。橫線為 95% 區間，跨過 1.0 者無法與沒有改變區別。"
        ),
        "en": (
            f"Empirical Bayes (Hauer). Before {when.first} to {when.until}, after {when.since} to {when.last}, works left "
            f"out. What was to be expected weighs this junction's own crashes against {n} junctions {where_en} with the "
            f"same legs, control and rank, and follows their trend ({group[0]} → {group[1]}); there is no traffic volume. "
            "Bars are 95 % intervals; one that crosses 1.0 cannot be told from no change."
        ),
    }


def _shape(counts: Sequence[int]) -> float:
    """The shape of the negative binomial by moments."""
    n = len(counts)
    if n < 2:
        return 1.5
    mean = sum(counts) / n
    var = sum((c - mean) ** 2 for c in counts) / (n - 1)
    return mean**2 / (var - mean) if var > mean > 0 else 1e6


def _moment(day: date) -> datetime:
    return datetime.combine(day, time.min, ZoneInfo(settings.TIME_ZONE))


def _years(day: date, n: int) -> date:
    return _months(day, 12 * n)


def _months(day: date, n: int) -> date:
    month = day.year * 12 + day.month - 1 + n
    first = date(month // 12, month % 12 + 1, 1)
    return first + timedelta(days=min(day.day, 28) - 1)
