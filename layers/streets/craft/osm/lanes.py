"""The cross-section that the tags of a way describe: strips from left to right, and where each value comes from.

What no tag says is taken from the usual measures of the road class and marked `osm-default`; a survey replaces it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from layers.streets.craft.document import Origin, Strip, StripKind, Turn
from layers.streets.craft.osm.read import BadFile, Tags

WIDEST = 60.0
MOST_LANES = 16


@dataclass(frozen=True, slots=True)
class Usual:
    """What a road of a class has where nothing is tagged: lanes both ways and one way, their width, sidewalk."""

    both: int
    oneway: int
    lane: float
    walk: float


USUAL = {
    "motorway": Usual(4, 2, 3.65, 0), "motorway_link": Usual(2, 1, 4.5, 0), "trunk": Usual(4, 2, 3.5, 0),
    "trunk_link": Usual(2, 1, 4.5, 0), "primary": Usual(4, 2, 3.25, 3.0), "primary_link": Usual(2, 1, 4.0, 0),
    "secondary": Usual(2, 2, 3.25, 2.5), "secondary_link": Usual(2, 1, 4.0, 0),
    "tertiary": Usual(2, 1, 3.25, 2.0), "tertiary_link": Usual(2, 1, 4.0, 0),
    "unclassified": Usual(2, 1, 3.0, 0), "residential": Usual(2, 1, 3.0, 0), "road": Usual(2, 1, 3.0, 0),
    "busway": Usual(2, 1, 3.5, 0), "living_street": Usual(1, 1, 4.5, 0), "service": Usual(1, 1, 4.0, 0),
}  # fmt: skip
ALONE = 1.3
"""A one-way street of one lane is wider than a lane by this much."""
PARKING = {"parallel": 2.0, "diagonal": 4.5, "perpendicular": 5.0}
BIKE, BUS, SIDE_WALK, BUFFER = 1.5, 3.5, 1.5, 0.5
_TURNS: dict[str, tuple[Turn, ...]] = {
    "left": ("left",), "slight_left": ("left",), "sharp_left": ("left",), "through": ("through",),
    "right": ("right",), "slight_right": ("right",), "sharp_right": ("right",), "reverse": ("uturn",),
    "merge_to_left": ("through",), "merge_to_right": ("through",),
}  # fmt: skip


@dataclass(slots=True)
class Profile:
    strips: list[Strip]
    origin: dict[str, Origin]
    doubts: list[str] = field(default_factory=list)


@dataclass(slots=True)
class _Lane:
    kind: StripKind
    dir: int
    width: float
    turns: tuple[Turn, ...] = ()
    use: tuple[str, ...] = ()


def profile(way: int, tags: Tags, *, traffic: str) -> Profile:
    """`tags` of a way that runs in the direction of its nodes."""
    made = Profile([], {})
    usual = USUAL[tags["highway"]]
    oneway = is_oneway(tags)
    forward, backward, middle = _counts(way, tags, usual, oneway, made)
    lanes = _travel(tags, usual, oneway, forward, backward, middle, traffic, made)
    left, right = (_side(tags, side, made) for side in ("left", "right"))
    inner = [*left, *lanes, *right[::-1]]
    _fit_to_width(way, tags, inner, made)
    walks = [
        _walk(tags, side, usual, made, guess=not oneway or side == traffic) for side in ("left", "right")
    ]
    rows = [*([walks[0]] if walks[0] else []), *inner, *([walks[1]] if walks[1] else [])]
    made.strips = [
        Strip(id=str(n), kind=row.kind, width=round(row.width, 3), dir=row.dir, turns=row.turns, use=row.use)  # type: ignore[arg-type]
        for n, row in enumerate(rows, 1)
    ]
    return made


def is_oneway(tags: Tags) -> bool:
    said = tags.get("oneway")
    if said in {"yes", "true", "1", "-1", "reverse"}:
        return True
    return said is None and (
        tags.get("junction") in {"roundabout", "circular"} or tags["highway"] in {"motorway", "motorway_link"}
    )


def metres(value: str) -> float | None:
    """A length as mappers write it: `3.5`, `3,5 m`, `11'6"`; None where it cannot be understood."""
    text = value.strip().lower().replace(",", ".")
    feet = re.fullmatch(r"(\d+(?:\.\d+)?)\s*(?:'|ft)\s*(?:(\d+(?:\.\d+)?)\s*(?:\"|in))?", text)
    if feet:
        return float(feet[1]) * 0.3048 + float(feet[2] or 0) * 0.0254
    plain = re.fullmatch(r"(-?\d+(?:\.\d+)?)\s*(?:m|metre|metres|meter|meters)?", text)
    return float(plain[1]) if plain else None


def _whole(way: int, tags: Tags, key: str, made: Profile) -> int | None:
    if key not in tags:
        return None
    try:
        number = int(float(tags[key]))
    except (ValueError, OverflowError):
        made.doubts.append(f"{key}={tags[key]} is not a number")
        return None
    if not 0 <= number <= MOST_LANES:
        raise BadFile(f"way {way} has {key}={tags[key]}; a street has between 0 and {MOST_LANES} lanes.")
    return number


def _counts(way: int, tags: Tags, usual: Usual, oneway: bool, made: Profile) -> tuple[int, int, int]:
    total = _whole(way, tags, "lanes", made)
    ahead, back = (_whole(way, tags, f"lanes:{d}", made) for d in ("forward", "backward"))
    middle = _whole(way, tags, "lanes:both_ways", made) or 0
    ahead = ahead if ahead is not None else _listed(tags, "forward", oneway)
    back = back if back is not None else _listed(tags, "backward", oneway)
    stated = total is not None or ahead is not None or back is not None
    made.origin["lanes"] = "osm-tag" if stated else "osm-default"
    if oneway:
        return max(total - (back or 0) if total else ahead or usual.oneway, 1), back or 0, 0
    if total is None:
        if ahead is None and back is None:
            return (
                (1, 1, middle)
                if usual.both > 1 and usual.both < 4
                else (usual.both // 2, usual.both // 2, middle)
            )
        return ahead if ahead is not None else 1, back if back is not None else 1, middle
    if ahead is None and back is None:
        rest = max(total - middle, 0)
        ahead, back = (rest + 1) // 2, rest // 2
    elif ahead is None:
        ahead = max(total - middle - (back or 0), 0)
    elif back is None:
        back = max(total - middle - ahead, 0)
    if (ahead or 0) + (back or 0) + middle != total:
        made.doubts.append(f"lanes={total}, but {ahead} forward, {back} backward and {middle} for both ways")
    return ahead or 0, back or 0, middle


def _listed(tags: Tags, direction: str, oneway: bool) -> int | None:
    for key in (f"turn:lanes:{direction}", *(("turn:lanes",) if oneway and direction == "forward" else ())):
        if key in tags:
            return len(tags[key].split("|"))
    return None


def _travel(
    tags: Tags,
    usual: Usual,
    oneway: bool,
    forward: int,
    backward: int,
    middle: int,
    traffic: str,
    made: Profile,
) -> list[_Lane]:
    if not oneway and forward + backward + middle <= 1:
        made.origin["width"] = "osm-default"
        return [_Lane("mixed", 0, max(usual.lane, 3.5))]
    width = usual.lane * (ALONE if oneway and forward == 1 and backward == 0 and usual.both > 1 else 1)
    made.origin["width"] = "osm-default"
    ahead = _directed(tags, "forward", forward, 1, width, oneway, made)
    back = _directed(tags, "backward", backward, -1, width, oneway, made)[::-1]
    between = [_Lane("drive", 0, width, ("left",)) for _ in range(middle)]
    return [*back, *between, *ahead] if traffic == "right" else [*ahead, *between, *back]


def _directed(
    tags: Tags, direction: str, count: int, sign: int, width: float, oneway: bool, made: Profile
) -> list[_Lane]:
    lanes = [_Lane("drive", sign, width) for _ in range(count)]

    def listed(key: str) -> list[str] | None:
        value = tags.get(f"{key}:{direction}") or (tags.get(key) if oneway and sign == 1 else None)
        if value is None:
            return None
        values = value.split("|")
        if len(values) != count:
            made.doubts.append(f"{key} names {len(values)} lanes {direction} where there are {count}")
            return None
        return values

    for lane, said in zip(lanes, listed("turn:lanes") or [], strict=False):
        turns = [turn for word in said.split(";") for turn in _TURNS.get(word.strip(), ())]
        lane.turns = tuple(dict.fromkeys(turns))
    for lane, said in zip(lanes, listed("width:lanes") or [], strict=False):
        lane.width = metres(said) or lane.width
    for key, kind in (("bus:lanes", "bus"), ("motorcycle:lanes", "moto"), ("bicycle:lanes", "bike")):
        for lane, said in zip(lanes, listed(key) or [], strict=False):
            if said == "designated":
                lane.kind = kind  # type: ignore[assignment]
                lane.width = {"bus": BUS, "moto": 2.0, "bike": BIKE}[kind]
    return lanes


def _side(tags: Tags, side: str, made: Profile) -> list[_Lane]:
    """What lies between travel lanes and kerb on one side, from the kerb inward."""
    rows: list[_Lane] = []
    sign = 1 if side == "right" else -1
    parking = tags.get(f"parking:{side}", tags.get("parking:both", ""))
    orientation = tags.get(f"parking:{side}:orientation", tags.get("parking:both:orientation", "parallel"))
    if not parking:
        older = tags.get(f"parking:lane:{side}", tags.get("parking:lane:both", ""))
        parking, orientation = ("lane", older) if older in PARKING else ("", "parallel")
    if parking in {"lane", "street_side", "half_on_kerb", "yes"}:
        said = metres(tags.get(f"parking:{side}:width", tags.get("parking:both:width", "")) or "-1")
        width = said if said and 0.5 < said < 10 else PARKING.get(orientation, 2.0)
        made.origin[f"parking_{side}"] = "osm-tag" if said and said > 0 else "osm-default"
        rows.append(_Lane("park_car", 0, width / 2 if parking == "half_on_kerb" else width))
    cycleway = tags.get(f"cycleway:{side}", tags.get("cycleway:both", tags.get("cycleway", "")))
    if cycleway == "lane":
        said = metres(tags.get(f"cycleway:{side}:width", tags.get("cycleway:width", "")) or "-1")
        rows.append(_Lane("bike", sign, said if said and 0.5 < said < 6 else BIKE))
        made.origin[f"bike_{side}"] = "osm-tag"
    shoulder = tags.get(f"shoulder:{side}", tags.get("shoulder:both", tags.get("shoulder", "")))
    if shoulder in {"yes", "both", side}:
        rows.append(_Lane("shoulder", 0, 1.0))
        made.origin[f"shoulder_{side}"] = "osm-default"
    return rows


def _fit_to_width(way: int, tags: Tags, rows: list[_Lane], made: Profile) -> None:
    """Strips scaled to the measured width between the kerbs."""
    key = next((k for k in ("width:carriageway", "width", "est_width") if k in tags), None)
    if key is None:
        return
    wide = metres(tags[key])
    if wide is None:
        made.doubts.append(f"{key}={tags[key]} is not a length")
        return
    if not 1.0 <= wide <= WIDEST:
        raise BadFile(f"way {way} has {key}={tags[key]}; a street is between 1 and {WIDEST:g} metres wide.")
    travel = [row for row in rows if row.dir != 0 or row.kind == "mixed"]
    parked = [row for row in rows if row not in travel]
    room = wide - sum(row.width for row in parked)
    if room < 1.8 * len(travel):
        if made.origin["lanes"] == "osm-default" and {row.dir for row in travel} == {-1, 1}:
            at = rows.index(travel[0])
            for row in travel:
                rows.remove(row)
            rows.insert(at, _Lane("mixed", 0, max(room, 0.6 * wide)))
        else:
            made.doubts.append(f"{key}={tags[key]} is narrow for {len(travel)} lanes")
        factor = wide / sum(row.width for row in rows)
        for row in rows:
            row.width *= factor
    else:
        factor = room / sum(row.width for row in travel)
        if factor > 1.8:
            made.doubts.append(f"{key}={tags[key]} is wide for {len(travel)} lanes")
        for row in travel:
            row.width *= factor
    made.origin["width"] = "osm-default" if key == "est_width" else "osm-tag"


def _walk(tags: Tags, side: str, usual: Usual, made: Profile, *, guess: bool) -> _Lane | None:
    """Without a tag a sidewalk is guessed by class; beside a one-way carriageway only on its outer side."""
    both = tags.get("sidewalk:both", tags.get("sidewalk"))
    said = tags.get(f"sidewalk:{side}", both)
    if said is None:
        if usual.walk == 0 or not guess:
            return None
        made.origin[f"sidewalk_{side}"] = "osm-default"
        return _Lane("sidewalk", 0, usual.walk)
    made.origin[f"sidewalk_{side}"] = "osm-tag"
    if said not in {"yes", "both", side}:
        return None
    width = metres(tags.get(f"sidewalk:{side}:width", tags.get("sidewalk:both:width", "")) or "-1")
    return _Lane("sidewalk", 0, width if width and 0.5 <= width <= 20 else max(usual.walk, SIDE_WALK))
