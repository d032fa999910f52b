"""Published thefts and robberies. Their places are blurred on purpose, so none is made up: every line is rejected."""

from layers.registry.importer import TAIWAN, Importer, Place, Take, take
from layers.registry.text import Text

KINDS = {"住宅竊盜": "burglary", "汽車竊盜": "theft", "機車竊盜": "theft", "自行車竊盜": "theft"}

PUBLISHED = Importer(
    title=Text("竊盜與強盜點位資訊（無坐標）", "Published thefts and robberies (no coordinates)"),
    needs=("編號", "案類", "發生日期", "發生時段", ("發生地點", "發生(現)地點")),
    key=("案類", "編號"),
    place=Place(
        within=TAIWAN,
        missing=Text(
            "此資料只公布路段、沒有坐標，且刻意模糊；不自行推定位置",
            "only the stretch of road is published, blurred on purpose and without coordinates; no place is made up",
        ),
    ),
    fields={
        "kind": Take(columns=("案類",), values=KINDS),
        "at": take("發生日期"),
        "address": take("發生地點", "發生(現)地點"),
    },
)

IMPORTERS = {"crimes": [PUBLISHED]}
