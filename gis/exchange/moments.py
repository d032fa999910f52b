"""Dates and times as Taiwanese files write them: 1130106, 113/01/06, 民國113年1月6日 8時5分, 20240106, ISO 8601.

Years below 1000 are years of the Republic (民國). What could be read in two ways is refused, never guessed.
"""

from __future__ import annotations

import re
import unicodedata
from datetime import date, datetime, time

from layers.registry.importer import Wrong

REPUBLIC = 1911
_DAY = re.compile(r"^((?:中華)?民國)?\s*(\d{1,4})\s*[年/.\-]\s*(\d{1,2})\s*[月/.\-]\s*(\d{1,2})(?!\d)\s*日?")
_ZONE = re.compile(r"(Z|[+-]\d{2}:?\d{2})$")
_CLOCK = re.compile(
    r"^(上午|下午|[AaPp]\.?[Mm]\.?)?\s*(\d{1,2})\s*[:時点點]\s*(\d{1,2})?\s*(?:[:分]\s*(\d{1,2})?(\.\d+)?\s*秒?)?"
    r"\s*([AaPp]\.?[Mm]\.?)?$"
)


def day(text: str) -> date:
    """The day; a time behind it is ignored."""
    return _split(text)[0]


def moment(text: str, clock_text: str = "") -> datetime:
    """Day and time, the time perhaps from a cell of its own; naive unless the text names a zone."""
    if not clock_text and (iso := _iso(text)):
        return iso
    on, rest = _split(text)
    return datetime.combine(on, clock(clock_text or rest) if (clock_text or rest) else time())


def by_format(text: str, clock_text: str, pattern: str) -> datetime:
    """As a pattern of strptime says; a cell of bare digits that lost its leading zeros gets them back."""
    parts = [text, clock_text] if clock_text else [text]
    patterns = pattern.split(" ") if len(parts) > 1 else [pattern]
    if len(patterns) == len(parts):
        parts = [p.zfill(_width(f)) if p.isdigit() else p for p, f in zip(parts, patterns, strict=True)]
    try:
        return datetime.strptime(" ".join(parts), pattern)
    except ValueError as wrong:
        raise Wrong(
            f"「{' '.join(parts)[:40]}」不合日期格式 {pattern}",
            f"“{' '.join(parts)[:40]}” is not a date like {pattern}",
        ) from wrong


def clock(text: str) -> time:
    """8:05, 08:05:30, 8時5分, 下午3:20; of bare digits four or fewer are hours and minutes, more have seconds."""
    said = unicodedata.normalize("NFKC", text).strip()
    if said.isdigit() and len(said) <= 6:
        padded = said.zfill(6) if len(said) > 4 else said.zfill(4) + "00"
        return _time(padded[:2], padded[2:4], padded[4:], text)
    found = _CLOCK.match(said)
    if not found:
        raise _no_time(text)
    before, hour, minute, second, _fraction, after = found.groups()
    half = (before or after or "").lower()
    if half.startswith(("下午", "p")) and int(hour) < 12:
        hour = str(int(hour) + 12)
    if half.startswith(("上午", "a")) and int(hour) == 12:
        hour = "0"
    return _time(hour, minute or "0", second or "0", text)


def _split(text: str) -> tuple[date, str]:
    said = unicodedata.normalize("NFKC", text).strip()
    if said.isdigit():
        return _digits(said, text)
    if found := _DAY.match(said):
        republic, *parts = found.groups()
        year, month, number = (int(v) for v in parts)
        return _date(year, month, number, text, bool(republic)), said[found.end() :].strip().lstrip(
            "T"
        ).strip()
    raise _no_day(text)


def _digits(said: str, text: str) -> tuple[date, str]:
    """8 or 14 digits begin with a year of four digits, 6, 7, 11 or 13 with one of the Republic."""
    years = {8: 4, 12: 4, 14: 4, 7: 3, 11: 3, 13: 3, 6: 2}.get(len(said))
    if years is None:
        raise _no_day(text)
    year, month, number = said[:years], said[years : years + 2], said[years + 2 : years + 4]
    return _date(int(year), int(month), int(number), text), said[years + 4 :]


def _date(year: int, month: int, number: int, text: str, republic: bool = False) -> date:
    if year < 32 and not republic:  # 1/6/24: nobody means the year 1912, but which of the three is the year?
        raise Wrong(
            f"日期「{text[:40]}」的年月日順序不明，請在對照檔指定 format",
            f"the order of year, month and day in “{text[:40]}” is not clear; say `format` in the mapping",
        )
    try:
        return date(year + REPUBLIC if year < 1000 else year, month, number)
    except ValueError as wrong:
        raise _no_day(text) from wrong


def _iso(text: str) -> datetime | None:
    said = text.strip().replace("Z", "+00:00")
    if not re.match(r"^\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}", said):
        return None
    try:
        return datetime.fromisoformat(
            _ZONE.sub(lambda m: m[0] if ":" in m[0] else m[0][:3] + ":" + m[0][3:], said)
        )
    except ValueError as wrong:
        raise _no_day(text) from wrong


def _time(hour: str, minute: str, second: str, text: str) -> time:
    try:
        return time(int(hour), int(minute), int(second))
    except ValueError as wrong:
        raise _no_time(text) from wrong


def _width(pattern: str) -> int:
    widths = {"%Y": 4, "%m": 2, "%d": 2, "%H": 2, "%M": 2, "%S": 2, "%y": 2}
    return sum(widths.get(part, 0) for part in re.findall(r"%\w", pattern))


def _no_day(text: str) -> Wrong:
    return Wrong(f"「{text[:40]}」不是日期", f"“{text[:40]}” is no date")


def _no_time(text: str) -> Wrong:
    return Wrong(f"「{text[:40]}」不是時間", f"“{text[:40]}” is no time of day")
