// The state of the portal: what is on the map, held to what, seen from where. One signal a thing; whoever reads
// one follows it. Nothing here draws.
import { boot, type Bounds, type Layer, type Theme, type Value } from "../api/catalogue";
import { fromText, heldText, hold, heldTo, NONE, toText, type Area, type Condition, type Hours } from "../api/cql2";
import { speak } from "../i18n/t";
import { computed, signal } from "./store";
import { EMPTY, type Comparison, type Period, type Place, type Selection, type View } from "./url";

export const catalogue = boot();
const byId = new Map(catalogue.layers.map((layer) => [layer.id, layer]));
export const layerOf = (id: string): Layer | undefined => byId.get(id);

/** Puts a layer that did not exist when the page came, or its newer self, on offer. */
export function admit(layer: Layer): void {
  const all = catalogue.layers as Layer[];
  const at = all.findIndex((one) => one.id === layer.id);
  if (at < 0) all.unshift(layer);
  else all[at] = layer;
  byId.set(layer.id, layer);
  edits.value = { ...edits.peek(), [layer.id]: (edits.peek()[layer.id] ?? 0) + 1 };
  shown.value = { ...shown.peek() };
}

export function dismiss(id: string): void {
  const all = catalogue.layers as Layer[];
  const at = all.findIndex((one) => one.id === id);
  if (at < 0) return;
  if (selection.peek()?.layer === id) selection.value = null;
  setCondition(id, NONE);
  all.splice(at, 1);
  byId.delete(id);
  const { [id]: _, ...rest } = shown.peek();
  shown.value = rest;
}

export const theme = signal<Theme>("light");
export const place = signal<Place>({ zoom: catalogue.city.zoom, lat: catalogue.city.center[1], lon: catalogue.city.center[0] });
/** What the map shows at rest; null until it has shown anything. */
export const bounds = signal<Bounds | null>(null);
/** Layers that are on → opacity in percent. */
export const shown = signal<Readonly<Record<string, number>>>(atFirst());
export const conditions = signal<Readonly<Record<string, Condition>>>({});
export const period = signal<Period | null>(null);
/** Hours of the day, for layers that know them. */
export const hours = signal<Hours | null>(null);
/** Where things must lie, for all but the ground. */
export const area = signal<Area | null>(null);
export const selection = signal<Selection | null>(null);
/** What lies under the last click, so that one can leaf through it. */
export const stack = signal<readonly Selection[]>([]);
/** Surface → the day of which it is shown; without one it is that of the period, or the newest. */
export const days = signal<Readonly<Record<string, string>>>({});
/** Where the divider stands, in percent, and what is on its left. */
export const compare = signal<Comparison | null>(null);
/** The panel that is open beside the map while nothing is chosen. */
export const pane = signal<string | null>(null);
export const work = signal<string>("explore");
/** When the link that was opened was made; null is now. */
export const asOf = signal<string | null>(null);
/** Parts of the link that this version does not know, handed on as they came. */
export const unknown = signal<Readonly<Record<string, string>>>({});
/** Layers that are coloured by another field than their own → the field. */
export const looks = signal<Readonly<Record<string, string>>>({});
/** Layers whose rows have changed on the server → how often. */
export const edits = signal<Readonly<Record<string, number>>>({});

function atFirst(): Record<string, number> {
  return Object.fromEntries(catalogue.layers.filter((layer) => layer.visible).map((layer) => [layer.id, 100]));
}

/** The layers that are on, in the order of the tree. */
export const shownLayers = computed(() => catalogue.layers.filter((layer) => layer.id in shown.value));

/** What lies on the ground and can be listed and taken along: harm first, then what is done, then places. */
export const featured = computed(() => {
  const rank = new Map(catalogue.groups.map((group, i) => [group.id, i]));
  return shownLayers.value
    .filter((layer) => layer.items && layer.kind === "vector" && layer.group !== "base")
    .sort((a, b) => (rank.get(a.group) ?? 0) - (rank.get(b.group) ?? 0));
});

export function switchLayer(id: string, on: boolean): void {
  const { [id]: opacity = 100, ...rest } = shown.value;
  shown.value = on ? { ...rest, [id]: opacity } : rest;
}

export function fade(id: string, opacity: number): void {
  if (id in shown.value) shown.value = { ...shown.value, [id]: opacity };
}

export function conditionOf(id: string): Condition {
  return conditions.value[id] ?? NONE;
}

export const knowsHours = (layer: Layer): boolean => layer.fields.some((field) => field.name === "hour" && field.type === "integer");

/** Whether the chosen area bounds this layer; the ground stays whole, and so does the layer that the area is from. */
export const bounded = (layer: Layer, within: Area): boolean => layer.group !== "base" && !("layer" in within && within.layer === layer.id);

/** All that a layer is held to besides the period, as CQL2 text. */
export function filterOf(layer: Layer, condition: Condition = conditionOf(layer.id), when: Hours | null = hours.value): string {
  const within = area.value;
  return heldText({ condition, hours: knowsHours(layer) ? when : null, area: within && bounded(layer, within) ? within : null });
}

export function setCondition(id: string, condition: Condition): void {
  const { [id]: _, ...rest } = conditions.value;
  conditions.value = toText(condition) ? { ...rest, [id]: condition } : rest;
}

/** Switches one class of a legend; with the last one off, so is the layer. */
export function switchClass(layer: Layer, field: string, all: readonly Value[], value: Value): void {
  const held = heldTo(conditionOf(layer.id), field) ?? all;
  const next = held.includes(value) ? held.filter((v) => v !== value) : all.filter((v) => v === value || held.includes(v));
  setCondition(layer.id, hold(conditionOf(layer.id), field, next.length === all.length ? [] : next));
  if (!next.length) switchLayer(layer.id, false);
}

export const view = computed<View>(() => {
  const usual = atFirst();
  const now = shown.value;
  const same = Object.keys(now).length === Object.keys(usual).length && Object.keys(now).every((id) => usual[id] === now[id]);
  return {
    place: place.value,
    layers: same ? null : Object.fromEntries(catalogue.layers.filter((l) => l.id in now).map((l) => [l.id, now[l.id]!])),
    period: period.value,
    hours: hours.value,
    area: area.value,
    filters: Object.fromEntries(Object.entries(conditions.value).map(([id, c]) => [id, toText(c)])),
    selection: selection.value,
    days: days.value,
    pane: pane.value,
    compare: compare.value,
    looks: looks.value,
    work: work.value === "explore" ? null : work.value,
    lang: null,
    as: asOf.value,
    unknown: unknown.value,
  };
});

/** Takes over a view; says which of its layers this viewer does not have. */
export function restore(wanted: View): string[] {
  const missing: string[] = [];
  const known = (id: string) => byId.has(id) || (missing.push(id), false);
  if (wanted.place) place.value = wanted.place;
  shown.value = wanted.layers ? Object.fromEntries(Object.entries(wanted.layers).filter(([id]) => known(id))) : atFirst();
  period.value = wanted.period;
  hours.value = wanted.hours;
  area.value = wanted.area && "layer" in wanted.area && !known(wanted.area.layer) ? null : wanted.area;
  conditions.value = Object.fromEntries(
    Object.entries(wanted.filters).filter(([id]) => known(id)).map(([id, text]) => [id, fromText(text)]),
  );
  selection.value = wanted.selection && known(wanted.selection.layer) ? wanted.selection : null;
  days.value = Object.fromEntries(Object.entries(wanted.days).filter(([id]) => known(id)));
  pane.value = wanted.pane;
  compare.value = wanted.compare;
  looks.value = Object.fromEntries(Object.entries(wanted.looks ?? {}).filter(([id, field]) => byId.get(id)?.fields.some((one) => one.name === field && one.tint)));
  work.value = wanted.work ?? "explore";
  asOf.value = wanted.as;
  if (wanted.lang) void speak(wanted.lang);
  unknown.value = wanted.unknown ?? EMPTY.unknown;
  return missing;
}

/** The day of a moment, here. */
export function dayOf(moment: string): string {
  const at = new Date(moment);
  return [at.getFullYear(), at.getMonth() + 1, at.getDate()].map((n) => String(n).padStart(2, "0")).join("-");
}

/** `datetime` of the API for the chosen period, if the layer knows time. */
export function datetimeOf(layer: Layer, within: Period | null = period.value): string | null {
  if (days.value[layer.id]) return days.value[layer.id]!;
  if (!layer.time && layer.kind !== "raster") return null;
  const until = asOf.value && dayOf(asOf.value);
  if (!within) return until ? `../${until}` : null;
  const { from, to } = within;
  const [year, month] = to.split("-").map(Number) as [number, number];
  const last = `${to}-${new Date(Date.UTC(year, month, 0)).getUTCDate()}`;
  return `${from}-01/${until && until < last && until >= `${from}-01` ? until : last}`;
}
