// The scene document as the browser holds it: its parts, the small edits of it, and what each edit takes to be undone.
// Pure: whoever applies the same edits in the same order has the same document.

export type Point = readonly [number, number];
/** A place, or a point of an element such as `v1.RF`. */
export type Anchor = Point | string;
export interface Pose {
  x: number;
  y: number;
  heading: number;
}
export interface Element {
  id: string;
  type: "vehicle" | "pedestrian" | "impact" | "travel" | "mark" | "debris" | "fluid" | "fixed" | "baseline" | "dimension" | "note" | "station" | "override";
  label?: string;
  remark?: string;
  hidden?: boolean;
  locked?: boolean;
  kind?: string;
  party?: string | null;
  role?: string;
  posture?: "upright" | "left" | "right" | "roof";
  pose?: Pose;
  length?: number | null;
  width?: number | null;
  still?: boolean;
  how?: string;
  lying?: boolean;
  at?: Point;
  to?: Point | null;
  parties?: readonly string[];
  certainty?: "definite" | "estimated";
  sigma?: number;
  source?: string;
  approach?: readonly Point[];
  exit?: readonly Point[];
  path?: readonly Point[];
  area?: readonly Point[];
  wheel?: string | null;
  broken?: boolean;
  start?: Anchor;
  end?: Anchor;
  a?: Anchor;
  b?: Anchor;
  offset?: number;
  text?: string;
  heading?: number;
  panorama?: boolean;
  photos?: readonly string[];
  hides?: string;
  color?: string;
}
export interface Party {
  id: string;
  kind: string;
  role: "driver" | "passenger" | "pedestrian";
  moved?: boolean;
}
export interface Reading {
  id: string;
  type: "offset" | "range" | "span";
  of: string;
  instrument?: string;
  sigma?: number | null;
  line?: string;
  s?: number;
  d?: number;
  to?: string;
  r?: number;
}
export interface Rival {
  op: string;
  by: string;
  target: string;
  field: string;
  value: unknown;
}
export interface Document {
  origin: Point;
  north: "map" | "compass" | "unknown";
  short: boolean;
  street: { as_of: string | null; bbox: unknown; state: "unchanged" | "changed" | null; note: string };
  frame: { center: Point; rotation: number; scale: number; paper: "A4" | "A3" };
  summary: string;
  parties: readonly Party[];
  elements: readonly Element[];
  readings: readonly Reading[];
  rivals: readonly Rival[];
}
export type Where = "elements" | "parties" | "readings";
export const SCENE = "scene";

export type Edit =
  | { op: "add"; where: Where; body: { id: string } & Record<string, unknown>; at?: number | null }
  | { op: "set"; where: Where; target: string; fields: Readonly<Record<string, unknown>> }
  | { op: "remove"; where: Where; target: string }
  | { op: "settle"; rival: string; field: string; take: boolean };
/** An edit with its name, its device and the version that the device had: what the server is sent. */
export type Op = Edit & { id: string; client: string; base: number };

type Rows = readonly { id: string }[];
const rows = (doc: Document, where: Where): Rows => doc[where] as Rows;

/** The document after an edit; the same one where there is nothing to do. */
export function apply(doc: Document, edit: Edit): Document {
  if (edit.op === "settle") return settled(doc, edit);
  if (edit.op === "add") {
    const many = rows(doc, edit.where);
    if (many.some((one) => one.id === edit.body.id)) return doc;
    const at = edit.at ?? many.length;
    return { ...doc, [edit.where]: [...many.slice(0, at), edit.body, ...many.slice(at)] };
  }
  if (edit.op === "set" && edit.target === SCENE) return { ...doc, ...edit.fields };
  const many = rows(doc, edit.where);
  if (!many.some((one) => one.id === edit.target)) return doc;
  if (edit.op === "remove") return { ...doc, [edit.where]: many.filter((one) => one.id !== edit.target) };
  return { ...doc, [edit.where]: many.map((one) => (one.id === edit.target ? { ...one, ...edit.fields } : one)) };
}

function settled(doc: Document, { rival, field, take }: Edit & { op: "settle" }): Document {
  const found = doc.rivals.find((one) => one.op === rival && one.field === field);
  if (!found) return doc;
  const rest = { ...doc, rivals: doc.rivals.filter((one) => one !== found) };
  if (!take) return rest;
  if (found.target === SCENE) return { ...rest, [field]: found.value };
  for (const where of ["elements", "parties", "readings"] as const) {
    const many = rows(rest, where);
    if (!many.some((one) => one.id === found.target)) continue;
    if (field === "*") return { ...rest, [where]: many.filter((one) => one.id !== found.target) };
    const next = (one: { id: string }) => (field === "+" ? (found.value as { id: string }) : { ...one, [field]: found.value });
    return { ...rest, [where]: many.map((one) => (one.id === found.target ? next(one) : one)) };
  }
  return rest;
}

/** What takes an edit of this document back; null where nothing does. */
export function inverse(doc: Document, edit: Edit): Edit | null {
  if (edit.op === "settle") return null;
  if (edit.op === "add") return { op: "remove", where: edit.where, target: edit.body.id };
  const one = edit.op === "set" && edit.target === SCENE ? (doc as unknown as Record<string, unknown>) : rows(doc, edit.where).find((row) => row.id === edit.target);
  if (!one) return null;
  if (edit.op === "remove") return { op: "add", where: edit.where, body: one as { id: string } & Record<string, unknown>, at: rows(doc, edit.where).indexOf(one as { id: string }) };
  const was = one as Record<string, unknown>;
  return { op: "set", where: edit.where, target: edit.target, fields: Object.fromEntries(Object.keys(edit.fields).map((name) => [name, was[name] ?? null])) };
}

const idOf = (anchor: unknown): string | null => (typeof anchor === "string" ? anchor.split(".")[0]! : null);

/** Whether an element or a reading hangs on another. */
export function hangsOn(one: Element | Reading, id: string): boolean {
  const names = "of" in one ? [one.of, one.to, one.line] : [one.start, one.end, one.a, one.b];
  return names.some((anchor) => idOf(anchor) === id);
}

/** Taking an element away takes along what hangs on it: readings first, then lines, then itself. */
export function removal(doc: Document, ids: readonly string[]): Edit[] {
  const gone = new Set(ids);
  for (let grew = true; grew; ) {
    grew = false;
    for (const one of doc.elements) {
      if (!gone.has(one.id) && [...gone].some((id) => hangsOn(one, id))) grew = !!gone.add(one.id);
    }
  }
  const readings = doc.readings.filter((one) => [...gone].some((id) => hangsOn(one, id)));
  const lines = doc.elements.filter((one) => gone.has(one.id)).sort((a, b) => Number(isLine(b)) - Number(isLine(a)));
  return [
    ...readings.map((one): Edit => ({ op: "remove", where: "readings", target: one.id })),
    ...lines.map((one): Edit => ({ op: "remove", where: "elements", target: one.id })),
  ];
}

const isLine = (one: Element) => one.type === "dimension" || one.type === "baseline";

/** A tenth of a millimetre is more than anybody measures; a tenth of a thousandth of a degree as well. */
export const tidy = (n: number): number => Math.round(n * 1e4) / 1e4 + 0;
export const tidied = ([x, y]: Point): Point => [tidy(x), tidy(y)];
export const turned = (degrees: number): number => tidy(((degrees % 360) + 360) % 360) % 360;

/** What the server would fill in, so that here and there one has the same. */
export function element(body: Element): Element & Record<string, unknown> {
  const common = { label: "", remark: "", hidden: false, locked: false };
  return { ...common, ...(DEFAULTS[body.type] ?? {}), ...body } as Element & Record<string, unknown>;
}

const DEFAULTS: Partial<Record<Element["type"], Partial<Element>>> = {
  vehicle: { party: null, role: "rest", posture: "upright", length: null, width: null, still: false, how: "drawn" },
  pedestrian: { party: null, lying: false, role: "rest", how: "drawn" },
  impact: { parties: [], certainty: "estimated", sigma: 0.5 },
  travel: { exit: [] },
  mark: { party: null, wheel: null, broken: false },
  debris: { kind: "parts" },
  dimension: { offset: 0 },
  note: { to: null },
  station: { heading: 0, panorama: false, photos: [] },
  override: { hides: "", kind: "none", path: [], color: "white" },
};

let count = 0;
/** A name that no other device gives. */
export function named(start: string): string {
  count += 1;
  return `${start}${Date.now().toString(36)}${(count % 1296).toString(36).padStart(2, "0")}${Math.floor(Math.random() * 46656).toString(36).padStart(3, "0")}`;
}
