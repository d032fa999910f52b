"""Boundaries and posts: the lightest lines of the map, and what every count is made per."""

from layers.access import Clearance
from layers.areas.models import Beat, District, Precinct, Station, StationArea, Ward
from layers.registry.field import Field
from layers.registry.generalise import Simplify
from layers.registry.layer import Layer
from layers.registry.source import CITY
from layers.registry.style import Labels, Lines, Points, Style
from layers.registry.text import Text

NAME, NAME_EN = Text("名稱", "Name"), Text("英文名稱", "English name")
SMOOTH = (Simplify(below=15, pixels=0.5),)

LAYERS = [
    Layer(
        id="districts",
        title=Text("行政區", "Districts"),
        description=Text(
            "區界。統計與主管權責以此劃分。", "District boundaries, by which figures and duties are divided."
        ),
        group="base",
        source=District,
        fields=(
            Field("code", Text("行政區代碼", "District code")),
            Field("name", NAME, tile=0),
            Field("name_en", NAME_EN, tile=0),
        ),
        label="name",
        generalise=SMOOTH,
        style=Style(
            Lines(color="boundary", width=1.6),
            Labels("name", size=15, weight="Bold", spacing=0.3, color="label_muted", zooms=(9, 13)),
        ),
        visible=True,
        edit=("planner",),
        search=True,
        attribution=CITY,
        provenance=Text(
            "示範資料由里界合併而成；實際資料為內政部國土測繪中心鄉鎮市區界線。",
            "In the demonstration, wards put together; in service, the township boundaries of the land survey.",
        ),
    ),
    Layer(
        id="wards",
        title=Text("里界", "Wards"),
        description=Text(
            "里界與人口；每萬人事故率、里長座談與警勤區訪查的單位。",
            "Wards with population: the unit of crash rates, of meetings with ward heads and of beat visits.",
        ),
        group="base",
        source=Ward,
        fields=(
            Field("code", Text("村里代碼", "Ward code")),
            Field("name", NAME, tile=0),
            Field("name_en", NAME_EN, tile=0),
            Field("population", Text("人口", "Population"), tile=12),
            Field("district_id", Text("行政區", "District"), of="districts", popup=False),
            Field("precinct_id", Text("分局", "Precinct"), of="precincts", popup=False),
            Field("station_id", Text("派出所", "Police station"), of="stations", popup=False),
        ),
        label="name",
        zooms=(11, 22),
        generalise=SMOOTH,
        style=Style(
            Lines(color="boundary", width=0.9, dash=True),
            Labels("name", size=13, weight="Bold", spacing=0.25, color="label_muted", zooms=(13, 17.5)),
        ),
        visible=True,
        edit=("planner",),
        search=True,
        attribution=CITY,
        provenance=Text(
            "示範資料由種子產生，無縫無疊；實際資料為內政部村里界圖。",
            "In the demonstration made from a seed, without gaps or overlaps; in service, the village boundaries "
            "of the land survey.",
        ),
    ),
    Layer(
        id="stations",
        title=Text("派出所", "Police stations"),
        description=Text(
            "派出所與分駐所：民眾報案、員警出勤的地方。",
            "Police posts: where people report and officers set out.",
        ),
        group="place",
        source=Station,
        fields=(
            Field("unit_code", Text("單位代碼", "Unit code")),
            Field("name", NAME, tile=0),
            Field("name_en", NAME_EN, tile=14),
            Field("address", Text("地址", "Address"), filter=False),
            Field("phone", Text("電話", "Telephone"), filter=False),
            Field("precinct_id", Text("分局", "Precinct"), of="precincts", popup=False),
        ),
        label="name",
        zooms=(12, 22),
        style=Style(
            Points(color="ink", icon="shield", size=8),
            Labels("name", size=12, weight="Medium", zooms=(14, 24)),
        ),
        edit=("planner",),
        search=True,
        attribution=CITY,
        provenance=Text(
            "示範資料；實際資料為警政署各警察機關地址與電話。",
            "Demonstration; in service, the published addresses of police units.",
        ),
    ),
    Layer(
        id="precincts",
        title=Text("分局轄區", "Precincts"),
        description=Text("各分局的轄區。", "The ground of each precinct."),
        group="place",
        source=Precinct,
        fields=(
            Field("unit_code", Text("單位代碼", "Unit code")),
            Field("name", NAME, tile=0),
            Field("name_en", NAME_EN, tile=0),
        ),
        label="name",
        generalise=SMOOTH,
        style=Style(
            Lines(color="box", width=2.2),
            Labels("name", size=15, weight="Bold", spacing=0.2, color="box", zooms=(9, 15)),
        ),
        edit=("patrol_planner",),
        search=True,
        attribution=CITY,
        provenance=Text(
            "示範資料由里界合併；實際由警察局勤務轄區圖匯入。",
            "Demonstration; in service, imported from the police department's map of duties.",
        ),
    ),
    Layer(
        id="station_areas",
        title=Text("派出所轄區", "Station areas"),
        description=Text(
            "各派出所負責的範圍：報案分派與績效統計的單位。",
            "The ground of each police station, by which calls are handed out and figures are kept.",
        ),
        group="place",
        source=StationArea,
        fields=(
            Field("name", NAME, tile=0),
            Field("station_id", Text("派出所", "Police station"), of="stations", popup=False),
        ),
        label="name",
        zooms=(11, 22),
        generalise=SMOOTH,
        style=Style(
            Lines(color="box", width=1.4),
            Labels("name", size=13, weight="Medium", color="box", zooms=(12.5, 17)),
        ),
        edit=("patrol_planner",),
        attribution=CITY,
        provenance=Text(
            "示範資料由里界合併；實際由警察局勤務轄區圖匯入。",
            "Demonstration; in service, imported from the police department's map of duties.",
        ),
    ),
    Layer(
        id="beats",
        title=Text("警勤區", "Beats"),
        description=Text(
            "每位員警負責訪查的最小範圍；涉及勤務配置，限警用。",
            "The smallest ground, looked after by one officer. It shows how duties are laid out: for police.",
        ),
        group="place",
        source=Beat,
        fields=(
            Field("name", NAME, tile=13),
            Field("station_id", Text("派出所", "Police station"), of="stations", popup=False),
            Field("ward_id", Text("里", "Ward"), of="wards", popup=False),
        ),
        label="name",
        zooms=(12, 22),
        generalise=SMOOTH,
        style=Style(
            Lines(color="box", width=0.9, dash=True),
            Labels("name", size=11.5, color="box", zooms=(14.5, 24)),
        ),
        clearance=Clearance.POLICE,
        edit=("patrol_planner",),
        attribution=CITY,
        provenance=Text(
            "示範資料：每里三個警勤區；實際由警察局警勤區圖匯入。",
            "Demonstration: three beats a ward; in service, imported from the police department.",
        ),
    ),
]
