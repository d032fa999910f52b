"""Screening on the map: junctions and sections by their excess over places like them, and the worst windows of streets."""

from __future__ import annotations

from layers.registry.field import Field
from layers.registry.generalise import Only, Simplify
from layers.registry.layer import Layer, Query
from layers.registry.source import CITY
from layers.registry.style import Labels, Lines, Points, Style
from layers.registry.text import Text

_FIGURES = ", ".join(
    f's."{name}"'
    for name in (
        "rank", "crashes", "a1", "a2", "a3", "vulnerable", "severe", "epdo", "epdo_expected", "epdo_low", "epdo_high",
        "like", "expected", "excess", "excess_low", "excess_high", "trend", "trend_low", "trend_high", "grade",
        "grade_name", "alike", "until",
    )
) + ', s."start" AS since'  # fmt: skip
EXCESS = Text(
    "經驗貝氏期望值超出同類地點平均的件數（全期間）；區間下限大於 0 者，超出不是偶然。",
    "Crashes over the whole period that the Empirical-Bayes expectation lies above places like it; where the interval is "
    "above nought, that is no accident.",
)
GRADE = Text(
    "0–100，由超額、死傷比、弱勢用路人、趨勢與型態集中度以模糊規則求得；供溝通用，不取代統計。",
    "0 to 100 by fuzzy rules from excess, severity, vulnerable users, trend and concentration: for telling people, in no "
    "place of the statistics.",
)
LOW, HIGH = Text("95% 下限", "95 % low"), Text("95% 上限", "95 % high")
FIGURES = (
    Field("rank", Text("超額排名", "Rank by excess"), type="integer", tile=0),
    Field("crashes", Text("件數", "Crashes"), type="integer", tile=12),
    Field("a1", Text("A1 死亡", "A1 fatal"), type="integer"),
    Field("a2", Text("A2 受傷", "A2 injury"), type="integer"),
    Field("a3", Text("A3 財損", "A3 damage only"), type="integer"),
    Field("excess", Text("超額件數", "Excess crashes"), type="number", tile=0, description=EXCESS),
    Field("excess_low", LOW, type="number", tile=12),
    Field("excess_high", HIGH, type="number"),
    Field("expected", Text("期望件數（經驗貝氏）", "Expected crashes (EB)"), type="number"),
    Field("like", Text("同類平均", "Mean of places like it"), type="number"),
    Field("epdo", Text("當量", "EPDO"), type="number"),
    Field("epdo_expected", Text("當量期望值", "Expected EPDO"), type="number"),
    Field("epdo_low", LOW, type="number", popup=False),
    Field("epdo_high", HIGH, type="number", popup=False),
    Field("severe", Text("死傷占比", "Share with casualties"), type="number"),
    Field("vulnerable", Text("行人與機車占比", "Share with people on foot or motorcycles"), type="number"),
    Field("trend", Text("年變化", "Yearly change"), type="number"),
    Field("trend_low", LOW, type="number", popup=False),
    Field("trend_high", HIGH, type="number", popup=False),
    Field("grade", Text("風險分級", "Grade"), type="number", description=GRADE),
    Field("grade_name", Text("分級", "Grade in a word"), type="string"),
    Field("alike", Text("同類", "Places like it"), type="string", popup=False),
    Field("since", Text("期間自", "From"), type="date", popup=False),
    Field("until", Text("期間至（不含）", "Until (not counted)"), type="date", popup=False),
)
NIGHTLY = Text(
    "每夜由近三年事故篩選一次：與同岔數、號誌、級別（路段為同級道路每公里）者相比，經驗貝氏與 95% 區間。",
    "Screened each night over the last three years: against junctions with as many legs, the same control and rank "
    "(sections: by length, of the same rank), Empirical Bayes with 95 % intervals.",
)

SCREENED = [
    Layer(
        id="junction_screening",
        title=Text("路口篩選（超額）", "Junctions by excess"),
        description=Text(
            "件數、當量、嚴重度、趨勢、弱勢用路人與經驗貝氏超額：哪些路口比同類路口更危險，差多少、有多確定。",
            "Count, EPDO, severity, trend, vulnerable users and Empirical-Bayes excess: which junctions harm more than "
            "junctions like them, by how much and how surely.",
        ),
        group="harm",
        source=Query(
            sql=f"""
                SELECT j.id, j.geom, j.merc, j.name, j.name_en, j.ward_id, {_FIGURES}
                FROM crashes_screenedjunction s JOIN streets_junction j ON j.id = s.junction_id
            """,
            geometry="point",
            tables=("streets_junction", "crashes_screenedjunction"),
        ),
        fields=(
            Field("name", Text("路口名稱", "Junction"), type="string", tile=13),
            Field("name_en", Text("英文名稱", "English name"), type="string"),
            *FIGURES,
            Field("ward_id", Text("里", "Ward"), type="integer", of="wards", popup=False),
        ),
        label="name",
        about="junctions",
        zooms=(10, 22),
        generalise=(Only(below=13, where="q.rank <= 60"), Only(below=15, where="q.rank <= 300")),
        style=Style(
            Points(
                Text("超額件數", "excess crashes"), by="excess", breaks=(1, 3, 6, 10), size=10, zooms=(10, 24)
            ),
            Labels("name", size=12, priority="rank", most=200, zooms=(14.5, 24)),
        ),
        attribution=CITY,
        provenance=NIGHTLY,
    ),
    Layer(
        id="section_screening",
        title=Text("路段篩選（超額）", "Sections by excess"),
        description=Text(
            "各路段事故件數與同級道路同長度相比的超額、當量、嚴重度與趨勢。",
            "Sections of streets by their crashes above as many kilometres of streets of their rank, with EPDO, severity "
            "and trend.",
        ),
        group="harm",
        source=Query(
            sql=f"""
                SELECT c.id, c.geom, c.merc, c.name, c.name_en, c.start AS "from", c."end" AS "to", c.length_m,
                       s.per_km, {_FIGURES}
                FROM crashes_screenedsection s JOIN streets_section c ON c.id = s.section_id
            """,
            geometry="line",
            tables=("streets_section", "crashes_screenedsection"),
        ),
        fields=(
            Field("name", Text("路名", "Street"), type="string", tile=13),
            Field("name_en", Text("英文路名", "English name"), type="string"),
            Field("from", Text("起", "Begins at"), type="string"),
            Field("to", Text("迄", "Ends at"), type="string"),
            Field("length_m", Text("長度", "Length"), type="number", unit="m"),
            Field("per_km", Text("每公里件數", "Crashes per km"), type="number", unit="/km"),
            *FIGURES,
        ),
        label="name",
        about="sections",
        zooms=(10, 22),
        generalise=(Only(below=13, where="q.rank <= 150"), Simplify(below=16)),
        style=Style(
            Lines(
                Text("超額件數", "excess crashes"),
                by="excess",
                breaks=(1, 3, 6, 10),
                width=3.4,
                zooms=(10, 24),
            )
        ),
        attribution=CITY,
        provenance=NIGHTLY,
    ),
    Layer(
        id="crash_windows",
        title=Text("事故集中路段（滑動視窗）", "Clusters along streets"),
        description=Text(
            "以 300 公尺視窗、每 50 公尺滑動，找出件數顯著高於同級道路的區段；同一路段至多三處、互不重疊。",
            "Windows of 300 m slid by 50 m: where a stretch has more crashes than as many metres of streets of its rank; of "
            "a section at most three that do not overlap.",
        ),
        group="harm",
        source=Query(
            sql="""
                SELECT w.id, w.geom, w.merc, c.name, c.name_en, w.section_id, w.rank, w.from_m, w.to_m, w.crashes, w.epdo,
                       w."like", w.excess, w.excess_low, w.excess_high
                FROM crashes_crashwindow w JOIN streets_section c ON c.id = w.section_id
            """,
            geometry="line",
            tables=("streets_section", "crashes_crashwindow"),
        ),
        fields=(
            Field("name", Text("路名", "Street"), type="string", tile=13),
            Field("name_en", Text("英文路名", "English name"), type="string"),
            Field("rank", Text("排名", "Rank"), type="integer", tile=0),
            Field("crashes", Text("件數", "Crashes"), type="integer", tile=12),
            Field("epdo", Text("當量", "EPDO"), type="number"),
            Field("like", Text("同類平均", "Mean of streets like it"), type="number"),
            Field("excess", Text("超額件數", "Excess crashes"), type="number", tile=0, description=EXCESS),
            Field("excess_low", LOW, type="number"),
            Field("excess_high", HIGH, type="number"),
            Field("from_m", Text("自起點", "From the beginning"), type="number", unit="m"),
            Field("to_m", Text("至", "To"), type="number", unit="m"),
            Field("section_id", Text("路段", "Section"), type="integer", of="sections", popup=False),
        ),
        label="name",
        zooms=(10, 22),
        style=Style(
            Lines(
                Text("超額件數", "excess crashes"),
                by="excess",
                breaks=(2, 4, 6, 10),
                width=6.0,
                zooms=(10, 24),
            )
        ),
        attribution=CITY,
        provenance=NIGHTLY,
    ),
]
