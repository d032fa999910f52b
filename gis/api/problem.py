"""A question that cannot be answered: a sentence, a code for programs, a status."""

from ninja import Schema


class ApiProblem(Exception):
    def __init__(self, sentence: str, code: str = "bad-request", status: int = 400) -> None:
        super().__init__(sentence)
        self.code = code
        self.status = status


class Problem(Schema):
    """What every refusal looks like."""

    detail: str
    code: str
