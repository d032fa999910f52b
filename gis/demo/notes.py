"""The rules of notes on sign-in that the demonstration begins with: what an officer at a box would ask."""

from __future__ import annotations

from django.utils import timezone

from layers.access import Clearance
from layers.patrol.models import NoteRule

BY = "cli:demo"
RULES = (
    {"what": "wanted", "zh": "{when} 查緝車輛 {plate} 出沒，距此 {metres} 公尺（{kind}）",
     "en": "{when}: wanted car {plate} seen {metres} m away ({kind})", "radius_m": 800, "days": 0.25, "urgent": True},
    {"what": "crimes", "zh": "{days} 天內 {radius} 公尺發生 {n} 件刑案，最近 {when} {kind}",
     "en": "{n} crimes within {radius} m in {days} days; latest {when} {kind}", "radius_m": 250, "days": 30, "least": 2},
    {"what": "calls_110", "zh": "{days} 天內 {radius} 公尺深夜報案 {n} 件，最近 {when} {kind}",
     "en": "{n} calls at night within {radius} m in {days} days; latest {when} {kind}", "radius_m": 200, "days": 14,
     "least": 3, "from_hour": 22, "to_hour": 6},
    {"what": "crashes", "zh": "{days} 天內 {radius} 公尺事故 {n} 件，最近 {when} {kind}",
     "en": "{n} crashes within {radius} m in {days} days; latest {when} {kind}", "radius_m": 150, "days": 90, "least": 3},
    {"what": "road_defects", "zh": "距此 {metres} 公尺有道路缺失：{kind}（{when} 通報）",
     "en": "Road defect {metres} m away: {kind} (reported {when})", "radius_m": 150, "days": 30},
)  # fmt: skip


def lay_rules() -> int:
    today = timezone.localdate()
    made = [NoteRule(by=BY, clearance=Clearance.POLICE, valid_from=today, **said) for said in RULES]
    return len(NoteRule.objects.bulk_create(made))


def clear_rules() -> None:
    """Those that nobody has taken over by editing them."""
    NoteRule.objects.filter(by=BY).delete()
