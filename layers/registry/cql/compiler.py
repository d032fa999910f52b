"""A syntax tree to SQL: names come from the declaration, values travel as parameters."""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import shapely
from django.conf import settings
from shapely.errors import GEOSException
from shapely.geometry import shape

from layers.access import Clearance
from layers.registry.cql.reading import MOST_TERMS, BadFilter, Json
from layers.registry.cql.times import TEMPORAL, interval, moment
from layers.registry.layer import Layer
from layers.registry.register import register
from layers.registry.sql import AND, Sql, column, relation, where

MOST_VERTICES = 5_000
_COMPARE = {
    "=": "=",
    "<>": "<>",
    "!=": "<>",
    "<": "<",
    "<=": "<=",
    ">": ">",
    ">=": ">=",
    "eq": "=",
    "neq": "<>",
}
_ARITHMETIC = {"+", "-", "*", "/", "^", "%", "div"}
_SPATIAL = {
    "s_intersects": "ST_Intersects",
    "s_within": "ST_Within",
    "s_contains": "ST_Contains",
    "s_equals": "ST_Equals",
    "s_touches": "ST_Touches",
    "s_overlaps": "ST_Overlaps",
    "s_crosses": "ST_Crosses",
    "s_disjoint": "ST_Disjoint",
}
_GEOMETRIES = {"geom", "geometry", "the_geom", "shape"}
_ARRAYS = {"a_contains", "a_containedby", "a_equals", "a_overlaps"}
_TURNED = {"a_contains": "a_containedby", "a_containedby": "a_contains"}


@dataclass(frozen=True, slots=True)
class Term:
    """A compiled expression and what kind of value it is; `literal` holds a constant not yet written down."""

    sql: Sql
    kind: str
    literal: Json = None
    field: str | None = None


class Compiler:
    def __init__(self, layer: Layer, clearance: Clearance, srid: int) -> None:
        self.layer = layer
        self.clearance = clearance
        self.fields = {f.name: f for f in layer.seen_by(clearance)}
        self.srid = srid

    def expression(self, node: Json) -> Term:
        if isinstance(node, dict) and "op" in node:
            return self.operation(str(node["op"]).lower(), node.get("args"))
        if isinstance(node, dict) and "property" in node:
            return self.property(node["property"])
        return self.constant(node)

    def operation(self, op: str, args: Json) -> Term:
        if not isinstance(args, list):
            raise BadFilter(f"“{op[:20]}” needs a list of arguments.")
        for names, compile_ in self._table():
            if op in names:
                return compile_(op, args)
        raise BadFilter(f"“{op[:40]}” is no operator of CQL2 that is understood here.")

    def _table(self) -> tuple[tuple[Any, Callable[[str, list[Json]], Term]], ...]:
        return (
            (("and", "or"), self.logic),
            (("not",), self.negation),
            (_COMPARE, self.comparison),
            (("like",), self.like),
            (("between",), self.between),
            (("in",), self.membership),
            (("isnull",), self.is_null),
            (("casei", "accenti"), self.folded),
            (_ARITHMETIC, self.arithmetic),
            (_SPATIAL, self.spatial),
            (("s_dwithin",), self.near),
            (("feature",), self.feature),
            (TEMPORAL, self.temporal),
            (_ARRAYS, self.array),
        )

    # names and values

    def property(self, name: Json) -> Term:
        if name in _GEOMETRIES:
            return Term(Sql("q.merc"), "geometry", field="geom")
        if name in ("id", "featureId"):
            return Term(Sql("q.id"), "integer", field="id")
        field = self.fields.get(name) if isinstance(name, str) else None
        if field is None:
            raise BadFilter(f"There is no property “{str(name)[:60]}”; there are {', '.join(self.fields)}.")
        return Term(Sql(column(self.layer, field.name)), field.resolved, field=field.name)

    def constant(self, node: Json) -> Term:
        if isinstance(node, bool):
            return Term(Sql("true" if node else "false"), "boolean", literal=node)
        if isinstance(node, int | float):
            return Term(Sql("%s::float8", (float(node),)), "number", literal=node)
        if isinstance(node, str):
            return Term(Sql("%s::text", (node,)), "string", literal=node)
        if isinstance(node, dict):
            for key, kind in (("date", "date"), ("timestamp", "datetime")):
                if key in node:
                    when = moment(node[key])
                    value: Any = when.date() if kind == "date" else when
                    cast = "%s::date" if kind == "date" else "%s::timestamptz"
                    return Term(Sql(cast, (value,)), kind, literal=value)
            if "interval" in node:
                return Term(Sql("NULL"), "interval", literal=interval(node["interval"]))
            if "bbox" in node or "type" in node:
                return self.geometry(node)
        if isinstance(node, list):
            return Term(Sql("NULL"), "list", literal=node)
        raise BadFilter("The filter holds something that is neither a value, a property nor an operation.")

    def geometry(self, node: dict[str, Json]) -> Term:
        try:
            drawn = shapely.box(*map(float, node["bbox"])) if "bbox" in node else shape(node)
            box = shapely.bounds(drawn)
        except (GEOSException, TypeError, ValueError, KeyError, IndexError, AttributeError) as wrong:
            raise BadFilter("A geometry in the filter cannot be read as GeoJSON or WKT.") from wrong
        if drawn.is_empty or not all(math.isfinite(v) for v in box):
            raise BadFilter("A geometry in the filter is empty or not finite.")
        if shapely.get_num_coordinates(drawn) > MOST_VERTICES:
            raise BadFilter(f"A geometry in the filter has more than {MOST_VERTICES:,} vertices.")
        if self.srid == 4326:
            if box[0] < -180.001 or box[2] > 180.001 or box[1] < -90.001 or box[3] > 90.001:
                raise BadFilter(
                    "A geometry in the filter lies outside of the world: longitude first, then latitude."
                )
            drawn = shapely.clip_by_rect(drawn, -180, -85.06, 180, 85.06)
        if drawn.geom_type in ("Polygon", "MultiPolygon") and not drawn.is_valid:
            drawn = shapely.make_valid(drawn)
        wkb = shapely.to_wkb(drawn)
        literal = Sql("ST_Transform(ST_GeomFromWKB(%s, %s::int), 3857)", (wkb, self.srid))
        return Term(literal, "geometry", literal=node)

    def feature(self, op: str, args: list[Json]) -> Term:
        """The shape of one feature of another layer, `feature('wards', 12)`.

        A condition stays exact and short however many corners its area has. A layer that one may not see bounds
        nothing, and neither does one whose every reading is on record.
        """
        name, id = self.exactly(2, op, args)
        layer = register.get(name) if isinstance(name, str) else None
        if layer is None or layer.raster or layer.audited or layer.clearance > self.clearance:
            raise BadFilter(f"There is no layer “{str(name)[:60]}” whose features could bound a filter.")
        if (
            isinstance(id, bool)
            or not isinstance(id, int | float)
            or not float(id).is_integer()
            or abs(id) >= 2**63
        ):
            raise BadFilter(
                "“feature” takes the name of a layer and the id of a feature, which is a whole number."
            )
        row = where(layer, self.clearance, condition=Sql("q.id = %s", (int(id),)))
        return Term(Sql(f"(SELECT q.merc FROM {relation(layer)} WHERE ") + row + ")", "geometry")

    # operators

    def logic(self, op: str, args: list[Json]) -> Term:
        if not args:
            raise BadFilter(f"“{op}” needs at least one argument.")
        parts = [self.boolean(a) for a in args]
        return Term(Sql("(") + Sql(f" {op.upper()} ").join(parts) + ")", "boolean")

    def boolean(self, node: Json) -> Sql:
        term = self.expression(node)
        if term.kind != "boolean":
            raise BadFilter("“and”, “or” and “not” join conditions, not values.")
        return term.sql

    def negation(self, op: str, args: list[Json]) -> Term:
        (inner,) = self.exactly(1, op, args)
        return Term(Sql("(NOT ") + self.boolean(inner) + ")", "boolean")

    def comparison(self, op: str, args: list[Json]) -> Term:
        left, right = self.pair(op, args)
        return Term(Sql("(") + left.sql + f" {_COMPARE[op]} " + right.sql + ")", "boolean")

    def between(self, op: str, args: list[Json]) -> Term:
        value, low, high = self.exactly(3, op, args)
        first, least = self.pair(op, [value, low])
        _, most = self.pair(op, [value, high])
        return Term(Sql("(") + first.sql + " BETWEEN " + least.sql + " AND " + most.sql + ")", "boolean")

    def membership(self, op: str, args: list[Json]) -> Term:
        value, values = self.exactly(2, op, args)
        if not isinstance(values, list) or not values:
            raise BadFilter("“in” needs a list of values.")
        if len(values) > 10 * MOST_TERMS:
            raise BadFilter(f"“in” takes at most {10 * MOST_TERMS} values.")
        pairs = [self.pair(op, [value, v]) for v in values]
        return Term(
            Sql("(") + pairs[0][0].sql + " IN (" + Sql(", ").join(p[1].sql for p in pairs) + "))", "boolean"
        )

    def like(self, op: str, args: list[Json]) -> Term:
        value, pattern = (self.expression(a) for a in self.exactly(2, op, args))
        if value.kind != "string" or pattern.kind != "string":
            raise BadFilter("“like” compares text with a pattern.")
        return Term(Sql("(") + value.sql + " LIKE " + pattern.sql + ")", "boolean")

    def is_null(self, op: str, args: list[Json]) -> Term:
        term = self.expression(self.exactly(1, op, args)[0])
        return Term(Sql("(") + term.sql + " IS NULL)", "boolean")

    def folded(self, op: str, args: list[Json]) -> Term:
        term = self.expression(self.exactly(1, op, args)[0])
        if term.kind != "string":
            raise BadFilter(f"“{op}” folds text, not {term.kind}.")
        return Term(Sql("lower(" if op == "casei" else "unaccent(") + term.sql + ")", "string")

    def arithmetic(self, op: str, args: list[Json]) -> Term:
        if op == "-" and len(args) == 1:
            return Term(Sql("(-") + self.number(args[0]) + ")", "number")
        left, right = (self.number(a) for a in self.exactly(2, op, args))
        if op in ("/", "div", "%"):
            right = Sql("nullif(") + right + ", 0)"
        if op == "div":
            return Term(Sql("trunc((") + left + ") / (" + right + "))", "number")
        if op == "%":
            return Term(Sql("mod((") + left + ")::numeric, (" + right + ")::numeric)::float8", "number")
        return Term(Sql("((") + left + f")::float8 {op} (" + right + ")::float8)", "number")

    def number(self, node: Json) -> Sql:
        term = self.expression(node)
        if term.kind not in ("number", "integer"):
            raise BadFilter(f"One can only reckon with numbers, not with {term.kind}.")
        return term.sql

    def spatial(self, op: str, args: list[Json]) -> Term:
        left, right = (self.expression(a) for a in self.exactly(2, op, args))
        if left.kind != "geometry" or right.kind != "geometry":
            raise BadFilter(f"“{op}” compares geometries.")
        call = Sql(f"{_SPATIAL[op]}(") + left.sql + ", " + right.sql + ")"
        if op == "s_disjoint":
            return Term(call, "boolean")
        return Term(Sql("(") + left.sql + " && " + right.sql + " AND " + call + ")", "boolean")

    def near(self, op: str, args: list[Json]) -> Term:
        """Within so many metres on the ground; Web Mercator stretches by 1/cos(latitude)."""
        first, second, distance = self.exactly(3, op, args)
        left, right = self.expression(first), self.expression(second)
        if left.kind != "geometry" or right.kind != "geometry" or not isinstance(distance, int | float):
            raise BadFilter("“s_dwithin” takes two geometries and a number of metres.")
        stretch = (
            Sql("%s::float8 / cos(radians(ST_Y(ST_Transform(ST_Centroid(", (float(distance),))
            + right.sql
            + "), 4326))))"
        )
        return Term(Sql("ST_DWithin(") + left.sql + ", " + right.sql + ", " + stretch + ")", "boolean")

    def array(self, op: str, args: list[Json]) -> Term:
        """Lists as the standard sees them: what they hold counts, neither the order nor how often."""
        left, right = (self.expression(a) for a in self.exactly(2, op, args))
        if {left.kind, right.kind} != {"json", "list"}:
            raise BadFilter(f"“{op}” compares a list property with a list of values.")
        if left.kind == "list":
            op, left, right = _TURNED.get(op, op), right, left
        if not all(isinstance(v, str | int | float | bool) for v in right.literal):
            raise BadFilter(f"“{op}” takes a list of texts, numbers or truths.")
        given = Sql("%s::jsonb", (json.dumps(right.literal),))
        if op == "a_overlaps":
            parts = [left.sql + " @> " + Sql("%s::jsonb", (json.dumps([v]),)) for v in right.literal]
            return Term(Sql("(") + Sql(" OR ").join(parts or [Sql("false")]) + ")", "boolean")
        ways = {"a_contains": ("@>",), "a_containedby": ("<@",), "a_equals": ("@>", "<@")}[op]
        return Term(AND.join(Sql("(") + left.sql + f" {way} " + given + ")" for way in ways), "boolean")

    def temporal(self, op: str, args: list[Json]) -> Term:
        left, right = (self.span(a) for a in self.exactly(2, op, args))
        return Term(TEMPORAL[op](*left, *right), "boolean")

    def span(self, node: Json) -> tuple[Sql, Sql]:
        """First and last moment of an instant, a date, an interval or a property."""
        term = self.expression(node)
        if term.kind == "interval":
            return tuple(self._end(v) for v in term.literal)  # type: ignore[return-value]
        if term.kind == "string" and term.literal is not None:
            term = self.constant({"timestamp": term.literal})
        if term.kind not in ("date", "datetime"):
            raise BadFilter("Operators of time compare dates, times and intervals.")
        moment = Sql("(") + term.sql + ")::timestamptz"
        return moment, moment

    def _end(self, value: Json) -> Sql:
        if isinstance(value, dict):
            return self.span(value)[0]
        return Sql("%s::timestamptz", (value,))

    # agreement of two sides

    def pair(self, op: str, args: list[Json]) -> tuple[Term, Term]:
        left, right = (self.expression(a) for a in self.exactly(2, op, args))
        left, right = _agree(left, right), _agree(right, left)
        left, right = _same_day(left, right)
        kinds = {"number" if t.kind == "integer" else t.kind for t in (left, right)}
        if len(kinds) > 1 or kinds & {"geometry", "interval", "list", "json"}:
            raise BadFilter(f"{left.kind} and {right.kind} cannot be compared with “{op}”.")
        return left, right

    @staticmethod
    def exactly(count: int, op: str, args: list[Json]) -> list[Json]:
        if len(args) != count:
            raise BadFilter(f"“{op}” takes {count} argument{'s' if count > 1 else ''}, not {len(args)}.")
        return args


def _agree(term: Term, other: Term) -> Term:
    """A constant takes the kind of what it is compared with, where that loses nothing."""
    if term.literal is None or other.literal is not None:
        return term
    value = term.literal
    if other.kind == "integer" and isinstance(value, int | float) and float(value).is_integer():
        if abs(value) >= 2**63:
            raise BadFilter("A number in the filter is too large.")
        return Term(Sql("%s::bigint", (int(value),)), "integer", literal=value)
    if other.kind in ("date", "datetime") and isinstance(value, str):
        when = moment(value)
        if other.kind == "date" or "T" not in value:
            return Term(Sql("%s::date", (when.date(),)), "date", literal=when.date())
        return Term(Sql("%s::timestamptz", (when,)), "datetime", literal=when)
    return term


def _same_day(left: Term, right: Term) -> tuple[Term, Term]:
    """A time compared with a date means its day in the city's zone."""
    if {left.kind, right.kind} == {"date", "datetime"}:
        return _day(left), _day(right)
    return left, right


def _day(term: Term) -> Term:
    if term.kind == "date":
        return term
    return Term(Sql("(") + term.sql + Sql(" AT TIME ZONE %s)::date", (settings.TIME_ZONE,)), "date")
