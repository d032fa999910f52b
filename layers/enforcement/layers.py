"""Enforcement by camera: sites are announced by law, so they are public; a plate never is."""

from data.codes import table
from layers.access import Clearance
from layers.enforcement.models import Corridor, DetectionZone, EnforcementSite, KerbRule, PtzCamera, Violation
from layers.registry.field import Field
from layers.registry.generalise import Grid
from layers.registry.layer import Layer
from layers.registry.source import CITY
from layers.registry.style import Class, Fills, Heat, Labels, Lines, Points, Style
from layers.registry.text import Text

NAME, NAME_EN = Text("名稱", "Name"), Text("英文名稱", "English name")
CORRIDOR = Field("corridor_id", Text("路廊", "Corridor"), of="corridors", popup=False)
ANNOUNCED = Text(
    "示範資料；實際由警察局公告之科技執法設備匯入。",
    "Demonstration; in service, from the sites that the police department announces.",
)

LAYERS = [
    Layer(
        id="enforcement_sites",
        title=Text("科技執法", "Enforcement sites"),
        description=Text(
            "科技執法地點、取締項目與運作狀態，含規劃中；依法公告。",
            "Sites of camera enforcement, what they watch and whether they run, planned ones too; announced by law.",
        ),
        group="response",
        source=EnforcementSite,
        fields=(
            Field("name", Text("地點", "Place"), tile=12),
            Field("name_en", NAME_EN),
            Field("state", Text("狀態", "State"), codes=table("enforcement.state"), tile=0),
            Field("kinds", Text("取締項目", "What is watched"), filter=False),
            Field("speed_limit", Text("速限", "Speed limit"), unit="km/h"),
            Field("since", Text("啟用日期", "Since"), tile=14),
            Field("junction_id", Text("路口", "Junction"), of="junctions", popup=False),
            Field("origin", Text("資料來源", "Origin"), popup=False),
        ),
        label="name",
        zooms=(10, 22),
        style=Style(
            Points(
                by="state",
                classes=(
                    Class("active", Text("運作中", "active"), "camera", "camera", 9),
                    Class("fault", Text("異常", "faulty"), "camera", "camera-off", 9),
                    Class("planned", Text("規劃中", "planned"), "camera", "camera-plan", 7, zooms=(13.5, 24)),
                ),
                zooms=(11, 24),
            ),
            Labels("name", size=11.5, color="camera", zooms=(16, 24)),
        ),
        visible=True,
        edit=("planner",),
        search=True,
        attribution=CITY,
        provenance=ANNOUNCED,
    ),
    Layer(
        id="corridors",
        title=Text("執法路廊", "Enforcement corridors"),
        description=Text(
            "以多支迴轉式攝影機涵蓋的路段，約七百五十公尺。",
            "A stretch of about 750 m that movable cameras cover together.",
        ),
        group="response",
        source=Corridor,
        fields=(Field("name", NAME, tile=0), Field("name_en", NAME_EN, tile=0)),
        label="name",
        zooms=(10, 22),
        style=Style(
            Lines(color="corridor", width=1.8, double=True),
            Labels("name", size=12, weight="Medium", color="corridor", zooms=(14, 24)),
        ),
        visible=True,
        edit=("planner",),
        search=True,
        attribution=CITY,
        provenance=ANNOUNCED,
    ),
    Layer(
        id="ptz_cameras",
        title=Text("路廊攝影機", "Corridor cameras"),
        description=Text(
            "路廊上的迴轉式攝影機，一機涵蓋一區、多種違規。",
            "Movable cameras of a corridor; each covers an area and many kinds of violation.",
        ),
        group="response",
        source=PtzCamera,
        fields=(Field("name", NAME, tile=14), Field("name_en", NAME_EN), CORRIDOR),
        label="name",
        zooms=(13, 22),
        style=Style(
            Points(color="corridor", icon="dome", size=7, zooms=(14, 24)),
            Labels("name", size=11, color="corridor", zooms=(17, 24)),
        ),
        edit=("planner",),
        attribution=CITY,
        provenance=ANNOUNCED,
    ),
    Layer(
        id="detection_zones",
        title=Text("偵測區", "Detection zones"),
        description=Text(
            "攝影機畫面中的虛擬圍籬在地面上的範圍與規則；細節供道安會報。",
            "The virtual fences of the cameras' pictures, on the ground, with their rules. The detail is for the council.",
        ),
        group="response",
        source=DetectionZone,
        fields=(
            Field("rule", Text("取締項目", "Rule"), codes=table("enforcement.kind"), tile=15),
            Field("site_id", Text("設備", "Site"), of="enforcement_sites", popup=False),
        ),
        zooms=(15, 22),
        style=Style(Fills(color="camera", outline="camera", outline_dash=True, opacity=0.18)),
        clearance=Clearance.COUNCIL,
        edit=("planner",),
        attribution=CITY,
        provenance=ANNOUNCED,
    ),
    Layer(
        id="kerb_rules",
        title=Text("卸貨格與紅線", "Loading bays and no-stopping lines"),
        description=Text(
            "與沿線商家議定的卸貨格，以及禁止臨時停車線。",
            "Loading bays agreed with the shops along the road, and lines where nobody may stop.",
        ),
        group="response",
        source=KerbRule,
        fields=(Field("kind", Text("種類", "Kind"), codes=table("enforcement.kerb"), tile=0), CORRIDOR),
        zooms=(14, 22),
        style=Style(
            Lines(
                by="kind",
                classes=(
                    Class("loading", Text("卸貨格", "loading bay"), "route", width=4.0),
                    Class("no_stopping", Text("紅線", "no stopping"), "a1", width=2.4),
                ),
                zooms=(15, 24),
            )
        ),
        edit=("planner",),
        attribution=CITY,
        provenance=ANNOUNCED,
    ),
    Layer(
        id="violations",
        title=Text("違規案件", "Violations"),
        description=Text(
            "科技執法取締的違規項目與時間，供評估成效；車號限特許人員。",
            "What the cameras caught and when, to judge their worth. Plates are for those with special leave.",
        ),
        group="harm",
        source=Violation,
        fields=(
            Field("kind", Text("違規項目", "Violation"), codes=table("enforcement.kind"), tile=15),
            Field("at", Text("違規時間", "Time"), tile=15),
            Field("plate", Text("車號", "Plate"), clearance=Clearance.RESTRICTED),
            Field("site_id", Text("設備", "Site"), of="enforcement_sites", popup=False),
            Field("origin", Text("資料來源", "Origin"), popup=False),
        ),
        time="at",
        zooms=(10, 22),
        generalise=(Grid(below=16, cells=96, kept=True),),
        style=Style(
            Heat(Text("違規熱區", "Density of violations"), full=1000, opacity=0.7, zooms=(10, 16)),
            Points(color="a2", icon="ticket", size=4.5, zooms=(16.5, 24)),
        ),
        clearance=Clearance.COUNCIL,
        edit=("reviewer",),
        attribution=CITY,
        provenance=Text(
            "示範資料依公開件數比例產生；實際由舉發系統匯入。",
            "Demonstration in the proportions of published counts; in service, from the ticket system.",
        ),
    ),
]
