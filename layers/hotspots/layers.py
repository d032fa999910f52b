"""Hot times and places: calls, cash machines, fraud withdrawals, and the surfaces drawn from points."""

from data.codes import table
from layers.access import Clearance
from layers.hotspots.models import Atm, Call, Withdrawal
from layers.registry.field import Field
from layers.registry.generalise import Grid
from layers.registry.layer import Layer, Raster
from layers.registry.source import CITY
from layers.registry.style import Heat, Labels, Points, Style, Surface
from layers.registry.text import Text

DRAWN = Text(
    "由點位以 50 公尺網格、150 公尺高斯核估計，邊界已修正；每季一張。",
    "Estimated from points on a 50 m grid with a 150 m Gaussian kernel, corrected at the edge; one a quarter.",
)

LAYERS = [
    Layer(
        id="crash_surface",
        title=Text("事故密度", "Crash surface"),
        description=Text(
            "事故當量密度，每季一張，可與科技執法、巡邏與工程對照。",
            "Density of crashes by EPDO, one surface a quarter, to hold against enforcement, patrols and works.",
        ),
        group="harm",
        source=Raster(low=60, high=520, unit="EPDO/km²/a"),
        style=Style(Surface(Text("當量／平方公里／年", "EPDO per km² and year"))),
        zooms=(9, 18),
        attribution=CITY,
        provenance=DRAWN,
    ),
    Layer(
        id="crime_surface",
        title=Text("刑案密度", "Crime surface"),
        description=Text(
            "刑案密度，每季一張；點位已平滑，供道安會報與議會參考。",
            "Density of crimes, one surface a quarter; smoothed so that no single place shows. For the council.",
        ),
        group="harm",
        source=Raster(low=20, high=320, unit="1/km²/a"),
        style=Style(Surface(Text("件／平方公里／年", "crimes per km² and year"))),
        zooms=(9, 18),
        clearance=Clearance.COUNCIL,
        attribution=CITY,
        provenance=DRAWN,
    ),
    Layer(
        id="call_surface",
        title=Text("110 報案密度", "Surface of 110 calls"),
        description=Text(
            "110 報案密度，每季一張；安排巡邏與守望時段的依據。",
            "Density of calls to 110, one surface a quarter: what patrols and their hours are planned by.",
        ),
        group="harm",
        source=Raster(low=250, high=3200, unit="1/km²/a"),
        style=Style(Surface(Text("件／平方公里／年", "calls per km² and year"))),
        zooms=(9, 18),
        clearance=Clearance.COUNCIL,
        attribution=CITY,
        provenance=DRAWN,
    ),
    Layer(
        id="calls_110",
        title=Text("110 報案", "Calls to 110"),
        description=Text(
            "近一年 110 報案地點、案類與到場時間；涉及家戶，限警用。",
            "A year of calls to 110 with kind and minutes to arrival. They lead to people's doors: for police.",
        ),
        group="harm",
        source=Call,
        fields=(
            Field("key", Text("案號", "Number"), popup=False),
            Field("kind", Text("案類", "Kind"), codes=table("case.call"), tile=15),
            Field("at", Text("受理時間", "Received"), tile=15),
            Field("minutes", Text("到場時間", "Minutes to arrival"), unit="min", tile=15),
            Field("ward_id", Text("里", "Ward"), of="wards", popup=False),
            Field("origin", Text("資料來源", "Origin"), popup=False),
        ),
        time="at",
        generalise=(Grid(below=15, cells=96),),
        style=Style(
            Heat(Text("報案熱區", "Density of calls"), full=100, opacity=0.7, zooms=(9, 15.5)),
            Points(color="a2", icon="phone", size=5, zooms=(15, 24)),
        ),
        clearance=Clearance.POLICE,
        edit=("patrol_planner",),
        attribution=CITY,
        provenance=Text(
            "示範資料；實際由勤務指揮中心受理系統匯入。",
            "Demonstration; in service, imported from the command centre.",
        ),
    ),
    Layer(
        id="withdrawals",
        title=Text("詐欺提領", "Fraud withdrawals"),
        description=Text(
            "詐欺款項提領的時間、機台與金額；用於車手熱點與攔阻。涉偵查，限警用。",
            "When, where and how much fraud money was drawn, to find and stop runners. Under investigation: for police.",
        ),
        group="harm",
        source=Withdrawal,
        fields=(
            Field("at", Text("提領時間", "Time"), tile=15),
            Field("amount", Text("金額", "Amount"), unit="TWD", tile=12),
            Field("stopped", Text("攔阻", "Stopped"), tile=15),
            Field("atm_id", Text("提款機", "Cash machine"), of="atms", popup=False),
            Field("origin", Text("資料來源", "Origin"), popup=False),
        ),
        time="at",
        zooms=(10, 22),
        generalise=(Grid(below=16, cells=96, sums=("amount",)),),
        style=Style(
            Heat(Text("提領熱點", "Hot machines"), weight="amount", full=800_000, opacity=0.7, zooms=(9, 16)),
            Points(color="a1", icon="cash", size=6, zooms=(16, 24)),
        ),
        clearance=Clearance.POLICE,
        audited=True,
        edit=("analyst",),
        attribution=CITY,
        provenance=Text(
            "示範資料；實際由反詐騙案件提領紀錄匯入。",
            "Demonstration; in service, from records of fraud cases.",
        ),
    ),
    Layer(
        id="atms",
        title=Text("提款機", "Cash machines"),
        description=Text("金融機構提款機位置。", "Where cash machines stand."),
        group="place",
        source=Atm,
        fields=(
            Field("key", Text("機號", "Number"), clearance=Clearance.POLICE),
            Field("name", Text("名稱", "Name"), tile=15),
            Field("bank", Text("金融機構", "Bank"), tile=15),
        ),
        label="name",
        zooms=(13, 22),
        style=Style(
            Points(color="label_muted", icon="cash", size=6, zooms=(14, 24)),
            Labels("name", size=11, color="label_muted", zooms=(17, 24)),
        ),
        edit=("analyst", "planner"),
        attribution=CITY,
        provenance=Text(
            "示範資料；實際由金融機構清冊匯入。", "Demonstration; in service, from the banks' lists."
        ),
    ),
]
