"""Crimes: points for police alone; for everybody a figure for each ward, with small numbers left out."""

from data.codes import table
from layers.access import Clearance
from layers.cases.models import Crime
from layers.registry.field import Field
from layers.registry.generalise import Grid, Simplify
from layers.registry.layer import Layer, Query
from layers.registry.source import CITY
from layers.registry.style import Fills, Heat, Labels, Points, Style
from layers.registry.text import Text

LAYERS = [
    Layer(
        id="crimes",
        title=Text("刑案點", "Crimes"),
        description=Text(
            "刑案發生地點、案類與破獲情形。足以認出被害人住處，限警用，查看皆留紀錄。",
            "Where crimes happened, of which kind, and whether they are cleared. It would tell where victims live: for "
            "police, and every look is logged.",
        ),
        group="harm",
        source=Crime,
        fields=(
            Field("key", Text("案號", "Case")),
            Field("kind", Text("案類", "Kind"), codes=table("case.crime"), tile=14),
            Field("at", Text("發生時間", "Time"), tile=15),
            Field("cleared", Text("破獲", "Cleared"), tile=15),
            Field("loss", Text("損失金額", "Loss"), unit="TWD"),
            Field("address", Text("地址", "Address"), clearance=Clearance.RESTRICTED, filter=False),
            Field("ward_id", Text("里", "Ward"), of="wards", popup=False),
            Field("origin", Text("資料來源", "Origin"), popup=False),
        ),
        label="key",
        time="at",
        generalise=(Grid(below=14, cells=96),),
        style=Style(
            Heat(Text("刑案熱區", "Density of crimes"), full=40, opacity=0.7, zooms=(9, 15.5)),
            Points(color="a1", icon="cross", size=4.5, zooms=(15, 24)),
        ),
        clearance=Clearance.POLICE,
        audited=True,
        edit=("analyst",),
        attribution=CITY,
        provenance=Text(
            "示範資料；實際由刑案紀錄系統匯入。",
            "Demonstration; in service, imported from the crime records system.",
        ),
    ),
    Layer(
        id="crime_by_ward",
        title=Text("各里刑案", "Crime by ward"),
        description=Text(
            "最近十二個月各里刑案件數與每千人件數；不足三件不公布，以免認出當事人。",
            "Crimes and crimes per thousand residents of each ward over twelve months. Below three nothing is told, so "
            "that nobody is recognised.",
        ),
        group="harm",
        source=Query(
            sql="""
                SELECT w.id, w.geom, w.merc, w.name, w.name_en, w.population, c.total,
                       round((c.total * 1000.0 / nullif(w.population, 0))::numeric, 1)::float AS rate, c.theft, c.fraud
                FROM areas_ward w JOIN (
                    SELECT ward_id, CASE WHEN count(*) >= 3 THEN count(*)::int END AS total,
                           nullif(greatest(count(*) FILTER (WHERE kind IN ('theft', 'burglary')), 2), 2)::int AS theft,
                           nullif(greatest(count(*) FILTER (WHERE kind = 'fraud'), 2), 2)::int AS fraud
                    FROM cases_crime WHERE at > (SELECT max(at) FROM cases_crime) - interval '1 year'
                    GROUP BY ward_id
                ) c ON c.ward_id = w.id
            """,
            geometry="polygon",
            tables=("areas_ward", "cases_crime"),
        ),
        fields=(
            Field("name", Text("里", "Ward"), type="string", tile=0),
            Field("name_en", Text("英文名稱", "English name"), type="string", tile=13),
            Field("total", Text("件數", "Crimes"), type="integer", tile=0),
            Field("rate", Text("每千人件數", "Per 1,000 residents"), type="number", tile=0),
            Field("theft", Text("竊盜", "Theft and burglary"), type="integer"),
            Field("fraud", Text("詐欺", "Fraud"), type="integer"),
            Field("population", Text("人口", "Population"), type="integer"),
        ),
        label="name",
        zooms=(9, 22),
        generalise=(Simplify(below=15),),
        style=Style(
            Fills(
                Text("每千人件數", "per 1,000 residents"),
                by="rate",
                breaks=(4, 8, 12, 20),
                outline="halo",
                opacity=0.62,
                zooms=(9, 17),
            ),
            Labels("name", size=12.5, weight="Medium", color="label_muted", zooms=(13, 17)),
        ),
        attribution=CITY,
        provenance=Text("由刑案點即時彙整。", "Summed from the crimes as they are written."),
    ),
]
