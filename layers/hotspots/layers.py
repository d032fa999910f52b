"""Hot times and places: calls, cash machines, fraud withdrawals, and the surfaces drawn from points.

Which surfaces there are is said in `themes.py`; here is what each is called and how it looks.
"""

from typing import Any

from data.codes import table
from layers.access import Clearance
from layers.hotspots.models import Atm, Call, Withdrawal
from layers.hotspots.themes import SURFACES, Method, Surface
from layers.registry.field import Field
from layers.registry.generalise import Grid, Simplify
from layers.registry.layer import Layer, Query, Raster
from layers.registry.source import CITY
from layers.registry.style import Class, Heat, Labels, Lines, Points, Style
from layers.registry.style import Surface as SurfaceMark
from layers.registry.text import Text

SHOWN: dict[Method, tuple[Text, Text, str | None, Text]] = {
    "forecast": (
        Text("{0}預測熱區", "Where next: {0}"),
        Text(
            "{0}：未來四週最可能發生的地方；由過去資料學得的混合核，附事後檢驗的命中率。",
            "{0}: where the next four weeks most likely bring more: a mixture learned from the past, with its hit rate.",
        ),
        "×",
        Text("全市平均的倍數", "times the city's average"),
    ),
    "kde": (
        Text("{0}密度", "Density: {0}"),
        Text(
            "{0}：每平方公里一年的件數，每季一張，邊界已修正。",
            "{0}: per square kilometre and year, one a quarter, corrected at the edge.",
        ),
        "1/km²/a",
        Text("件／平方公里／年", "per km² and year"),
    ),
    "gistar": (
        Text("{0}顯著熱區", "Significant spots: {0}"),
        Text(
            "{0}：一年內比機遇所能解釋更密的地方（Gi*，錯誤發現率 5 %）；其餘不著色。",
            "{0}: where a year holds more than chance explains (Gi*, false discoveries at 5 %); elsewhere nothing is drawn.",
        ),
        "z",
        Text("標準差（z）", "standard deviations (z)"),
    ),
    "repeat": (
        Text("{0}鄰近重複風險", "Near repeats: {0}"),
        Text(
            "{0}：近日發案附近目前的風險是平常的幾倍；機遇可解釋的不算。",
            "{0}: how many times its usual risk a place has today because of what happened near it lately.",
        ),
        "×",
        Text("平常的倍數", "times as usual"),
    ),
    "scan": (
        Text("{0}時空聚集", "Clusters: {0}"),
        Text(
            "{0}：近四週內，比該地與該期間平常都多、巧合不能解釋的地方（時空掃描統計，p ≤ 0.05）；每處附期間與 p 值。",
            "{0}: where the last four weeks brought more than the place and the days explain (space-time scan, p ≤ 0.05); "
            "each with its days and its p.",
        ),
        "×",
        Text("平常的倍數", "times as usual"),
    ),
    "network": (
        Text("{0}熱街", "Hot streets: {0}"),
        Text(
            "{0}：一年內沿街密度最高的路段，依其占全市街道長度的比例分級；事件沿街道擴散，不穿過街廓。",
            "{0}: the stretches that hold most in a year, by the share of all streets that they are within; events spread "
            "along streets and not through blocks.",
        ),
        None,
        Text("全市街道前幾 %", "within the top % of streets"),
    ),
}
DRAWN = Text(
    "由點位自動繪製；每張圖的資料期間、選擇與命中率見圖卡。",
    "Drawn from points by a job; the card of each says its data, its choices and its hit rate.",
)
HOT = (
    Class(1, Text("前 1 %", "top 1 %"), "risk4", width=4.5),
    Class(5, Text("前 5 %", "top 5 %"), "risk3", width=3.6),
    Class(10, Text("前 10 %", "top 10 %"), "risk2", width=2.6),
    Class(20, Text("前 20 %", "top 20 %"), "risk1", width=2.0),
)


def surface_layer(surface: Surface) -> Layer:
    """The layer of a surface, as all of its method look."""
    title, described, unit, label = SHOWN[surface.method]
    of = surface.of.title
    named = Text(title.zh.format(of.zh), title.en.format(of.en[0].lower() + of.en[1:]))
    if surface.of.weight and surface.method == "kde":
        unit, label = "EPDO/km²/a", Text("當量／平方公里／年", "EPDO per km² and year")
    common: dict[str, Any] = {
        "id": surface.layer,
        "title": named,
        "description": Text(described.zh.format(of.zh), described.en.format(of.en)),
        "group": "hot",
        "clearance": surface.seen_from,
        "attribution": CITY,
        "provenance": DRAWN,
    }
    if surface.method == "network":
        return Layer(
            source=Query(
                sql=f"SELECT * FROM hotspots_hotstreet WHERE layer = '{surface.layer}'",
                geometry="line",
                tables=("hotspots_hotstreet",),
            ),
            fields=(
                Field(
                    "top",
                    Text("前幾 % 的街道", "Within the top % of streets"),
                    type="integer",
                    unit="%",
                    tile=0,
                ),
                Field("per_km", Text("每公里每年", "Per km and year"), type="number", tile=12),
                Field("start", Text("適用起日", "For the days from"), type="date"),
                Field("end", Text("適用迄日", "to"), type="date"),
                Field("since", Text("自", "Holds since"), type="datetime", popup=False),
                Field("until", Text("至", "until"), type="datetime", popup=False),
            ),
            asof=("since", "until"),
            zooms=(10, 22),
            generalise=(Simplify(below=14),),
            style=Style(Lines(by="top", classes=HOT)),
            **common,
        )
    return Layer(
        source=Raster(low=surface.low, high=surface.high, unit=unit),
        style=Style(SurfaceMark(label)),
        zooms=(9, 18),
        **common,
    )


LAYERS = [
    *(surface_layer(s) for s in SURFACES.values()),
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
