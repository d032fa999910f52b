// The feature under the hand, from opening to saving. Every step is a command of the log until it is saved; then they
// are one. The draft outlives the page.
import type { Field, Layer, Words } from "../api/catalogue";
import { getJson, Problem } from "../api/http";
import type { Feature } from "../api/questions";
import { both } from "../i18n/t";
import { editing } from "../state/editing";
import { drop, get, put } from "../state/kept";
import { tab } from "../state/kept-log";
import { log, type Way } from "../state/log";
import { catalogue, edits, layerOf, selection } from "../state/portal";
import { batch, effect, signal } from "../state/store";
import type { Shape } from "./shape";
import { commit, giveUp, outbox, start } from "./work";

export type Properties = Readonly<Record<string, unknown>>;
export interface Draft {
  layer: string;
  ref: string;
  id: number | null;
  base: { geometry: Shape | null; properties: Properties } | null;
  geometry: Shape | null;
  properties: Properties;
  /** The edit that is on its way to the server. */
  sent: string | null;
  owner: string;
}
export interface Rule {
  type?: string;
  readOnly?: boolean;
  maxLength?: number;
  minimum?: number;
  maximum?: number;
}
export interface Rules {
  required: ReadonlySet<string>;
  of: Readonly<Record<string, Rule>>;
}
interface Part {
  geometry?: Shape | null;
  properties?: Properties;
}
interface Step {
  ref: string;
  before: Part;
  after: Part;
}

export const draft = signal<Draft | null>(null);
export const opening = signal<"busy" | "gone" | "failed" | null>(null);
export const rules = signal<Rules>({ required: new Set(), of: {} });
/** What the server or the form has against a field, in words. */
export const wrong = signal<Readonly<Record<string, string>>>({});
const KEPT = ["draft", tab()] as const;

export interface Versioned {
  version: number;
  feature: Feature;
}
export async function editable(layer: string, ids: readonly number[]): Promise<Versioned[]> {
  const { rows } = await getJson<{ rows: Versioned[] }>(`/api/layers/${layer}/editable`, { ids: ids.join(",") });
  const waiting = new Set(outbox.items.peek().filter((item) => item.layer === layer).flatMap((item) => item.changes.map((change) => change.ref)));
  // a change that still waits was made of the version that was seen then
  await Promise.all(rows.filter((row) => !waiting.has(String(row.feature.id))).map((row) => outbox.saw(layer, String(row.feature.id), row.version)));
  return rows;
}

/** Takes a feature, or the place for a new one, under the hand. */
export async function open(layer: Layer, id: number | null): Promise<void> {
  void start();
  const now = draft.peek();
  if (now && now.layer === layer.id && now.id === id) return void know(layer);
  forget();
  opening.value = "busy";
  try {
    void know(layer);
    let next: Draft = { layer: layer.id, ref: `new-${crypto.randomUUID()}`, id: null, base: null, geometry: null, properties: fresh(layer), sent: null, owner: catalogue.viewer.name ?? "" };
    if (id !== null) {
      const [row] = await editable(layer.id, [id]);
      if (!row) return void (opening.value = "gone");
      const base = { geometry: row.feature.geometry as Shape | null, properties: row.feature.properties };
      next = { ...next, ref: String(id), id, base, ...base };
    }
    batch(() => {
      wrong.value = {};
      opening.value = null;
      keep(next);
    });
  } catch (why) {
    opening.value = why instanceof Problem && [403, 404].includes(why.status) ? "gone" : "failed";
  }
}

/** What a new feature begins with. */
function fresh(layer: Layer): Properties {
  return layer.time && layer.fields.find((f) => f.name === layer.time)?.type === "datetime" ? { [layer.time]: new Date().toISOString() } : {};
}

async function know(layer: Layer): Promise<void> {
  rules.value = { required: new Set(), of: {} };
  const schema = await getJson<{ required?: string[]; properties: Record<string, Rule> }>(`/ogc/collections/${layer.id}/schema`, { f: "json" }).catch(() => null);
  if (schema) rules.value = { required: new Set(schema.required), of: schema.properties };
}

function keep(next: Draft | null): void {
  draft.value = next;
  void (next ? put("facts", KEPT, next) : drop("facts", KEPT)).catch(() => undefined);
}

/** The draft of a page that was left in the middle. */
export async function resume(): Promise<void> {
  const kept = await get<Draft>("facts", KEPT).catch(() => undefined);
  const layer = kept && layerOf(kept.layer);
  if (!kept || !layer || kept.owner !== (catalogue.viewer.name ?? "") || kept.sent) return void keep(null);
  batch(() => {
    draft.value = kept;
    editing.value = { layer: kept.layer, id: kept.id };
  });
}

export function title({ layer, id, properties }: Draft): Words {
  const found = layerOf(layer)!;
  const name = found.label && properties[found.label] ? String(properties[found.label]) : "";
  return name ? { zh: name, en: name } : { zh: `${found.title.zh} ${id ?? ""}`.trim(), en: `${found.title.en} ${id ?? ""}`.trim() };
}

/** Changes the draft by one step that can be taken back. */
export function step(part: Part, words: Words, merge?: string): void {
  const now = draft.peek();
  if (!now) return;
  const before: Part = {};
  if ("geometry" in part) before.geometry = now.geometry;
  if ("properties" in part) before.properties = now.properties;
  log.run<Step>("draft", words, { ref: now.ref, before, after: part }, merge && `${now.ref} ${merge}`);
}

/** Shows a step before it is one: a corner that is being dragged. */
export function preview(geometry: Shape | null): void {
  const now = draft.peek();
  if (now) draft.value = { ...now, geometry };
}

export function applyStep(data: unknown, way: Way): void {
  const { ref, before, after } = data as Step;
  const now = draft.peek();
  if (now?.ref === ref) keep({ ...now, ...(way === "do" ? after : before) });
}

log.register<Step>("draft", {
  apply: applyStep,
  join: (first, second) => ({ ref: second.ref, before: { ...second.before, ...first.before }, after: { ...first.after, ...second.after } }),
});

export function set(field: Field, value: unknown): void {
  const now = draft.peek();
  if (!now || Object.is(now.properties[field.name], value)) return;
  const { [field.name]: _, ...rest } = wrong.peek();
  wrong.value = rest;
  step({ properties: { ...now.properties, [field.name]: value } }, both("edit.changed", { what: field.title }), field.name);
}

const alike = (a: unknown, b: unknown) => JSON.stringify(a ?? null) === JSON.stringify(b ?? null);

/** What is different from what it was, by field. */
export function differing(now: Draft): string[] {
  const base = now.base?.properties ?? {};
  return Object.keys(now.properties).filter((name) => !alike(now.properties[name], base[name]));
}

export function dirty(now: Draft): boolean {
  return differing(now).length > 0 || !alike(now.geometry, now.base?.geometry);
}

const some = (of: Properties, names: readonly string[]) => Object.fromEntries(names.map((name) => [name, of[name] ?? null]));

/** Sends the draft on its way. The form stays until the server has taken it, or cannot be reached. */
export function save(): void {
  const now = draft.peek();
  if (!now?.geometry || !dirty(now) || now.sent) return;
  const names = differing(now);
  const place = alike(now.geometry, now.base?.geometry) ? null : now.geometry;
  const after = { properties: some(now.properties, now.base ? names : Object.keys(now.properties)), ...(place ? { geometry: place } : {}) };
  const before = now.base && { properties: some(now.base.properties, names), ...(place ? { geometry: now.base.geometry } : {}) };
  const words = both(now.base ? "edit.said.changed" : "edit.said.made", { what: title(now) });
  keep({ ...now, sent: "…" });
  const sent = commit(now.layer, words, [{ ref: now.ref, before, after }]);
  keep({ ...draft.peek()!, sent });
}

export function remove(): void {
  const now = draft.peek();
  if (!now?.base || now.sent) return;
  const { geometry, properties } = now.base;
  const words = both("edit.said.deleted", { what: title(now) });
  commit(now.layer, words, [{ ref: now.ref, before: { geometry, properties: writable(now.layer, properties) }, after: null }]);
  batch(() => {
    if (selection.peek()?.layer === now.layer && selection.peek()?.id === now.id) selection.value = null;
    close();
  });
}

/** Without what the database works out by itself. */
export function writable(layer: string, properties: Properties): Properties {
  const known = rules.peek().of;
  return Object.fromEntries(Object.entries(properties).filter(([name]) => layerOf(layer)?.fields.some((f) => f.name === name) && !known[name]?.readOnly));
}

function forget(): void {
  log.remove("draft", () => true);
  keep(null);
}

export function close(): void {
  batch(() => {
    forget();
    wrong.value = {};
    opening.value = null;
    editing.value = null;
  });
}

/** Follows what was sent. Runs once, with the module. */
effect(() => {
  const now = draft.value;
  const items = outbox.items.value;
  const far = outbox.away.value || outbox.signedOut.value;
  if (!now?.sent || now.sent === "…") return;
  const item = items.find((one) => one.command === now.sent);
  if (item?.state === "refused") return void refused(now, item.key);
  if (item?.state === "conflict") {
    forget();
    editing.value = { layer: now.layer, id: now.id, conflict: item.key };
    return;
  }
  if (item && !far) return;
  close();
  if (!item) void outbox.idOf(now.layer, now.ref).then((id) => id !== null && (selection.value = { layer: now.layer, id }));
});

async function refused(now: Draft, key: string): Promise<void> {
  const item = outbox.items.peek().find((one) => one.key === key);
  if (!item) return;
  const said = Object.fromEntries(Object.entries(item.fields ?? {}).map(([name, why]) => [name, why.join(" ")]));
  batch(() => {
    keep({ ...now, sent: null });
    wrong.value = Object.keys(said).length ? said : { "": item.why ?? "" };
  });
  await giveUp(item);
}

/** The version that others made meanwhile, where nothing here is at stake. */
let seen = "";
effect(() => {
  const now = draft.value;
  const key = now ? `${now.ref} ${edits.value[now.layer] ?? 0}` : "";
  const before = seen;
  seen = key;
  if (!now || !key || before === key || before.split(" ")[0] !== now.ref || now.id === null || now.sent || dirty(now)) return;
  const { layer, id } = now;
  void editable(layer, [id]).then(([row]) => {
    const still = draft.peek();
    if (!row || !still || still.id !== id || still.layer !== layer || dirty(still) || still.sent) return;
    const base = { geometry: row.feature.geometry as Shape | null, properties: row.feature.properties };
    keep({ ...still, base, ...base });
  }, () => undefined);
});
