"""Reads what somebody asks of a process: the body of an execute request, checked before anything runs.

Says which input is wrong and why. Inputs are given by value; nothing is fetched from an address.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError

from gis.processes.run import Failed
from layers.access import Viewer
from layers.registry.process import Inputs, Output, Process
from layers.registry.register import register

MOST_BODY = 1_000_000
Json = Any
_KNOWN = {"inputs", "outputs", "response"}
_AROUND = {"value", "mediaType", "encoding", "schema", "format"}


@dataclass(frozen=True, slots=True)
class Asked:
    inputs: Inputs
    wanted: Mapping[str, str]
    """Output → media type."""
    raw: bool

    @property
    def brief(self) -> dict[str, str]:
        """What was asked, short enough for the record."""
        return {k: str(v)[:200] for k, v in self.inputs.model_dump(exclude_defaults=True).items()}


def read(process: Process, viewer: Viewer, body: bytes) -> Asked:
    said = _object(body)
    if "subscriber" in said:
        raise Failed(400, "Nobody is called back here; leave “subscriber” out and ask for the job's status.")
    if strange := next((k for k in said if k not in _KNOWN), None):
        raise Failed(400, f"“{strange[:40]}” is no part of a request; there are inputs, outputs, response.")
    response = said.get("response", "raw")
    if response not in ("raw", "document"):
        raise Failed(400, "response is “raw” or “document”.")
    inputs = check(process, viewer, said.get("inputs", {}))
    return Asked(inputs, _wanted(process, said.get("outputs")), response == "raw")


def _object(body: bytes) -> dict[str, Json]:
    try:
        said = json.loads(body, parse_constant=_no_number)
        json.dumps(said, ensure_ascii=False).encode()  # halves of characters, which no database keeps
    except (ValueError, RecursionError) as wrong:
        raise Failed(400, f"The body is no valid JSON: {str(wrong)[:200]}.") from wrong
    if not isinstance(said, dict):
        raise Failed(400, "The body must be an object with “inputs”.")
    if b"\\u0000" in body:
        raise Failed(400, "The body holds a NUL character, which is no text.")
    return said


def _no_number(name: str) -> float:
    raise ValueError(f"{name} is no number")


def check(process: Process, viewer: Viewer, given: Json) -> Inputs:
    """The inputs in the types that the process declares."""
    if not isinstance(given, dict):
        raise Failed(400, "“inputs” must be an object: the name of each input and its value.")
    try:
        inputs = process.inputs.model_validate({k: _plain(k, v) for k, v in given.items()})
    except ValidationError as wrong:
        raise Failed(400, _sentence(process, wrong)) from wrong
    for name in process.inputs.model_fields:
        among, id = process.among(name), getattr(inputs, name)
        if among is None or id is None:
            continue
        layer = register.find(id, viewer)
        if layer is None:
            raise Failed(400, f"Input “{name}”: there is no layer “{id[:60]}”.")
        if layer.geometry not in among.kinds:
            kinds = " or ".join(f"{kind}s" for kind in among.kinds)
            raise Failed(400, f"Input “{name}”: layer “{id}” does not hold {kinds}.")
    return inputs


def _plain(name: str, value: Json) -> Json:
    """The value itself, where it comes with its media type, as a bounding box or as a list of one."""
    if not isinstance(value, dict):
        return value
    if "href" in value:
        raise Failed(400, f"Input “{name[:60]}”: values are given as they are, not by address.")
    if "value" in value and set(value) <= _AROUND:
        return value["value"]
    return value


def _sentence(process: Process, wrong: ValidationError) -> str:
    said = []
    for problem in wrong.errors(include_url=False, include_context=False)[:5]:
        where = ".".join(str(part) for part in problem["loc"])[:80]
        if problem["type"] == "extra_forbidden":
            known = ", ".join(process.inputs.model_fields)
            said.append(f"There is no input “{where}”; there are {known}.")
        elif problem["type"] == "missing":
            said.append(f"Input “{where}” is missing.")
        else:
            shown = json.dumps(problem.get("input"), ensure_ascii=False, default=str)[:60]
            said.append(f"Input “{where}”: {problem['msg']}, not {shown}.")
    return " ".join(said)


def _wanted(process: Process, given: Json) -> dict[str, str]:
    if given is not None and not isinstance(given, dict):
        raise Failed(400, "“outputs” must be an object: the name of each output and how it is wanted.")
    if not given:
        return {o.id: o.media for o in process.outputs if not o.asked}
    out = {}
    for id, how in given.items():
        output = process.output(id)
        if output is None:
            known = ", ".join(o.id for o in process.outputs)
            raise Failed(400, f"There is no output “{id[:60]}”; there are {known}.")
        out[id] = _media(output, how)
    return out


def _media(output: Output, how: Json) -> str:
    if how is None or how == {}:
        return output.media
    if not isinstance(how, dict) or not isinstance(how.get("format", {}), dict):
        raise Failed(400, f"Output “{output.id}”: say {{}} or {{“format”: {{“mediaType”: …}}}}.")
    if how.get("transmissionMode", "value") != "value":
        raise Failed(400, f"Output “{output.id}” is sent by value; ask for a job to fetch it by address.")
    wanted = how.get("format", {}).get("mediaType")
    if wanted is None:
        return output.media
    for media in output.forms:
        if _bare(str(wanted)) in (_bare(media), _bare(media.split(";")[0])):
            return media
    raise Failed(
        400,
        f"Output “{output.id}” is not to be had as {str(wanted)[:60]}; there are {', '.join(output.forms)}.",
    )


def _bare(media: str) -> str:
    return media.replace(" ", "").lower()
