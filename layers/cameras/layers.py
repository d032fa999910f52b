"""Cameras: where they stand is seen by anybody; what they miss, and who keeps private ones, is not told to everybody."""

from data.codes import table
from layers.access import Clearance
from layers.cameras.models import CameraSet, Lens, PrivateCamera, SiteSuggestion
from layers.registry.field import Field
from layers.registry.generalise import Grid, Top
from layers.registry.layer import Layer
from layers.registry.questions import Nearby, Question
from layers.registry.source import CITY
from layers.registry.style import Class, Labels, Points, Style
from layers.registry.text import Text

KEY = Text("編號", "Number")
STATUS = Text("狀態", "Status")
LENSES = Text("鏡頭數", "Lenses")
OK, FAULT = Text("正常", "working"), Text("故障", "faulty")
REGISTER = Text(
    "示範資料依公開數量由種子產生；實際由監視系統管理資料匯入並即時更新狀態。",
    "Demonstration: made from a seed in published numbers; in service, imported from the camera system and kept live.",
)

LAYERS = [
    Layer(
        id="camera_sets",
        title=Text("監視器機組", "Camera sets"),
        description=Text(
            "路口監視器機組的位置與鏡頭數。位置人人可見；妥善率供議會與道安會報，故障與功能限警用。",
            "Where camera sets stand and how many lenses they hold. Anybody may see that; availability is for the "
            "council, faults and functions are for police.",
        ),
        group="response",
        source=CameraSet,
        fields=(
            Field("key", KEY, clearance=Clearance.COUNCIL),
            Field("name", Text("設置地點", "Place"), tile=14),
            Field("name_en", Text("英文名稱", "English name")),
            Field("lens_count", LENSES, tile=12),
            Field(
                "availability", Text("妥善率", "Availability"), unit="%", clearance=Clearance.COUNCIL, tile=14
            ),
            Field("status", STATUS, codes=table("camera.status"), clearance=Clearance.POLICE, tile=0),
            Field("functions", Text("功能", "Functions"), clearance=Clearance.POLICE),
            Field("plate_reading", Text("車牌辨識", "Reads plates"), clearance=Clearance.POLICE, tile=14),
            Field("networked", Text("連網", "Networked"), clearance=Clearance.POLICE, tile=14),
            Field("junction_id", Text("路口", "Junction"), of="junctions", popup=False),
            Field("station_id", Text("派出所", "Police station"), of="stations", popup=False),
            Field("origin", Text("資料來源", "Origin"), popup=False),
        ),
        label="name",
        zooms=(12, 22),
        generalise=(Top(below=14, by="lens_count", cells=24),),
        style=Style(
            Points(color="camera", icon="dome", size=7, zooms=(13, 24)),
            Points(by="status", classes=(Class("fault", FAULT, "camera", "dome-off", 7),), zooms=(13, 24)),
            Labels("name", size=11, color="label_muted", zooms=(17, 24)),
        ),
        edit=("camera_operator",),
        search=True,
        nearby=Nearby("crashes", 100, Text("依事故風險", "By crash risk"), weight="epdo", split="severity"),
        questions=(
            Question(
                "faulty", Text("故障的機組，依事故風險", "Faulty sets by crash risk"), "status = 'fault'"
            ),
        ),
        attribution=CITY,
        provenance=REGISTER,
    ),
    Layer(
        id="lenses",
        title=Text("鏡頭", "Lenses"),
        description=Text(
            "每支鏡頭的朝向與狀態。看得到的方向等於看不到的方向，限警用。",
            "Where each lens looks, and whether it works. To know what is seen is to know what is not: for police.",
        ),
        group="response",
        source=Lens,
        fields=(
            Field("key", KEY),
            Field("number", Text("鏡頭號", "Lens"), tile=16),
            Field("bearing", Text("朝向", "Bearing"), unit="°", tile=0),
            Field("kind", Text("種類", "Kind"), codes=table("camera.kind"), tile=16),
            Field("status", STATUS, codes=table("camera.status"), tile=0),
            Field("camera_set_id", Text("機組", "Camera set"), of="camera_sets", popup=False),
        ),
        label="key",
        zooms=(15, 22),
        style=Style(
            Points(
                by="status",
                classes=(
                    Class("ok", OK, "camera", "lens", 12),
                    Class("fault", FAULT, "muted", "lens", 12),
                ),
                turn="bearing",
            )
        ),
        clearance=Clearance.POLICE,
        edit=("camera_operator",),
        attribution=CITY,
        provenance=REGISTER,
    ),
    Layer(
        id="private_cameras",
        title=Text("民間監視器", "Private cameras"),
        description=Text(
            "輔導商家與住戶裝設並同意警方調閱的監視器；負責人與電話限警用。",
            "Cameras of shops and households that agreed to let the police ask; owner and telephone are for police.",
        ),
        group="response",
        source=PrivateCamera,
        fields=(
            Field("key", KEY),
            Field("kind", Text("輔導專案", "Campaign"), codes=table("camera.campaign"), tile=15),
            Field("name", Text("場所", "Place")),
            Field("lens_count", LENSES, tile=14),
            Field("checked_on", Text("最近查訪", "Last checked"), tile=15),
            Field("owner", Text("負責人", "Owner"), clearance=Clearance.POLICE, filter=False),
            Field("phone", Text("電話", "Telephone"), clearance=Clearance.POLICE, filter=False),
            Field("ward_id", Text("里", "Ward"), of="wards", popup=False),
        ),
        label="key",
        time="checked_on",
        zooms=(12, 22),
        generalise=(Grid(below=14, cells=48, sums=("lens_count",)),),
        style=Style(Points(color="camera", icon="dot", size=3.4)),
        clearance=Clearance.COUNCIL,
        edit=("camera_operator", "officer"),
        attribution=CITY,
        provenance=Text(
            "示範資料；實際由各派出所輔導裝設清冊匯入，每季查訪。",
            "Demonstration; in service, from the stations' registers, checked each quarter.",
        ),
    ),
    Layer(
        id="site_suggestions",
        title=Text("監視器設置建議", "Suggested camera sites"),
        description=Text(
            "民眾、里長與議員建議設置監視器的地點與辦理情形：受理、會勘、決定、建置。",
            "Sites that citizens, ward heads and councillors ask for, and how far each is: received, visited, decided.",
        ),
        group="response",
        source=SiteSuggestion,
        fields=(
            Field("state", Text("辦理情形", "State"), codes=table("camera.proposal"), tile=0),
            Field("asked_at", Text("建議日期", "Asked"), tile=15),
            Field(
                "source",
                Text("建議人身分", "Asked by"),
                codes=table("camera.source"),
                clearance=Clearance.COUNCIL,
            ),
            Field("reason", Text("事由", "Reason"), clearance=Clearance.COUNCIL, filter=False),
            Field("ward_id", Text("里", "Ward"), of="wards", popup=False),
        ),
        time="asked_at",
        zooms=(12, 22),
        style=Style(
            Points(
                by="state",
                classes=(
                    Class("received", Text("受理", "received"), "accent", "idea", 7),
                    Class("site_visit", Text("會勘", "site visit"), "accent", "idea", 7),
                    Class("decided_build", Text("同意設置", "approved"), "camera", "idea", 7),
                    Class("built", Text("已建置", "built"), "camera", "idea", 7),
                    Class("deferred", Text("暫緩", "deferred"), "muted", "idea", 7),
                    Class("decided_reject", Text("不予設置", "refused"), "muted", "idea", 7),
                ),
            )
        ),
        edit=("camera_operator", "council"),
        attribution=CITY,
        provenance=Text(
            "示範資料；實際由民眾建議、里長與議員提案登錄。",
            "Demonstration; in service, entered from what citizens, ward heads and councillors ask.",
        ),
    ),
]
