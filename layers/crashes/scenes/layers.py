"""What of scenes is on the map, for police: what they cover, marks on the ground, points of impact."""

from layers.access import Clearance
from layers.crashes.scenes.models import EvidenceMark, ImpactPoint, Scene, SceneOutline
from layers.registry.field import Field
from layers.registry.layer import Layer
from layers.registry.source import CITY
from layers.registry.style import Class, Fills, Lines, Points, Style
from layers.registry.text import Text

DRAWN = Text(
    "由核對中與核定之現場圖隨編輯自動產生。", "Made from the scenes as they are edited, drafts among them."
)
CRASH = Field("crash_id", Text("事故", "Crash"), of="crashes", popup=False)
PARTY = Text("當事者", "Party")
_STATES = (
    (Scene.State.DRAFT, Text("草稿", "draft"), "muted"),
    (Scene.State.SUBMITTED, Text("送審", "submitted"), "a2"),
    (Scene.State.RETURNED, Text("退回", "returned"), "a1"),
    (Scene.State.APPROVED, Text("核定", "approved"), "accent"),
    (Scene.State.LOCKED, Text("結案", "locked"), "camera"),
)

SCENES = [
    Layer(
        id="scenes",
        title=Text("現場圖範圍", "Scene outlines"),
        description=Text(
            "已繪製現場圖之事故所涵蓋的地面範圍與審核狀態。",
            "The ground that each drawn scene covers, and how far its review has come.",
        ),
        group="harm",
        source=SceneOutline,
        fields=(
            Field("state", Text("審核狀態", "Review"), tile=0),
            Field("parties", Text("當事者數", "Parties")),
            CRASH,
            Field("origin", Text("資料來源", "Origin"), popup=False),
        ),
        zooms=(14, 22),
        clearance=Clearance.POLICE,
        style=Style(
            Fills(
                by="state",
                classes=tuple(Class(str(state.value), label, color) for state, label, color in _STATES),
                outline="ink",
                opacity=0.35,
            )
        ),
        attribution=CITY,
        provenance=DRAWN,
    ),
    Layer(
        id="evidence_marks",
        title=Text("地面痕跡", "Marks on the ground"),
        description=Text(
            "現場圖中的煞車痕、側滑痕、刮地痕與拖痕。",
            "Skid, yaw, scratch and drag marks of the drawn scenes.",
        ),
        group="harm",
        source=EvidenceMark,
        fields=(
            Field("kind", Text("種類", "Kind"), tile=0),
            Field("party", PARTY),
            Field("length_m", Text("長度", "Length"), unit="m"),
            CRASH,
            Field("origin", Text("資料來源", "Origin"), popup=False),
        ),
        zooms=(16, 22),
        clearance=Clearance.POLICE,
        style=Style(
            Lines(
                by="kind",
                classes=(
                    Class("skid", Text("煞車痕", "skid"), "ink", width=2.4),
                    Class("yaw", Text("側滑痕", "yaw"), "a2", width=2.4),
                    Class("scratch", Text("刮地痕", "scratch"), "a1", width=1.6),
                    Class("drag", Text("拖痕", "drag"), "muted", width=2.4),
                ),
            )
        ),
        attribution=CITY,
        provenance=DRAWN,
    ),
    Layer(
        id="impact_points",
        title=Text("碰撞點", "Points of impact"),
        description=Text(
            "現場圖上確定或推定的碰撞點，供路口疊合分析。",
            "Where parties met, definite or estimated, for laying the crashes of a junction over each other.",
        ),
        group="harm",
        source=ImpactPoint,
        fields=(
            Field("certainty", Text("確定程度", "Certainty"), tile=0),
            Field("sigma_m", Text("標準差", "Standard deviation"), unit="m"),
            Field("parties", PARTY),
            CRASH,
            Field("origin", Text("資料來源", "Origin"), popup=False),
        ),
        zooms=(15, 22),
        clearance=Clearance.POLICE,
        style=Style(
            Points(
                by="certainty",
                classes=(
                    Class("definite", Text("確定", "definite"), "a1", "diamond", 7),
                    Class("estimated", Text("推定", "estimated"), "a1", "ring", 5),
                ),
            )
        ),
        attribution=CITY,
        provenance=DRAWN,
    ),
]
