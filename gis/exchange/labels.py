"""From what a file says to the official code: by value or by label in either language, as the list stood that day.

Wordings differ in brackets, commas and variants of characters; where a label still means two things, the
heading it stands under decides, and where that does not help, the row is refused rather than guessed.
"""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import date

from layers.registry.field import Code, CodeList
from layers.registry.importer import Wrong

_NOISE = re.compile(r"[\s()（）\[\]「」、，,。.．;；:：/／・·~～\-－_%]+")
_VARIANTS = str.maketrans("台槓樑佈裡峯", "臺槓梁布里峰")


def folded(label: str) -> str:
    """The label without brackets, punctuation, width and variants: what two writers agree on."""
    return _NOISE.sub("", unicodedata.normalize("NFKC", label)).translate(_VARIANTS).casefold()


class Labels:
    """Finds codes of one list; remembers, because a file says the same few words a million times."""

    def __init__(self, codes: CodeList, values: Mapping[str, str] | None = None) -> None:
        self.codes = codes
        self.values = {folded(said): meant for said, meant in (values or {}).items()}
        self._lists: dict[date | None, dict[str, set[str]]] = {}
        self._found: dict[tuple[str, str, date | None], str | Wrong] = {}

    def find(self, said: str, group: str = "", day: date | None = None) -> str:
        """The code, or Wrong."""
        asked = (said, group, day)
        if (found := self._found.get(asked)) is None:
            if len(self._found) > 50_000:
                self._found.clear()
            found = self._found[asked] = self._look(said, group, day)
        if isinstance(found, Wrong):
            raise found
        return found

    def _look(self, said: str, group: str, day: date | None) -> str | Wrong:
        index = self._index(day)
        for meant in (self.values.get(folded(f"{group}/{said}")), self.values.get(folded(said))):
            if meant is not None:
                if meant == "" or meant in index["="]:
                    return meant
                said = meant
        if said in index["="]:
            return said
        for asked in (folded(group + said), folded(said + group), folded(said)):
            found = index.get(asked, set())
            if len(found) == 1:
                return next(iter(found))
            if found:
                return Wrong(
                    f"「{said[:40]}」在代碼表有多個意義（{'、'.join(sorted(found))}）",
                    f"“{said[:40]}” means several codes ({', '.join(sorted(found))})",
                )
        shown = f"{group}/{said}" if group else said
        on = f" {day.isoformat()} " if day else ""
        return Wrong(
            f"「{shown[:60]}」不在{on}代碼表 {self.codes.id}",
            f"“{shown[:60]}” is not in the code list {self.codes.id}{on.rstrip() and f' of{on.rstrip()}'}",
        )

    def _index(self, day: date | None) -> dict[str, set[str]]:
        if (known := self._lists.get(day)) is None:
            entries = list((self.codes.at(day) if day else self.codes).entries)
            known = self._lists[day] = index_of(entries)
            if len(self._lists) > 4_000:
                self._lists = {day: known}
        return known


def index_of(entries: Iterable[Code]) -> dict[str, set[str]]:
    """Folded label (alone, and with its heading before it) → codes; under “=” all codes."""
    index: dict[str, set[str]] = defaultdict(set)
    for code in entries:
        value = str(code.value)
        index["="].add(value)
        group = getattr(code, "group", "")
        for label in {code.zh, code.en, group + code.zh if group else code.zh}:
            index[folded(label)].add(value)
    return index
