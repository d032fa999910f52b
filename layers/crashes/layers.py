"""Crashes as points and heat, and what follows from them: the junctions and the street sections that harm most."""

from data.codes import table
from layers.access import Clearance
from layers.crashes.models import Crash
from layers.crashes.movements.layers import GLYPHS
from layers.crashes.scenes.layers import SCENES
from layers.crashes.screening.layers import SCREENED
from layers.registry.field import Field
from layers.registry.generalise import Grid, Only, Simplify
from layers.registry.layer import Layer, Query
from layers.registry.source import CITY
from layers.registry.style import Class, Heat, Labels, Lines, Points, Style
from layers.registry.text import Text

EPDO = Text(
    "當量（EPDO）：A1 9.5、A2 3.5、A3 1，將傷亡折算為財損事故件數。",
    "Equivalent property damage only: an A1 counts 9.5, an A2 3.5, an A3 1.",
)
HOUR = Text("當地時間的小時，0–23。", "The hour of the day in the city's time, 0–23.")
A1, A2, A3 = Text("A1 死亡", "A1 fatal"), Text("A2 受傷", "A2 injury"), Text("A3 財損", "A3 damage only")
COUNTED = Text(
    "由事故點逐筆即時累計，取最近三個年度。",
    "Counted from the crashes as they are written, over the latest three calendar years.",
)

LAYERS = [
    Layer(
        id="crashes",
        title=Text("事故點", "Crashes"),
        description=Text(
            "道路交通事故：A1 當場或 24 小時內死亡、A2 受傷或逾 24 小時死亡、A3 僅財損。當事人資料不在圖上，限警用查詢。",
            "Road crashes: A1 death on the spot or within 24 hours, A2 injury or later death, A3 damage only. Parties "
            "are not on the map; police look them up.",
        ),
        group="harm",
        source=Crash,
        fields=(
            Field("case_no", Text("總編號", "Case number"), clearance=Clearance.POLICE),
            Field("severity", Text("案件類別", "Severity"), codes=table("crash.severity"), tile=0),
            Field("occurred_at", Text("發生時間", "Time"), tile=15),
            Field("hour", Text("時段", "Hour"), tile=15, tint=13, popup=False, description=HOUR),
            Field("weekday", Text("星期", "Weekday"), codes=table("crash.weekday"), popup=False),
            Field("type", Text("事故類型及型態", "Crash type"), codes=table("crash.type"), tile=15, tint=13),
            Field("cause", Text("主要肇因", "Main cause"), codes=table("crash.cause"), tint=13),
            Field("deaths", Text("死亡人數", "Deaths")),
            Field("injuries", Text("受傷人數", "Injured")),
            Field("party_count", Text("當事者數", "Parties")),
            Field(
                "vehicle",
                Text("第一當事者車種", "Vehicle of the first party"),
                codes=table("crash.vehicle_class"),
                tint=13,
            ),
            Field("pedestrian", Text("涉及行人", "Pedestrian involved"), tile=15),
            Field("motorcycle", Text("涉及機車", "Motorcycle involved"), tile=15),
            Field("epdo", Text("當量", "EPDO"), tile=13, description=EPDO, popup=False),
            Field("location", Text("事故位置", "Place on the road"), codes=table("crash.location")),
            Field("form", Text("道路型態", "Road form"), codes=table("crash.form"), tint=13),
            Field("signal", Text("號誌", "Signal"), codes=table("crash.signal")),
            Field("weather", Text("天候", "Weather"), codes=table("crash.weather"), tint=13),
            Field("light", Text("光線", "Light"), codes=table("crash.light"), tint=13),
            Field("road_class", Text("道路類別", "Road class"), codes=table("crash.road_class"), popup=False),
            Field("pavement", Text("路面鋪裝", "Pavement"), codes=table("crash.pavement"), popup=False),
            Field("surface", Text("路面狀態", "Road surface"), codes=table("crash.surface"), popup=False),
            Field("defect", Text("路面缺陷", "Surface defect"), codes=table("crash.defect"), popup=False),
            Field("obstacle", Text("障礙物", "Obstacle"), codes=table("crash.obstacle"), popup=False),
            Field("sight", Text("視距", "Sight distance"), codes=table("crash.sight"), popup=False),
            Field(
                "signal_state",
                Text("號誌動作", "Signal working"),
                codes=table("crash.signal_state"),
                popup=False,
            ),
            Field(
                "direction",
                Text("分向設施", "Division of directions"),
                codes=table("crash.direction"),
                popup=False,
            ),
            Field(
                "lane_line",
                Text("快車道間分道設施", "Lines between fast lanes"),
                codes=table("crash.lane_line"),
                popup=False,
            ),
            Field(
                "slow_lane_line",
                Text("快慢車道間分道設施", "Lines to slow lanes"),
                codes=table("crash.slow_lane_line"),
                popup=False,
            ),
            Field("edge_line", Text("路面邊線", "Edge line"), codes=table("crash.edge_line"), popup=False),
            Field("speed_limit", Text("速限", "Speed limit"), unit="km/h"),
            Field("hit_and_run", Text("肇事逃逸", "Hit and run"), clearance=Clearance.COUNCIL),
            Field("address", Text("地點", "Place"), filter=False),
            Field("unit", Text("處理單位", "Handled by"), clearance=Clearance.COUNCIL, popup=False),
            Field(
                "junction_id",
                Text("路口", "Junction"),
                of="junctions",
                popup=False,
                description=Text(
                    "事故計入 30 公尺內最近的路口。", "A crash belongs to the nearest junction within 30 m."
                ),
            ),
            Field("road_id", Text("道路", "Road"), of="roads", popup=False),
            Field("ward_id", Text("里", "Ward"), of="wards", popup=False),
            Field("station_id", Text("處理派出所", "Police station"), of="stations", popup=False),
            Field("origin", Text("資料來源", "Origin"), popup=False),
        ),
        label="case_no",
        time="occurred_at",
        zooms=(0, 22),
        generalise=(Grid(below=13, cells=96, sums=("epdo",), kept=True),),
        style=Style(
            Heat(Text("事故熱區（當量加權）", "Crash heat (EPDO)"), weight="epdo", full=45, zooms=(8, 17.5)),
            Points(
                by="severity",
                classes=(
                    Class(1, A1, "a1", "diamond", 8, zooms=(12.5, 24)),
                    Class(2, A2, "a2", "dot", 4.6, zooms=(14, 24)),
                    Class(3, A3, "a3", "ring", 4.2, zooms=(14, 24)),
                ),
                zooms=(12.5, 24),
            ),
        ),
        visible=True,
        edit=("investigator", "reviewer"),
        search=True,
        attribution=CITY,
        provenance=Text(
            "示範資料依公開統計之比例由種子產生；實際由警政署 A1、A2 開放資料與警察局 A3 資料匯入。",
            "Demonstration: made from a seed in the proportions of published figures; in service, imported from the "
            "national open data (A1, A2) and the police department (A3).",
        ),
    ),
    Layer(
        id="junction_risk",
        title=Text("易肇事路口", "Junctions by harm"),
        description=Text(
            "近三年各路口事故件數、死傷與當量排名；改善評估與會勘的起點。",
            "Crashes, casualties and rank of each junction over three years: where reviews and site visits begin.",
        ),
        group="harm",
        source=Query(
            sql="""
                SELECT j.id, j.geom, j.merc, j.name, j.name_en, j.form, j.signal, j.ward_id,
                       t.rank, t.crashes, t.a1, t.a2, t.a3, t.deaths, t.injuries, t.epdo
                FROM streets_junction j JOIN (
                    SELECT junction_id, rank() OVER (ORDER BY sum(epdo) DESC)::int AS rank,
                           sum(a1 + a2 + a3)::int AS crashes, sum(a1)::int AS a1, sum(a2)::int AS a2,
                           sum(a3)::int AS a3, sum(deaths)::int AS deaths, sum(injuries)::int AS injuries,
                           sum(epdo) AS epdo
                    FROM crashes_junctiontally
                    WHERE year > (SELECT max(year) - 3 FROM crashes_junctiontally)
                    GROUP BY junction_id HAVING sum(a1 + a2 + a3) > 0
                ) t ON t.junction_id = j.id
            """,
            geometry="point",
            tables=("streets_junction", "crashes_junctiontally"),
        ),
        fields=(
            Field("name", Text("路口名稱", "Junction"), type="string", tile=0),
            Field("name_en", Text("英文名稱", "English name"), type="string", tile=14),
            Field("rank", Text("當量排名", "Rank by EPDO"), type="integer", tile=0),
            Field("crashes", Text("件數", "Crashes"), type="integer", tile=0),
            Field("a1", A1, type="integer", tile=0),
            Field("a2", A2, type="integer", tile=0),
            Field("a3", A3, type="integer", tile=0),
            Field("deaths", Text("死亡人數", "Deaths"), type="integer"),
            Field("injuries", Text("受傷人數", "Injured"), type="integer"),
            Field("epdo", Text("當量", "EPDO"), type="number", tile=0, description=EPDO),
            Field("form", Text("路口型態", "Form"), type="string", codes=table("crash.form")),
            Field("signal", Text("號誌", "Signal"), type="string", codes=table("crash.signal")),
            Field("ward_id", Text("里", "Ward"), type="integer", of="wards", popup=False),
        ),
        label="name",
        about="junctions",
        zooms=(10, 22),
        generalise=(
            Only(below=13, where="q.rank <= 40"),
            Only(below=14, where="q.rank <= 100"),
            Only(below=16, where="q.rank <= 300"),
        ),
        style=Style(
            Points(Text("當量", "EPDO"), by="epdo", breaks=(15, 25, 40, 60), size=11, zooms=(11, 24)),
            Labels("name", size=12, weight="Bold", priority="rank", most=100, zooms=(14.5, 17)),
            Labels("name", size=12, weight="Bold", priority="rank", most=1000, zooms=(17, 24)),
        ),
        visible=True,
        attribution=CITY,
        provenance=COUNTED,
    ),
    Layer(
        id="road_risk",
        title=Text("路段風險", "Street risk"),
        description=Text(
            "近三年各路段每公里事故件數（含路口），勤務與工程的先後。",
            "Crashes per kilometre of each street section over three years, junctions included: what comes first.",
        ),
        group="harm",
        source=Query(
            sql="""
                SELECT s.id, s.geom, s.merc, s.name, s.name_en, s.start, s."end", s.rank AS street_rank, s.length_m,
                       t.crashes, t.a1, t.a2, t.a3, t.epdo, round((t.crashes * 1000 / s.length_m)::numeric, 1)::float AS per_km
                FROM streets_section s JOIN (
                    SELECT r.section_id, sum(a1 + a2 + a3)::int AS crashes, sum(a1)::int AS a1, sum(a2)::int AS a2,
                           sum(a3)::int AS a3, sum(epdo) AS epdo
                    FROM crashes_roadtally y JOIN streets_road r ON r.id = y.road_id
                    WHERE year > (SELECT max(year) - 3 FROM crashes_roadtally) AND r.section_id IS NOT NULL
                    GROUP BY r.section_id
                ) t ON t.section_id = s.id
                WHERE t.crashes >= 3 AND s.length_m >= 50
            """,
            geometry="line",
            tables=("streets_section", "streets_road", "crashes_roadtally"),
        ),
        fields=(
            Field("name", Text("路名", "Street"), type="string", tile=13),
            Field("name_en", Text("英文路名", "English name"), type="string"),
            Field("start", Text("起", "From"), type="string"),
            Field("end", Text("迄", "To"), type="string"),
            Field("per_km", Text("每公里件數", "Crashes per km"), type="number", unit="/km", tile=0),
            Field("crashes", Text("件數", "Crashes"), type="integer", tile=12),
            Field("a1", A1, type="integer"),
            Field("a2", A2, type="integer"),
            Field("a3", A3, type="integer"),
            Field("epdo", Text("當量", "EPDO"), type="number", description=EPDO),
            Field("length_m", Text("長度", "Length"), type="number", unit="m"),
            Field("street_rank", Text("道路級別", "Street rank"), type="integer", codes=table("street.rank")),
        ),
        label="name",
        zooms=(11, 22),
        generalise=(Only(below=13, where="q.per_km >= 40"), Simplify(below=16)),
        style=Style(
            Lines(
                Text("件／公里", "crashes per km"),
                by="per_km",
                breaks=(20, 40, 60, 90),
                width=3.2,
                zooms=(11, 24),
            )
        ),
        attribution=CITY,
        provenance=COUNTED,
    ),
    *SCREENED,
    *GLYPHS,
    *SCENES,
]
