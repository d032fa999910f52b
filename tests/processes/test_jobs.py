"""Jobs: done by a real worker, dismissed in the middle, failing with a sentence, lost, seen by their owner alone."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from uuid import uuid4

import anyio
import pytest
from django.db import connection
from django.utils import timezone
from procrastinate.contrib.django import app
from procrastinate.contrib.django.models import ProcrastinateJob

from gis.audit.models import Entry
from gis.ogc.app import Ogc
from gis.processes import queue
from gis.processes.models import Job, Result
from layers.access import ANONYMOUS, Clearance, Viewer
from tests.asgi import client, running
from tests.factories import hideout
from tests.gis.people import person
from tests.sample import processes as sample

TOKEN = {"authorization": "Bearer checked-elsewhere"}


@pytest.fixture
def owner(committed: None) -> Iterator[Viewer]:
    """Somebody of the police, with an account; afterwards no job is left."""
    sample.reached.clear()
    sample.go_on.clear()
    user = person("investigator")
    yield Viewer.of(user.get_username(), "Owner", ["investigator"], user.pk)
    Job.objects.all().delete()


async def _send(method: str, path: str, viewer: Viewer, **more: Any) -> Any:
    async with running(Ogc()) as server, client(server, viewer) as http:
        headers = TOKEN | more.pop("headers", {})
        return await http.request(method, f"/ogc{path}", headers=headers, **more)


def send(method: str, path: str, viewer: Viewer, **more: Any) -> Any:
    async def ask() -> Any:
        return await _send(method, path, viewer, **more)

    return anyio.run(ask)


def submit(viewer: Viewer, inputs: Any = None, process: str = "echo", **body: Any) -> Any:
    headers = {"prefer": "respond-async"}
    said = {"inputs": inputs or {}} | body
    return send("POST", f"/processes/{process}/execution", viewer, json=said, headers=headers)


def work() -> None:
    """A worker, until the queue is empty."""

    async def once() -> None:
        connector = app.connector.get_worker_connector()  # type: ignore[attr-defined]
        with app.replace_connector(connector) as working:
            async with working.open_async():
                await working.run_worker_async(
                    wait=False, listen_notify=False, install_signal_handlers=False, delete_jobs="successful"
                )

    anyio.run(once)


def at(answer: Any) -> str:
    return str(answer.headers["location"]).partition("/ogc")[2]


def test_a_worker_does_a_job_from_beginning_to_end(owner: Viewer) -> None:
    made = submit(owner, {"text": "done"})
    assert made.status_code == 201, made.text
    assert made.headers["preference-applied"] == "respond-async"
    assert made.json()["status"] == "accepted"
    early = send("GET", f"{at(made)}/results", owner)
    assert (early.status_code, early.json()["type"].rsplit("/")[-1]) == (404, "result-not-ready")
    work()
    said = send("GET", at(made), owner).json()
    assert (said["status"], said["progress"], said["processID"]) == ("successful", 100, "echo")
    assert said["created"] <= said["started"] <= said["finished"]
    assert any(link["href"].endswith("/results") for link in said["links"])
    assert send("GET", f"{at(made)}/results", owner).json() == {"said": "done"}
    assert Entry.objects.filter(actor=owner.actor, action="process", object=made.json()["jobID"]).exists()


def test_the_results_come_as_they_were_asked_for(owner: Viewer) -> None:
    outputs = {"said": {"format": {"mediaType": "text/csv"}}, "length": {}}
    made = submit(owner, {"text": "abc"}, outputs=outputs, response="document")
    work()
    said = send("GET", f"{at(made)}/results", owner).json()
    assert said == {"said": {"value": "abc", "mediaType": "text/csv"}, "length": 3}
    assert send("GET", f"{at(made)}/results?outputs=length", owner).json() == {"length": 3}
    assert send("GET", f"{at(made)}/results?outputs=x", owner).status_code == 400


@pytest.mark.parametrize(
    ("inputs", "status", "sentence"),
    [
        ({"deed": "raise"}, 500, "“echo” failed inside; the log of the server says more."),
        ({"deed": "refuse"}, 400, "Input “text”: it is not nice."),
        ({"deed": "much"}, 413, "larger than 20,000,000 bytes"),
    ],
)
def test_a_job_that_fails_says_why_and_keeps_nothing(
    owner: Viewer, inputs: Any, status: int, sentence: str
) -> None:
    made = submit(owner, inputs)
    work()
    said = send("GET", at(made), owner).json()
    assert said["status"] == "failed"
    assert sentence in said["message"]
    results = send("GET", f"{at(made)}/results", owner)
    assert (results.status_code, sentence in results.json()["description"]) == (status, True)
    assert not Result.objects.exists()


def test_inputs_are_checked_before_anything_waits(owner: Viewer) -> None:
    assert submit(owner, {"times": 0}).status_code == 400
    assert submit(owner, {"layer": "nowhere"}, "summarise").status_code == 400
    assert not Job.objects.exists()


def test_a_job_in_the_queue_is_dismissed_and_never_done(owner: Viewer) -> None:
    made = submit(owner)
    gone = send("DELETE", at(made), owner)
    assert (gone.status_code, gone.json()["status"]) == (200, "dismissed")
    work()
    assert send("GET", at(made), owner).json()["status"] == "dismissed"
    assert send("GET", f"{at(made)}/results", owner).status_code == 410
    assert not Result.objects.exists()


@pytest.mark.parametrize("deed", ["wait", "sleep"])
def test_a_job_that_runs_is_dismissed_in_the_middle(owner: Viewer, deed: str) -> None:
    """Between two steps of its work, and inside a statement that would take half a minute."""
    made = submit(owner, {"deed": deed})
    worker = threading.Thread(target=work)
    worker.start()
    try:
        assert sample.reached.wait(20)
        if deed == "wait":
            said = send("GET", at(made), owner).json()
            assert (said["status"], said["progress"], said["message"]) == ("running", 40, "in the middle")
        while deed == "sleep" and worker.is_alive() and not _sleeping():
            pass
        assert send("DELETE", at(made), owner).json()["status"] == "dismissed"
    finally:
        sample.go_on.set()
        worker.join(15)
    assert not worker.is_alive()
    assert send("GET", at(made), owner).json()["status"] == "dismissed"
    assert not Result.objects.exists()


def _sleeping() -> bool:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT 1 FROM pg_stat_activity WHERE application_name LIKE 'antu job %' AND query LIKE '%pg_sleep(30)%'"
        )
        return cursor.fetchone() is not None


def test_what_is_done_is_dismissed_with_its_results(owner: Viewer) -> None:
    made = submit(owner)
    work()
    assert Result.objects.count() == 1
    assert send("DELETE", at(made), owner).json()["status"] == "dismissed"
    assert not Result.objects.exists()


def test_a_job_is_its_owners_alone(owner: Viewer) -> None:
    made = submit(owner)
    other = person("investigator")
    stranger = Viewer.of(other.get_username(), "Other", ["investigator"], other.pk)
    token = Viewer(f"{owner.actor} (script)", "Owner", owner.clearance, owner.roles, owner.user_id)
    chief = Viewer.of("chief", "Chief", ["administrator"], None)
    absent = send("GET", f"/jobs/{uuid4()}", stranger)
    for viewer in (stranger, ANONYMOUS):
        for method, path in (("GET", ""), ("DELETE", ""), ("GET", "/results")):
            hidden = send(method, at(made) + path, viewer)
            assert (hidden.status_code, hidden.content) == (404, absent.content)
        assert send("GET", "/jobs", viewer).json()["jobs"] == []
    for viewer in (owner, token, chief):
        assert send("GET", at(made), viewer).status_code == 200
        assert len(send("GET", "/jobs", viewer).json()["jobs"]) == 1
    assert send("GET", "/jobs/not-a-name", owner).status_code == 404


def test_a_weaker_token_does_not_read_what_a_stronger_one_made(owner: Viewer) -> None:
    made = submit(owner)
    weak = Viewer(f"{owner.actor} (weak)", "Owner", Clearance.PUBLIC, owner.roles, owner.user_id)
    assert send("GET", at(made), weak).status_code == 404


def test_a_job_runs_with_the_rights_that_its_owner_still_has(owner: Viewer) -> None:
    hideout()
    from django.contrib.auth.models import User

    made = submit(owner, process="hideout-count")
    User.objects.get(pk=owner.user_id).groups.clear()
    work()
    said = send("GET", at(made), owner).json()
    assert (said["status"], "no process" in said["message"]) == ("failed", True)
    again = submit(owner, process="hideout-count")
    User.objects.filter(pk=owner.user_id).update(is_active=False)
    work()
    assert "account" in send("GET", at(again), owner).json()["message"]


def test_people_who_did_not_sign_in_get_few_places_and_only_public_processes(owner: Viewer) -> None:
    assert submit(ANONYMOUS, process="hideout-count").status_code == 404
    made = [submit(ANONYMOUS) for _ in range(queue.MOST_AT_ONCE[False])]
    assert {m.status_code for m in made} == {201}
    full = submit(ANONYMOUS)
    assert (full.status_code, "let one end first" in full.json()["description"]) == (429, True)
    assert send("GET", at(made[0]), ANONYMOUS).status_code == 200
    assert send("GET", "/jobs", ANONYMOUS).json()["jobs"] == []
    work()
    assert submit(ANONYMOUS).status_code == 201


def test_jobs_are_listed_page_by_page_and_filtered(owner: Viewer) -> None:
    made = [submit(owner, {"text": str(n)}).json()["jobID"] for n in range(3)]
    first = send("GET", "/jobs?limit=2", owner).json()
    assert [j["jobID"] for j in first["jobs"]] == [made[2], made[1]]
    rest = next(link["href"] for link in first["links"] if link["rel"] == "next").partition("/ogc")[2]
    assert [j["jobID"] for j in send("GET", rest, owner).json()["jobs"]] == [made[0]]

    def count(query: str) -> int:
        return len(send("GET", f"/jobs?{query}", owner).json()["jobs"])

    assert (count("status=accepted,running"), count("status=failed")) == (3, 0)
    assert (count("processID=echo"), count("processID=summarise"), count("type=other")) == (3, 0, 0)
    assert (count("datetime=2020-01-01/.."), count("datetime=../2020-01-01")) == (3, 0)
    work()
    assert (count("minDuration=3600"), count("maxDuration=3600")) == (0, 3)
    for wrong in ("status=lost", "limit=0", "datetime=x", "minDuration=-1", "after=x", "colour=red"):
        assert send("GET", f"/jobs?{wrong}", owner).status_code == 400, wrong


def test_a_job_whose_worker_was_killed_is_done_again_but_not_for_ever(owner: Viewer) -> None:
    made = submit(owner)
    job = Job.objects.get()
    Job.objects.update(status=Job.Status.RUNNING, attempts=1)  # as a killed worker leaves it
    queue.work(str(job.pk))
    assert send("GET", at(made), owner).json()["status"] == "successful"
    Job.objects.update(status=Job.Status.RUNNING, attempts=queue.MOST_ATTEMPTS)
    queue.work(str(job.pk))
    said = send("GET", at(made), owner).json()
    assert (said["status"], "ended before" in said["message"]) == ("failed", True)


def test_a_job_that_no_queue_holds_fails_with_a_sentence(owner: Viewer) -> None:
    made, kept = submit(owner), submit(owner)
    Job.objects.update(updated_at=timezone.now() - timedelta(hours=1))
    lost = Job.objects.get(pk=made.json()["jobID"])
    ProcrastinateJob.objects.filter(pk=lost.queue_id)._raw_delete("default")
    assert queue.give_up_lost() == 1
    assert "lost" in send("GET", at(made), owner).json()["message"]
    assert send("GET", at(kept), owner).json()["status"] == "accepted"


def test_old_jobs_are_forgotten(owner: Viewer, settings: Any) -> None:
    settings.JOB_DAYS = 30
    mine, guest = submit(owner).json()["jobID"], submit(ANONYMOUS).json()["jobID"]
    work()
    Job.objects.update(created_at=timezone.now() - timedelta(days=2))
    assert queue.forget() == 1
    assert [str(j.pk) for j in Job.objects.all()] == [mine]
    assert guest != mine
    Job.objects.update(created_at=timezone.now() - timedelta(days=31))
    assert queue.forget() == 1
    assert not Result.objects.exists()
