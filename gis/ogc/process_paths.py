"""What the OpenAPI document says of processes and jobs: those that its reader may run, each with its inputs."""

from __future__ import annotations

from gis.ogc.openapi import HTML, JSON, Json, Paths, described, operation, parameter, query, ref
from gis.ogc.processes import schemas
from gis.processes.models import Job
from layers.access import Clearance
from layers.registry.process import Process, processes

_TAG, _JOBS = "processes", "jobs"
_PREFER = {
    "name": "Prefer",
    "in": "header",
    "required": False,
    "description": "“respond-async” makes a job of it.",
    "schema": {"type": "string", "enum": ["respond-async", "respond-sync"]},
}
_JOB = {
    "name": "jobId",
    "in": "path",
    "required": True,
    "schema": {"type": "string", "format": "uuid"},
}
_LIMIT = query("limit", "How many.", {"type": "integer", "minimum": 1, "maximum": 1000, "default": 100})
_STATES = {"type": "array", "items": {"type": "string", "enum": list(Job.Status.values)}}
_SECONDS = {"type": "integer", "minimum": 1}


def paths(clearance: Clearance) -> Paths:
    plain = [parameter("f"), parameter("lang")]
    said = {JSON: {"type": "object"}, HTML: {"type": "string"}}
    out: Paths = {
        "/processes": {"get": operation("All processes", said, [*plain, _LIMIT], _TAG)},
        "/jobs": {"get": operation("Your jobs", said, [*plain, *_listing()], _JOBS)},
        "/jobs/{jobId}": {
            "parameters": [_JOB],
            "get": described("How far a job is", tag=_JOBS),
            "delete": operation(
                "End a job, or delete its results", {JSON: {"type": "object"}}, tag=_JOBS
            ),
        },
        "/jobs/{jobId}/results": {
            "parameters": [_JOB],
            "get": operation(
                "The results of a job", {"*/*": {}}, [query("outputs", "Only these, separated by commas.")], _JOBS
            ),
        },
    }  # fmt: skip
    for process in processes.seen_by(clearance):
        here, title = f"/processes/{process.id}", f"{process.title.zh} {process.title.en}"
        out[here] = {"get": described(title, tag=_TAG)}
        out[f"{here}/execution"] = {"post": _execution(process, title, clearance)}
    return out


def _listing() -> list[Json]:
    listed = {"style": "form", "explode": False}
    return [
        _LIMIT,
        query("after", "Continues behind the last job of the page before; taken from its “next” link."),
        query("type", "Kinds of jobs.", {"type": "string", "enum": ["process"]}),
        query("processID", "Of these processes.", {"type": "array", "items": {"type": "string"}}) | listed,
        query("status", "In these states.", _STATES) | listed,
        parameter("datetime"),
        query("minDuration", "Ran at least so many seconds.", _SECONDS),
        query("maxDuration", "Ran at most so many seconds.", _SECONDS),
    ]


def _execution(process: Process, title: str, clearance: Clearance) -> Json:
    fields = process.inputs.model_fields
    inputs: Json = {
        "type": "object",
        "properties": {
            name: schema | {"title": f"{process.words(name).zh} {process.words(name).en}"}
            for name, schema in schemas(process, clearance).items()
        },
        "additionalProperties": False,
    }
    if required := [name for name, field in fields.items() if field.is_required()]:
        inputs["required"] = required
    body = {
        "type": "object",
        "required": ["inputs"],
        "properties": {
            "inputs": inputs,
            "outputs": {
                "type": "object",
                "properties": {o.id: _output(list(o.forms)) for o in process.outputs},
                "additionalProperties": False,
            },
            "response": {"type": "string", "enum": ["raw", "document"], "default": "raw"},
        },
        "additionalProperties": False,
    }
    content: Json = {"schema": body}
    if process.example is not None:
        content["example"] = {"inputs": process.example}
    media: Json = {m.split(";")[0]: {} for o in process.outputs for m in o.forms} | {JSON: {}}
    said = operation(f"Run: {title}", media, [_PREFER], _TAG)
    said["responses"]["201"] = {
        "description": "A job was made of it; Location says where.",
        "content": {JSON: {"schema": {"type": "object"}}},
    }
    for status in ("413", "429"):
        said["responses"][status] = ref("responses", "BadRequest")
    return said | {"requestBody": {"required": True, "content": {JSON: content}}}


def _output(forms: list[str]) -> Json:
    media = {"type": "object", "properties": {"mediaType": {"type": "string", "enum": forms}}}
    return {"type": "object", "properties": {"format": media}}
