// Conditions of one layer ⇄ CQL2 text. Lists of values, hours of the day and an area are understood and shown as
// chips; whatever else a text says is kept word for word and sent along.
import type { Value } from "./catalogue";

export interface Among {
  field: string;
  values: readonly Value[];
}
export interface Condition {
  among: readonly Among[];
  rest: string | null;
}

/** Hours of the day, both within; `from` after `to` goes over midnight. */
export interface Hours {
  from: number;
  to: number;
}
export type Corner = readonly [lon: number, lat: number];
/** Where things must lie: within a feature that the server knows, or a shape that somebody drew. */
export type Area = { layer: string; id: number | string } | { ring: readonly Corner[] };

/** All that a text says. */
export interface Held {
  condition: Condition;
  hours: Hours | null;
  area: Area | null;
}

export const NONE: Condition = { among: [], rest: null };

function literal(value: Value): string {
  return typeof value === "string" ? `'${value.replaceAll("'", "''")}'` : String(value);
}

export function toText(condition: Condition): string {
  const parts = condition.among
    .filter((a) => a.values.length)
    .map((a) => (a.values.length === 1 ? `${a.field} = ${literal(a.values[0]!)}` : `${a.field} IN (${a.values.map(literal).join(", ")})`));
  if (condition.rest) parts.push(parts.length && hasOr(condition.rest) ? `(${condition.rest})` : condition.rest);
  return parts.join(" AND ");
}

export function hoursText({ from, to }: Hours): string {
  return from <= to ? `hour BETWEEN ${from} AND ${to}` : `(hour >= ${from} OR hour <= ${to})`;
}

export function areaText(area: Area): string {
  if ("layer" in area) return `S_INTERSECTS(geom, feature('${area.layer}', ${literal(area.id)}))`;
  const ring = [...area.ring, area.ring[0]!].map(([lon, lat]) => `${lon} ${lat}`).join(", ");
  return `S_INTERSECTS(geom, POLYGON((${ring})))`;
}

export function heldText({ condition, hours, area }: Held): string {
  const own = toText(condition);
  const more = [hours && hoursText(hours), area && areaText(area)].filter((part): part is string => Boolean(part));
  if (!more.length) return own;
  return [...(own ? [condition.rest && !condition.among.length && hasOr(own) ? `(${own})` : own] : []), ...more].join(" AND ");
}

export const fromText = (text: string): Condition => gather(text, readAmong).condition;

/** What a text holds to, hours and area apart. */
export function heldFrom(text: string): Held {
  return gather(text, readAmong, readHours, readArea);
}

function gather(text: string, readAmong: Reads<Among>, readHours?: Reads<Hours>, readArea?: Reads<Area>): Held {
  const among: Among[] = [];
  const rest: string[] = [];
  let hours: Hours | null = null;
  let area: Area | null = null;
  for (const part of conjuncts(text.trim())) {
    const found = readAmong(part);
    const when: Hours | null = hours ? null : (readHours?.(part) ?? null);
    const where: Area | null = area ? null : (readArea?.(part) ?? null);
    if (found && !among.some((one) => one.field === found.field)) among.push(found);
    else if (when) hours = when;
    else if (where) area = where;
    else if (part) rest.push(part);
  }
  const kept = rest.length > 1 ? rest.map((part) => (hasOr(part) ? `(${part})` : part)) : rest;
  return { condition: { among, rest: kept.length ? kept.join(" AND ") : null }, hours, area };
}

type Reads<T> = (part: string) => T | null;

/** Whether an OR stands outside of quotes and brackets. */
function hasOr(text: string): boolean {
  let level = 0;
  for (const token of text.match(/'(?:[^']|'')*'|[()]|[^\s()']+/g) ?? []) {
    if (token === "(") level += 1;
    if (token === ")") level -= 1;
    if (level === 0 && token.toUpperCase() === "OR") return true;
  }
  return false;
}

const BETWEEN = /^hour\s+BETWEEN\s+(\d{1,2})\s+AND\s+(\d{1,2})$/i;
const OVER = /^hour\s*>=\s*(\d{1,2})\s+OR\s+hour\s*<=\s*(\d{1,2})$/i;

function readHours(part: string): Hours | null {
  const found = BETWEEN.exec(part) ?? OVER.exec(part);
  if (!found) return null;
  const [from, to] = [Number(found[1]), Number(found[2])];
  if (from > 23 || to > 23 || from > to === BETWEEN.test(part)) return null;
  return { from, to };
}

const FEATURE = /^S_(?:INTERSECTS|WITHIN)\(\s*geom\s*,\s*feature\(\s*'([a-z][a-z0-9_]*)'\s*,\s*(-?\d{1,15}|'(?:[^']|'')*')\s*\)\s*\)$/i;
const POLYGON = /^S_(?:INTERSECTS|WITHIN)\(\s*geom\s*,\s*POLYGON\s*\(\(([^()]*)\)\)\s*\)$/i;

function readArea(part: string): Area | null {
  const feature = FEATURE.exec(part);
  if (feature) return { layer: feature[1]!, id: value(feature[2]!) as number | string };
  const corners = POLYGON.exec(part)?.[1]?.split(",").map((pair) => pair.trim().split(/\s+/).map(Number));
  if (!corners || corners.length < 4 || !corners.every((c) => c.length === 2 && c.every(Number.isFinite))) return null;
  return { ring: corners.slice(0, -1) as unknown as Corner[] };
}

/** The parts between ANDs that stand outside of quotes and brackets; the AND of a BETWEEN belongs to it. */
function conjuncts(text: string): string[] {
  const tokens = text.match(/'(?:[^']|'')*'|[()]|[^\s()']+|\s+/g) ?? [];
  const parts: string[] = [];
  let part = "";
  let level = 0;
  let between = false;
  for (const token of tokens) {
    const word = token.toUpperCase();
    if (token === "(") level += 1;
    if (token === ")") level -= 1;
    if (level === 0 && word === "OR") return [text];
    if (level === 0 && word === "BETWEEN") between = true;
    if (level === 0 && word === "AND") {
      if (!between) {
        parts.push(part.trim());
        part = "";
        continue;
      }
      between = false;
    }
    part += token;
  }
  parts.push(part.trim());
  return parts.map(unwrapped);
}

/** Without one pair of brackets that holds all of it. */
function unwrapped(part: string): string {
  if (!part.startsWith("(") || !part.endsWith(")")) return part;
  let level = 0;
  for (const [at, token] of [...part.matchAll(/'(?:[^']|'')*'|[()]/g)].map((m) => [m.index, m[0]] as const)) {
    if (token === "(") level += 1;
    if (token === ")") level -= 1;
    if (level === 0 && at < part.length - 1) return part;
  }
  return part.slice(1, -1).trim();
}

const NAME = "([A-Za-z_][A-Za-z0-9_]*)";
const LITERAL = "('(?:[^']|'')*'|-?\\d+(?:\\.\\d+)?|true|false)";
const EQUAL = new RegExp(`^${NAME}\\s*=\\s*${LITERAL}$`, "i");
const IN = new RegExp(`^${NAME}\\s+IN\\s*\\(\\s*(${LITERAL}(?:\\s*,\\s*${LITERAL})*)\\s*\\)$`, "i");

function readAmong(part: string): Among | null {
  const equal = EQUAL.exec(part);
  if (equal) return { field: equal[1]!, values: [value(equal[2]!)] };
  const list = IN.exec(part);
  if (!list) return null;
  return { field: list[1]!, values: [...list[2]!.matchAll(new RegExp(LITERAL, "gi"))].map((m) => value(m[0])) };
}

function value(text: string): Value {
  if (text.startsWith("'")) return text.slice(1, -1).replaceAll("''", "'");
  if (/^(true|false)$/i.test(text)) return text.toLowerCase() === "true";
  return Number(text);
}

/** The condition with the field held to these values; an empty list lifts it. */
export function hold(condition: Condition, field: string, values: readonly Value[]): Condition {
  const among = condition.among.filter((a) => a.field !== field);
  return { ...condition, among: values.length ? [...among, { field, values }] : among };
}

export function heldTo(condition: Condition, field: string): readonly Value[] | null {
  return condition.among.find((a) => a.field === field)?.values ?? null;
}
