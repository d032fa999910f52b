"""Announced cameras: the national register of speed cameras, and the lists of cities, which name places in words alone."""

from layers.registry.importer import TAIWAN, Cells, Importer, Place, Take, take
from layers.registry.text import Text

ACTIVE = Take(constant="active")
WORDS_ALONE = Place(
    within=TAIWAN,
    missing=Text(
        "此表只有地點文字、沒有坐標；請先定位，補上經度與緯度兩欄",
        "this list names places in words, without coordinates; find the places and add longitude and latitude",
    ),
)


def _said(cells: Cells, *names: str) -> str:
    return next((str(cells[n]) for n in names if cells.get(n)), "")


def named(cells: Cells) -> str:
    """The place with the direction: two cameras of one junction are told apart by it."""
    place, way = _said(cells, "Address", "設置地址"), _said(cells, "direct", "拍攝方向")
    return f"{place}（{way}）" if place and way else place


def watched(cells: Cells) -> str:
    return "section_speed" if "區間" in _said(cells, "direct", "拍攝方向") else "speed"


NATIONAL = Importer(
    title=Text("測速執法設置點（警政署）", "Speed cameras of the country"),
    needs=(("Address", "設置地址"), ("Longitude", "經度"), ("Latitude", "緯度"), ("direct", "拍攝方向"), ("limit", "速限")),
    key=("CityName", "設置縣市", "RegionName", "設置市區鄉鎮", "Address", "設置地址", "direct", "拍攝方向"),
    place=Place(lon=("Longitude", "經度"), lat=("Latitude", "緯度"), crs="EPSG:4326", within=TAIWAN),
    fields={
        "name": Take(columns=("Address", "設置地址"), read=named),
        "kinds": Take(columns=("direct", "拍攝方向"), read=watched),
        "speed_limit": take("limit", "速限"),
        "state": ACTIVE,
    },
)  # fmt: skip

TAINAN = Importer(
    title=Text("臺南市固定式測速照相（無坐標）", "Fixed cameras of Tainan (no coordinates)"),
    needs=("轄區分局", "設置位置", "拍攝行向", "速限"),
    key=("行政區", "設置位置", "拍攝行向"),
    place=WORDS_ALONE,
    fields={"name": take("設置位置"), "speed_limit": take("速限"), "state": ACTIVE},
)

CHIAYI = Importer(
    title=Text("嘉義市固定式測速照相（無坐標）", "Fixed cameras of Chiayi City (no coordinates)"),
    needs=("address", "camera_type", "speed"),
    key=("city", "address"),
    place=WORDS_ALONE,
    fields={"name": take("address"), "speed_limit": take("speed"), "state": ACTIVE},
)

IMPORTERS = {"enforcement_sites": [NATIONAL, TAINAN, CHIAYI]}
NEAR = {"enforcement_sites": {"junction_id": 30.0}}
