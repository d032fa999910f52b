"""Public files of ground and posts: the land survey's townships and villages, lists of police units.

Import townships before villages, and villages before what is counted by them, so that each row finds its ground.
"""

from layers.registry.importer import TAIWAN, Importer, Place, take
from layers.registry.text import Text

TOWNS = Importer(
    title=Text("鄉鎮市區界線", "Township boundaries"),
    needs=("TOWNCODE", "TOWNNAME"),
    when=lambda first: "VILLCODE" not in first,  # the file of villages names the townships too
    fields={
        "key": take("TOWNCODE"),
        "code": take("TOWNCODE"),
        "name": take("TOWNNAME"),
        "name_en": take("TOWNENG"),
    },
)

VILLAGES = Importer(
    title=Text("村里界圖", "Village boundaries"),
    needs=("VILLCODE", "VILLNAME"),
    fields={
        "key": take("VILLCODE"),
        "code": take("VILLCODE"),
        "name": take("VILLNAME"),
        "name_en": take("VILLENG"),
        "district_id": take("TOWNCODE", lenient=True),
    },
)

# Two posts of one city may share a name, so the address belongs to what names a post.
UNITS = Importer(
    title=Text("警察機關地址", "Addresses of police units"),
    needs=("中文單位名稱", "地址", ("x", "POINT_X"), ("y", "POINT_Y")),
    key=("中文單位名稱", "地址"),
    place=Place(lon=("x", "POINT_X"), lat=("y", "POINT_Y"), within=TAIWAN),
    fields={
        "name": take("中文單位名稱"),
        "name_en": take("英文單位名稱"),
        "address": take("地址"),
        "phone": take("電話"),
    },
)

CHIAYI = Importer(
    title=Text("嘉義市警察單位", "Police units of Chiayi City"),
    needs=("單位別", "地址", "電話"),
    key=("單位別", "地址"),
    place=Place(lon=("經度",), lat=("緯度",), within=TAIWAN),
    fields={"name": take("單位別"), "address": take("地址"), "phone": take("電話")},
)

TAIPEI = Importer(
    title=Text("臺北市警察單位（無坐標）", "Police units of Taipei (no coordinates)"),
    needs=("name", "display_addr", "poi_addr"),
    key=("name", "poi_addr"),
    place=Place(
        within=TAIWAN,
        missing=Text(
            "此表只有地址、沒有坐標；請先定位，補上經度與緯度兩欄",
            "this list has addresses but no coordinates; find the places and add columns of longitude and latitude",
        ),
    ),
    fields={"name": take("name"), "address": take("display_addr")},
)

IMPORTERS = {"districts": [TOWNS], "wards": [VILLAGES], "stations": [UNITS, CHIAYI, TAIPEI]}
