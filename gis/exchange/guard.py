"""Keeps a spreadsheet from taking a cell of ours for a formula, without losing a letter on the way back.

A cell that begins like a formula gets an apostrophe in front; reading a file takes exactly one away.
"""

from __future__ import annotations

import re

_LIKE_A_FORMULA = re.compile(r"^'*[=+\-@\t\r\n]")
_A_NUMBER = re.compile(r"^[+-]?\d+(\.\d+)?([eE][+-]?\d+)?$")


def guarded(cell: str) -> str:
    return "'" + cell if _LIKE_A_FORMULA.match(cell) and not _A_NUMBER.match(cell) else cell


def unguarded(cell: str) -> str:
    return cell[1:] if cell[:1] == "'" and _LIKE_A_FORMULA.match(cell) else cell
