"""What went wrong, as OGC API says it: a status, a code and a sentence."""

from __future__ import annotations


class OgcProblem(Exception):
    def __init__(
        self, status: int, sentence: str, code: str = "InvalidParameterValue", **more: object
    ) -> None:
        super().__init__(sentence)
        self.status = status
        self.body = {"code": code, "type": code, "description": sentence, **more}


class Cut(Exception):
    """An answer broke off after it had begun: the connection must end, so that nobody takes half for whole."""


def not_found() -> OgcProblem:
    return OgcProblem(404, "There is no such collection.", "NotFound")
