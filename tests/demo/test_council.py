"""The council of the synthetic city has something before it, once."""

from __future__ import annotations

import pytest

from gis.demo.council import hold_meetings
from layers.council.checklist import ANSWERS, CHECKLIST
from layers.council.models import Decision, Meeting, Visit
from layers.council.standing import standing


@pytest.mark.django_db
def test_the_next_agenda_holds_the_worst_places_and_the_last_one_decisions(hamlet: None) -> None:
    assert hold_meetings() > 0
    planned, closed = Meeting.objects.get(state="planned"), Meeting.objects.get(state="closed")
    asked = list(planned.items.all())
    assert [one.number for one in asked] == list(range(1, len(asked) + 1)) and asked
    assert all(one.junction and one.junction.name in one.title and "經驗貝氏" in one.note for one in asked)
    assert not planned.items.filter(decisions__isnull=False).exists()
    assert {standing(one) for one in Decision.objects.filter(item__meeting=closed)} == {
        "done",
        "late",
        "open",
    }
    (visit,) = Visit.objects.filter(item__meeting=closed)
    assert set(visit.checks) <= set(CHECKLIST)
    assert {check["state"] for check in visit.checks.values()} <= set(ANSWERS)
    assert hold_meetings() == 0, "a second time nothing is added"
