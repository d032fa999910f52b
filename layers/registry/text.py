"""Words in both languages. Whatever a person reads is a `Text`, so no title can exist in one language alone."""

from __future__ import annotations

from typing import NamedTuple


class Text(NamedTuple):
    zh: str
    en: str

    def get(self, language: str) -> str:
        return self.en if language.lower().startswith("en") else self.zh

    def as_json(self) -> dict[str, str]:
        return {"zh": self.zh, "en": self.en}
