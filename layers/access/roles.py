"""The roles of the house. Each is a Django group of the same name; a role brings a clearance.

What a role may edit is said by each layer (`Layer.edit`), so that this list stays a list of people.
"""

from dataclasses import dataclass

from layers.access.clearance import Clearance


@dataclass(frozen=True, slots=True)
class Role:
    id: str
    zh: str
    en: str
    clearance: Clearance


_ALL = (
    Role("council", "道安會報委員", "Council member", Clearance.COUNCIL),
    Role("planner", "交通規劃", "Planner", Clearance.COUNCIL),
    Role("investigator", "事故處理人員", "Accident investigator", Clearance.POLICE),
    Role("reviewer", "案件審核", "Case reviewer", Clearance.POLICE),
    Role("patrol_planner", "巡邏規劃", "Patrol planner", Clearance.POLICE),
    Role("officer", "勤務員警", "Officer", Clearance.POLICE),
    Role("camera_operator", "監視器管理", "Camera operator", Clearance.POLICE),
    Role("analyst", "情資分析", "Analyst", Clearance.RESTRICTED),
    Role("administrator", "系統管理", "Administrator", Clearance.RESTRICTED),
)

ROLES: dict[str, Role] = {role.id: role for role in _ALL}
