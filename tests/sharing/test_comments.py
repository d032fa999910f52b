"""Comments: read by whom they are for and by nobody else, not in a list, a number, a notice or an error."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from gis.audit.models import Pending
from gis.sharing.mentions import named_in
from gis.sharing.models import Comment
from tests.factories import hideout, spot
from tests.gis.people import person, signed_in

pytestmark = pytest.mark.django_db
HERE = {"lon": 120.45, "lat": 23.48}


def post(client: Client, body: Any, path: str = "/api/comments") -> Any:
    return client.post(path, body, content_type="application/json")


def say(client: Client, text: str = "標線磨損", **where: Any) -> Any:
    answer = post(client, {"text": text, **(where or HERE)})
    assert answer.status_code == 201, answer.content.decode()
    return answer.json()


def listed(client: Client, **asked: Any) -> Any:
    return client.get("/api/comments", asked).json()


def settle(client: Client, id: int, state: str) -> Any:
    return client.patch(f"/api/comments/{id}", {"state": state}, content_type="application/json")


def test_a_comment_hangs_on_a_feature_and_is_answered_and_settled() -> None:
    row = spot(grade=1)
    me, other = (
        signed_in(person("council", first_name="林委員")),
        signed_in(person("planner", first_name="陳規劃")),
    )
    made = say(me, layer="spots", feature=str(row.pk))
    assert (made["by"], made["layer"], made["feature"]) == ("林委員", "spots", str(row.pk))
    assert (made["lon"], made["lat"]) == pytest.approx((row.geom.x, row.geom.y))
    say(other, "已派工", parent=made["id"])
    (thread,) = listed(me, layer="spots", feature=str(row.pk))["threads"]
    assert [(r["by"], r["text"], r["own"]) for r in thread["replies"]] == [("陳規劃", "已派工", False)]
    done = settle(other, made["id"], "done").json()
    assert (done["state"], done["settled_by"]) == ("done", "陳規劃")
    assert listed(me) == {"total": 0, "open": 0, "threads": []}
    assert listed(me, state="done")["total"] == 1
    assert settle(me, made["id"], "open").json()["settled_by"] is None


def test_comments_are_for_people_of_the_house() -> None:
    say(signed_in(person("council")))
    assert Client().get("/api/comments").status_code == 401
    assert post(Client(), {"text": "x", **HERE}).status_code == 401
    assert listed(signed_in(person()))["total"] == 0  # an account without a role has no more than the public


def test_a_comment_has_the_clearance_of_its_layer() -> None:
    police, council = signed_in(person("officer")), signed_in(person("council"))
    row = hideout()
    made = say(police, "地下室有後門", layer="hideouts", feature=str(row.pk))
    assert made["clearance"] == "police"
    say(police, "後門已封", parent=made["id"])
    assert listed(council) == {"total": 0, "open": 0, "threads": []}
    assert council.get("/api/comments", {"layer": "hideouts"}).status_code == 404
    for answer in (
        post(council, {"text": "?", "parent": made["id"]}),
        settle(council, made["id"], "done"),
        council.delete(f"/api/comments/{made['id']}"),
        post(council, {"text": "?", "layer": "hideouts", "feature": str(row.pk)}),
    ):
        assert answer.status_code == 404
        assert "地下室" not in answer.content.decode()
    assert listed(police)["total"] == 1


def test_a_comment_on_a_hidden_row_is_hidden_with_it() -> None:
    hidden, open_ = spot(grade=9), spot(grade=1)
    council, nobody = signed_in(person("council")), signed_in(person())
    for row in (hidden, open_):
        say(council, layer="spots", feature=str(row.pk), clearance="public")
    assert listed(council)["total"] == 2
    assert [t["feature"] for t in listed(nobody)["threads"]] == [str(open_.pk)]
    assert listed(nobody)["open"] == 1
    assert post(nobody, {"text": "?", "layer": "spots", "feature": str(hidden.pk)}).status_code == 404


def test_whoever_writes_may_ask_for_more_clearance_but_not_for_more_than_they_have() -> None:
    police, council = signed_in(person("officer")), signed_in(person("council"))
    say(police, clearance="police", **HERE)
    assert (listed(council)["total"], listed(police)["total"]) == (0, 1)
    assert post(council, {"text": "x", "clearance": "police", **HERE}).status_code == 400


@pytest.mark.parametrize(
    "hostile",
    [
        "<script>alert(1)</script>",
        "<img src=x onerror=alert(1)>",
        "\"><svg onload=alert(1)> ' OR 1=1 --",
        "{{constructor.constructor('alert(1)')()}} %s %(x)s",
        "@<b>all</b> 標線 😀",
    ],
)
def test_hostile_text_is_kept_as_text_and_never_as_markup(hostile: str) -> None:
    me, boss = signed_in(person("council")), signed_in(person("administrator"))
    say(me, hostile, **HERE)
    assert listed(me)["threads"][0]["text"] == hostile
    page = boss.get("/admin/sharing/comment/").content.decode()
    for mark in ("<script>alert", "<img src=x", "<svg onload", "<b>all"):
        assert mark not in page


def test_a_text_loses_what_is_no_text_and_is_never_empty() -> None:
    me = signed_in(person("council"))
    assert say(me, "  a\u202eb\x00c\nd  ", **HERE)["text"] == "abc\nd"
    for text in ("", "   ", "\u202e", "x" * 4001):
        assert post(me, {"text": text, **HERE}).status_code == 422
    assert post(me, {"text": "nowhere"}).status_code == 400
    assert post(me, {"text": "x", "lon": 999, "lat": 0}).status_code == 422


def test_people_and_roles_are_named_and_told_if_they_may_read_it() -> None:
    lin = person("council", name="lin", first_name="林委員")
    officers = [person("officer"), person("officer")]
    writer = signed_in(person("officer", name="writer"))
    row = hideout()
    made = say(writer, "請 @lin、@officer 看", layer="hideouts", feature=str(row.pk))
    assert made["unreached"] == ["林委員"]
    assert signed_in(lin).get("/api/notices").json() == []
    for officer in officers:
        (notice,) = signed_in(officer).get("/api/notices").json()
        assert notice["thread"] == made["id"]
    assert writer.get("/api/notices").json() == []
    reader = signed_in(officers[0])
    reader.post("/api/notices/seen", {"notices": [notice["id"]]}, content_type="application/json")
    assert len(reader.get("/api/notices").json()) == 1  # another's notice is not mine to see
    (own,) = reader.get("/api/notices").json()
    reader.post("/api/notices/seen", {"notices": [own["id"]]}, content_type="application/json")
    assert reader.get("/api/notices").json() == []


def test_a_notice_goes_with_the_right_to_read_it() -> None:
    officer = person("officer", name="wang")
    say(signed_in(person("officer")), "@wang", clearance="police", **HERE)
    assert len(signed_in(officer).get("/api/notices").json()) == 1
    officer.groups.clear()
    assert signed_in(officer).get("/api/notices").json() == []


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("@lin 請看", ["lin"]),
        ("@林委員請看", ["lin"]),
        ("@linda", []),
        ("mail lin@example.org", []),
        ("@LIN, @lin", ["lin"]),
        ("no one", []),
    ],
)
def test_who_is_meant(text: str, meant: list[str]) -> None:
    lin = person("council", name="lin", first_name="林委員")
    known = {"lin": [lin], "林委員": [lin]}
    assert [user.username for user in named_in(text, known)] == meant


def test_one_takes_back_only_ones_own() -> None:
    me, other = signed_in(person("council")), signed_in(person("council"))
    made = say(me)
    refused = other.delete(f"/api/comments/{made['id']}")
    assert refused.status_code == 403
    say(other, "同意", parent=made["id"])
    assert me.delete(f"/api/comments/{made['id']}").status_code == 204
    (thread,) = listed(other)["threads"]
    assert (thread["text"], thread["withdrawn"], len(thread["replies"])) == ("", True, 1)
    assert (
        signed_in(person("administrator")).delete(f"/api/comments/{thread['replies'][0]['id']}").status_code
        == 204
    )
    assert me.delete(f"/api/comments/{made['id']}").status_code == 204
    assert not Comment.objects.exists()


def test_what_happens_to_comments_is_in_the_log_and_their_words_are_not() -> None:
    me = signed_in(person("council", name="lin"))
    made = say(me, "機密的話", **HERE)
    settle(me, made["id"], "done")
    noted = Pending.objects.filter(subject="sharing_comment")
    assert list(noted.order_by("pk").values_list("actor", "action")) == [("lin", "insert"), ("lin", "update")]
    assert "機密" not in str(list(noted.values_list("detail")))


def test_comments_are_found_by_where_they_are() -> None:
    me = signed_in(person("council"))
    say(me, lon=120.45, lat=23.48)
    say(me, lon=121.5, lat=25.0)
    assert listed(me, bbox="120,23,121,24")["total"] == 1
    assert me.get("/api/comments", {"bbox": "a"}).status_code == 400


def test_administrators_read_all_of_it_in_the_admin_and_others_do_not() -> None:
    me, boss = signed_in(person("council")), signed_in(person("administrator"))
    say(me, "標線磨損")
    view = post(me, {"state": {"layers": {"spots": 100}}, "name": "x"}, "/api/views").json()["id"]
    post(me, {"title": "會議", "slides": [{"view": view}]}, "/api/presentations")
    for model, word in (("comment", "標線磨損"), ("savedview", view), ("deck", "會議")):
        path = f"/admin/sharing/{model}/"
        assert word in boss.get(path).content.decode()
        assert me.get(path).status_code in (302, 403)
        assert boss.get(f"{path}add/").status_code == 403
    assert boss.get(f"/admin/sharing/savedview/{view}/change/").status_code == 200
    assert boss.get(f"/admin/sharing/comment/{Comment.objects.get().pk}/change/").status_code == 200


def test_every_action_is_documented() -> None:
    paths = Client().get("/api/openapi.json").json()["paths"]
    for path in (
        "views",
        "views/{id}",
        "presentations",
        "comments",
        "comments/{id}",
        "notices",
        "people",
        "print",
    ):
        assert all(one.get("summary") for one in paths[f"/api/{path}"].values())
