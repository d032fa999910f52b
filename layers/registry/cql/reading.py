"""A filter as it comes, text or JSON, to a syntax tree that is safe to walk.

Size and depth are checked before any parser sees the input.
"""

from __future__ import annotations

import json
import math
import re
from typing import Any

import cql2

MOST_TEXT, MOST_JSON = 4_096, 65_536
MOST_DEPTH, MOST_TERMS, MOST_NODES = 32, 100, 6_000

Json = Any
_STRINGS = re.compile(r"'(?:[^']|'')*'")
_UNARY = re.compile(r"(?:(?:\bnot\b|[-+^])\s*){16,}", re.IGNORECASE)


class BadFilter(ValueError):
    """What is wrong with a filter, said to whoever wrote it."""


def parse(filter: str | dict[str, Json]) -> Json:
    """The syntax tree, after the checks that keep the parser and us alive."""
    if isinstance(filter, str):
        filter = filter.strip()
        if not filter.startswith("{"):
            return _from_text(filter)
        if len(filter) > MOST_JSON:
            raise BadFilter(f"The filter is longer than {MOST_JSON:,} characters.")
        _check_nesting(filter, "{[", "}]")
        try:
            filter = json.loads(filter)
        except ValueError as wrong:
            raise BadFilter(f"The filter is no valid JSON: {wrong}.") from wrong
    _check_tree(filter)
    return filter


def _from_text(text: str) -> Json:
    if not text:
        raise BadFilter("The filter is empty.")
    if len(text) > MOST_TEXT:
        raise BadFilter(f"The filter is longer than {MOST_TEXT:,} characters; send a long one as CQL2 JSON.")
    bare = _STRINGS.sub("''", text)
    _check_nesting(bare, "(", ")")
    if _UNARY.search(bare):
        raise BadFilter("The filter negates the same thing too many times.")
    if len(re.findall(r"\b(?:and|or)\b", bare, re.IGNORECASE)) > MOST_TERMS:
        raise BadFilter(f"The filter has more than {MOST_TERMS} terms.")
    try:
        tree = cql2.parse_text(text).to_json()
    except (cql2.ParseError, cql2.ValidationError, ValueError) as wrong:
        raise BadFilter(f"The filter is no valid CQL2: {_first_line(str(wrong))}") from wrong
    _check_tree(tree)
    return tree


def _first_line(message: str) -> str:
    lines = [line.strip(" |-^") for line in message.splitlines()]
    said = [line for line in lines if line and not line.startswith("=")]
    return " ".join((said or ["it cannot be read"])[:3])[:200]


def _check_nesting(text: str, opening: str, closing: str) -> None:
    depth = 0
    for character in text:
        if character in opening:
            depth += 1
            if depth > MOST_DEPTH:
                raise BadFilter(f"The filter is nested deeper than {MOST_DEPTH} levels.")
        elif character in closing:
            depth -= 1


def _check_tree(tree: Json) -> None:
    """Depth, size and finite numbers of a tree, walked without recursion."""
    queue, nodes, terms = [(tree, 0)], 0, 0
    while queue:
        node, depth = queue.pop()
        nodes += 1
        if depth > MOST_DEPTH * 2 or nodes > MOST_NODES * 3:
            raise BadFilter("The filter is too large or nested too deeply.")
        if isinstance(node, dict):
            terms += "op" in node
            queue += [(v, depth + 1) for v in node.values()]
        elif isinstance(node, list):
            queue += [(v, depth + 1) for v in node]
        elif isinstance(node, float) and not math.isfinite(node):
            raise BadFilter("The filter holds a number that is not finite.")
        elif isinstance(node, str) and "\x00" in node:
            raise BadFilter("The filter holds a character that cannot be stored.")
    if terms > MOST_TERMS * 3:
        raise BadFilter(f"The filter has more than {MOST_TERMS} terms.")
