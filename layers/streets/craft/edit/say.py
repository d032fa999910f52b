"""What an edit changed, in sentences: “strip 3 width 3.2 → 3.5 m”. In both languages, from the parameters alone."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from layers.streets.craft.edit.merge import differences

KINDS = {
    "node": ("節點", "node"), "segment": ("路段", "segment"), "arm": ("路口標線", "arm"), "marking": ("標線", "marking"),
    "sign": ("標誌", "sign"), "head": ("號誌燈", "signal head"), "movement": ("轉向", "movement"),
    "map": ("圖資設定", "settings of the map"),
}  # fmt: skip
WORDS = {
    "width": "寬", "kind": "種類", "dir": "方向", "turns": "轉向", "name": "路名", "speed": "速限", "control": "管制",
    "radius": "轉角半徑", "via": "線形", "at": "位置", "road_class": "等級", "crosswalk": "行人穿越道", "stop": "停止線",
    "waiting": "機慢車停等區", "box": "待轉區", "left_wait": "左彎待轉區", "setback": "退縮", "depth": "深度", "gap": "間距",
    "taper": "漸變長", "line": "左側標線", "edges": "路緣標線", "order": "順序", "strips": "車道", "s": "起點", "code": "編號",
    "height": "高度", "arrows": "指向線", "give_way": "讓路線", "layer": "層", "use": "用途", "surface": "鋪面", "ref": "基準線",
    "corners": "轉角", "members": "合併節點", "sections": "橫斷面", "face": "面向", "anchor": "位置", "value": "內容",
}  # fmt: skip
METRES = {"width", "radius", "waiting", "left_wait", "setback", "depth", "gap", "taper", "s", "height", "ref"}
QUIET = {"origin", "xref"}


@dataclass(frozen=True, slots=True)
class Change:
    path: str
    before: Any
    after: Any
    zh: str
    en: str


def changes(before: dict[str, Any] | None, after: dict[str, Any] | None) -> list[Change]:
    """The differences of two versions of one object; None stands for not being there."""
    if before is None and after is None:
        return []
    if before is None:
        return [Change("/", None, after, "新增", "added")]
    if after is None:
        return [Change("/", before, None, "移除", "removed")]
    found = []
    for path, was, now in differences(before, after):
        parts = path.strip("/").split("/")
        if parts[0] in QUIET:
            continue
        zh, en = _what(parts, was if isinstance(was, dict) else now if isinstance(now, dict) else None)
        said = _values(parts[-1], was, now)
        found.append(Change(path, was, now, f"{zh}{said[0]}", f"{en} {said[1]}"))
    return found


def _what(parts: list[str], whole: dict[str, Any] | None) -> tuple[str, str]:
    """The thing in words: sections/1/strips/3/width → “strip 3 width”."""
    zh, en = [], []
    k = 0
    while k < len(parts):
        part = parts[k]
        if part == "sections" and k + 1 < len(parts):
            if parts[k + 1] != "0":
                zh.append(f"第 {int(parts[k + 1]) + 1} 斷面")
                en.append(f"section {int(parts[k + 1]) + 1}")
            k += 2
            continue
        if part == "strips" and k + 1 < len(parts) and parts[k + 1] != "order":
            zh.append(f"車道 {parts[k + 1]} ")
            en.append(f"strip {parts[k + 1]}")
            k += 2
            continue
        zh.append(WORDS.get(part, f"{part} "))
        en.append(part.replace("_", " "))
        k += 1
    if whole and "kind" in whole and en and en[-1].startswith("strip"):
        en[-1] += f" ({whole['kind']})"
        zh[-1] += f"（{whole['kind']}）"
    return "".join(zh) or "內容", " ".join(en) or "content"


def _values(name: str, was: Any, now: Any) -> tuple[str, str]:
    if was is None:
        return f"新增{_short(now, name)}", f"added{_short(now, name)}"
    if now is None:
        return "移除", "removed"
    unit = " m" if name in METRES else " km/h" if name == "speed" else ""
    if name in {"via", "at"}:
        return "調整", "moved"
    text = f" {_text(was)} → {_text(now)}{unit}"
    return text, text.strip()


def _short(value: Any, name: str) -> str:
    if isinstance(value, dict | list):
        return ""
    return f" {_text(value)}{' m' if name in METRES else ''}"


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return f"{value:g}"
    if isinstance(value, list):
        return ", ".join(map(_text, value)) or "–"
    if isinstance(value, dict):
        return ", ".join(f"{k} {_text(v)}" for k, v in value.items() if v not in (None, "", [], {}))
    return str(value) or "–"
