"""Saved views: one content one name, nothing above the reader's clearance, counts then and now; presentations of them."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import DatabaseError, transaction
from django.test import Client

from gis.sharing.models import SavedView
from tests.factories import hideout, spot
from tests.gis.people import person, signed_in

pytestmark = pytest.mark.django_db
STATE: dict[str, Any] = {"place": {"zoom": 14, "lat": 23.48, "lon": 120.45}, "layers": {"spots": 100}}


def post(client: Client, path: str, body: Any) -> Any:
    return client.post(path, body, content_type="application/json")


def save(client: Client, state: Any = STATE, **more: Any) -> Any:
    answer = post(client, "/api/views", {"state": state, **more})
    assert answer.status_code in (200, 201), answer.content.decode()
    return answer.json()


def test_a_view_comes_back_as_it_was_saved() -> None:
    state = STATE | {
        "period": {"from": "2024-01", "to": "2024-06"},
        "hours": {"from": 22, "to": 4},
        "area": {"ring": [[120.4, 23.4], [120.5, 23.4], [120.5, 23.5]]},
        "filters": {"spots": "kind = 'a'"},
        "selection": {"layer": "spots", "id": 7},
        "compare": {"mode": "twin", "at": 50.0, "filters": {"spots": "kind = 'b'"}},
    }
    me = signed_in(person("council", first_name="林委員"))
    made = save(me, state)
    again = me.get(f"/api/views/{made['id']}").json()
    assert (again["state"], again["lost"], again["by"]) == (state, 0, "林委員")
    assert Client().get(f"/api/views/{made['id']}").json()["by"] is None


def test_one_content_has_one_name_and_never_changes(monkeypatch: pytest.MonkeyPatch) -> None:
    from django.utils import timezone

    moment = timezone.now()
    monkeypatch.setattr("gis.sharing.saved.timezone.now", lambda: moment)
    me, other = signed_in(person("council")), signed_in(person("planner"))
    assert save(me)["id"] == save(other)["id"] != save(me, STATE | {"layers": {"spots": 50}})["id"]
    assert SavedView.objects.count() == 2
    row = SavedView.objects.all()[0]
    with pytest.raises(DatabaseError, match="never changed"), transaction.atomic():
        row.state = {}
        row.save()
    assert me.put(f"/api/views/{row.pk}", {}, content_type="application/json").status_code == 405


def test_two_who_save_the_same_at_once_get_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    """The second does not see the first until it writes."""
    from django.db.models import QuerySet
    from django.utils import timezone

    moment = timezone.now()
    monkeypatch.setattr("gis.sharing.saved.timezone.now", lambda: moment)
    me = signed_in(person("council"))
    first = save(me)
    plain = QuerySet.first
    monkeypatch.setattr(QuerySet, "first", lambda self: None if self.model is SavedView else plain(self))
    answer = post(me, "/api/views", {"state": STATE})
    assert (answer.status_code, answer.json()["id"]) == (200, first["id"])


def test_a_view_shows_no_more_than_its_reader_may_see() -> None:
    police, public = signed_in(person("officer")), Client()
    state = STATE | {
        "layers": {"spots": 100, "hideouts": 100},
        "filters": {"spots": "informant = 'Wang'", "hideouts": "name = 'cellar'"},
        "selection": {"layer": "hideouts", "id": 3},
        "area": {"layer": "hideouts", "id": 3},
        "compare": {"at": 50, "filters": {"hideouts": "name = 'attic'"}},
    }
    id = save(police, state, name="藏匿處 cellar")["id"]
    answer = public.get(f"/api/views/{id}")
    assert answer.json()["state"]["layers"] == {"spots": 100}
    assert answer.json()["lost"] == 6
    for secret in ("hideout", "informant", "Wang", "cellar", "attic"):
        assert secret not in answer.content.decode()
    assert police.get(f"/api/views/{id}").json()["lost"] == 0


def test_what_one_may_not_see_cannot_be_saved_and_looks_like_nothing() -> None:
    me = signed_in(person("council"))
    secret = post(me, "/api/views", {"state": STATE | {"layers": {"hideouts": 100}}})
    absent = post(me, "/api/views", {"state": STATE | {"layers": {"nowhere": 100}}})
    assert secret.status_code == absent.status_code == 400
    assert secret.content == absent.content


def test_counts_are_kept_and_compared_at_the_readers_own_clearance() -> None:
    for grade in (1, 5, 9):
        spot(grade=grade)
    hideout()
    police, public = signed_in(person("officer")), Client()
    asked = [{"layer": "spots", "bbox": "120,23,121,24"}, {"layer": "hideouts"}]
    id = save(police, STATE, asked=asked)["id"]
    spot(grade=2)
    read = f"/api/views/{id}"
    assert police.get(read).json()["counts"] == [
        {"layer": "spots", "then": 3, "now": 4},
        {"layer": "hideouts", "then": 1, "now": 1},
    ]
    assert public.get(read).json()["counts"] == [{"layer": "spots", "then": 2, "now": 3}]


@pytest.mark.parametrize(
    "broken",
    [
        {"place": {"zoom": 99, "lat": 0, "lon": 0}},
        {"layers": {"<script>": 1}},
        {"layers": {"spots": 1000}},
        {"area": {"ring": [[0, 0], [1, 1]]}},
        {"period": {"from": "2024-13", "to": "x"}},
    ],
)
def test_nonsense_is_refused_in_a_sentence(broken: dict[str, Any]) -> None:
    answer = post(signed_in(person("council")), "/api/views", {"state": broken})
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid")


def test_saving_needs_an_account_and_opening_does_not() -> None:
    refused = post(Client(), "/api/views", {"state": STATE})
    assert (refused.status_code, refused.json()["code"]) == (401, "sign-in")
    id = save(signed_in(person("council")))["id"]
    assert Client().get(f"/api/views/{id}").status_code == 200
    assert Client().get("/api/views/aaaaaaaaaaaa").status_code == 404


def test_ones_own_list_has_names_that_others_do_not_see() -> None:
    me, other = signed_in(person("council")), signed_in(person("council"))
    id = save(me, name="  忠孝路口  ")["id"]
    assert [(v["id"], v["name"]) for v in me.get("/api/views").json()] == [(id, "忠孝路口")]
    assert other.get("/api/views").json() == []
    assert other.get(f"/api/views/{id}").json()["name"] is None
    me.patch(f"/api/views/{id}", {"name": "新名"}, content_type="application/json")
    assert me.get("/api/views").json()[0]["name"] == "新名"
    assert other.delete(f"/api/views/{id}").status_code == 404
    assert me.delete(f"/api/views/{id}").status_code == 204
    assert me.get("/api/views").json() == []
    assert other.get(f"/api/views/{id}").status_code == 200


# presentations


def test_a_presentation_is_shown_in_its_order_and_changed_by_its_owner_alone() -> None:
    me, other = signed_in(person("council")), signed_in(person("council"))
    one, two = save(me)["id"], save(me, STATE | {"layers": {"zones": 100}})["id"]
    slides = [{"view": two, "title": "二", "notes": "慢慢說"}, {"view": one, "title": "一"}]
    deck = post(me, "/api/presentations", {"title": "十一月會議", "slides": slides}).json()
    shown = other.get(f"/api/presentations/{deck['id']}").json()
    assert [s["title"] for s in shown["slides"]] == ["二", "一"]
    assert shown["slides"][0]["state"]["layers"] == {"zones": 100}
    assert (shown["own"], shown["slides"][0]["notes"]) == (False, "慢慢說")
    assert Client().get(f"/api/presentations/{deck['id']}").json()["slides"][0]["notes"] == ""
    body = {"title": "改", "slides": slides[:1], "version": 1}
    path = f"/api/presentations/{deck['id']}"
    assert other.put(path, body, content_type="application/json").status_code == 404
    assert me.put(path, body, content_type="application/json").json()["version"] == 2
    late = me.put(path, body, content_type="application/json")
    assert (late.status_code, late.json()["code"]) == (409, "changed")
    assert [d["slides"] for d in me.get("/api/presentations").json()] == [1]
    assert other.delete(path).status_code == 404
    assert me.delete(path).status_code == 204


def test_a_presentation_tells_nothing_of_what_its_reader_may_not_see() -> None:
    police = signed_in(person("officer"))
    id = save(police, STATE | {"layers": {"spots": 100, "hideouts": 100}})["id"]
    slide = {"view": id, "title": "地下室", "notes": "密"}
    deck = post(police, "/api/presentations", {"title": "專案", "slides": [slide]}).json()["id"]
    answer = signed_in(person("council")).get(f"/api/presentations/{deck}")
    (shown,) = answer.json()["slides"]
    assert (answer.json()["title"], shown["title"], shown["notes"], shown["lost"]) == ("", "", "", 1)
    assert "hideouts" not in answer.content.decode()


def test_a_slide_whose_view_was_removed_stays_in_its_place() -> None:
    me = signed_in(person("council"))
    one, two = save(me)["id"], save(me, STATE | {"layers": {}})["id"]
    slides = [{"view": one, "title": "一"}, {"view": two, "title": "二"}]
    deck = post(me, "/api/presentations", {"title": "x", "slides": slides}).json()["id"]
    SavedView.objects.filter(pk=one).delete()
    shown = me.get(f"/api/presentations/{deck}").json()["slides"]
    assert [s["state"] is None for s in shown] == [True, False]
    assert post(me, "/api/presentations", {"title": "y", "slides": slides}).status_code == 400
