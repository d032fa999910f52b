"""Patrol: boxes and how often they are visited, planned routes, sign-ins, cars. When it is for police, a reader says why."""

from data.codes import table
from layers.access import Clearance
from layers.patrol.models import PatrolBox, PatrolCar, PatrolRoute, PatrolTrack, SignIn
from layers.registry.field import Field
from layers.registry.generalise import Grid, Simplify
from layers.registry.layer import Layer, Query
from layers.registry.source import CITY
from layers.registry.style import Class, Heat, Labels, Lines, Points, Style
from layers.registry.text import Text

STATION = Field("station_id", Text("派出所", "Police station"), of="stations", popup=False)
SYSTEM = Text(
    "示範資料；實際由電子巡簽與巡邏車回報即時寫入。",
    "Demonstration; in service, written live by electronic sign-ins and patrol cars.",
)

LAYERS = [
    Layer(
        id="patrol_boxes",
        title=Text("巡邏箱", "Patrol boxes"),
        description=Text(
            "巡邏箱位置、感應方式與常設或臨時；供道安會報了解巡邏涵蓋，提示內容限警用。",
            "Where patrol boxes hang, how they are signed, lasting or temporary: the council sees how the city is covered. "
            "What officers are told there is for police.",
        ),
        group="response",
        source=PatrolBox,
        fields=(
            Field("key", Text("箱號", "Box number"), tile=15),
            Field("name", Text("名稱", "Name"), tile=15),
            Field("kind", Text("場所", "Kind of place"), codes=table("patrol.place"), tile=15),
            Field("tag", Text("感應", "Tag"), codes=table("patrol.tag"), tile=15),
            Field("permanent", Text("常設", "Lasting"), tile=0),
            Field("valid_from", Text("設置日期", "Since")),
            Field("valid_to", Text("撤除日期", "Until")),
            Field("remark", Text("提示", "Remark"), clearance=Clearance.POLICE, filter=False),
            STATION,
            Field("origin", Text("資料來源", "Origin"), popup=False),
        ),
        label="name",
        zooms=(12, 22),
        style=Style(
            Points(color="box", icon="box", size=7, zooms=(13, 24)),
            Labels("name", size=11, color="label_muted", zooms=(17, 24)),
        ),
        clearance=Clearance.COUNCIL,
        edit=("patrol_planner",),
        search=True,
        attribution=CITY,
        provenance=SYSTEM,
    ),
    Layer(
        id="patrol_presence",
        title=Text("巡邏密度", "Patrol presence"),
        description=Text(
            "各巡邏箱最近七日簽到次數與最近一次；看出該巡而未巡。可推知勤務規律，限警用。",
            "Visits to each box over seven days and the latest one: what is missed shows. It tells the rhythm of duties: "
            "for police.",
        ),
        group="response",
        source=Query(
            sql="""
                SELECT b.id, b.geom, b.merc, b.key AS box, b.name, b.station_id, s.visits, s.abnormal, s.latest
                FROM patrol_patrolbox b CROSS JOIN LATERAL (
                    SELECT count(*)::int AS visits, max(at) AS latest,
                           count(*) FILTER (WHERE judgement <> 'normal')::int AS abnormal
                    FROM patrol_signin WHERE box_id = b.id
                    AND at > (SELECT max(at) FROM patrol_signin) - interval '7 days'
                ) s
            """,
            geometry="point",
            tables=("patrol_patrolbox", "patrol_signin"),
        ),
        fields=(
            Field("box", Text("箱號", "Box number"), type="string", tile=14),
            Field("name", Text("名稱", "Name"), type="string"),
            Field("visits", Text("七日簽到", "Visits in 7 days"), type="integer", tile=0),
            Field("abnormal", Text("異常", "Abnormal"), type="integer", tile=14),
            Field("latest", Text("最近簽到", "Latest visit"), type="datetime", tile=14),
            Field("station_id", Text("派出所", "Police station"), type="integer", of="stations", popup=False),
        ),
        label="box",
        zooms=(11, 22),
        style=Style(
            Points(Text("七日簽到次數", "visits in 7 days"), by="visits", breaks=(1, 3, 5, 8), size=8),
        ),
        clearance=Clearance.POLICE,
        attribution=CITY,
        provenance=Text("由簽到紀錄即時統計。", "Counted from sign-ins as they are written."),
    ),
    Layer(
        id="patrol_routes",
        title=Text("巡邏路線", "Patrol routes"),
        description=Text(
            "各派出所各班的巡邏線；預先知道何時不在，即知何時可犯，限警用。",
            "The rounds of each station and shift. To know when nobody comes is to know when to strike: for police.",
        ),
        group="response",
        source=PatrolRoute,
        fields=(
            Field("name", Text("線別", "Route"), tile=0),
            Field("shift", Text("班別", "Shift"), codes=table("patrol.shift"), tile=0),
            Field("mode", Text("方式", "By"), codes=table("patrol.mode"), tile=12),
            Field("minutes", Text("時間", "Duration"), unit="min", tile=14),
            Field("km", Text("里程", "Distance"), unit="km", tile=14),
            STATION,
        ),
        label="name",
        zooms=(11, 22),
        generalise=(Simplify(below=16),),
        style=Style(
            Lines(
                by="shift",
                classes=(
                    Class("day", Text("日間", "day"), "route", width=3.4),
                    Class("evening", Text("晚間", "evening"), "box", width=3.0),
                    Class("night", Text("深夜", "night"), "corridor", width=2.6),
                ),
                casing="halo",
            ),
            Labels("name", size=11.5, color="accent", zooms=(15, 24)),
        ),
        clearance=Clearance.POLICE,
        edit=("patrol_planner",),
        attribution=CITY,
        provenance=Text(
            "示範資料；實際由巡邏規劃產生。", "Demonstration; in service, made by patrol planning."
        ),
    ),
    Layer(
        id="sign_ins",
        title=Text("巡簽紀錄", "Sign-ins"),
        description=Text(
            "最近三十日巡邏簽到的時間、地點與判定；員警代號限特許人員。",
            "Thirty days of sign-ins with time, place and judgement. Who signed is for those with special leave.",
        ),
        group="response",
        source=SignIn,
        fields=(
            Field("at", Text("簽到時間", "Time"), tile=15),
            Field("judgement", Text("判定", "Judgement"), codes=table("patrol.judgement"), tile=14),
            Field("accuracy_m", Text("定位精度", "Accuracy"), unit="m", tile=16),
            Field("officer", Text("員警代號", "Officer"), clearance=Clearance.RESTRICTED),
            Field("box_id", Text("巡邏箱", "Box"), of="patrol_boxes", popup=False),
            STATION,
            Field("origin", Text("資料來源", "Origin"), popup=False),
        ),
        time="at",
        zooms=(11, 22),
        generalise=(Grid(below=15, cells=64),),
        style=Style(
            Heat(Text("簽到密度", "Density of sign-ins"), full=40, opacity=0.5, zooms=(10, 15)),
            Points(
                by="judgement",
                classes=(
                    Class("normal", Text("正常", "normal"), "box", "dot", 3.4),
                    Class("late", Text("逾時", "late"), "a2", "ring", 4.5),
                    Class("early", Text("過早", "too early"), "a2", "ring", 4.5),
                    Class("out_of_range", Text("超出範圍", "out of range"), "a1", "triangle", 5),
                    Class("wrong_box", Text("非本線", "wrong box"), "a1", "triangle", 5),
                    Class("replay", Text("重放", "replay"), "a1", "cross", 5),
                    Class("clone", Text("疑似複製", "clone suspected"), "a1", "cross", 5),
                    Class("proxy", Text("疑似代簽", "proxy suspected"), "a1", "cross", 5),
                    Class("duplicate", Text("重複", "repeated"), "a2", "ring", 4.5),
                    Class("filed_late", Text("補簽", "filed late"), "a2", "ring", 4.5),
                    Class("short_guard", Text("守望不足", "guard too short"), "a2", "ring", 4.5),
                    Class("review", Text("待審", "for review"), "a2", "ring", 4.5),
                ),
                zooms=(15, 24),
            ),
        ),
        clearance=Clearance.POLICE,
        attribution=CITY,
        provenance=SYSTEM,
    ),
    Layer(
        id="patrol_cars",
        title=Text("巡邏車", "Patrol cars"),
        description=Text(
            "巡邏車最近回報的位置與狀態，供指揮中心派遣最近者；限警用。",
            "Where each car last reported, so that the nearest one is sent. For police.",
        ),
        group="response",
        source=PatrolCar,
        fields=(
            Field("name", Text("代號", "Call sign"), tile=0),
            Field("status", Text("狀態", "Status"), codes=table("patrol.status"), tile=0),
            Field("at", Text("回報時間", "Reported"), tile=0),
            Field("speed_kmh", Text("車速", "Speed"), unit="km/h", tile=0),
            Field("heading", Text("方位", "Heading"), unit="°", tile=0),
            STATION,
        ),
        label="name",
        style=Style(
            Points(
                by="status",
                classes=(
                    Class("responding", Text("處理案件", "responding"), "a1", "car", 9),
                    Class("patrolling", Text("巡邏中", "patrolling"), "box", "car", 9),
                    Class("standing", Text("守望", "standing guard"), "accent", "car", 9),
                ),
            ),
            Labels("name", size=11, zooms=(14, 24)),
        ),
        clearance=Clearance.POLICE,
        attribution=CITY,
        provenance=SYSTEM,
    ),
    Layer(
        id="patrol_tracks",
        title=Text("巡邏車軌跡", "Car tracks"),
        description=Text(
            "巡邏車最近三日各班的行駛軌跡；限警用。",
            "The way of each car in each shift of the last three days. For police.",
        ),
        group="response",
        source=PatrolTrack,
        fields=(
            Field("started_at", Text("起", "From"), tile=12),
            Field("ended_at", Text("迄", "To"), tile=12),
            Field("km", Text("里程", "Distance"), unit="km", tile=14),
            Field("car_id", Text("巡邏車", "Car"), of="patrol_cars", tile=12, popup=False),
        ),
        time="started_at",
        zooms=(10, 22),
        generalise=(Simplify(below=16),),
        style=Style(Lines(color="route", width=1.6)),
        clearance=Clearance.POLICE,
        attribution=CITY,
        provenance=SYSTEM,
    ),
]
