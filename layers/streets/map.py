"""The street-block map as layers, from centre lines far away to every marking near by.

All of them show what is derived from the parameters; these are edited at `/api/streets`, never here.
"""

from __future__ import annotations

from layers.access import Clearance
from layers.registry.field import Field, FieldType
from layers.registry.generalise import Only, Simplify
from layers.registry.layer import Layer, Query
from layers.registry.source import CITY
from layers.registry.style import Class, Fills, Lines, Points, Style
from layers.registry.text import Text

NAME = Text("名稱", "Name")
KIND = Text("種類", "Kind")
DERIVED = Text(
    "由道路參數推導；參數為實測、匯入或推定，各值記其來源。示範市之街道由種子產生。",
    "Derived from street parameters, each of which says whether it was measured, imported or assumed. Those of the "
    "demonstration city are made from a seed.",
)
AREA = "id, geom, merc, owner, kind, name, level, info"


def _drawn(part: str, more: str = "") -> Query:
    return Query(
        f"SELECT {AREA}{more} FROM streets_drawnarea WHERE part = '{part}'", "polygon", ("streets_drawnarea",)
    )


def _said(
    name: str, zh: str, en: str, type_: FieldType = "string", tile: int | None = None, **more: str
) -> Field:
    return Field(name, Text(zh, en), type=type_, tile=tile, **more)  # type: ignore[arg-type]


OWNER = _said("owner", "所屬物件", "Object")
LEVEL = _said("level", "層", "Level", "integer", 15)

SURFACES = Layer(
    id="street_carriageways",
    title=Text("車道鋪面", "Carriageways of the street map"),
    description=Text(
        "由道路參數推導的鋪面，路緣到路緣。", "From kerb to kerb, derived from street parameters."
    ),
    group="base",
    source=_drawn("carriageway"),
    fields=(_said("kind", "等級", "Class", tile=15), _said("name", "路名", "Name"), LEVEL, OWNER),
    zooms=(14, 22),
    generalise=(Simplify(below=17, pixels=0.4, area=2.0),),
    style=Style(Fills(color="asphalt", zooms=(16, 24))),
    visible=True,
    attribution=CITY,
    provenance=DERIVED,
)

SIDES = Layer(
    id="street_sides",
    title=Text("人行道與分隔島", "Sidewalks and medians"),
    description=Text(
        "人行道、標線人行道、騎樓、分隔島、停車帶與路肩。",
        "Sidewalks, medians, parking strips and shoulders.",
    ),
    group="base",
    source=_drawn("side"),
    fields=(_said("kind", "種類", "Kind", tile=15), _said("name", "路名", "Name"), LEVEL, OWNER),
    zooms=(15, 22),
    generalise=(Simplify(below=18, pixels=0.4, area=1.0),),
    style=Style(
        Fills(
            by="kind",
            classes=(
                Class("sidewalk", Text("人行道", "Sidewalk"), "walk"),
                Class("arcade", Text("騎樓", "Arcade"), "walk"),
                Class("marked_walk", Text("標線型人行道", "Marked walkway"), "paint_green"),
                Class("median", Text("分隔島", "Median"), "median"),
                Class("buffer", Text("緩衝帶", "Buffer"), "median"),
                Class("verge", Text("綠帶", "Verge"), "park"),
            ),
            zooms=(16, 24),
        )
    ),
    visible=True,
    attribution=CITY,
    provenance=DERIVED,
)

LANES = Layer(
    id="street_lanes",
    title=Text("車道", "Lanes"),
    description=Text(
        "每一車道：種類、方向、寬度與轉向。", "Each lane with its kind, direction, width and turns."
    ),
    group="base",
    source=_drawn(
        "lane",
        ", (info->>'dir')::int AS dir, (info->>'width')::float8 AS width, info->>'segment' AS segment, info->>'strip' AS strip, info->>'origin' AS measured",
    ),
    fields=(
        _said("kind", "種類", "Kind", tile=16),
        _said("dir", "方向", "Direction", "integer", 17),
        Field("width", Text("寬度", "Width"), type="number", unit="m", tile=17),
        _said("segment", "路段", "Segment", tile=17),
        _said("strip", "車道編號", "Strip", tile=17),
        _said("measured", "寬度來源", "Source of the width", tile=17),
        _said("name", "路名", "Name"),
        LEVEL,
        OWNER,
    ),
    zooms=(16, 22),
    generalise=(Simplify(below=18, pixels=0.4),),
    style=Style(
        Fills(
            by="kind",
            opacity=0.45,
            classes=(
                Class("drive", Text("車道", "Driving lane"), "asphalt"),
                Class("slow", Text("慢車道", "Slow lane"), "camera"),
                Class("moto", Text("機車道", "Motorcycle lane"), "camera"),
                Class("bus", Text("公車道", "Bus lane"), "paint_red"),
                Class("bike", Text("自行車道", "Cycle lane"), "paint_green"),
                Class("mixed", Text("混合車道", "Mixed lane"), "asphalt"),
            ),
            zooms=(17, 24),
        ),
        Lines(color="kerb", width=0.8, zooms=(17, 24)),
    ),
    attribution=CITY,
    provenance=DERIVED,
)

JUNCTIONS = Layer(
    id="street_junctions",
    title=Text("路口面", "Junction areas"),
    description=Text(
        "路口車行範圍，依路緣線推導。", "The carriageway of junctions, from tangent to tangent."
    ),
    group="base",
    source=_drawn("junction", ", (info->>'legs')::int AS legs, (info->>'arms')::int AS arms"),
    fields=(
        _said("kind", "管制", "Control", tile=15),
        _said("name", "名稱", "Name", tile=16),
        _said("legs", "岔數", "Legs", "integer", 15),
        _said("arms", "支數", "Arms", "integer", 16),
        LEVEL,
        OWNER,
    ),
    label="name",
    zooms=(15, 22),
    generalise=(Simplify(below=18, pixels=0.4),),
    style=Style(
        Fills(
            by="kind",
            opacity=0.5,
            classes=(
                Class("signal", Text("號誌", "Signal"), "accent"),
                Class("flash", Text("閃光", "Flashing"), "corridor"),
                Class("stop", Text("停讓", "Stop"), "a2"),
                Class("yield", Text("讓路", "Give way"), "a2"),
                Class("none", Text("無管制", "None"), "muted"),
            ),
        ),
    ),
    attribution=CITY,
    provenance=DERIVED,
)

ZONES = Layer(
    id="street_zones",
    title=Text("路口管制範圍", "Junction zones"),
    description=Text(
        "停止線至停止線，含行人穿越道：「路口」事故之範圍。",
        "From stop line to stop line: what counts as at the junction.",
    ),
    group="base",
    source=_drawn("zone", ", (info->>'legs')::int AS legs"),
    fields=(
        _said("kind", "管制", "Control", tile=15),
        _said("name", "名稱", "Name"),
        _said("legs", "岔數", "Legs", "integer"),
        LEVEL,
        OWNER,
    ),
    zooms=(15, 22),
    style=Style(Fills(color="accent", opacity=0.2), Lines(color="accent", width=1.2, dash=True)),
    attribution=CITY,
    provenance=DERIVED,
)

BLOCKS = Layer(
    id="street_blocks",
    title=Text("推導街廓", "Derived street blocks"),
    description=Text("道路外緣圍成的街廓。", "What the outer edges of the streets enclose."),
    group="base",
    source=_drawn("block", ", (info->>'area')::float8 AS area"),
    fields=(
        _said("kind", "種類", "Kind", tile=14),
        Field("area", Text("面積", "Area"), type="number", unit="m²", tile=16),
    ),
    zooms=(14, 22),
    generalise=(Simplify(below=17, pixels=0.5, area=4.0),),
    style=Style(Fills(color="block", outline="casing", zooms=(14, 24))),
    attribution=CITY,
    provenance=DERIVED,
)

MARKINGS = Layer(
    id="street_markings",
    title=Text("標線", "Markings"),
    description=Text(
        "依設置規則條文繪出的每一標線。",
        "Every marking, painted by the article of the rules that it is under.",
    ),
    group="base",
    source=_drawn("marking", ", info->>'colour' AS colour, info->>'article' AS article"),
    fields=(
        _said("kind", "種類", "Kind", tile=17),
        _said("colour", "顏色", "Colour", tile=15),
        _said("name", "名稱", "Name", tile=18),
        _said("article", "條次", "Article", tile=18),
        LEVEL,
        OWNER,
    ),
    zooms=(16, 22),
    generalise=(
        Only(
            below=17,
            where="q.kind IN ('crosswalk', 'zebra', 'stop_line', 'double_yellow', 'waiting_front', 'lane_line', 'centre_line')",
        ),
        Simplify(below=19, pixels=0.3),
    ),
    style=Style(
        Fills(
            by="colour",
            classes=(
                Class("white", Text("白", "White"), "paint_white"),
                Class("yellow", Text("黃", "Yellow"), "paint_yellow"),
                Class("red", Text("紅", "Red"), "paint_red"),
                Class("green", Text("綠", "Green"), "paint_green"),
            ),
            zooms=(16.5, 24),
        )
    ),
    visible=True,
    attribution=CITY,
    provenance=DERIVED,
)

LINE_FIELDS = (
    _said("name", "路名", "Name", tile=13),
    _said("kind", "等級", "Class", tile=13),
    _said("rank", "級別", "Rank", "integer", 0),
    Field("width_m", Text("路面寬", "Width"), type="number", unit="m", tile=13),
    _said("lanes", "車道數", "Lanes", "integer", 15),
    _said("oneway", "單行", "One way", "boolean", 15),
    Field("speed", Text("速限", "Speed limit"), type="number", unit="km/h", tile=15),
    _said("state", "狀態", "State", tile=10),
    _said("measured", "寬度來源", "Source of the width", tile=13),
    _said("months", "距上次確認月數", "Months since confirmed", "integer", 10),
    _said("confirmed_at", "最近確認", "Confirmed", "datetime"),
    LEVEL,
    OWNER,
)
LINES_SQL = (
    "SELECT id, geom, merc, owner, name, kind, rank, width_m, lanes, oneway, speed, level, state, measured, "
    "confirmed_at, months FROM streets_drawnline"
)

CENTRE = Layer(
    id="street_lines",
    title=Text("道路參數中心線", "Centre lines of the street map"),
    description=Text(
        "每一路段之中心線與參數摘要；警察回報未審者為虛線。",
        "Each segment with a summary of its parameters; what is reported but not yet accepted is dashed.",
    ),
    group="place",
    source=Query(LINES_SQL, "line", ("streets_drawnline",)),
    fields=LINE_FIELDS,
    label="name",
    zooms=(10, 22),
    generalise=(
        Only(below=12, where="q.rank <= 1"),
        Only(below=13, where="q.rank <= 2"),
        Only(below=14, where="q.rank <= 3"),
        Simplify(below=16),
    ),
    style=Style(
        Lines(
            by="state",
            classes=(
                Class("accepted", Text("已審", "Accepted"), "accent", width=1.6),
                Class("reported", Text("回報待審", "Reported"), "a2", width=2.0, dash=True),
            ),
        )
    ),
    attribution=CITY,
    provenance=DERIVED,
)

AGE = Layer(
    id="street_age",
    title=Text("圖資確認時間", "Age of the street map"),
    description=Text(
        "距上次實測或現場確認的月數；從未確認者不在此層。",
        "Months since a segment was last measured or confirmed on the ground; −1 stands for never.",
    ),
    group="place",
    source=Query(
        "SELECT id, geom, merc, owner, name, months, CASE WHEN months < 0 THEN 'never' WHEN months < 6 THEN 'fresh' "
        "WHEN months < 24 THEN 'ageing' ELSE 'old' END AS age, confirmed_at, rank FROM streets_drawnline",
        "line",
        ("streets_drawnline",),
    ),
    fields=(
        _said("name", "路名", "Name"),
        _said("age", "新舊", "Age", tile=10),
        _said("months", "月數", "Months", "integer", 12),
        _said("confirmed_at", "最近確認", "Confirmed", "datetime"),
        _said("rank", "級別", "Rank", "integer", 12),
        OWNER,
    ),
    zooms=(10, 22),
    generalise=(Only(below=12, where="q.rank <= 1"), Only(below=14, where="q.rank <= 3"), Simplify(below=16)),
    style=Style(
        Lines(
            by="age",
            classes=(
                Class("fresh", Text("半年內", "Within half a year"), "camera", width=3.0),
                Class("ageing", Text("兩年內", "Within two years"), "risk1", width=3.0),
                Class("old", Text("逾兩年", "Longer ago"), "risk3", width=3.0),
                Class("never", Text("未曾確認", "Never"), "a3", width=2.0, dash=True),
            ),
        )
    ),
    attribution=CITY,
    provenance=DERIVED,
)

POSTS = Layer(
    id="street_posts",
    title=Text("標誌與號誌燈", "Signs and signal heads"),
    description=Text("標誌與號誌燈之位置與面向。", "Where signs and signal heads stand and face."),
    group="base",
    source=Query(
        "SELECT id, geom, merc, owner, kind, part, face FROM streets_drawnpoint WHERE part <> 'warning'",
        "point",
        ("streets_drawnpoint",),
    ),
    fields=(
        _said("part", "類別", "What", tile=17),
        _said("kind", "編號或種類", "Code or kind", tile=17),
        _said("face", "面向", "Faces", "number", 17),
        OWNER,
    ),
    zooms=(17, 22),
    style=Style(
        Points(
            by="part",
            classes=(
                Class("sign", Text("標誌", "Sign"), "ink", "triangle", 4),
                Class("head", Text("號誌燈", "Signal head"), "ink", "dot", 3),
            ),
            zooms=(18, 24),
        )
    ),
    attribution=CITY,
    provenance=DERIVED,
)

WARNINGS = Layer(
    id="street_warnings",
    title=Text("圖資檢核提醒", "Warnings of the street map"),
    description=Text(
        "不符設置規則或尚待查核之處（V1–V20）。",
        "Where a rule is not kept or something should be looked at (V1–V20).",
    ),
    group="place",
    source=Query(
        "SELECT id, geom, merc, owner, kind, said, said_en, severity FROM streets_drawnwarning",
        "point",
        ("streets_drawnwarning",),
    ),
    fields=(
        _said("kind", "規則", "Rule", tile=14),
        _said("severity", "程度", "Severity", tile=14),
        _said("said", "說明", "What"),
        _said("said_en", "英文說明", "What, in English"),
        OWNER,
    ),
    zooms=(14, 22),
    clearance=Clearance.COUNCIL,
    style=Style(
        Points(
            by="severity",
            classes=(
                Class("error", Text("錯誤", "Error"), "a1", "diamond", 5),
                Class("warning", Text("提醒", "Warning"), "a2", "triangle", 4),
            ),
        )
    ),
    attribution=CITY,
    provenance=DERIVED,
)

VERSIONS = Layer(
    id="street_versions",
    title=Text("道路參數（各時點）", "Street parameters as of any time"),
    description=Text(
        "路段與節點之參數及有效期間；以 datetime 查詢某時之現場。",
        "Parameters of segments and nodes with the time for which they hold; ask with datetime for how a street was.",
    ),
    group="place",
    source=Query(
        "SELECT v.id, v.geom, v.merc, v.object, v.kind, v.params->>'name' AS name, v.params::text AS params, "
        "lower(v.valid) AS valid_from, upper(v.valid) AS valid_to, v.changeset_id AS changeset FROM streets_version v "
        "WHERE v.kind = 'segment' AND upper_inf(v.txn)",
        "line",
        ("streets_version",),
    ),
    fields=(
        _said("object", "物件", "Object", tile=16),
        _said("kind", "種類", "Kind", tile=16),
        _said("name", "路名", "Name", tile=16),
        Field("params", Text("參數", "Parameters"), type="string", filter=False, popup=False),
        _said("valid_from", "自", "Holds from", "datetime"),
        _said("valid_to", "至", "Holds until", "datetime"),
        _said("changeset", "測繪紀錄", "Changeset", "integer"),
    ),
    asof=("valid_from", "valid_to"),
    label="object",
    zooms=(15, 22),
    style=Style(Lines(color="corridor", width=1.4)),
    attribution=CITY,
    provenance=DERIVED,
)

GROUND = [MARKINGS, POSTS, ZONES, SIDES, LANES, JUNCTIONS, SURFACES]
"""What lies on the rest of the ground, the highest first, as in every list of layers."""
MAP = [WARNINGS, CENTRE, AGE, VERSIONS, BLOCKS]
