"""Crash records as they are published: the national A1/A2 file, a line a party, and the cities' file, a line a crash.

Columns are found by name, never by position: the form changed on 2023-07-01, and later years have one more.
"""

from __future__ import annotations

from layers.crashes.models import Party
from layers.crashes.police import POLICE, unit_of
from layers.crashes.takes import SEVERITY, coded, first, toll, yes
from layers.registry.importer import TAIWAN, Cells, Child, Importer, Place, Take, take
from layers.registry.text import Text

TELLS = {"pedestrian": ("vehicle", ("H01",)), "motorcycle": ("vehicle", ("C",))}


def vehicle_class(cells: Cells) -> str:
    """The class of the first party's vehicle: the first letter of its code, as it stands above the label."""
    heading = str(cells.get("當事者區分-類別-大類別名稱-車種", ""))
    return next((letter for word, letter in CLASSES.items() if heading.startswith(word)), "")


CLASSES = {
    "大客車": "A",
    "大貨車": "A",
    "全聯結車": "A",
    "半聯結車": "A",
    "曳引車": "A",
    "小客車": "B",
    "小貨車": "B",
    "機車": "C",
    "軍車": "D",
    "特種車": "E",
    "慢車": "F",
    "其他車": "G",
    "人": "H",
}


NATIONAL = Importer(
    title=Text("全國 A1／A2 事故資料（當事者）", "National A1/A2 crashes, a line a party"),
    needs=("發生日期", "發生時間", "事故類別名稱", "當事者順位", "經度", "緯度"),
    key=("發生日期", "發生時間", "經度", "緯度", "發生地點", "死亡受傷人數", "肇因研判子類別名稱-主要"),
    place=Place(lon=("經度",), lat=("緯度",), crs="EPSG:4326", within=TAIWAN, city=True, minutes=True),
    fields={
        "severity": Take(columns=("事故類別名稱",), values=SEVERITY),
        "occurred_at": take("發生日期", time=("發生時間",)),
        "deaths": toll(1),
        "injuries": toll(2),
        "address": take("發生地點"),
        "unit": take("處理單位名稱警局層"),
        "weather": coded("天候名稱", "crash.weather"),
        "light": coded("光線名稱", "crash.light"),
        "road_class": coded("道路類別-第1當事者-名稱", "crash.road_class"),
        "speed_limit": take("速限-第1當事者"),
        "form": coded("道路型態子類別名稱", "crash.form", "道路型態大類別名稱"),
        "location": coded("事故位置子類別名稱", "crash.location", "事故位置大類別名稱"),
        "pavement": coded("路面狀況-路面鋪裝名稱", "crash.pavement"),
        "surface": coded("路面狀況-路面狀態名稱", "crash.surface"),
        "defect": coded("路面狀況-路面缺陷名稱", "crash.defect"),
        "obstacle": coded("道路障礙-障礙物名稱", "crash.obstacle"),
        "sight": coded("道路障礙-視距名稱", "crash.sight", "道路障礙-視距品質名稱"),
        "signal": coded("號誌-號誌種類名稱", "crash.signal"),
        "signal_state": coded("號誌-號誌動作名稱", "crash.signal_state"),
        "direction": coded(
            "車道劃分設施-分向設施子類別名稱", "crash.direction", "車道劃分設施-分向設施大類別名稱"
        ),
        "lane_line": coded("車道劃分設施-分道設施-快車道或一般車道間名稱", "crash.lane_line"),
        "slow_lane_line": coded("車道劃分設施-分道設施-快慢車道間名稱", "crash.slow_lane_line"),
        "edge_line": coded("車道劃分設施-分道設施-路面邊線名稱", "crash.edge_line"),
        "type": coded("事故類型及型態子類別名稱", "crash.type", "事故類型及型態大類別名稱"),
        "cause": coded("肇因研判子類別名稱-主要", "crash.cause", "肇因研判大類別名稱-主要"),
        "hit_and_run": yes("肇事逃逸類別名稱-是否肇逃"),
        "vehicle": Take(columns=("當事者區分-類別-大類別名稱-車種",), read=vehicle_class),
        "origin": Take(constant="real"),
    },
    child=Child(
        model=Party,
        parent="crash",
        order="number",
        count="party_count",
        capped=10,
        tells=TELLS,
        fields={
            "number": take("當事者順位"),
            "vehicle": coded(
                "當事者區分-類別-子類別名稱-車種", "crash.vehicle", "當事者區分-類別-大類別名稱-車種"
            ),
            "sex": coded("當事者屬-性-別名稱", "crash.sex"),
            "age": take("當事者事故發生時年齡"),
            "protection": coded("保護裝備名稱", "crash.protection"),
            "phone": coded("行動電話或電腦或其他相類功能裝置名稱", "crash.phone"),
            "action": coded("當事者行動狀態子類別名稱", "crash.action", "當事者行動狀態大類別名稱"),
            "impact": coded("車輛撞擊部位子類別名稱-最初", "crash.impact", "車輛撞擊部位大類別名稱-最初"),
            "impact_other": coded(
                "車輛撞擊部位子類別名稱-其他", "crash.impact", "車輛撞擊部位大類別名稱-其他"
            ),
            "platform": take("共享經濟或外送平台的名稱", "共享經濟或外送平台名稱"),
            "cause": coded("肇因研判子類別名稱-個別", "crash.cause", "肇因研判大類別名稱-個別"),
            "hit_and_run": yes("肇事逃逸類別名稱-是否肇逃"),
        },
    ),
)


# What the cities' file leaves open, because it has no headings.
TYPES = {"其他": "X09"}
CAUSES = {"尚未發現肇事因素": "X44", "開啟或關閉車門不當": "X40"}


def severity_of_city(cells: Cells) -> str:
    """The cities' file calls every record «交通事故»; its number says A, B or C for A1, A2, A3."""
    if int(str(cells.get("24小時內死亡人數", "")) or 0) > 0:
        return "1"
    return (
        "2"
        if int(str(cells.get("受傷人數", "")) or 0) > 0 or int(str(cells.get("30日內死亡人數", "")) or 0)
        else "3"
    )


CITY = Importer(
    title=Text("縣市事故資料（案件）", "A city's crashes, a line a crash"),
    needs=("總編號", "發生日期", "發生時間", "GPS經度", "GPS緯度"),
    key=("總編號",),
    place=Place(lon=("GPS經度",), lat=("GPS緯度",), crs="EPSG:4326", within=TAIWAN, city=True, minutes=True),
    fields={
        "case_no": take("總編號"),
        "unit": Take(columns=("總編號",), read=lambda cells: unit_of(first(cells, "總編號"))),
        "station": Take(
            columns=("總編號",), read=lambda cells: unit_of(first(cells, "總編號")), lenient=True
        ),
        "severity": Take(columns=("受傷人數",), read=severity_of_city),
        "occurred_at": take("發生日期", time=("發生時間",), format="%Y%m%d %H%M%S"),
        "deaths": take("24小時內死亡人數"),
        "injuries": take("受傷人數"),
        "weather": coded("天候", "crash.weather"),
        "light": coded("道路照明設備", "crash.light"),
        "speed_limit": take("速限"),
        "form": coded("道路型態", "crash.form"),
        "location": coded("事故位置", "crash.location"),
        "signal": coded("號誌-號誌種類", "crash.signal"),
        "type": coded("事故類型及型態", "crash.type", **TYPES),
        "cause": coded("初步分析研判子類別-主要", "crash.cause", **CAUSES),
        "origin": Take(constant="real"),
    },
)

IMPORTERS = {"crashes": [NATIONAL, POLICE, CITY]}
NEAR = {"crashes": {"junction": 30.0, "road": 40.0}}
