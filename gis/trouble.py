"""A problem that a person can solve: one sentence, and what to do about it. Printed without a traceback."""

from __future__ import annotations

import errno


class Trouble(Exception):
    """`code` is the exit code of the command line: 2 wrong use, 3 machine, 4 database."""

    def __init__(self, sentence: str, hint: str = "", code: int = 3) -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.hint = hint
        self.code = code


MACHINE = {
    errno.ENOSPC: (
        "The disk is full",
        "Free some space, then run the same again; what was half done is undone.",
    ),
    errno.EDQUOT: ("The disk quota is used up", "Free some space, then run the same again."),
    errno.EROFS: ("This disk is read-only", "Mount it for writing, or name another folder in ANTU_DATA_DIR."),
    errno.EACCES: (
        "This user may not do that",
        "Give it the right, or run as the user whom the folder belongs to.",
    ),
    errno.EPERM: (
        "This user may not do that",
        "Give it the right, or run as the user whom the folder belongs to.",
    ),
    errno.EMFILE: ("Too many files are open", "Raise the limit with ulimit -n."),
}


def of_the_machine(problem: BaseException | None) -> Trouble | None:
    """The Trouble behind an error of disk, rights or database connection; None for what is a fault of Antu's."""
    import psycopg

    while problem is not None:
        if isinstance(problem, Trouble):
            return problem
        if isinstance(problem, OSError) and problem.errno in MACHINE:
            said, hint = MACHINE[problem.errno]
            return Trouble(f"{said}{f': {problem.filename}' if problem.filename else ''}.", hint)
        if isinstance(problem, psycopg.errors.DiskFull):
            return Trouble(
                "The disk of the database is full; nothing of this was kept.", MACHINE[errno.ENOSPC][1], 4
            )
        if isinstance(problem, psycopg.errors.InsufficientPrivilege):
            said = problem.diag.message_primary or "permission denied"
            return Trouble(
                f"The database does not let this user do that: {said}.", "Give the user the right.", 4
            )
        if isinstance(problem, psycopg.OperationalError):
            said = next(iter(str(problem).strip().splitlines()), "the connection ended")
            return Trouble(
                f"The database broke off: {said}.", "Look with antu status, then run the same again.", 4
            )
        problem = problem.__cause__
    return None
