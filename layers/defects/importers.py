"""Reports of the 1999 line. One file feeds two layers: what is broken on the road, and what people complain of.

A line that belongs into the other layer is rejected by name, so that both imports together account for the file.
"""

from collections.abc import Callable

from layers.registry.importer import TAIWAN, Cells, Importer, Place, Take, Wrong, take
from layers.registry.text import Text

NEEDS = ("案件編號", "通報時間", "案件大類", "案件細類", "地址", "經度", "緯度")
PLACE = Place(lon=("經度",), lat=("緯度",), crs="EPSG:4326", within=TAIWAN)

REPORTS = {
    "違規停車": "parking",
    "騎樓舉發": "pavement",
    "交通運輸/佔用道路": "obstacle",
    "道路維修/路樹傾倒": "obstacle",
    "道路維修/路面油漬": "obstacle",
    "道路維修/地下道積水": "obstacle",
}
DEFECTS = {
    "道路維修/路面坑洞": "pothole",
    "道路維修/路面下陷、凹陷": "pothole",
    "道路維修/路面掏空、塌陷": "pothole",
    "道路維修/人孔蓋或溝蓋聲響鬆動": "manhole",
    "道路維修/人孔蓋聲響、凹陷、漏水": "manhole",
    "道路維修/人孔蓋凹陷坑洞": "manhole",
    "道路維修/寬頻管線、孔蓋損壞": "manhole",
    "交通運輸/號誌故障": "signal",
}


def _kind(cells: Cells, kinds: dict[str, str]) -> str | None:
    heading, said = str(cells["案件大類"]), str(cells["案件細類"])
    return kinds.get(f"{heading}/{said}") or kinds.get(heading)


def kind_of(here: dict[str, str], other: dict[str, str], layer: str) -> Callable[[Cells], str]:
    def read(cells: Cells) -> str:
        if found := _kind(cells, here):
            return found
        said = "／".join(filter(None, (str(cells["案件大類"]), str(cells["案件細類"])))) or "空白"
        if _kind(cells, other):
            raise Wrong(f"「{said}」屬於圖層 {layer}", f"“{said}” belongs into the layer {layer}")
        raise Wrong(f"「{said}」沒有對應的項目", f"“{said}” is no kind that is kept here")

    return read


LINE_1999 = Importer(
    title=Text("1999 交通通報", "Traffic reports of the 1999 line"),
    needs=NEEDS,
    key=("案件編號",),
    place=PLACE,
    fields={
        "kind": Take(columns=("案件大類",), read=kind_of(REPORTS, DEFECTS, "road_defects")),
        "at": take("通報時間"),
        "place": take("地址"),
    },
)

# The file does not say what became of a report, so a defect is reported and no more.
LINE_1999_DEFECTS = Importer(
    title=Text("1999 道路缺失通報", "Road defects of the 1999 line"),
    needs=NEEDS,
    key=("案件編號",),
    place=PLACE,
    fields={
        "kind": Take(columns=("案件大類",), read=kind_of(DEFECTS, REPORTS, "citizen_reports")),
        "state": Take(constant="reported"),
        "reported_at": take("通報時間"),
        "place": take("地址"),
    },
)

IMPORTERS = {"citizen_reports": [LINE_1999], "road_defects": [LINE_1999_DEFECTS]}
