"""Public lists of cameras: highways, traffic control, a police register. One line is one camera, on a pole of its own.

Where the name says which way a camera looks, the same file goes into `lenses` after it went into `camera_sets`.
"""

import re

from layers.registry.importer import TAIWAN, Cells, Importer, Place, Take, Wrong, take
from layers.registry.text import Text

COMPASS = {"北": 0, "東北": 45, "東": 90, "東南": 135, "南": 180, "西南": 225, "西": 270, "西北": 315}
_WAY = re.compile(r"[向往]([東西]?[南北]|[東西])(?![桿側])")
TRAVEL = {
    "north": "北向", "south": "南向", "east": "東向", "west": "西向",
    "ne": "東北向", "nw": "西北向", "se": "東南向", "sw": "西南向",
}  # fmt: skip
WATCHES = Take(constant="車流監看")
ONE = Take(constant=1)


def facing(name: str) -> int | None:
    """The bearing that a name tells: 東桿(向西), 往西, 西向東; None where it tells none."""
    found = _WAY.findall(name)
    return COMPASS[found[-1]] if found else None


def milestone(cells: Cells) -> str:
    """台1線 12K+300 南向, and what is there: where on the road, since a bare description repeats itself."""
    parts = (cells.get(n) or "" for n in ("route", "mile"))
    way = TRAVEL.get(str(cells.get("direction") or ""), "")
    said = " ".join(str(p) for p in (*parts, way, cells.get("description") or "") if p)
    if not said:
        raise Wrong("沒有路線與里程", "names neither road nor distance")
    return said


HIGHWAY = Importer(
    title=Text("公路 CCTV（TDX）", "Highway cameras (TDX)"),
    needs=("id", "route", "mile", "direction", "streamUrl"),
    place=Place(within=TAIWAN),
    fields={
        "key": take("id"),
        "name": Take(columns=("route",), read=milestone),
        "lens_count": ONE,
        "functions": WATCHES,
    },
)

TAIPEI_TRAFFIC = Importer(
    title=Text("臺北市交通 CCTV", "Traffic cameras of Taipei"),
    needs=("cameraLocationCodeRaw", "locationDescription", "longitude", "latitude"),
    place=Place(lon=("longitude",), lat=("latitude",), crs="EPSG:4326", within=TAIWAN),
    fields={
        "key": take("cameraLocationCodeRaw"),
        "name": take("locationDescription"),
        "lens_count": ONE,
        "functions": WATCHES,
    },
)

TAINAN_NEEDS = ("device_group_id", "camera_name", "lon", "lat")
TAINAN_PLACE = Place(lon=("lon",), lat=("lat",), crs="EPSG:4326", within=TAIWAN)
TAINAN = Importer(
    title=Text("臺南市交通 CCTV", "Traffic cameras of Tainan"),
    needs=TAINAN_NEEDS,
    place=TAINAN_PLACE,
    fields={
        "key": take("device_group_id"),
        "name": take("camera_name"),
        "lens_count": ONE,
        "functions": WATCHES,
    },
)
TAINAN_LENSES = Importer(
    title=Text("臺南市交通 CCTV 的朝向", "Traffic cameras of Tainan: which way they look"),
    needs=TAINAN_NEEDS,
    place=TAINAN_PLACE,
    fields={
        "key": take("device_group_id"),
        "camera_set_id": take("device_group_id"),
        "number": ONE,
        "bearing": Take(columns=("camera_name",), read=lambda cells: facing(str(cells["camera_name"]))),
    },
)

TAIPEI_POLICE = Importer(
    title=Text("臺北市警察局錄影監視系統（無坐標）", "Street cameras of Taipei police (no coordinates)"),
    needs=("編號", "所屬單位", "安裝地址", "攝影方向"),
    place=Place(
        within=TAIWAN,
        missing=Text(
            "此表只有安裝地址、沒有坐標；請先定位，補上經度與緯度兩欄",
            "this list has addresses but no coordinates; find the places and add columns of longitude and latitude",
        ),
    ),
    fields={"key": take("編號"), "name": take("安裝地址"), "lens_count": ONE},
)

IMPORTERS = {
    "camera_sets": [HIGHWAY, TAIPEI_TRAFFIC, TAINAN, TAIPEI_POLICE],
    "lenses": [TAINAN_LENSES],
}
NEAR = {"camera_sets": {"junction_id": 30.0}}
