"""Missing people: the few most sensitive points of the map. Every look at them is written down."""

from data.codes import table
from layers.access import Clearance
from layers.missing.models import MissingPerson, Receiver
from layers.registry.field import Field
from layers.registry.layer import Layer
from layers.registry.source import CITY
from layers.registry.style import Class, Labels, Points, Style
from layers.registry.text import Text

LAYERS = [
    Layer(
        id="missing_persons",
        title=Text("失蹤協尋", "Missing people"),
        description=Text(
            "走失者最後目擊地點；由此向外五百公尺調閱監視器與藍牙接收點。查看皆留紀錄。",
            "Where people were last seen; from there cameras and receivers within 500 m are asked. Every look is logged.",
        ),
        group="response",
        source=MissingPerson,
        fields=(
            Field("key", Text("案號", "Case"), tile=0),
            Field("state", Text("狀態", "State"), codes=table("missing.state"), tile=0),
            Field("name", Text("姓名", "Name"), filter=False),
            Field("sex", Text("性別", "Sex"), codes=table("crash.sex")),
            Field("age", Text("年齡", "Age")),
            Field("clothes", Text("衣著特徵", "Clothes"), filter=False),
            Field("seen_at", Text("最後目擊", "Last seen"), tile=0),
            Field("contact", Text("家屬聯絡", "Family"), filter=False),
        ),
        label="key",
        time="seen_at",
        style=Style(
            Points(
                by="state",
                classes=(
                    Class("searching", Text("協尋中", "searching"), "a1", "missing", 9),
                    Class("found", Text("尋獲", "found"), "muted", "missing", 6),
                ),
            )
        ),
        clearance=Clearance.RESTRICTED,
        audited=True,
        edit=("analyst",),
        attribution=CITY,
        provenance=Text(
            "示範資料；實際由受理單位登錄。", "Demonstration; in service, entered where the case is taken."
        ),
    ),
    Layer(
        id="ble_receivers",
        title=Text("藍牙接收點", "Bluetooth receivers"),
        description=Text(
            "接收失智者防走失手環訊號的接收點；位置限警用，以免被移除。",
            "They hear the tags that people with dementia wear. Places are for police, lest receivers be taken away.",
        ),
        group="response",
        source=Receiver,
        fields=(
            Field("name", Text("名稱", "Name"), tile=14),
            Field("status", Text("狀態", "Status"), codes=table("missing.receiver"), tile=0),
        ),
        label="name",
        zooms=(11, 22),
        style=Style(
            Points(
                by="status",
                classes=(
                    Class("ok", Text("正常", "working"), "route", "receiver", 7),
                    Class("silent", Text("無訊號", "silent"), "muted", "receiver", 7),
                ),
            ),
            Labels("name", size=11, color="label_muted", zooms=(16, 24)),
        ),
        clearance=Clearance.POLICE,
        edit=("camera_operator",),
        attribution=CITY,
        provenance=Text("示範資料；實際由系統回報。", "Demonstration; in service, as the receivers report."),
    ),
]
