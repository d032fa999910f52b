"""Plans of a shift: asked for as a job, edited and searched again within a second, varied, compared, published."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated, Any, Literal

from django.db import transaction
from django.db.models import Max
from django.http import Http404, HttpRequest
from django.utils import timezone
from ninja import Router, Schema, Status
from pydantic import AwareDatetime, Field, model_validator

from layers.areas.models import Station
from layers.patrol import publishing
from layers.patrol.api.who import Problem, officer, planner, police
from layers.patrol.models import PlanUnit, Proof, ShiftPlan
from layers.patrol.signing import announce, officer_of

router = Router(tags=["patrol"])
Lonlat = Annotated[list[float], Field(min_length=2, max_length=2)]
Mode = Literal["car", "motorcycle", "foot"]


class UnitIn(Schema):
    name: Annotated[str, Field(min_length=1, max_length=60)]
    officers: Annotated[list[str], Field(max_length=12)] = []
    mode: Mode = "car"
    begin: AwareDatetime | None = None
    finish: AwareDatetime | None = None
    start: Lonlat | None = None
    end: Lonlat | None = None


class Demand(Schema):
    """What is asked of one box. `apart`, in minutes, is between two of its visits; `units` are numbers from 0."""

    box: int
    must: bool = True
    visits: Annotated[int, Field(ge=1, le=12)] = 1
    apart: Annotated[float, Field(ge=0, le=720)] = 60
    minutes: Annotated[float, Field(ge=0, le=240)] = 1
    windows: Annotated[list[tuple[AwareDatetime, AwareDatetime]], Field(max_length=6)] = []
    units: list[int] = []


class PlanIn(Schema):
    station: int
    name: Annotated[str, Field(min_length=1, max_length=80)]
    begin: AwareDatetime
    finish: AwareDatetime
    units: Annotated[list[UnitIn], Field(min_length=1, max_length=12)]
    boxes: Annotated[list[Demand], Field(max_length=250)] = []
    all_boxes: bool = True
    without: Annotated[list[int], Field(max_length=250)] = []
    spots: Annotated[int, Field(ge=0, le=30)] = 6
    spot_minutes: Annotated[float, Field(ge=1, le=60)] = 12
    spot_visits: Annotated[int, Field(ge=1, le=6)] = 1
    box_minutes: Annotated[float, Field(ge=0, le=60)] = 1
    weights: dict[Literal["crime", "crash", "call"], Annotated[float, Field(ge=0, le=100)]] = {}
    days: Annotated[int, Field(ge=7, le=3650)] = 365
    seconds: Annotated[float, Field(ge=0.2, le=60)] = 8
    seed: Annotated[int, Field(ge=0, le=2**31)] = 1

    @model_validator(mode="after")
    def _sense(self) -> PlanIn:
        if self.finish <= self.begin:
            raise ValueError("The shift ends before it begins")
        for u in self.units:
            if (u.finish or self.finish) <= (u.begin or self.begin):
                raise ValueError(f"the shift of {u.name} ends before it begins")
        if len({d.box for d in self.boxes}) < len(self.boxes):
            raise ValueError("a box is asked for twice; say visits instead")
        if any(n < 0 or n >= len(self.units) for d in self.boxes for n in d.units):
            raise ValueError("a demand names a unit that there is not; they are numbered from 0")
        if any(b < a for d in self.boxes for a, b in d.windows):
            raise ValueError("a window ends before it begins")
        return self


@router.post("plans", response={202: dict[str, Any], 422: Problem}, summary="Plan a shift (a job)")
def make(request: HttpRequest, body: PlanIn) -> Any:
    """Answers at once; `status`, `progress` and `message` of the plan tell how far it is."""
    viewer = planner(request)
    station = Station.objects.filter(pk=body.station).first()
    if station is None:
        return Status(422, {"detail": "沒有這個派出所。 There is no such station.", "code": "station"})
    from layers.patrol.jobs import make_plan

    with transaction.atomic():
        row = ShiftPlan.objects.create(
            name=body.name, station=station, begin=body.begin, finish=body.finish,
            asked=body.model_dump(mode="json", exclude={"station", "name", "begin", "finish"}),
            made_by=officer_of(viewer)[:200], message="等待中 · waiting",
        )  # fmt: skip
        make_plan.defer(plan=row.pk)
    return Status(202, shown(row))


@router.get("plans", response=list[dict[str, Any]], summary="Plans, the newest shifts first")
def plans(
    request: HttpRequest,
    station: int | None = None,
    status: str | None = None,
    days: Annotated[int, Field(ge=1, le=400)] = 30,
) -> list[dict[str, Any]]:
    planner(request)
    rows = ShiftPlan.objects.filter(begin__gt=timezone.now() - timedelta(days=days))
    if station is not None:
        rows = rows.filter(station_id=station)
    if status is not None:
        rows = rows.filter(status=status)
    return [_head(r) for r in rows[:200]]


def _found(id: int) -> ShiftPlan:
    row = ShiftPlan.objects.select_related("station").filter(pk=id).first()
    if row is None:
        raise Http404
    return row


@router.get("plans/compare", response=list[dict[str, Any]], summary="Figures of several plans side by side")
def compare(request: HttpRequest, ids: str) -> list[dict[str, Any]]:
    """`ids` are numbers with commas; overlaps are of stops, from 0 to 1, with the first plan."""
    planner(request)
    numbers = [int(n) for n in ids.split(",")[:8] if n.strip().isdecimal()]
    rows = [_found(n) for n in numbers]
    sets = [{(s.box_id, s.spot) for u in r.units.all() for s in u.stops.all()} for r in rows]
    return [
        {**_head(r), "overlap": round(len(s & sets[0]) / max(1, len(s | sets[0])), 4)}
        for r, s in zip(rows, sets, strict=True)
    ]


@router.get("plans/{id}", response=dict[str, Any], summary="A plan with its units and stops")
def plan(request: HttpRequest, id: int) -> dict[str, Any]:
    planner(request)
    return shown(_found(id))


def _head(row: ShiftPlan) -> dict[str, Any]:
    return {
        "id": row.pk, "series": row.series, "version": row.version, "name": row.name, "station": row.station_id,
        "begin": row.begin, "finish": row.finish, "status": row.status, "progress": row.progress, "message": row.message,
        "figures": row.figures, "blocked": row.blocked, "made_by": row.made_by, "made_at": row.made_at,
        "published_at": row.published_at,
    }  # fmt: skip


def shown(row: ShiftPlan) -> dict[str, Any]:
    return {
        **_head(row),
        "asked": {k: v for k, v in row.asked.items() if k != "morning"},
        "morning": row.asked.get("morning", {}).get("order"),
        "units": [unit_shown(u) for u in row.units.select_related("car").prefetch_related("stops__box")],
    }


def unit_shown(u: PlanUnit, done: dict[int, Any] | None = None) -> dict[str, Any]:
    """`stop` is the number by which edits name it: a box by its id, a hot spot by minus its number."""
    return {
        "order": u.order, "name": u.name, "officers": u.officers, "mode": u.mode, "car": u.car.key if u.car else None,
        "begin": u.begin, "finish": u.finish, "back": u.back, "km": u.km, "line": {"type": "LineString", "coordinates": [list(c) for c in u.line.coords]} if u.line else None,
        "stops": [
            {
                "id": s.pk, "stop": s.box_id if s.box_id else -(s.spot or 0), "key": s.box.key if s.box else "", "name": s.name, "lon": s.point.x,
                "lat": s.point.y, "at": s.at, "opens": s.opens, "closes": s.closes, "minutes": s.minutes,
                "must": s.must, "locked": s.locked, "prize": s.prize, "via": bool(s.spot and s.spot > 1000),
                **({"done": done.get(s.pk)} if done is not None else {}),
            }
            for s in u.stops.all()
        ],
    }  # fmt: skip


class Via(Schema):
    """A place on a street that a unit's route passes; `id` is from -1001 downwards and stands in `order`."""

    id: Annotated[int, Field(le=-1001, ge=-9999)]
    unit: Annotated[int, Field(ge=0, le=11)]
    lon: Annotated[float, Field(ge=-180, le=180)]
    lat: Annotated[float, Field(ge=-90, le=90)]


class Edit(Schema):
    """Per unit: `order` is where it stands now, `locked` opens the route in this order, `pinned` it keeps in this order.

    `without` is taken out, `must` becomes a must-visit. With `fill` false, nothing is added to `order`, and its order
    is kept: that is what a drag by hand looks like before the rest is searched again. What stands in `order` though it
    was taken out before is in again. `add` are further must-visits; `via` replaces the places to pass.
    """

    order: Annotated[list[list[int]], Field(max_length=12)]
    locked: Annotated[list[list[int]], Field(max_length=12)] = []
    pinned: Annotated[list[list[int]], Field(max_length=12)] = []
    without: Annotated[list[int], Field(max_length=250)] = []
    must: list[int] | None = None
    add: Annotated[list[int], Field(max_length=50)] = []
    via: Annotated[list[Via], Field(max_length=40)] | None = None
    fill: bool = True
    seconds: Annotated[float, Field(ge=0.05, le=5)] = 0.6
    seed: Annotated[int, Field(ge=0, le=2**31)] = 1


@router.post(
    "plans/{id}/edit",
    response={200: dict[str, Any], 409: Problem, 422: Problem},
    summary="Edit and search again",
)
def edit(request: HttpRequest, id: int, body: Edit) -> Any:
    """A draft is changed; of a published plan the next version is made. To undo, send the former order with fill false."""
    viewer = planner(request)
    row = _found(id)
    if row.status in (ShiftPlan.Status.MAKING, ShiftPlan.Status.FAILED):
        return Status(409, {"detail": "此規劃尚未完成。 This plan is not made yet.", "code": "making"})
    from layers.patrol import planning
    from layers.patrol.craft.solve import Impossible
    from layers.patrol.network import NoStreets

    try:
        _bring_back(row, body)
        found = planning.draft(row, viewer)
        pinned = body.pinned if body.fill else body.order
        only = None if body.fill else frozenset(v for unit in (*body.order, *body.locked) for v in unit)
        must = frozenset(body.must) if body.must is not None else None
        if must is not None or body.add:
            held = must if must is not None else frozenset(s.id for s in found.stops.values() if s.must)
            must = held | frozenset(body.add) | frozenset(id for id in found.stops if planning.is_via(id))
        asked = found.asked(body.locked, pinned, only, frozenset(body.without), must)
        warm = asked.routes(
            [
                [v for v in unit if v in found.stops and v not in body.without]
                for unit in _fit(body.order, len(found.units))
            ]
        )
        made, blocked = planning.search(
            found, asked, seconds=body.seconds if body.fill else 0.05, seed=body.seed, warm=warm
        )
    except (planning.Unplannable, Impossible, NoStreets) as wrong:
        return Status(422, {"detail": str(wrong), "code": "impossible"})
    cars = {order: car for order, car in row.units.values_list("order", "car_id") if car is not None}
    if row.status != ShiftPlan.Status.DRAFT:
        row = _next(row, officer_of(viewer))
    if body.without or body.add or body.must is not None:
        _remember(row, body)
    locked = frozenset(v for unit in (*body.locked, *body.pinned) for v in unit)
    planning.write(row, found, asked, made, blocked, locked, cars)
    announce("plan", id=row.pk, status=row.status)
    return Status(200, shown(row))


def _fit(order: list[list[int]], units: int) -> list[list[int]]:
    return [*order[:units], *([] for _ in range(units - len(order)))]


def _bring_back(row: ShiftPlan, body: Edit) -> None:
    """Whoever names a stop in the order, or adds it, wants it; `without` of now wins."""
    named = {v for unit in body.order for v in unit} | set(body.add)
    asked = dict(row.asked)
    asked["without"] = sorted(set(asked.get("without", [])) - (named - set(body.without)))
    if body.via is not None:
        asked["via"] = [v.dict() for v in body.via]
    row.asked = asked


def _remember(row: ShiftPlan, body: Edit) -> None:
    """What was taken out or asked for stays so when the plan is searched again."""
    asked = dict(row.asked)
    asked["without"] = sorted({*asked.get("without", []), *body.without})
    if body.add:
        demands = {d["box"]: dict(d) for d in asked.get("boxes", [])}
        for box in body.add:
            if box > 0:
                demands[box] = {**demands.get(box, {"box": box}), "must": True}
        asked["boxes"] = list(demands.values())
    if body.must is not None:
        demands = {d["box"]: dict(d) for d in asked.get("boxes", [])}
        for box, demand in demands.items():
            demand["must"] = box in body.must
        for box in body.must:
            if box > 0:
                demands.setdefault(box, {"box": box, "must": True})
        asked["boxes"] = list(demands.values())
    row.asked = asked


def _next(row: ShiftPlan, by: str) -> ShiftPlan:
    with transaction.atomic():
        last = (
            ShiftPlan.objects.select_for_update().filter(series=row.series).aggregate(n=Max("version"))["n"]
        )
        return ShiftPlan.objects.create(
            series=row.series, version=(last or 0) + 1, name=row.name, station=row.station, begin=row.begin,
            finish=row.finish, asked=row.asked, made_by=by[:200],
        )  # fmt: skip


class Vary(Schema):
    count: Annotated[int, Field(ge=2, le=31)] = 14
    seconds: Annotated[float, Field(ge=0.1, le=10)] = 2


@router.post(
    "plans/{id}/alternatives",
    response={202: dict[str, Any], 409: Problem},
    summary="Other plans as good (a job)",
)
def alternatives(request: HttpRequest, id: int, body: Vary) -> Any:
    planner(request)
    row = _found(id)
    if row.status in (ShiftPlan.Status.MAKING, ShiftPlan.Status.FAILED):
        return Status(409, {"detail": "此規劃尚未完成。 This plan is not made yet.", "code": "making"})
    from layers.patrol.jobs import make_alternatives

    make_alternatives.defer(plan=row.pk, count=body.count, seconds=body.seconds)
    return Status(202, _head(row))


@router.get(
    "plans/{id}/alternatives", response=list[dict[str, Any]], summary="The alternatives, with their loss"
)
def varied(request: HttpRequest, id: int) -> list[dict[str, Any]]:
    """`share` is of the best value; `overlap` of ways with the nights before. Send `order` to edit to take one."""
    planner(request)
    return [
        {
            "order": a.order,
            "share": a.share,
            "loss": round(1 - a.share, 4),
            "overlap": a.overlap,
            "routes": a.routes,
        }
        for a in _found(id).alternatives.all()
    ]


@router.post("plans/{id}/publish", response={200: dict[str, Any], 409: Problem}, summary="Publish a version")
def publish(request: HttpRequest, id: int) -> Any:
    """The phones have it from now on; an older version of the same shift is replaced. The map shows the routes."""
    viewer = planner(request)
    with transaction.atomic():
        row = ShiftPlan.objects.select_for_update().select_related("station").filter(pk=id).first()
        if row is None:
            raise Http404
        try:
            publishing.publish(row, viewer.actor)
        except publishing.Unpublishable as why:
            return Status(409, {"detail": str(why), "code": why.code})
    announce("published", id=row.pk, station=row.station_id)
    return Status(200, shown(row))


@router.get("tonight", response=list[dict[str, Any]], summary="My rounds, with what is done")
def tonight(request: HttpRequest) -> list[dict[str, Any]]:
    """Published rounds of the officer from twelve hours before they begin until two hours after they end."""
    viewer = officer(request)
    now = timezone.now()
    units = (
        PlanUnit.objects.select_related("plan", "car")
        .prefetch_related("stops__box")
        .filter(
            plan__status=ShiftPlan.Status.PUBLISHED, officers__contains=[officer_of(viewer)],
            begin__lt=now + timedelta(hours=12), finish__gt=now - timedelta(hours=2),
        )
        .order_by("begin")
    )  # fmt: skip
    proofs = Proof.objects.filter(stop__unit__in=units).select_related("signin")
    done = {
        p.stop_id: {"at": p.signin.at, "judgement": p.signin.judgement}
        for p in proofs
        if p.stop_id is not None
    }
    return [
        {"plan": u.plan_id, "version": u.plan.version, "plan_name": u.plan.name, **unit_shown(u, done)}
        for u in units
    ]


@router.get("stations", response=list[dict[str, Any]], summary="Stations to plan for")
def stations(request: HttpRequest) -> list[dict[str, Any]]:
    police(request)
    return [
        {"id": s.pk, "name": s.name, "lon": s.geom.x, "lat": s.geom.y}
        for s in Station.objects.order_by("name")
    ]
