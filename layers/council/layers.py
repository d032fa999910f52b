"""Measures with what they are for, and the decisions of the council with how they stand, on the map."""

from data.codes import table
from layers.access import Clearance
from layers.council.models import Measure
from layers.registry.field import Field
from layers.registry.layer import Layer, Query
from layers.registry.source import CITY
from layers.registry.style import Class, Labels, Points, Style
from layers.registry.text import Text

TARGETS = Text(
    "碰撞型態代碼，以逗號分隔，如 TO,TA（轉彎×對向、轉彎×橫向）。",
    "Families of movement with commas between, such as TO,TA (turning against opposing and adjacent traffic).",
)
OPEN, LATE = Text("追蹤中", "Being followed up"), Text("逾期", "Overdue")
DONE, RELEASED = Text("已完成", "Done"), Text("解除列管", "Released")

LAYERS = [
    Layer(
        id="measures",
        title=Text("改善措施", "Measures"),
        description=Text(
            "工程、執法與教育宣導之改善措施及其啟用日期；評估改善前後的起點。",
            "Engineering, enforcement and education against crashes, with the day they came into use: where comparing "
            "before and after begins.",
        ),
        group="response",
        source=Measure,
        fields=(
            Field("name", Text("措施", "Measure"), tile=14),
            Field("kind", Text("類別", "Kind"), codes=table("council.measure"), tile=12),
            Field("state", Text("狀態", "State"), codes=table("council.state"), tile=0),
            Field("targets", Text("針對碰撞型態", "Against"), description=TARGETS),
            Field("unit", Text("負責單位", "Unit")),
            Field("began_on", Text("開工日期", "Works began")),
            Field("done_on", Text("啟用日期", "In use since")),
            Field("note", Text("說明", "Note"), clearance=Clearance.COUNCIL, filter=False),
            Field("junction_id", Text("路口", "Junction"), of="junctions", popup=False),
            Field("section_id", Text("路段", "Section"), of="sections", popup=False),
            Field("origin", Text("資料來源", "Origin"), popup=False),
        ),
        label="name",
        zooms=(10, 22),
        style=Style(
            Points(
                by="state",
                classes=(
                    Class("planned", Text("規劃中", "Planned"), "muted", "cone", 6.5),
                    Class("works", Text("施工中", "Being built"), "a2_text", "cone", 6.5),
                    Class("done", Text("已啟用", "In use"), "camera", "cone", 6.5),
                ),
                zooms=(11, 24),
            ),
            Labels("name", size=11.5, color="label_muted", zooms=(16, 24)),
        ),
        edit=("planner", "council"),
        attribution=CITY,
        provenance=Text(
            "由道安會報登錄；示範資料由種子產生。",
            "Entered by the road safety council; made from a seed in the demonstration.",
        ),
    ),
    Layer(
        id="decisions",
        title=Text("會報決議", "Decisions of the council"),
        description=Text(
            "各路口與路段議案之決議、負責單位、期限與列管情形。",
            "What was decided about junctions and sections: unit in charge, due date, and how it stands.",
        ),
        group="response",
        source=Query(
            sql="""
                SELECT d.id, p.geom, ST_Transform(p.geom, 3857) AS merc, i.title, i.number, m.title AS meeting,
                       m.held_on, d.outcome, d.text, d.unit, d.due,
                       d.standing, i.junction_id, i.section_id
                FROM council_decision d JOIN council_agendaitem i ON i.id = d.item_id
                     JOIN council_meeting m ON m.id = i.meeting_id
                     LEFT JOIN streets_junction j ON j.id = i.junction_id
                     LEFT JOIN streets_section s ON s.id = i.section_id
                     CROSS JOIN LATERAL (SELECT coalesce(j.geom, ST_PointOnSurface(s.geom))) AS p (geom)
                WHERE p.geom IS NOT NULL
            """,
            geometry="point",
            tables=(
                "council_decision",
                "council_agendaitem",
                "council_meeting",
                "streets_junction",
                "streets_section",
            ),
        ),
        fields=(
            Field("title", Text("案由", "Item"), type="string", tile=14),
            Field(
                "standing", Text("列管", "Standing"), type="string", codes=table("council.standing"), tile=0
            ),
            Field("outcome", Text("決議", "Decision"), type="string", codes=table("council.outcome")),
            Field("text", Text("決議內容", "Decided"), type="string", filter=False),
            Field("unit", Text("負責單位", "Unit"), type="string"),
            Field("due", Text("期限", "Due"), type="date"),
            Field("meeting", Text("會議", "Meeting"), type="string"),
            Field("held_on", Text("會議日期", "Held on"), type="date"),
            Field("number", Text("案次", "Number"), type="integer"),
            Field("junction_id", Text("路口", "Junction"), type="integer", of="junctions", popup=False),
            Field("section_id", Text("路段", "Section"), type="integer", of="sections", popup=False),
        ),
        label="title",
        zooms=(9, 22),
        style=Style(
            Points(
                by="standing",
                classes=(
                    Class("open", OPEN, "accent", "bubble", 7.5),
                    Class("late", LATE, "a1", "bubble", 7.5),
                    Class("done", DONE, "camera", "bubble", 6.5),
                    Class("released", RELEASED, "muted", "bubble", 6.5),
                ),
                zooms=(10, 24),
            ),
        ),
        clearance=Clearance.COUNCIL,
        attribution=CITY,
        provenance=Text("由會議紀錄逐案產生。", "From the minutes, item by item."),
    ),
]
