"""Which table of the generated city fills which model, in an order in which references find their target."""

from __future__ import annotations

from dataclasses import dataclass, field

from django.db.models import Model

from layers.areas import models as areas
from layers.cameras import models as cameras
from layers.cases import models as cases
from layers.council import models as council
from layers.crashes import models as crashes
from layers.defects import models as defects
from layers.enforcement import models as enforcement
from layers.hotspots import models as hotspots
from layers.missing import models as missing
from layers.patrol import models as patrol
from layers.streets import models as streets


@dataclass(frozen=True, slots=True)
class Target:
    """`rename` maps a column to the model's name of it, or to None where the model reckons it itself."""

    model: type[Model]
    rename: dict[str, str | None] = field(default_factory=dict)


TARGETS: dict[str, Target] = {
    "districts": Target(areas.District),
    "precincts": Target(areas.Precinct),
    "stations": Target(areas.Station),
    "wards": Target(areas.Ward),
    "station_areas": Target(areas.StationArea),
    "beats": Target(areas.Beat),
    "junctions": Target(streets.Junction),
    "sections": Target(streets.Section),
    "roads": Target(streets.Road),
    "road_surfaces": Target(streets.RoadSurface),
    "blocks": Target(streets.Block),
    "buildings": Target(streets.Building),
    "waters": Target(streets.Water),
    "parks": Target(streets.Park),
    "railways": Target(streets.Railway),
    "landmarks": Target(streets.Landmark),
    "crashes": Target(crashes.Crash, {"weight": None}),
    "parties": Target(crashes.Party, {"key": None}),
    "camera_sets": Target(cameras.CameraSet),
    "lenses": Target(cameras.Lens, {"set_key": "camera_set_key"}),
    "private_cameras": Target(cameras.PrivateCamera),
    "site_suggestions": Target(cameras.SiteSuggestion),
    "road_defects": Target(defects.RoadDefect),
    "citizen_reports": Target(defects.CitizenReport),
    "missing_persons": Target(missing.MissingPerson),
    "receivers": Target(missing.Receiver),
    "calls": Target(hotspots.Call),
    "atms": Target(hotspots.Atm),
    "withdrawals": Target(hotspots.Withdrawal),
    "crimes": Target(cases.Crime),
    "patrol_boxes": Target(patrol.PatrolBox),
    "patrol_routes": Target(patrol.PatrolRoute),
    "sign_ins": Target(patrol.SignIn),
    "patrol_cars": Target(patrol.PatrolCar),
    "patrol_tracks": Target(patrol.PatrolTrack),
    "enforcement_sites": Target(enforcement.EnforcementSite),
    "detection_zones": Target(enforcement.DetectionZone),
    "corridors": Target(enforcement.Corridor),
    "ptz_cameras": Target(enforcement.PtzCamera),
    "kerb_rules": Target(enforcement.KerbRule),
    "measures": Target(council.Measure),
    "meetings": Target(council.Meeting),
    "violations": Target(enforcement.Violation),
}
