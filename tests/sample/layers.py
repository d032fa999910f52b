"""The sample layers: public, secret, derived."""

from dataclasses import dataclass
from datetime import date

from layers.access import Clearance
from layers.registry.field import Field
from layers.registry.generalise import Grid, Only, Simplify, Top
from layers.registry.layer import Below, Layer, Query
from layers.registry.style import Class, Fills, Heat, Labels, Lines, Points, Style
from layers.registry.text import Text
from tests.sample.models import Hideout, Spot, Way, Zone


@dataclass(frozen=True)
class _Code:
    value: str
    zh: str
    en: str


@dataclass(frozen=True)
class _Codes:
    id: str
    entries: tuple[_Code, ...]

    def at(self, day: date) -> "_Codes":
        return self


KINDS = _Codes(
    "sample.kind", (_Code("a", "甲", "first"), _Code("b", "乙", "second"), _Code("c", "丙", "third"))
)
SAID = {
    "attribution": Text("測試", "Tests"),
    "provenance": Text("測試所造。", "Made by tests."),
}

LAYERS = [
    Layer(
        id="spots",
        title=Text("點", "Spots"),
        description=Text("公開的點，附一個警用欄位。", "Public points with one field for police."),
        group="harm",
        source=Spot,
        fields=(
            Field("name", Text("名稱", "Name"), tile=14),
            Field("kind", Text("種類", "Kind"), codes=KINDS, tile=0),
            Field("grade", Text("等級", "Grade"), tile=0),
            Field("weight", Text("權重", "Weight"), unit="kg"),
            Field("open", Text("開放", "Open"), tile=14),
            Field("happened_at", Text("時間", "Time"), tile=14),
            Field("informant", Text("線民", "Informant"), clearance=Clearance.POLICE, tile=14),
        ),
        label="name",
        time="happened_at",
        generalise=(Grid(below=12, sums=("weight",), kept=True), Top(below=13, by="grade", ascending=True)),
        style=Style(
            Heat(Text("熱區", "Heat"), weight="weight", zooms=(0, 13)),
            Points(
                by="kind", classes=(Class("a", Text("甲", "first"), "a1", icon="diamond"),), zooms=(12, 24)
            ),
        ),
        rows=(Below(Clearance.COUNCIL, "q.grade < 9"),),
        edit=("investigator",),
        search=True,
        **SAID,
    ),
    Layer(
        id="ways",
        title=Text("線", "Ways"),
        description=Text("有日期的線。", "Lines with a date."),
        group="base",
        source=Way,
        fields=(
            Field("name", Text("名稱", "Name"), tile=0),
            Field("rank", Text("級別", "Rank"), tile=0),
            Field("built_on", Text("落成", "Built"), tile=0),
        ),
        label="name",
        time="built_on",
        generalise=(Simplify(below=16), Only(below=12, where="q.rank <= 2")),
        style=Style(Lines(color="road", casing="casing"), Labels("name")),
        edit=("planner",),
        **SAID,
    ),
    Layer(
        id="zones",
        title=Text("面", "Zones"),
        description=Text("面。", "Areas."),
        group="place",
        source=Zone,
        fields=(Field("name", Text("名稱", "Name"), tile=0), Field("tags", Text("標記", "Tags"))),
        label="name",
        generalise=(Simplify(below=16, area=1.0),),
        style=Style(Fills(color="park", outline="muted"), Labels("name")),
        **SAID,
    ),
    Layer(
        id="hideouts",
        title=Text("藏匿處", "Hideouts"),
        description=Text("只給警察，讀取都要記錄。", "For police alone; every read is written down."),
        group="harm",
        source=Hideout,
        fields=(Field("name", Text("名稱", "Name"), tile=0),),
        label="name",
        style=Style(Points(color="a1", icon="square")),
        clearance=Clearance.POLICE,
        audited=True,
        edit=("analyst",),
        search=True,
        **SAID,
    ),
    Layer(
        id="zone_counts",
        title=Text("各面點數", "Spots per zone"),
        description=Text("由點與面算出。", "Derived from spots and zones."),
        group="place",
        source=Query(
            sql="""
                SELECT z.id, z.geom, z.merc, z.name, count(s.id)::int AS spots
                FROM sample_zone z LEFT JOIN sample_spot s ON ST_Intersects(z.merc, s.merc) AND s.grade < 9
                GROUP BY z.id
            """,
            geometry="polygon",
            tables=("sample_zone", "sample_spot"),
        ),
        fields=(
            Field("name", Text("名稱", "Name"), type="string", tile=0),
            Field("spots", Text("點數", "Spots"), type="integer", tile=0),
        ),
        style=Style(Fills(by="spots", breaks=(1, 2, 5, 10), opacity=0.6)),
        **SAID,
    ),
]
