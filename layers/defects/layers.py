"""What is broken on the road and what citizens report: public, so that nobody reports twice."""

from data.codes import table
from layers.access import Clearance
from layers.defects.models import CitizenReport, RoadDefect
from layers.registry.field import Field
from layers.registry.generalise import Grid
from layers.registry.layer import Layer
from layers.registry.source import CITY
from layers.registry.style import Class, Heat, Points, Style
from layers.registry.text import Text

STATE, PLACE = Text("辦理情形", "State"), Text("地點", "Place")

LAYERS = [
    Layer(
        id="road_defects",
        title=Text("道路缺失", "Road defects"),
        description=Text(
            "坑洞、標線、標誌、號誌、路燈與路樹缺失：通報、派工到修復。",
            "Potholes, markings, signs, signals, lights and trees in the line of sight: reported, assigned, repaired.",
        ),
        group="harm",
        source=RoadDefect,
        fields=(
            Field("kind", Text("種類", "Kind"), codes=table("defect.kind"), tile=14),
            Field("state", STATE, codes=table("defect.state"), tile=0),
            Field("reported_at", Text("通報時間", "Reported"), tile=15),
            Field("repaired_at", Text("修復時間", "Repaired"), tile=15),
            Field("place", PLACE, filter=False),
            Field("origin", Text("資料來源", "Origin"), popup=False),
        ),
        time="reported_at",
        zooms=(12, 22),
        generalise=(Grid(below=13, cells=48),),
        style=Style(
            Points(
                by="state",
                classes=(
                    Class("reported", Text("通報", "reported"), "a2", "cone", 7),
                    Class("assigned", Text("派工", "assigned"), "accent", "cone", 7),
                    Class("repaired", Text("完成", "repaired"), "muted", "dot", 3.5, zooms=(15, 24)),
                ),
                zooms=(13, 24),
            )
        ),
        edit=("planner", "officer"),
        attribution=CITY,
        provenance=Text(
            "示範資料；實際由員警與民眾通報、工務單位回報修復。",
            "Demonstration; in service, reported by officers and citizens, and closed by public works.",
        ),
    ),
    Layer(
        id="citizen_reports",
        title=Text("民眾通報", "Citizens' reports"),
        description=Text(
            "違規停車、占用人行道、噪音車與障礙通報；地址限道安會報，不含通報人與車號。",
            "Illegal parking, blocked pavements, noise and obstacles. The address is for the council; neither the "
            "reporter nor a plate is kept here.",
        ),
        group="harm",
        source=CitizenReport,
        fields=(
            Field("kind", Text("項目", "Kind"), codes=table("report.kind"), tile=14),
            Field("state", STATE, codes=table("report.state"), tile=14),
            Field("at", Text("通報時間", "Reported"), tile=15),
            Field("place", PLACE, clearance=Clearance.COUNCIL, filter=False),
            Field("ward_id", Text("里", "Ward"), of="wards", popup=False),
            Field("origin", Text("資料來源", "Origin"), popup=False),
        ),
        time="at",
        zooms=(11, 22),
        generalise=(Grid(below=14, cells=64),),
        style=Style(
            Heat(Text("通報熱區", "Density of reports"), full=25, opacity=0.6, zooms=(10, 15)),
            Points(color="a2", icon="bubble", size=5.5, zooms=(15, 24)),
        ),
        edit=("planner",),
        attribution=CITY,
        provenance=Text(
            "示範資料；實際由 1999 與交通違規檢舉系統匯入。",
            "Demonstration; in service, imported from the 1999 line and the violation report system.",
        ),
    ),
]
