"""A problem that a person can solve: one sentence, and what to do about it. Printed without a traceback."""

from __future__ import annotations


class Trouble(Exception):
    """`code` is the exit code of the command line: 2 wrong use, 3 machine, 4 database."""

    def __init__(self, sentence: str, hint: str = "", code: int = 3) -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.hint = hint
        self.code = code
