"""What the space-time scan found, as it is told: where, since when, how many against how many, p, and that in words."""

from __future__ import annotations

from typing import Any

from pyproj import Transformer

from layers.hotspots.craft.scan import Cluster, Found
from layers.hotspots.points import day_of
from layers.registry.rows import TWD97
from layers.registry.text import Text

LEVEL = 0.05
Json = dict[str, Any]
SOME = Text(
    "{0} 處近日比平常多，不是巧合可以解釋（p ≤ 0.05）。",
    "{0} places have lately had more than usual, which chance does not explain (p ≤ 0.05).",
)
NONE = Text(
    "近四週沒有巧合不能解釋的聚集（最強一處 p = {0}）。",
    "No cluster of the last four weeks is more than chance explains (the strongest has p = {0}).",
)
ONE = Text(
    "{start} 至 {end}（{days} 天）半徑 {radius} 公尺內 {observed} 件，平常約 {expected} 件（{ratio} 倍）；p = {p}，{sure}",
    "{observed} within {radius} m in the {days} days from {start} to {end}, where {expected} were to be expected ({ratio} "
    "times); p = {p}: {sure}",
)
SURE = Text("不是巧合可以解釋。", "more than chance explains.")
UNSURE = Text("可能只是巧合。", "it may be chance.")


def told(found: Found, now: float, deals: int) -> Json:
    """`now` is the first day that was not looked at. Where nothing is significant, the strongest is told as what it is."""
    some = found.significant(LEVEL)
    p = _p(found.p)
    sentence = (
        {lang: SOME.get(lang).format(len(some)) for lang in ("zh", "en")}
        if some
        else {lang: NONE.get(lang).format(p) for lang in ("zh", "en")}
    )
    return {
        "p": round(found.p, 4), "deals": deals, "sentence": sentence,
        "clusters": [_one(c, now) for c in some or found.clusters[:1]],
    }  # fmt: skip


def _one(c: Cluster, now: float) -> Json:
    lon, lat = Transformer.from_crs(TWD97, 4326, always_xy=True).transform(c.x, c.y)
    start, end = day_of(now - c.days).isoformat(), day_of(now - 1).isoformat()
    sure = SURE if c.p <= LEVEL else UNSURE
    said = {
        "start": start, "end": end, "days": f"{c.days:g}", "radius": f"{c.radius:g}", "observed": c.observed,
        "expected": f"{c.expected:.1f}", "ratio": f"{c.ratio:.1f}", "p": _p(c.p),
    }  # fmt: skip
    return {
        "lon": round(lon, 6), "lat": round(lat, 6), "radius": c.radius, "start": start, "end": end, "days": c.days,
        "observed": c.observed, "expected": round(c.expected, 2), "ratio": round(c.ratio, 2), "p": round(c.p, 4),
        "significant": c.p <= LEVEL,
        "words": {lang: ONE.get(lang).format(**said, sure=sure.get(lang)) for lang in ("zh", "en")},
    }  # fmt: skip


def _p(p: float) -> str:
    return f"{p:.3f}" if p < 0.1 else f"{p:.2f}"


def features(said: Json) -> Json:
    """The clusters of a telling as discs in WGS 84."""
    import json

    import numpy as np
    import shapely

    out, back = [], Transformer.from_crs(TWD97, 4326, always_xy=True)
    there = Transformer.from_crs(4326, TWD97, always_xy=True)
    for rank, one in enumerate(said["clusters"], 1):
        disc = shapely.buffer(shapely.Point(there.transform(one["lon"], one["lat"])), one["radius"])
        world = shapely.transform(disc, lambda xy: np.round(np.column_stack(back.transform(*xy.T)), 6))
        out.append({
            "type": "Feature", "id": rank, "geometry": json.loads(shapely.to_geojson(world)),
            "properties": {"rank": rank} | {k: v for k, v in one.items() if k not in ("lon", "lat")},
        })  # fmt: skip
    return {"type": "FeatureCollection", "features": out}
