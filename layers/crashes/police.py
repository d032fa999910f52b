"""The police department's own export: text with @ between the cells, a line a party, columns named by the form's items.

How much of «8.道路型態» a header says differs from export to export (8道路型態, 道路型態, with 名稱 behind it, with
(11207新增) behind it), and cells hold codes or labels; the day of the crash says by which form they are read. Names,
identity numbers and number plates are in the file and are not read.
"""

from __future__ import annotations

import re

from data.codes import table
from layers.crashes.models import Party
from layers.crashes.takes import coded, first, when, yes
from layers.registry.importer import TAIWAN, Cells, Child, Importer, Place, Take, Wrong
from layers.registry.text import Text

NEW = "(11207新增)"
_UNIT = re.compile(r"^.*?(?:警察局|分局|大隊)(?=.)")


def item(number: str, *names: str, bare: bool = True) -> tuple[str, ...]:
    """All headers that may stand above an item of the form; `bare` where its number alone is no other item's."""
    out = []
    for name in names:
        for said in (name, f"{name}名稱", f"{name}{NEW}", f"{name}名稱{NEW}"):
            out += [f"{number}.{said}", f"{number}{said}", f"{number}. {said}", said]
    return tuple(dict.fromkeys([*out, *([number, f"{number}."] if bare else ())]))


CASE = ("總編號(案件編號)", "總編號", "案件編號")
DAY = ("發生日期", "1.發生日期", "1發生日期")
CLOCK = ("1.發生時間", "1發生時間", "發生時間")
LON = ("GPS經度", "經度", "GPS座標X", "GPS坐標X", "座標-X", "坐標-X")
LAT = ("GPS緯度", "緯度", "GPS座標Y", "GPS坐標Y", "座標-Y", "坐標-Y")
ORDER = ("當事者順位", "當事者順序", "當事人序", "當事人序號", "當事者序號")
KIND = ("事故類別", "交通事故類別", "事故類別名稱", "案件類別", "0.案件類別", "處理別")
DEAD = ("3-1.24小時內死亡人數", "24小時內死亡人數", "3-1.死亡人數", "死亡人數")
HURT = ("3-2.受傷人數", "受傷人數")
LATER = ("3-2.2-30日內死亡人數", "2-30日內死亡人數", "2-30日死亡人數")
POST = ("處理單位名稱派出所", "處理單位名稱派出所層", "所轄單位名稱", "管轄單位名稱")
DEPARTMENT = ("處理單位名稱分局層", "處理單位名稱")


def _count(cells: Cells, columns: tuple[str, ...]) -> int:
    said = first(cells, *columns) or "0"
    try:
        return int(float(said))
    except ValueError as wrong:
        raise Wrong(f"「{said[:20]}」不是人數", f"“{said[:20]}” is no number of people") from wrong


def severity(cells: Cells) -> str:
    """The class that the file says, or, where it says none, the one that follows from its dead and injured."""
    said = first(cells, *KIND).upper().translate(str.maketrans("Ａ１２３４", "A1234"))
    if found := re.match(r"^A?([123])(?:-\d)?\b", said):
        return found.group(1)
    if said:
        raise Wrong(f"「{said[:20]}」不是 A1、A2、A3", f"“{said[:20]}” is neither A1, A2 nor A3")
    if _count(cells, DEAD):
        return "1"
    return "2" if _count(cells, HURT) or _count(cells, LATER) else "3"


def address(cells: Cells) -> str:
    """Road and crossing road, or the highway with its kilometre."""

    def at(*names: str) -> str:
        said = first(cells, *(f"{lead}{name}" for name in names for lead in ("2-1.", "2-2.", "2-1", "")))
        return "" if said in ("0", "無") else said

    town = at("發生市區鄉鎮", "市區鄉鎮")
    road = at("發生地址_路街") + at("發生地址_段")
    crossing = at("發生交叉路口_路街口", "發生地址_交叉路口_路街口") + at("發生交叉路口_段")
    highway = at("發生-路線-公路(國道/省道/縣道/鄉道)")
    parts = [part for part in (road or highway, crossing) if part] or [
        at("發生地址_其他", "發生地點", "肇事地點")
    ]
    return (town + " / ".join(parts))[:200]


def station(cells: Cells) -> str:
    """The police post without the department and precinct before its name; else the unit in the case number."""
    said = _UNIT.sub("", first(cells, *POST))
    while said != (shorter := _UNIT.sub("", said)):
        said = shorter
    return said or unit_of(first(cells, *CASE))


def unit_of(case: str) -> str:
    """«AC191» of 11301AC191A0001: five places of year and month, five of the unit, the class, a serial number."""
    found = re.match(r"^\d{5}([A-Z]{2}[0-9A-Z]{3})[A-Z]\d{3,5}$", case.strip().upper())
    return found.group(1) if found else ""


VEHICLE = item("26", "當事者區分(類別)", "當事者區分", "車種")
_LABELS = {code.zh: code.value for code in reversed(table("crash.vehicle").entries)}


def vehicle_class(cells: Cells) -> str:
    """The letter that the code of the first party's vehicle begins with; nothing where words leave it open."""
    said = first(cells, *VEHICLE)
    code = _LABELS.get(said, said).upper()
    return code[0] if re.match(r"^[A-H]\d\d$", code) else ""


POLICE = Importer(
    title=Text("警察局事故匯出檔（當事者）", "The police department's export, a line a party"),
    needs=(CASE, DAY, CLOCK, LON, LAT, ORDER),
    key=CASE,
    place=Place(lon=LON, lat=LAT, within=TAIWAN, city=True, minutes=True),
    fields={
        "case_no": Take(columns=CASE),
        "severity": Take(columns=KIND, read=severity),
        "occurred_at": when(DAY, CLOCK),
        "deaths": Take(columns=DEAD, read=lambda cells: str(_count(cells, DEAD))),
        # who died later is still an injured person of the day
        "injuries": Take(columns=HURT, read=lambda cells: str(_count(cells, HURT))),
        "address": Take(columns=("2-1.發生地址_路街",), read=address),
        "unit": Take(columns=DEPARTMENT),
        "station": Take(columns=POST, read=station, lenient=True),
        "weather": coded(item("4", "天候"), "crash.weather"),
        "light": coded(item("5", "道路照明設備", "光線"), "crash.light"),
        "road_class": coded(item("6", "道路類別", "道路類別(第1當事者)"), "crash.road_class"),
        "speed_limit": Take(columns=item("7", "速限(第1當事者)", "速限", "速限-速度限制"), values={"0": ""}),
        "form": coded(item("8", "道路型態"), "crash.form"),
        "location": coded(item("9", "事故位置"), "crash.location"),
        "pavement": coded(item("10-1", "路面狀況-路面鋪裝", "路面鋪裝", "路面狀況1"), "crash.pavement"),
        "surface": coded(item("10-2", "路面狀況-路面狀態", "路面狀態", "路面狀況2"), "crash.surface"),
        "defect": coded(item("10-3", "路面狀況-路面缺陷", "路面缺陷", "路面狀況3"), "crash.defect"),
        "obstacle": coded(item("11-1", "道路障礙-障礙物", "障礙物", "道路障礙1"), "crash.obstacle"),
        "sight": coded(item("11-2", "道路障礙-視距", "視距", "道路障礙2"), "crash.sight"),
        "signal": coded(item("12-1", "號誌-號誌種類", "號誌種類", "號誌1"), "crash.signal"),
        "signal_state": coded(item("12-2", "號誌-號誌動作", "號誌動作", "號誌2"), "crash.signal_state"),
        "direction": coded(
            item("13", "車道劃分設施-分向設施", "分向設施", "車道劃分-分向"), "crash.direction"
        ),
        "lane_line": coded(
            item("14-1", "車道劃分設施-分道設施-快車道或一般車道間", "快車道或一般車道間", "車道劃分-分道1"),
            "crash.lane_line",
        ),
        "slow_lane_line": coded(
            item("14-2", "車道劃分設施-分道設施-快慢車道間", "快慢車道間", "車道劃分-分道2"),
            "crash.slow_lane_line",
        ),
        "edge_line": coded(
            item("14-3", "車道劃分設施-分道設施-路面邊線", "路面邊線", "車道劃分-分道3"), "crash.edge_line"
        ),
        "type": coded(item("15", "事故類型及型態"), "crash.type"),
        "cause": coded(
            ("初步分析研判子類別-主要", "34.初步分析研判子類別-主要", "34.初步分析研判-主要", "肇因碼-主要"),
            "crash.cause",
        ),
        "hit_and_run": yes("肇事逃逸(是否肇逃)", "35.肇事逃逸(是否肇逃)", "肇逃"),
        "vehicle": Take(columns=VEHICLE, read=vehicle_class),
        "origin": Take(constant="real"),
    },
    child=Child(
        model=Party,
        parent="crash",
        order="number",
        count="party_count",
        tells={"pedestrian": ("vehicle", ("H01",)), "motorcycle": ("vehicle", ("C",))},
        fields={
            "number": Take(columns=ORDER),
            "sex": coded(item("17", "屬(性)別", "性別"), "crash.sex"),
            "age": Take(columns=item("20", "年齡", "當事者事故發生時年齡", bare=False)),
            "injury": coded(item("22", "受傷程度"), "crash.injury"),
            "injury_part": coded(item("23", "主要傷處"), "crash.injury_part"),
            "protection": coded(item("24", "保護裝備", "保護裝置", "安全帽"), "crash.protection"),
            "phone": coded(item("25", "行動電話、電腦或其他相類功能裝置", "行動電話"), "crash.phone"),
            "vehicle": coded(VEHICLE, "crash.vehicle"),
            "use": coded(item("28", "車輛用途"), "crash.use"),
            "action": coded(item("29", "當事者行動狀態"), "crash.action"),
            "licence": coded(item("30", "駕照狀態", "駕駛資格情形"), "crash.licence"),
            "licence_kind": coded(item("31", "駕照種類", "駕駛執照種類"), "crash.licence_kind"),
            "alcohol": coded(item("32", "飲酒情形"), "crash.alcohol"),
            "impact": coded(
                item("33-1", "車輛撞擊部位最初", "車輛撞擊部位-最初", "車輛撞擊部位1", "主要車損"),
                "crash.impact",
            ),
            "impact_other": coded(
                item("33-2", "車輛撞擊部位其他", "車輛撞擊部位-其他", "車輛撞擊部位2", "其他車損"),
                "crash.impact",
            ),
            "cause": coded(
                (*item("34", "初步分析研判子類別-個別", "初步分析研判", bare=True), "肇因碼-個別"),
                "crash.cause",
            ),
            "hit_and_run": yes(*item("35", "肇事逃逸", "個人肇逃否", "肇事逃逸-個別")),
            "occupation": coded(item("36", "職業"), "crash.occupation"),
            # item 37 was the purpose of the trip until mid 2023 and is the platform since
            "trip": coded(item("37", "旅次目的", bare=False), "crash.trip"),
            "platform": Take(
                columns=item("37", "共享經濟或外送平台", "共享經濟或外送平台的名稱", "外送/共享", bare=False)
            ),
        },
    ),
)
