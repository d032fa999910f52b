"""Notes on sign-in: what the planner's rules say an officer should know here and now, at that officer's own clearance.

What was told is written down in the words told, so that a repeated message gets the same answer and a reader knows what
the officer knew. A layer or field that the officer may not see is neither counted nor named.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.contrib.auth.models import User
from django.db import connection, transaction
from django.db.models import Q
from django.utils import timezone

from layers.access import Clearance, Viewer, may
from layers.patrol.models import BoxChange, NoteRule, Notice, PatrolBox, SignIn
from layers.patrol.signing import announce
from layers.registry.register import register

# layer, table, time, what it was
SOURCES = (
    ("crimes", "cases_crime", "at", "kind"),
    ("crashes", "crashes_crash", "occurred_at", "severity"),
    ("calls_110", "hotspots_call", "at", "kind"),
    ("road_defects", "defects_roaddefect", "reported_at", "kind"),
)
_SOURCE = {layer: (table, time, what) for layer, table, time, what in SOURCES}


@dataclass(frozen=True, slots=True)
class Told:
    """`clearance` is what the words themselves ask for, which may be more than the rule does."""

    rule: NoteRule
    zh: str
    en: str
    clearance: int


def viewer_of(name: str) -> Viewer:
    """Whoever it is, with the rights of now."""
    return viewers_of([name])[name]


def viewers_of(names: Iterable[str]) -> dict[str, Viewer]:
    """Many at once; who is not there or no longer active may nothing."""
    wanted = list(names)
    users = User.objects.filter(username__in=wanted, is_active=True).prefetch_related("groups")
    found = {
        u.username: Viewer.of(u.username, u.username, [g.name for g in u.groups.all()], u.pk) for u in users
    }
    return {name: found.get(name) or Viewer.of(name, name, [], None) for name in wanted}


def remarks_of(box: PatrolBox, day: Any) -> list[str]:
    dated = BoxChange.objects.filter(box=box, what=BoxChange.What.REMARK).order_by("-at")[:10]
    held = [
        r.text
        for r in dated
        if (r.valid_from is None or r.valid_from <= day) and (r.valid_to is None or day <= r.valid_to)
    ]
    return ([box.remark] if box.remark else []) + held


def rules_at(station: int | None, at: datetime) -> Iterable[NoteRule]:
    """Those of the station and those of all, that hold on that day and at that hour."""
    local = timezone.localtime(at)
    day = local.date()
    found = NoteRule.objects.filter(valid_from__lte=day).filter(
        Q(valid_to=None) | Q(valid_to__gte=day), Q(station=None) | Q(station_id=station)
    )
    return [r for r in found if within(local.hour, r.from_hour, r.to_hour)]


def within(hour: int, begin: int | None, end: int | None) -> bool:
    """22 to 6 goes over midnight; the same hour twice is the whole day."""
    if begin is None or end is None or begin % 24 == end % 24:
        return True
    begin, end = begin % 24, end % 24
    return begin <= hour < end if begin < end else hour >= begin or hour < end


def told(viewer: Viewer, box: PatrolBox, at: datetime) -> list[Told]:
    """What the rules of that moment say to this viewer at this box; urgent ones first."""
    found = []
    for rule in rules_at(box.station_id, at):
        if viewer.clearance < rule.clearance:
            continue
        words = _words(rule, viewer, box, at)
        if words is not None:
            zh, en, needed = words
            held = max(rule.clearance, int(needed))
            found.append(Told(rule, _put(rule.zh, zh)[:300], _put(rule.en, en)[:300], held))
    return found


def _put(text: str, words: dict[str, str]) -> str:
    for name, value in words.items():
        text = text.replace("{" + name + "}", value)
    return text


Words = tuple[dict[str, str], dict[str, str], Clearance]


def _words(rule: NoteRule, viewer: Viewer, box: PatrolBox, at: datetime) -> Words | None:
    if rule.what == NoteRule.What.REMARK:
        said = "；".join(remarks_of(box, timezone.localdate(at)))
        return ({"remark": said}, {"remark": said}, Clearance.POLICE) if said else None
    if rule.what == NoteRule.What.WANTED:
        return _wanted(rule, viewer, box, at)
    layer = register.get(rule.what)
    if layer is None or not may(viewer, "see", layer):
        return None
    table, time, what = _SOURCE[rule.what]
    kind = next((f for f in layer.seen_by(viewer.clearance) if f.name == what), None)
    seen = "".join(f" AND ({w})" for w in layer.wheres(viewer.clearance))
    row = _latest(
        f"""
        SELECT q.{time}, {f"q.{what}" if kind else "''"}::text, ST_DistanceSphere(q.geom, b.geom), count(*) OVER ()
        FROM {table} q, patrol_patrolbox b
        WHERE b.id = %(box)s AND q.{time} <= %(at)s
        AND q.{time} > CASE WHEN q.origin = 'synthetic'  -- a made-up city ends some day; its clock stands there
            THEN least(%(at)s, (SELECT max({time}) FROM {table})) ELSE %(at)s END - make_interval(secs => %(secs)s)
        AND q.merc && ST_Expand(b.merc, %(metres)s * 1.12) AND ST_DistanceSphere(q.geom, b.geom) <= %(metres)s
        AND {_HOURS.format(time=f"q.{time}")}{seen}
        ORDER BY q.{time} DESC LIMIT 1
        """,
        rule, box, at,
    )  # fmt: skip
    if row is None:
        return None
    entries = kind.codes.entries if kind and kind.codes else ()
    code = next((c for c in entries if c.value == row[1]), None)
    needed = max(layer.clearance, kind.clearance or layer.clearance) if kind else layer.clearance
    return *_both(rule, row, (code.zh, code.en) if code else ("", "")), needed


def _wanted(rule: NoteRule, viewer: Viewer, box: PatrolBox, at: datetime) -> Words | None:
    row = _latest(
        f"""
        SELECT e.at, e.plate, ST_DistanceSphere(e.point, b.geom), count(*) OVER (), e.why
        FROM patrol_sighting e, patrol_patrolbox b
        WHERE b.id = %(box)s AND e.at <= %(at)s AND e.at > %(at)s - make_interval(secs => %(secs)s)
        AND ST_DWithin(e.point::geography, b.geom::geography, %(metres)s) AND {_HOURS.format(time="e.at")}
        ORDER BY e.at DESC LIMIT 1
        """,
        rule, box, at,
    )  # fmt: skip
    if row is None:
        return None
    zh, en = _both(rule, row, (row[4], row[4]))
    named = viewer.clearance >= Clearance.RESTRICTED  # as everywhere: a plate is for those with special leave
    needed = Clearance.RESTRICTED if named and "{plate}" in rule.zh + rule.en else Clearance.POLICE
    withheld = ("（車號限特許人員）", "(plate withheld)")
    zh["plate"], en["plate"] = (row[1], row[1]) if named else withheld
    return zh, en, needed


# From hour to hour as `within` says it.
_HOURS = """(%(begin)s::int IS NULL OR %(begin)s = %(end)s OR CASE WHEN %(begin)s < %(end)s
    THEN extract(hour FROM {time} AT TIME ZONE %(zone)s) >= %(begin)s AND extract(hour FROM {time} AT TIME ZONE %(zone)s) < %(end)s
    ELSE extract(hour FROM {time} AT TIME ZONE %(zone)s) >= %(begin)s OR extract(hour FROM {time} AT TIME ZONE %(zone)s) < %(end)s END)"""


def _latest(sql: str, rule: NoteRule, box: PatrolBox, at: datetime) -> Any:
    """The newest row with how many there are; None when they are fewer than the rule asks for."""
    values: dict[str, Any] = {
        "box": box.pk, "at": at, "secs": rule.days * 86400, "metres": rule.radius_m,
        "begin": None if rule.from_hour is None else rule.from_hour % 24,
        "end": None if rule.to_hour is None else rule.to_hour % 24, "zone": str(timezone.get_current_timezone()),
    }  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        row = cursor.fetchone()
    return row if row is not None and row[3] >= rule.least else None


def _both(rule: NoteRule, row: Any, kind: tuple[str, str]) -> tuple[dict[str, str], dict[str, str]]:
    when = timezone.localtime(row[0])
    same = {
        "n": str(row[3]), "days": f"{rule.days:g}", "radius": str(rule.radius_m), "metres": f"{row[2]:.0f}",
        "when": f"{when:%m-%d %H:%M}",
    }  # fmt: skip
    return same | {"kind": kind[0]}, same | {"kind": kind[1]}


def write(viewer: Viewer, officer: str, signin: SignIn, partners: Iterable[str], now: bool) -> list[Notice]:
    """What this officer is told with this sign-in, kept. Asked again, it is what was told the first time.

    Who is on the same round is told what is urgent as well, at a clearance of their own. `now` says that the officer
    reads the answer at once; an outbox that was emptied later wakes the phone.
    """
    with transaction.atomic():
        mine = _written(viewer, officer, signin, urgent=False)
        others = [n for p in partners if p != officer for n in _written(viewer_of(p), p, signin, urgent=True)]
        tell(others + ([] if now else [n for n in mine if n.urgent]))
    return of_signin(viewer, officer, signin)


def _written(viewer: Viewer, officer: str, signin: SignIn, urgent: bool) -> list[Notice]:
    Notice.objects.bulk_create(
        (
            Notice(
                officer=officer[:200], zh=one.zh, en=one.en, urgent=one.rule.urgent, clearance=one.clearance,
                signin=signin, box=signin.box, rule=one.rule,
            )
            for one in told(viewer, signin.box, signin.at)
            if one.rule.urgent or not urgent
        ),
        ignore_conflicts=True,
    )  # fmt: skip
    return list(Notice.objects.filter(signin=signin, officer=officer[:200]))


def of_signin(viewer: Viewer, officer: str, signin: SignIn) -> list[Notice]:
    """As told, unless the officer may no longer know it."""
    rows = Notice.objects.filter(signin=signin, officer=officer[:200], clearance__lte=int(viewer.clearance))
    return list(rows.order_by("-urgent", "id"))


def send(message: UUID, text: str, officers: list[str], by: str, urgent: bool) -> list[Notice]:
    """A message in every officer's list, told to those online; urgent ones wake phones. Sent twice, it is there once."""
    with transaction.atomic():
        Notice.objects.bulk_create(
            (Notice(officer=o[:200], zh=text, urgent=urgent, by=by[:200], message=message) for o in officers),
            ignore_conflicts=True, batch_size=1000,
        )  # fmt: skip
        rows = list(Notice.objects.filter(message=message, officer__in=officers))
        tell([n for n in rows if n.read_at is None and n.pushed == 0])
    return rows


def tell(rows: list[Notice]) -> None:
    """To open phone pages at commit, with numbers alone; what is urgent also goes to phones that are not open."""
    from layers.patrol.jobs import push_notices

    for i in range(0, len(rows), 10):  # a notification of the database holds 8,000 bytes
        part = rows[i : i + 10]
        announce("notice", to={n.officer: n.pk for n in part})
    urgent = [n.pk for n in rows if n.urgent]
    for i in range(0, len(urgent), 500):
        push_notices.defer(notices=urgent[i : i + 500])
