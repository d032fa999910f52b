"""OGC API – Processes: which there are, what each wants, and running one, at once or as a job.

At once is bounded in time and in number; who has more to ask sends `Prefer: respond-async`. What a viewer may
not run is not there.
"""

from __future__ import annotations

import asyncio
import base64
import json
import secrets
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from asgiref.sync import sync_to_async

from gis.audit.note import note
from gis.ogc.call import Call, Json
from gis.ogc.core import Core
from gis.ogc.problem import OgcProblem
from gis.processes import asked, queue
from gis.processes.asked import Asked
from gis.processes.models import Job
from gis.processes.run import Failed, Made, Running, Stopped, limited, produce
from layers.access import Clearance
from layers.registry.process import Process, processes

SECONDS, PATIENCE = 20.0, 5.0
AT_ONCE, GUESTS = 3, 2
"""Runs at the same moment in one server process, and how many of them may be of people whom we do not know."""
EXCEPTIONS = "http://www.opengis.net/def/exceptions/ogcapi-processes-1/1.0/"
_EXECUTE = "http://www.opengis.net/def/rel/ogc/1.0/execute"


class Processes:
    def __init__(self, core: Core) -> None:
        self.core = core
        self._places = asyncio.Semaphore(AT_ONCE)
        self._guests = asyncio.Semaphore(GUESTS)
        self._threads = ThreadPoolExecutor(AT_ONCE, thread_name_prefix="process")

    def stop(self) -> None:
        self._threads.shutdown(wait=False, cancel_futures=True)

    async def all(self, call: Call) -> None:
        call.reads()
        call.only("limit")
        found = processes.seen_by(call.viewer.clearance)
        limit = whole(call.asked.get("limit"), "limit", 1_000)
        links = [call.link("self", "/processes"), call.link("alternate", "/processes?f=html", "text/html")]
        said = {"processes": [summary(call, p) for p in found[:limit]], "links": links}
        await call.describe(said | {"title": "處理程序" if zh(call) else "Processes"})

    async def one(self, call: Call, id: str) -> None:
        call.reads()
        call.only()
        await call.describe(description(call, runnable(id, call)))

    async def execute(self, call: Call, id: str) -> None:
        process = runnable(id, call)
        if call.method != "POST":
            raise OgcProblem(405, "A process is run with POST.", "MethodNotAllowed")
        call.only()
        body = await call.body(asked.MOST_BODY)
        try:
            wanted = await asyncio.to_thread(asked.read, process, call.viewer, body)
            prefer = [part.strip() for part in (call.header("prefer") or "").lower().split(",")]
            if "respond-async" in prefer:
                job = await sync_to_async(queue.submit)(process, call.viewer, wanted)
                place = f"{call.base}/ogc/jobs/{job.id}"
                more = {"location": place, "preference_applied": "respond-async"}
                raw = json.dumps(status(call, job), ensure_ascii=False).encode()
                return await call.give(raw, "application/json; charset=utf-8", 201, **more)
            made = await self._at_once(call, process, wanted)
        except Failed as failed:
            raise refusal(failed) from failed
        await answer(call, made, wanted.raw)

    async def _at_once(self, call: Call, process: Process, wanted: Asked) -> list[Made]:
        places = [self._places] if call.viewer.known else [self._guests, self._places]
        held: list[asyncio.Semaphore] = []
        try:
            async with asyncio.timeout(PATIENCE):
                for place in places:
                    await place.acquire()
                    held.append(place)
        except TimeoutError as busy:
            for place in held:
                place.release()
            said = "Too many processes run at once; try again shortly, or send “Prefer: respond-async”."
            raise OgcProblem(503, said, "Busy") from busy
        over = False

        def heard(percent: float, message: str) -> None:
            if over:
                raise Stopped

        run = Running(process, call.viewer, wanted.wanted, SECONDS, heard)
        made = asyncio.get_running_loop().run_in_executor(self._threads, run_now, run, wanted)

        def done(run: asyncio.Future[list[Made]]) -> None:
            """A run that overstays keeps its place until it really ends; then nobody asks what came of it."""
            for place in held:
                place.release()
            if not run.cancelled():
                run.exception()

        made.add_done_callback(done)
        try:
            return await asyncio.wait_for(asyncio.shield(made), SECONDS + 1)
        except TimeoutError as late:
            raise too_long(run) from late
        except Failed as failed:
            if failed.code == "Timeout":
                raise too_long(run) from failed
            raise
        finally:
            over = True  # also when whoever asked hung up


def too_long(run: Running) -> OgcProblem:
    said = f"{run.too_long[:-1]}, or send “Prefer: respond-async”."
    return refusal(Failed(503, said, "Timeout"))


def run_now(run: Running, wanted: Asked) -> list[Made]:
    with limited(run.seconds, "antu process"):
        if run.viewer.known:
            note(run.viewer.actor, "process", run.process.id, "", inputs=wanted.brief)
        return produce(run.process, wanted.inputs, run)


def runnable(id: str, call: Call) -> Process:
    process = processes.find(id, call.viewer)
    if process is None:
        raise problem(404, "There is no such process.", "no-such-process")
    return process


def problem(status: int, sentence: str, type_: str) -> OgcProblem:
    """As the standard names it."""
    more = {"type": EXCEPTIONS + type_, "title": sentence, "status": status, "detail": sentence}
    out = OgcProblem(status, sentence, "".join(word.title() for word in type_.split("-")))
    out.body |= more
    return out


def refusal(failed: Failed) -> OgcProblem:
    out = OgcProblem(failed.status, failed.sentence, failed.code)
    out.body |= {"title": failed.code, "status": failed.status, "detail": failed.sentence}
    return out


# answers


async def answer(call: Call, made: list[Made], raw: bool) -> None:
    """The outputs: one as it is, several as parts, or all in one JSON document."""
    if not raw:
        return await call.give(await asyncio.to_thread(document, made), "application/json; charset=utf-8")
    if len(made) == 1:
        return await call.give(made[0].body, charset(made[0].media))
    mark = f"antu-{secrets.token_hex(12)}"
    parts = [
        f"--{mark}\r\nContent-Type: {charset(one.media)}\r\nContent-ID: <{one.output}>\r\n\r\n".encode()
        + one.body
        + b"\r\n"
        for one in made
    ]
    body = b"".join(parts) + f"--{mark}--\r\n".encode()
    await call.give(body, f'multipart/related; boundary="{mark}"; type="{made[0].media.split(";")[0]}"')


def document(made: list[Made]) -> bytes:
    return json.dumps({one.output: qualified(one) for one in made}, ensure_ascii=False).encode()


def qualified(made: Made) -> Json | Any:
    if made.media == "application/json":
        return json.loads(made.body)
    if "json" in made.media:
        return {"value": json.loads(made.body), "mediaType": made.media}
    if made.media.startswith("text/"):
        return {"value": made.body.decode(), "mediaType": made.media}
    value = base64.b64encode(made.body).decode()
    return {"value": value, "encoding": "base64", "mediaType": made.media}


def charset(media: str) -> str:
    return f"{media}; charset=utf-8" if "json" in media or media.startswith("text/") else media


# descriptions


def zh(call: Call) -> bool:
    return call.language != "en-US"


def whole(text: str | None, name: str, most: int, default: int = 100) -> int:
    if text is None:
        return default
    if not text.isascii() or not text.isdigit() or int(text[:9]) < 1:
        raise OgcProblem(400, f"{name} is a whole number of at least 1, not “{text[:20]}”.")
    return min(int(text[:9]), most)


def summary(call: Call, process: Process) -> Json:
    here, language = f"/processes/{process.id}", call.language
    return {
        "id": process.id,
        "version": process.version,
        "title": process.title.get(language),
        "description": process.description.get(language),
        "keywords": [k.get(language) for k in process.keywords],
        "jobControlOptions": ["sync-execute", "async-execute", "dismiss"],
        "outputTransmission": ["value"],
        "links": [
            call.link("self", here),
            call.link("alternate", f"{here}?f=html", "text/html"),
            call.link(_EXECUTE, f"{here}/execution"),
        ],
    }


def description(call: Call, process: Process) -> Json:
    language, clearance = call.language, call.viewer.clearance
    said = summary(call, process)
    required = {n for n, f in process.inputs.model_fields.items() if f.is_required()}
    said["inputs"] = {
        name: {
            "title": process.words(name).get(language),
            "schema": schema,
            "minOccurs": int(name in required),
            "maxOccurs": 1,
        }
        for name, schema in schemas(process, clearance).items()
    }
    said["outputs"] = {
        o.id: {"title": o.title.get(language), "schema": output_schema(o.forms)} for o in process.outputs
    }
    if process.example is not None:
        said["example"] = {"inputs": process.example}
    return said


def schemas(process: Process, clearance: Clearance) -> Json:
    """The JSON Schema of each input; of one that names a layer, with those that there are for this clearance."""
    whole = process.inputs.model_json_schema()
    out: Json = {}
    for name, found in whole["properties"].items():
        schema = {k: v for k, v in found.items() if k != "title"}
        options = [o for o in schema.pop("anyOf", []) if o != {"type": "null"}]
        if len(options) == 1:  # leaving it out is said by minOccurs
            schema |= options[0]
            schema.pop("default", None)
        elif options:
            schema["anyOf"] = options
        for bound, plain in (("exclusiveMinimum", "minimum"), ("exclusiveMaximum", "maximum")):
            if bound in schema:  # as OpenAPI 3.0 says it, whose schemas the standard takes
                schema |= {plain: schema[bound], bound: True}
        if among := process.among(name):
            schema["enum"] = among.layers(clearance)
        out[name] = schema
    return out


def output_schema(forms: Any) -> Json:
    said = [
        schema if media == "application/json" else {"contentMediaType": media} | schema
        for media, schema in forms.items()
    ]
    return said[0] if len(said) == 1 else {"oneOf": said}


def status(call: Call, job: Job) -> Json:
    """statusInfo of a job."""
    here = f"/jobs/{job.id}"
    said: Json = {
        "jobID": str(job.id),
        "processID": job.process,
        "type": "process",
        "status": job.status,
        "message": job.message,
        "progress": job.progress,
        "created": job.created_at.isoformat(),
        "started": job.started_at and job.started_at.isoformat(),
        "finished": job.finished_at and job.finished_at.isoformat(),
        "updated": job.updated_at.isoformat(),
    }
    links = [call.link("self", here), call.link("alternate", f"{here}?f=html", "text/html")]
    if job.status == Job.Status.SUCCESSFUL:
        links.append(call.link("http://www.opengis.net/def/rel/ogc/1.0/results", f"{here}/results"))
    return {k: v for k, v in said.items() if v is not None} | {"links": links}
