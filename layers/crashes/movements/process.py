"""`collision-diagram`, `overlay-junctions` and `movement-shares`: what met what at junctions. For police."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from math import atan2, cos, degrees, hypot, radians, sin
from typing import TYPE_CHECKING, Annotated, Any, Literal

from django.db import connection
from django.http import Http404
from pydantic import Field

from layers.access import Clearance
from layers.registry.process import GEOJSON, JSON, BadInput, Inputs, Output, Process, Run, rows
from layers.registry.sql import Sql, relation
from layers.registry.text import Text

if TYPE_CHECKING:
    from layers.crashes.diagrams import Site

SVG, PDF = "image/svg+xml", "application/pdf"
MOST = 30
Filter = Annotated[
    str | None, Text("事故條件（CQL2）", "A condition on crashes, in CQL2"), Field(min_length=1, max_length=4096)
]  # fmt: skip
When = Annotated[
    str | None, Text("時間或期間", "An instant or start/end"), Field(min_length=1, max_length=100)
]


class Asked(Inputs):
    junction: Annotated[int, Text("路口編號", "The id of the junction"), Field(ge=1)]
    filter: Filter = None
    datetime: When = None
    mode: Annotated[
        Literal["blocks", "pins", "condensed"],
        Text("版型：成群、逐件、簡化", "By groups, each by itself, or condensed to counts"),
    ] = "blocks"


def chosen(run: Run, junctions: list[int], filter: str | None, datetime: str | None) -> dict[int, list[int]]:
    """The crashes of each junction that meet the condition."""
    layer = run.layer("crashes")
    sql = (
        Sql(
            f"SELECT q.junction_id, q.id FROM {relation(layer)} WHERE q.junction_id = ANY(%s) AND ",
            (junctions,),
        )
        + rows(layer, run, filter, datetime)
        + " ORDER BY 1, 2"
    )
    out: dict[int, list[int]] = {id: [] for id in junctions}
    with connection.cursor() as cursor:
        cursor.execute(sql.text, sql.params)
        for junction, id in cursor.fetchall():
            out[junction].append(id)
    return out


def drawn(asked: Asked, run: Run) -> Mapping[str, Any]:
    from layers.crashes import diagrams

    only = chosen(run, [asked.junction], asked.filter, asked.datetime)[asked.junction]
    run.progress(10, "reading movements")
    out: dict[str, Any] = {}
    told = "　".join(
        part for part in (f"期間 {asked.datetime}" if asked.datetime else "", f"條件 {asked.filter}" if asked.filter else "") if part
    )  # fmt: skip
    try:
        if media := run.wanted.get("sheet"):
            made = diagrams.of_junction(asked.junction, asked.mode, only, told[:400], "")
            run.progress(70, "writing")
            if media == PDF:
                import cairosvg

                out["sheet"] = cairosvg.svg2pdf(bytestring=made.svg.encode())
            else:
                out["sheet"] = made.svg
            if "metrics" in run.wanted:
                out["metrics"] = {"digest": made.digest, **made.metrics}
        if "glyphs" in run.wanted:
            found = diagrams.features(diagrams.site(asked.junction, only))
            out["glyphs"] = {"type": "FeatureCollection", "features": found}
        if "metrics" in run.wanted and "metrics" not in out:
            made = diagrams.of_junction(asked.junction, asked.mode, only, told[:400], "")
            out["metrics"] = {"digest": made.digest, **made.metrics}
    except Http404 as none:
        raise BadInput("junction", f"there is no junction {asked.junction}.") from none
    return out


class Several(Inputs):
    junctions: Annotated[
        list[Annotated[int, Field(ge=1)]],
        Text("路口編號，第一個為準", "The ids of the junctions; the first is the frame"),
        Field(min_length=1, max_length=MOST),
    ]
    filter: Filter = None
    datetime: When = None


def sites(asked: Several, run: Run) -> list[Site]:
    from layers.crashes import diagrams

    ids = list(dict.fromkeys(asked.junctions))
    only = chosen(run, ids, asked.filter, asked.datetime)
    out = []
    for k, id in enumerate(ids):
        run.progress(5 + 70 * k / len(ids), "reading movements")
        try:
            out.append(diagrams.site(id, only[id]))
        except Http404 as none:
            raise BadInput("junctions", f"there is no junction {id}.") from none
    return out


def overlaid(asked: Several, run: Run) -> Mapping[str, Any]:
    """All crashes in the frame of the first junction."""
    from diagramming.statistics.frame import carry, lay
    from layers.crashes.diagrams import back_to_world, places_of

    found = sites(asked, run)
    frame = [leg.bearing for leg in found[0].plan.legs]
    if len(frame) < 2:
        raise BadInput("junctions", f"junction {found[0].id} has no two streets.")
    features: list[dict[str, Any]] = []
    refused: list[dict[str, Any]] = []
    counted: list[dict[str, Any]] = []
    for at in found:
        mine = [leg.bearing for leg in at.plan.legs]
        fit = lay(mine, frame)
        if fit is None:
            refused.append(
                {"junction": at.id, "name": at.name, "why": f"{len(mine)} legs do not fit {len(frame)}"}
            )
            continue
        counted.append(
            {
                "junction": at.id,
                "name": at.name,
                "residual": round(fit.residual, 1),
                "legs": list(fit.legs),
                "crashes": len(at.crashes),
            }
        )
        places = places_of(at)
        for crash in at.crashes:
            x, y = places[crash.id]
            bearing, metres = carry((degrees(atan2(x, y)) % 360.0, hypot(x, y)), mine, frame, fit)
            legs = [None if leg is None or leg[0] is None else fit.legs[leg[0]] for leg in crash.legs]
            east, north = metres * sin(radians(bearing)), metres * cos(radians(bearing))
            features.append(
                {
                    "type": "Feature",
                    "id": int(crash.id),
                    "geometry": {"type": "Point", "coordinates": back_to_world(found[0], (east, north))},
                    "properties": {
                        "junction": at.id, "severity": crash.severity, "movement": str(crash.key),
                        "words": crash.key.words(), "legs": legs, "east_m": round(east, 2), "north_m": round(north, 2),
                        "occurred_at": crash.at.isoformat() if crash.at else None,
                    },
                }
            )  # fmt: skip
    return {
        "crashes": {"type": "FeatureCollection", "features": features},
        "summary": {
            "frame": {"junction": found[0].id, "name": found[0].name, "legs": frame},
            "laid": counted, "refused": refused,
            "movements": Counter(f["properties"]["movement"] for f in features).most_common(),
        },
    }  # fmt: skip


class Shares(Inputs):
    junction: Annotated[int, Text("路口編號", "The id of the junction"), Field(ge=1)]
    filter: Filter = None
    datetime: When = None


def shares(asked: Shares, run: Run) -> Mapping[str, Any]:
    """Movements of one junction against those of junctions with as many legs, the same control and rank."""
    from diagramming.statistics.rank import movements
    from layers.crashes.movements.infer import keys_of
    from layers.streets.models import Junction

    junction = Junction.objects.filter(pk=asked.junction).first()
    if junction is None:
        raise BadInput("junction", f"there is no junction {asked.junction}.")
    like = Junction.objects.filter(legs=junction.legs, signal=junction.signal).exclude(pk=junction.pk)
    alike = list(like.filter(rank=junction.rank).values_list("pk", flat=True))
    if len(alike) < 15:
        alike = list(like.values_list("pk", flat=True))
    only = chosen(run, [junction.pk, *alike], asked.filter, asked.datetime)
    run.progress(20, "reading movements")
    here = Counter(keys_of(only[junction.pk]))
    there = Counter(keys_of([id for several in only.values() for id in several]))
    there.subtract(here)
    run.progress(80, "counting")
    found = movements(here, {k: n for k, n in there.items() if n > 0})
    return {
        "shares": {
            "junction": junction.pk, "name": junction.name, "crashes": here.total(), "alike": len(alike),
            "alike_crashes": there.total(),
            "movements": [
                {"movement": s.key, "count": s.count, "share": round(s.share, 4), "low": round(s.low, 4),
                 "high": round(s.high, 4), "usual": round(s.usual, 4), "q": round(s.q, 5), "more": s.more}
                for s in found if s.count
            ],
        }
    }  # fmt: skip


_COLLECTION = {GEOJSON: {"type": "object", "format": "geojson-feature-collection"}}
_OBJECT = {JSON: {"type": "object"}}
DIAGRAM = Process(
    id="collision-diagram",
    title=Text("碰撞構圖", "Collision diagram"),
    description=Text(
        "依條件與期間重排一個路口的碰撞構圖：A3 圖面（SVG、PDF）、地面上的圖元（GeoJSON）與排版品質。",
        "The collision diagram of a junction for a condition and a period: a sheet in A3 (SVG, PDF), the marks on the ground "
        "as GeoJSON, and the measures of the layout.",
    ),
    inputs=Asked,
    outputs=(
        Output("sheet", Text("圖面", "Sheet"), {SVG: {"type": "string"}, PDF: {"type": "string", "contentEncoding": "binary", "contentMediaType": PDF}}),
        Output("glyphs", Text("圖元", "Marks on the ground"), _COLLECTION, asked=True),
        Output("metrics", Text("排版品質", "Measures of the layout"), _OBJECT, asked=True),
    ),
    function=drawn,
    clearance=Clearance.POLICE,
    keywords=(Text("碰撞構圖", "collision diagram"),),
)  # fmt: skip
OVERLAY = Process(
    id="overlay-junctions",
    title=Text("事故疊合", "Overlay of junctions"),
    description=Text(
        "將數個路口的事故依岔角對應疊到第一個路口的座標架構；岔數不同或殘差過大者不疊並說明。",
        "Lays the crashes of several junctions onto the first one, leg onto leg; what does not fit is refused, and said.",
    ),
    inputs=Several,
    outputs=(
        Output("crashes", Text("疊合後的事故", "The crashes, laid over"), _COLLECTION),
        Output("summary", Text("對應與件數", "What was laid how"), _OBJECT, asked=True),
    ),
    function=overlaid,
    clearance=Clearance.POLICE,
    keywords=(Text("疊合", "overlay"),),
)
SHARES = Process(
    id="movement-shares",
    title=Text("過多的動態型態", "Over-represented movements"),
    description=Text(
        "一個路口各動態型態占比與同類路口比較：Clopper–Pearson 精確區間、Benjamini–Hochberg 控制偽發現率。",
        "The share of each movement at a junction against junctions like it: exact (Clopper–Pearson) intervals, false "
        "discovery held down after Benjamini and Hochberg.",
    ),
    inputs=Shares,
    outputs=(Output("shares", Text("占比", "Shares"), _OBJECT),),
    function=shares,
    clearance=Clearance.POLICE,
    keywords=(Text("動態型態", "movement"),),
)
