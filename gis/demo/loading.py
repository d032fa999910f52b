"""Loads the synthetic city: one transaction, one COPY a table, every trigger at work as for any other import.

An interrupted load leaves nothing, or its whole rows, which the next start finishes. A second one finds the mark
of the first and does nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from time import monotonic
from typing import Any

import shapely
from django.contrib.gis.db.models import GeometryField
from django.db import connection, models, transaction
from django.utils import timezone

from data.city import SCALES, Table, generate
from gis.demo.council import hold_meetings
from gis.demo.derived import derive
from gis.demo.models import Demonstration
from gis.demo.notes import clear_rules, lay_rules
from gis.demo.scenes import clear_scenes, draw_scenes
from gis.demo.streets import lay_streets
from gis.demo.tables import TARGETS, Target
from gis.demo.tonight import clear_tonight, keep_tonight
from gis.exchange.copy import ewkb, pour, write_rows
from gis.trouble import Trouble
from layers.council.models import forget
from layers.crashes.diagrams import keep_glyphs
from layers.crashes.screening.network import renew
from layers.hotspots.drawing import draw
from layers.registry.register import register
from layers.registry.sql import quoted

SYNTHETIC = "synthetic"
SMALLEST = "hamlet"
Say = Callable[[str], None]


def load(scale: str, seed: int, *, replace: bool, force: bool, say: Say) -> dict[str, int]:
    if scale not in SCALES:
        raise Trouble(f"There is no scale “{scale}”.", f"There are {', '.join(SCALES)}.")
    there = Demonstration.objects.first()
    if there and (there.scale, there.seed) == (scale, seed) and not replace:
        if finish(say):
            return {}
        say(f"{scale} {seed} is loaded already")
        return {}
    if there and not replace:
        raise Trouble(
            f"Another demonstration is loaded: {there.scale}, seed {there.seed}.",
            "Take its place with --replace.",
        )
    if not force and (layer := _real()):
        raise Trouble(
            f"There is real data in layer “{layer}”; a made-up city among it would mislead.",
            "Use another database, or mix them with --force.",
        )
    start = monotonic()
    city = derive(generate(scale, seed, say))
    say(f"made in {monotonic() - start:.0f} s")
    start = monotonic()
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SELECT set_config('antu.actor', 'cli:demo', true)")
        if there:
            _clear(say)
        rows = _fill(city, say)
        rows |= {
            f"street {name}": count for name, count in lay_streets(city, say).items() if name != "changeset"
        }
        if scale != SMALLEST:  # the smallest city is for tests, which draw their own
            rows["scenes"] = draw_scenes()
        rows["note rules"] = lay_rules()
        Demonstration.objects.create(scale=scale, seed=seed, rows=rows)
    finish(say)
    say(f"{sum(rows.values()):,} rows loaded in {monotonic() - start:.0f} s")
    return rows


def finish(say: Say) -> bool:
    """Statistics and surfaces, behind the rows; done again where it was cut off. True when it was to do."""
    unfinished = Demonstration.objects.filter(finished_at=None)
    if not unfinished.exists():
        return False
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    say("surfaces")
    draw()
    say("screening and collision diagrams")
    renew()
    keep_glyphs(least=5)
    if not unfinished.filter(scale=SMALLEST).exists():
        hold_meetings()
        say("tonight's patrol")
        keep_tonight(timezone.now())
    unfinished.update(finished_at=timezone.now())
    return True


def _real() -> str | None:
    """A layer that holds rows which are not synthetic, if there is any."""
    for layer in register:
        if layer.model and layer.theme in _themes() and _any_real(layer.model):
            return layer.id
    return None


def _themes() -> set[str]:
    return {target.model._meta.app_label for target in TARGETS.values()}


def _any_real(model: type[models.Model]) -> bool:
    return bool(model._default_manager.exclude(origin=SYNTHETIC).exists())


def _clear(say: Say) -> None:
    say("taking away the former city")
    clear_scenes()
    clear_rules()
    clear_tonight()
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")
        forget(SYNTHETIC)
        for target in TARGETS.values():
            _let_go(target.model)
        for target in reversed(TARGETS.values()):
            table = quoted(target.model._meta.db_table)
            if _says_whose(target.model):
                cursor.execute(f"DELETE FROM {table} WHERE origin = %s", [SYNTHETIC])
            else:
                cursor.execute(
                    f"DELETE FROM {table} p USING crashes_crash c WHERE c.id = p.crash_id AND c.origin = %s",
                    [SYNTHETIC],
                )
        for tally in ("crashes_junctiontally", "crashes_roadtally"):
            cursor.execute(f"DELETE FROM {tally} WHERE a1 = 0 AND a2 = 0 AND a3 = 0")
    Demonstration.objects.all().delete()


def _let_go(model: type[models.Model]) -> None:
    """What people made of the city's rows: it loses its tie to them where it can do without, and goes with them else."""
    if not _says_whose(model):
        return
    for tie in model._meta.get_fields(include_hidden=True):
        if not isinstance(tie, models.ManyToOneRel):
            continue
        other = tie.related_model
        rows = other._default_manager.filter(**{f"{tie.field.name}__origin": SYNTHETIC})
        if _says_whose(other):
            rows = rows.exclude(origin=SYNTHETIC)
        if tie.field.null and tie.on_delete is not models.CASCADE:
            rows.update(**{tie.field.name: None})
        else:
            rows.delete()


def _says_whose(model: type[models.Model]) -> bool:
    return any(f.name == "origin" and isinstance(f, models.CharField) for f in model._meta.fields)


def _fill(city: dict[str, Table], say: Say) -> dict[str, int]:
    if missing := set(city) - set(TARGETS):
        raise LookupError(f"no model takes {', '.join(sorted(missing))}")
    ids: dict[type[models.Model], dict[str, int]] = {}
    counted = {}
    for name, target in TARGETS.items():
        if name in city:
            counted[name] = _table(city[name], target, ids)
            say(f"{name} {counted[name]:,}")
    return counted


def _table(table: Table, target: Target, ids: dict[type[models.Model], dict[str, int]]) -> int:
    model, count = target.model, len(table)
    given = _reserve(model, count)
    ids[model] = dict(zip(table.columns["key"], given, strict=True))
    columns: dict[str, Sequence[Any]] = {"id": given}
    for name, values in table.columns.items():
        wanted = target.rename.get(name, name)
        if wanted is None:
            continue
        if wanted.endswith("_key"):
            reference = model._meta.get_field(wanted.removesuffix("_key"))
            assert isinstance(reference, models.ForeignKey)
            known = ids[reference.related_model]
            columns[reference.attname] = [None if v is None else known[v] for v in values]
        else:
            columns[model._meta.get_field(wanted).name] = values
    if table.geometry is not None:
        columns["geom"] = ewkb(_as_model(table.geometry, model))
    for name, value in _defaults(model, set(columns)):
        columns[name] = [value] * count
    rows = zip(*columns.values(), strict=True)
    fill = pour if "geom" in columns else write_rows
    return fill(connection, model, list(columns), rows)


def _reserve(model: type[models.Model], count: int) -> list[int]:
    """Ids for so many rows, taken from the table's own sequence."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT nextval(pg_get_serial_sequence(%s, 'id')) FROM generate_series(1, %s)",
            [model._meta.db_table, count],
        )
        return [number for (number,) in cursor.fetchall()]


def _as_model(shapes: Any, model: type[models.Model]) -> Any:
    """Single areas made multiple where that is what the column holds."""
    column = model._meta.get_field("geom")
    assert isinstance(column, GeometryField)
    if column.geom_type != "MULTIPOLYGON":
        return shapes
    single = shapely.get_type_id(shapes) == 3
    out = shapes.copy()
    out[single] = [shapely.multipolygons([shape]) for shape in shapes[single]]
    return out


def _defaults(model: type[models.Model], have: set[str]) -> Iterator[tuple[str, Any]]:
    """What Django would fill in for the columns that the city says nothing about."""
    for column in model._meta.concrete_fields:
        if column.attname in have or isinstance(column, models.GeneratedField):
            continue
        if column.name == "origin":
            yield column.attname, SYNTHETIC
        elif getattr(column, "auto_now", False):
            yield column.attname, timezone.now()
        else:
            yield column.attname, column.get_default()
