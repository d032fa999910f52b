"""Versions in two times, edits against what was seen, undo, and pictures that follow edits and nothing else."""

from __future__ import annotations

import hashlib
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.utils import timezone
from procrastinate.contrib.django.models import ProcrastinateJob

from layers.streets import desk, draw, read
from layers.streets.api.reading import plan_of
from layers.streets.craft.document import Document
from layers.streets.craft.edit.paper import Impossible
from layers.streets.jobs import draw_streets
from layers.streets.read import AsOf
from layers.streets.write import Edit, Stale, Survey, Unseen, Unwritable, apply

TAPE = Survey(who="tester", method="tape", accuracy=0.05)
NAME = "segment/s000003"


def now(name: str = NAME) -> read.Found:
    return read.objects([name])[name]


def width(value: float, strip: str = "1", name: str = NAME) -> desk.Set:
    return desk.Set(
        op="set", object=name, values=[desk.Value(path=f"sections/0/strips/{strip}/width", value=value)]
    )


def of(name: str = NAME, strip: str = "1", when: AsOf = read.NOW) -> float:
    found = read.objects([name], when)[name].params
    return float(next(s["width"] for s in found["sections"][0]["strips"] if s["id"] == strip))


def picture() -> str:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT md5(string_agg(r, E'\\n' ORDER BY r)) FROM ("
            "SELECT concat_ws('|', key, part, owner, kind, name, level, info, encode(geom::bytea, 'hex')) AS r FROM streets_drawnarea "
            "UNION ALL SELECT concat_ws('|', key, name, kind, width_m, lanes, encode(geom::bytea, 'hex')) FROM streets_drawnline) AS x"
        )
        return str(cursor.fetchone()[0])


def test_what_held_then_is_still_known(streets: Document) -> None:
    was = of()
    before = timezone.now()
    done = desk.carry_out(TAPE, [width(3.9)], {NAME: now().id})
    assert of() == 3.9
    assert [c.en for c in done.changes[NAME]] == [f"strip 1 width {was:g} → 3.9 m"]
    assert of(when=AsOf(valid=before)) == was
    assert of(when=AsOf(known=before)) == was


def test_a_correction_of_the_past_changes_what_held_then_but_not_what_was_known(streets: Document) -> None:
    was = of()
    with connection.cursor() as cursor:
        cursor.execute("UPDATE streets_version SET valid = tstzrange(now() - interval '100 days', NULL)")
    start = timezone.now()
    last_month = start - timedelta(days=30)
    since = Survey(who="tester", method="tape", valid_from=start - timedelta(days=60))
    desk.carry_out(since, [width(3.8)], {NAME: now().id})
    assert of(when=AsOf(valid=last_month)) == 3.8
    assert of(when=AsOf(valid=last_month, known=start)) == was
    assert of(when=AsOf(valid=start - timedelta(days=70))) == was


def test_an_edit_must_say_what_it_saw(streets: Document) -> None:
    with pytest.raises(Unseen, match=NAME):
        desk.carry_out(TAPE, [width(3.9)], {})
    with pytest.raises(Impossible):
        desk.carry_out(TAPE, [width(3.9, strip="77")], {NAME: now().id})


def test_edits_of_different_values_merge_and_of_the_same_do_not(streets: Document) -> None:
    seen = now().id
    desk.carry_out(TAPE, [width(3.9)], {NAME: seen})
    done = desk.carry_out(TAPE, [width(3.1, strip="2")], {NAME: seen})
    assert done.written.merged == (NAME,) and (of(), of(strip="2")) == (3.9, 3.1)
    with pytest.raises(Stale) as clash:
        desk.carry_out(TAPE, [width(2.9)], {NAME: seen})
    (both,) = clash.value.clashes
    assert (both.etag, [c.path for c in both.conflicts]) == (now().id, ["/sections/0/strips/1/width"])
    assert of() == 3.9


def test_nothing_of_a_wrong_edit_is_kept(streets: Document) -> None:
    before, count = now().id, read.everything().keys()
    arm = next(n for n in read.bearing([NAME]) if n.startswith("arm/"))
    broken = desk.Set(op="set", object=arm, values=[desk.Value(path="box", value={"depth": 5.0})])
    with pytest.raises(desk.Broken, match="deeper than the room"):
        desk.carry_out(TAPE, [width(3.9), broken], {NAME: before, arm: now(arm).id})
    assert now().id == before and read.everything().keys() == count


def test_undo_gives_back_the_same_picture(streets: Document) -> None:
    before, was = picture(), now().params
    node = now().params["a"]
    done = desk.carry_out(
        TAPE,
        [
            width(4.1),
            desk.Set(op="set", object=f"node/{node}", values=[desk.Value(path="radius", value=7.0)]),
        ],
        {NAME: now().id, f"node/{node}": now(f"node/{node}").id},
    )
    assert done.redrawn and picture() != before
    desk.undo(TAPE, done.written.changeset)
    assert now().params == was and picture() == before


def test_an_edit_that_cannot_be_drawn_is_saved_and_drawn_by_a_job(
    streets: Document, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = picture()

    def broken(*_: object) -> int:
        raise RuntimeError("no room for the picture")

    with monkeypatch.context() as patch:
        patch.setattr("layers.streets.draw._drawn", broken)
        done = [desk.carry_out(TAPE, [width(w)], {NAME: now().id}) for w in (4.1, 4.2)]
    assert [one.redrawn for one in done] == [None, None] and of() == 4.2 and picture() == before
    waiting = ProcrastinateJob.objects.filter(task_name=draw_streets.name, status="todo")
    assert waiting.count() == 1, "one job draws both"
    assert draw_streets() and picture() != before
    waiting.delete()


def test_undo_leaves_later_edits_of_others(streets: Document) -> None:
    first = desk.carry_out(TAPE, [width(4.1)], {NAME: now().id})
    desk.carry_out(TAPE, [width(3.0, strip="2")], {NAME: now().id})
    desk.undo(TAPE, first.written.changeset)
    assert (of() != 4.1, of(strip="2")) == (True, 3.0)


@pytest.mark.parametrize("what", ["width", "move", "split", "remove", "signal"])
def test_what_an_edit_draws_is_what_a_rebuild_draws(streets: Document, what: str) -> None:
    inner = next(s for s in streets.segments if s.id == "s000010")
    name = f"segment/{inner.id}"
    node = f"node/{inner.a}"
    at = now(node).params["at"]
    operations: dict[str, list[object]] = {
        "width": [width(4.2, name=name)],
        "move": [
            desk.Set(op="set", object=node, values=[desk.Value(path="at", value=[at[0] + 3, at[1] - 2])])
        ],
        "split": [desk.Split(op="split", object=name, s=40)],
        "remove": [desk.Remove(op="remove", object=name, with_standing=True)],
        "signal": [desk.Set(op="set", object=node, values=[desk.Value(path="radius", value=9.0)])],
    }
    desk.carry_out(TAPE, operations[what], {name: now(name).id, node: now(node).id})
    drawn = picture()
    draw.redraw_all()
    assert picture() == drawn


def test_a_split_segment_says_what_became_of_it(streets: Document) -> None:
    done = desk.carry_out(TAPE, [desk.Split(op="split", object=NAME, s=50)], {NAME: now().id})
    with connection.cursor() as cursor:
        cursor.execute("SELECT child, start FROM streets_lineage WHERE parent = %s ORDER BY start", (NAME,))
        assert cursor.fetchall() == [(NAME, 0.0), (done.notes["second"], 50.0)]


def test_a_cut_and_a_joint_are_taken_back(streets: Document) -> None:
    before, was = picture(), now().params
    cut = desk.carry_out(TAPE, [desk.Split(op="split", object=NAME, s=50)], {NAME: now().id})
    second = str(cut.notes["second"])
    joint = desk.carry_out(
        TAPE, [desk.Merge(op="merge", object=NAME, second=second)], {NAME: now().id, second: now(second).id}
    )
    assert second not in read.objects([second])
    desk.undo(TAPE, joint.written.changeset)
    assert second in read.objects([second])
    desk.undo(TAPE, cut.written.changeset)
    assert now().params == was and picture() == before


def test_a_sign_is_drawn_where_it_stands_and_gone_when_it_goes(streets: Document) -> None:
    def drawn() -> list[str]:
        with connection.cursor() as cursor:
            cursor.execute("SELECT kind FROM streets_drawnpoint WHERE owner = %s", (NAME,))
            return [kind for (kind,) in cursor.fetchall()]

    sign = {
        "id": "stop",
        "code": "遵1",
        "anchor": {"segment": NAME.partition("/")[2], "end": "a", "s": 9, "t": 5},
    }
    before = drawn()
    desk.carry_out(TAPE, [desk.Put(op="put", object="sign/stop", params=sign)], {})
    assert drawn() == [*before, "遵1"]
    desk.carry_out(TAPE, [desk.Remove(op="remove", object="sign/stop")], {"sign/stop": now("sign/stop").id})
    assert drawn() == before


def test_a_node_in_use_cannot_be_removed(streets: Document) -> None:
    node = f"node/{now().params['a']}"
    with pytest.raises(Unwritable, match="still stands on what would go"):
        desk.carry_out(TAPE, [desk.Remove(op="remove", object=node)], {node: now(node).id})


def test_a_drawing_is_reproduced_byte_for_byte(streets: Document) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT ST_XMin(e), ST_YMin(e), ST_XMax(e), ST_YMax(e) FROM (SELECT ST_Extent(geom) AS e FROM streets_version WHERE object = %s) AS x",
            (NAME,),
        )
        box = cursor.fetchone()
    crash = timezone.now()
    with transaction.atomic():
        known = read.stamp()
    first = plan_of(box, AsOf(crash, known))
    for n in range(6):
        desk.carry_out(TAPE, [width(3.0 + n / 10)], {NAME: now().id})
    assert hashlib.sha256(plan_of(box, AsOf(crash, known))).digest() == hashlib.sha256(first).digest()
    assert plan_of(box, read.NOW) != first


def test_confirming_is_no_version(streets: Document) -> None:
    before = now().id
    assert desk.confirm("officer", [NAME]) == 1
    assert now().id == before
    with connection.cursor() as cursor:
        cursor.execute("SELECT months, state FROM streets_drawnline WHERE owner = %s", (NAME,))
        assert cursor.fetchone() == (0, "accepted")


def test_reported_edits_become_accepted(streets: Document) -> None:
    done = desk.carry_out(TAPE, [width(3.6)], {NAME: now().id})
    states = []
    for step in (lambda: None, lambda: desk.accept("works", done.written.changeset)):
        step()
        with connection.cursor() as cursor:
            cursor.execute("SELECT state FROM streets_drawnline WHERE owner = %s", (NAME,))
            states.append(cursor.fetchone()[0])
    assert states == ["reported", "accepted"]


def test_many_editors_lose_nothing(kept: Document) -> None:
    """Each editor adds to a counter of its own on shared objects; every edit that was answered is there in the end."""
    names = [f"segment/{s.id}" for s in kept.segments[:4]]

    def edit(editor: int) -> dict[tuple[str, str], int]:
        done: dict[tuple[str, str], int] = {}
        try:
            for n in range(8):
                name = names[(editor + n) % len(names)]
                found = read.objects([name])[name]
                key = f"e{editor}"
                params = {**found.params, "xref": {**found.params["xref"], key: [str(n)]}}
                apply(Survey(who=key, method="tape"), [Edit(name, params, found.id)])
                done[name, key] = n
        finally:
            connection.close()
        return done

    with ThreadPoolExecutor(6) as pool:
        answered = list(pool.map(edit, range(6)))
    found = read.objects(names)
    for one in answered:
        for (name, key), n in one.items():
            assert found[name].params["xref"][key] == [str(n)]
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM streets_version a JOIN streets_version b ON a.object = b.object AND a.id < b.id "
            "AND a.valid && b.valid AND a.txn && b.txn WHERE a.object = ANY(%s)",
            (names,),
        )
        assert cursor.fetchone() == (0,)
        cursor.execute(
            "SELECT count(*) FROM streets_version WHERE object = ANY(%s) AND upper_inf(valid) AND upper_inf(txn)",
            (names,),
        )
        assert cursor.fetchone() == (4,)
        cursor.execute(
            "SELECT count(DISTINCT changeset_id) FROM streets_version WHERE object = ANY(%s)", (names,)
        )
        assert cursor.fetchone() == (6 * 8 + 1,)
