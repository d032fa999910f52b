// The part of the address after `#`, version 1: `#1/zoom/lat/lon?l=…&t=…&q=…&sel=…`. What is as at first visit is
// left out; what is not understood is kept, handed on and reported, never fatal.

import type { Area, Corner, Hours } from "../api/cql2";

export interface Place {
  zoom: number;
  lat: number;
  lon: number;
}
export interface Period {
  /** Months, `2024-03`; both are within. */
  from: string;
  to: string;
}
export interface Selection {
  layer: string;
  id: number | string;
}
export interface Comparison {
  /** Where the divider stands, in percent of the width. */
  at: number;
  /** What the left side shows: another period, other filters, or both; null is the same as on the right. */
  period: Period | null;
  filters?: Readonly<Record<string, string>>;
  /** Two maps side by side instead of a divider. */
  mode?: "twin";
}
export interface View {
  place: Place | null;
  /** Layers that are on, with their opacity in percent; null is the choice of the catalogue. */
  layers: Readonly<Record<string, number>> | null;
  period: Period | null;
  hours: Hours | null;
  area: Area | null;
  /** CQL2 text by layer. */
  filters: Readonly<Record<string, string>>;
  selection: Selection | null;
  /** Surface → the day of which it is shown; without one it is the newest. */
  days: Readonly<Record<string, string>>;
  /** The panel beside the map. */
  pane: string | null;
  compare: Comparison | null;
  /** Layers coloured by another field than their own. */
  looks?: Readonly<Record<string, string>>;
  work: string | null;
  lang: "zh" | "en" | null;
  /** When the link was made, `2026-11-21T09:30Z`: nothing is shown that happened after that day. */
  as: string | null;
  unknown: Readonly<Record<string, string>>;
}

export const VERSION = "1";
export const EMPTY: View = { place: null, layers: null, period: null, hours: null, area: null, filters: {}, selection: null, days: {}, pane: null, compare: null, work: null, lang: null, as: null, unknown: {} };

const MONTH = /^\d{4}-(0[1-9]|1[0-2])$/;
const DAY = /^\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])$/;
const ID = /^[a-z][a-z0-9_]*$/;
const MOMENT = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}\.\d{3})?Z$/;

/** Percent-encodes only what would be mistaken for the syntax of the address. */
function quoted(text: string): string {
  return text.replace(/[%&#;+~\s"<>`{}|\\^]/g, encodeURIComponent);
}

function unquoted(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

export function encode(view: View): string {
  const place = view.place ? `/${view.place.zoom.toFixed(2)}/${view.place.lat.toFixed(5)}/${view.place.lon.toFixed(5)}` : "";
  const parts: string[] = [];
  if (view.work) parts.push(`w=${quoted(view.work)}`);
  if (view.layers) {
    parts.push(`l=${Object.entries(view.layers).map(([id, opacity]) => (opacity === 100 ? id : `${id}:${opacity}`)).join(",")}`);
  }
  if (view.period) parts.push(`t=${view.period.from}..${view.period.to}`);
  if (view.hours) parts.push(`h=${view.hours.from}..${view.hours.to}`);
  if (view.area) {
    parts.push(`in=${"ring" in view.area ? view.area.ring.map((corner) => corner.join(",")).join(";") : `${view.area.layer}.${quoted(String(view.area.id))}`}`);
  }
  const filters = Object.entries(view.filters);
  if (filters.length) parts.push(`q=${conditions(view.filters)}`);
  if (view.selection) parts.push(`sel=${view.selection.layer}.${quoted(String(view.selection.id))}`);
  const days = Object.entries(view.days);
  if (days.length) parts.push(`d=${days.map(([id, day]) => `${id}~${day}`).join(";")}`);
  if (view.pane) parts.push(`p=${quoted(view.pane)}`);
  if (view.compare) parts.push(`cmp=${compared(view.compare)}`);
  const looks = Object.entries(view.looks ?? {});
  if (looks.length) parts.push(`c=${looks.map(([id, field]) => `${id}:${field}`).join(",")}`);
  if (view.lang) parts.push(`lang=${view.lang}`);
  if (view.as) parts.push(`as=${view.as}`);
  for (const [key, value] of Object.entries(view.unknown)) parts.push(`${quoted(key)}=${quoted(value)}`);
  return `#${VERSION}${place}${parts.length ? `?${parts.join("&")}` : ""}`;
}

function conditions(filters: View["filters"]): string {
  return Object.entries(filters).map(([id, text]) => `${id}~${quoted(text)}`).join(";");
}

/** `swipe:50:2023-01..2023-12`, or `twin:50::crashes~severity = 1` with filters of its own. */
function compared({ mode, at, period, filters }: Comparison): string {
  return `${mode ?? "swipe"}:${at}:${period ? `${period.from}..${period.to}` : ""}${filters ? `:${conditions(filters)}` : ""}`;
}

/** The view that an address means, and the names of its parts that could not be read. */
export function decode(hash: string): { view: View; strange: string[] } {
  const strange: string[] = [];
  const text = hash.replace(/^#/, "");
  if (!text) return { view: EMPTY, strange };
  const [path = "", query = ""] = split(text, "?");
  const [version, ...numbers] = path.split("/");
  if (version !== VERSION) return { view: EMPTY, strange: [version ?? ""] };
  const view: Mutable<View> = { ...EMPTY, filters: {}, days: {}, unknown: {} };
  if (numbers.length) {
    view.place = readPlace(numbers);
    if (!view.place) strange.push(numbers.join("/"));
  }
  for (const part of query.split("&").filter(Boolean)) {
    const [key, value] = split(part, "=");
    if (!read(view, key, value)) {
      strange.push(unquoted(key));
      if (!KNOWN.has(key)) view.unknown = { ...view.unknown, [unquoted(key)]: unquoted(value) };
    }
  }
  return { view, strange };
}

type Mutable<T> = { -readonly [K in keyof T]: T[K] };
const KNOWN = new Set(["w", "l", "t", "h", "in", "q", "sel", "d", "p", "cmp", "c", "lang", "as"]);

function split(text: string, at: string): [string, string] {
  const place = text.indexOf(at);
  return place < 0 ? [text, ""] : [text.slice(0, place), text.slice(place + 1)];
}

function readPlace(numbers: string[]): Place | null {
  const [zoom, lat, lon] = numbers.map(Number);
  if (numbers.length !== 3 || ![zoom, lat, lon].every(Number.isFinite)) return null;
  if (zoom! < 0 || zoom! > 24 || Math.abs(lat!) > 85 || Math.abs(lon!) > 180) return null;
  return { zoom: zoom!, lat: lat!, lon: lon! };
}

function read(view: Mutable<View>, key: string, value: string): boolean {
  switch (key) {
    case "w":
      view.work = unquoted(value);
      return ID.test(view.work);
    case "l":
      view.layers = readLayers(value);
      return view.layers !== null;
    case "t":
      view.period = readPeriod(value);
      return view.period !== null;
    case "h": {
      const found = /^(\d{1,2})\.\.(\d{1,2})$/.exec(value);
      if (!found || Number(found[1]) > 23 || Number(found[2]) > 23) return false;
      view.hours = { from: Number(found[1]), to: Number(found[2]) };
      return true;
    }
    case "in":
      view.area = readArea(value);
      return view.area !== null;
    case "q": {
      const { filters, whole } = readConditions(value);
      view.filters = { ...view.filters, ...filters };
      return whole;
    }
    case "sel":
      view.selection = readFeature(value);
      return view.selection !== null;
    case "d":
      return value.split(";").filter(Boolean).map((part) => {
        const [id, day] = split(part, "~");
        if (!ID.test(id) || !DAY.test(day)) return false;
        view.days = { ...view.days, [id]: day };
        return true;
      }).every(Boolean);
    case "p":
      if (!ID.test(value)) return false;
      view.pane = value;
      return true;
    case "cmp":
      view.compare = readComparison(value);
      return view.compare !== null;
    case "c": {
      const pairs = value.split(",").map((pair) => pair.split(":"));
      if (!pairs.every((pair) => pair.length === 2 && pair.every((part) => ID.test(part)))) return false;
      view.looks = Object.fromEntries(pairs) as Record<string, string>;
      return true;
    }
    case "as":
      if (!MOMENT.test(value) || Number.isNaN(Date.parse(value))) return false;
      view.as = value;
      return true;
    case "lang":
      if (value !== "zh" && value !== "en") return false;
      view.lang = value;
      return true;
    default:
      return false;
  }
}

function readConditions(value: string): { filters: Record<string, string>; whole: boolean } {
  const filters: Record<string, string> = {};
  let whole = true;
  for (const part of value.split(";").filter(Boolean)) {
    const [id, text] = split(part, "~");
    if (ID.test(id) && text) filters[id] = unquoted(text);
    else whole = false;
  }
  return { filters, whole };
}

function readComparison(value: string): Comparison | null {
  const found = /^(swipe|twin):(\d{1,3}(?:\.\d)?):([^:]*)(?::(.*))?$/.exec(value);
  if (!found || Number(found[2]) > 100) return null;
  const period = found[3] ? readPeriod(found[3]) : null;
  const own = found[4] === undefined ? null : readConditions(found[4]);
  if ((found[3] && !period) || (!period && !own) || own?.whole === false) return null;
  return { at: Number(found[2]), period, ...(own ? { filters: own.filters } : {}), ...(found[1] === "twin" ? { mode: "twin" as const } : {}) };
}

function readPeriod(value: string): Period | null {
  const [from = "", to = ""] = value.split("..");
  return MONTH.test(from) && MONTH.test(to) && from <= to ? { from, to } : null;
}

function readFeature(value: string): Selection | null {
  const [layer, id] = split(value, ".");
  if (!ID.test(layer) || !id) return null;
  const plain = unquoted(id);
  return { layer, id: /^\d{1,15}$/.test(plain) ? Number(plain) : plain };
}

const MOST_CORNERS = 500;

function readArea(value: string): Area | null {
  if (!/^[-\d]/.test(value)) return readFeature(value);
  const ring = value.split(";").map((pair) => pair.split(",").map(Number));
  const good = ring.length >= 3 && ring.length <= MOST_CORNERS && ring.every((c) => c.length === 2 && Math.abs(c[0]!) <= 180 && Math.abs(c[1]!) <= 85);
  return good ? { ring: ring as unknown as Corner[] } : null;
}

function readLayers(value: string): Record<string, number> | null {
  const layers: Record<string, number> = {};
  for (const part of value.split(",").filter(Boolean)) {
    const [id, opacity] = split(part, ":");
    const percent = opacity ? Number(opacity) : 100;
    if (!ID.test(id) || !Number.isInteger(percent) || percent < 0 || percent > 100) return null;
    layers[id] = percent;
  }
  return layers;
}

/** `#v=…` and `#p=…` name what is kept on the server; all else is a view. */
export function named(hash: string): { kind: "view" | "slides"; id: string; at: number } | null {
  const found = /^#([vp])=([a-z0-9]{12})(?:\/(\d{1,3}))?$/.exec(hash);
  if (!found) return null;
  return { kind: found[1] === "v" ? "view" : "slides", id: found[2]!, at: Number(found[3] ?? 1) };
}
