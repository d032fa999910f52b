"""Collision diagrams on the map from zoom 17: the lines of each mark, and its point with severity and number. For police."""

from __future__ import annotations

from data.codes import table
from layers.access import Clearance
from layers.registry.field import Field
from layers.registry.layer import Layer, Query
from layers.registry.source import CITY
from layers.registry.style import Class, Labels, Lines, Points, Style
from layers.registry.text import Text

_CRASH = "c.occurred_at, c.hour, c.severity, c.type, c.motorcycle, c.pedestrian, c.junction_id"
FAMILIES = Text("追撞 RE、擦撞 SS、變換車道 LC、對撞 HO、交岔撞 AN、轉彎 TO／TA／TS、迴轉 UT、行人 PD、自撞 SV…", "RE rear end, SS sideswipe, LC lane change, HO head on, AN right angle, TO/TA/TS turning, UT U-turn, PD pedestrian, SV single vehicle …")  # fmt: skip
FIELDS = (
    Field("number", Text("編號", "Number"), type="integer", tile=17),
    Field("movement", Text("動態型態", "Movement"), type="string", tile=17),
    Field("family", Text("類型", "Family"), type="string", tile=17, description=FAMILIES),
    Field("unsure", Text("行向待確認", "Legs to be confirmed"), type="boolean", tile=17),
    Field("severity", Text("案件類別", "Severity"), type="integer", codes=table("crash.severity"), tile=17),
    Field("occurred_at", Text("發生時間", "Time"), type="datetime", tile=17),
    Field("hour", Text("時段", "Hour"), type="integer", tile=17, popup=False),
    Field("type", Text("事故類型及型態", "Crash type"), type="string", codes=table("crash.type"), tile=17),
    Field("motorcycle", Text("涉及機車", "Motorcycle involved"), type="boolean", tile=17, popup=False),
    Field("pedestrian", Text("涉及行人", "Pedestrian involved"), type="boolean", tile=17, popup=False),
    Field("crash_id", Text("事故", "Crash"), type="integer", of="crashes", tile=17),
    Field("junction_id", Text("路口", "Junction"), type="integer", of="junctions", popup=False),
)
LAID = Text(
    "由現場圖或調查表推得之動態，逐路口排列於路口周圍（非實際位置）；每夜重排，單一路口可用「碰撞構圖」程序依條件即時重排。",
    "From movements inferred from scenes or forms, laid out around each junction and not where they happened; anew each "
    "night, and at once for one junction and a condition by the process “collision-diagram”.",
)
GLYPHS = [
    Layer(
        id="collision_glyphs",
        title=Text("碰撞構圖（線）", "Collision diagrams, lines"),
        description=Text(
            "每件事故兩方的行進路線與箭頭，同型態成群、一群一條引線；17 級起顯示。",
            "The paths of both parties of every crash, grouped by movement with one leader a group; from zoom 17.",
        ),
        group="harm",
        source=Query(
            sql=f"""
                SELECT g.id, g.geom, g.merc, g.crash_id, g.part, g.number, g.movement, g.family, g.unsure, {_CRASH}
                FROM crashes_crashglyph g JOIN crashes_crash c ON c.id = g.crash_id
            """,
            geometry="line",
            tables=("crashes_crashglyph", "crashes_crash"),
        ),
        fields=(Field("part", Text("部分", "Part"), type="string", tile=17, popup=False), *FIELDS),
        time="occurred_at",
        zooms=(17, 22),
        clearance=Clearance.POLICE,
        style=Style(
            Lines(
                by="part",
                classes=(
                    Class("leader", Text("引線", "leader"), "muted", width=1.0, dash=True),
                    Class("second", Text("第二當事者", "second party"), "label_muted", width=1.6),
                    Class("first", Text("第一當事者（非指肇責）", "first party (no matter of fault)"), "label", width=2.6),
                ),
                zooms=(17, 24),
            )
        ),
        attribution=CITY,
        provenance=LAID,
    ),
    Layer(
        id="collision_points",
        title=Text("碰撞構圖（點）", "Collision diagrams, points"),
        description=Text(
            "每件事故在構圖中的位置、嚴重度與編號；點選可至事故。",
            "Where each crash stands in its diagram, with severity and number; it leads to the crash.",
        ),
        group="harm",
        source=Query(
            sql=f"""
                SELECT g.crash_id AS id, g.geom, g.merc, g.crash_id, g.number, g.number::text AS label, g.movement, g.family,
                       g.unsure, {_CRASH}
                FROM crashes_crashglyphpoint g JOIN crashes_crash c ON c.id = g.crash_id
            """,
            geometry="point",
            tables=("crashes_crashglyphpoint", "crashes_crash"),
        ),
        fields=(*FIELDS, Field("label", Text("標號", "Label"), type="string", tile=17, popup=False)),
        label="label",
        about="crashes",
        time="occurred_at",
        zooms=(17, 22),
        clearance=Clearance.POLICE,
        style=Style(
            Points(
                by="severity",
                classes=(
                    Class(1, Text("A1 死亡", "A1 fatal"), "a1", "diamond", 8),
                    Class(2, Text("A2 受傷", "A2 injury"), "a2", "dot", 4.6),
                    Class(3, Text("A3 財損", "A3 damage only"), "a3", "ring", 4.2),
                ),
                zooms=(17, 24),
            ),
            Labels("label", size=11, zooms=(18, 24)),
        ),
        attribution=CITY,
        provenance=LAID,
    ),
]  # fmt: skip
