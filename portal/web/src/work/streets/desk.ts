// What is open in the workspace and what is done to it. One edit is one changeset, one after the other, each against the
// version that was seen; the list of undoing keeps its number, and the server gives the parameters back.
import { aborted, Latest, Problem } from "../../api/http";
import type { Words } from "../../api/catalogue";
import { both, t } from "../../i18n/t";
import { marked, markedName } from "../../map/marks";
import { toWgs84 } from "../../map/twd97";
import { log } from "../../state/log";
import { asOf, catalogue, edits, selection } from "../../state/portal";
import { batch, computed, effect, signal } from "../../state/store";
import { tell } from "../../ui/toasts";
import { line, type Node, type Point, type Section, type Segment, type Street, type Strip } from "./model";
import * as server from "./server";
import { Refusal, type Both, type Difference, type Done, type Operation, type Piece, type Rule, type Survey } from "./server";

/** The layer that stands for the street map in an address: `sel=street_lines.segment/S07558`. */
export const LAYER = "street_lines";
const EDITORS = ["planner", "investigator", "officer", "administrator"];
export const mayEdit = catalogue.viewer.roles.some((role) => EDITORS.includes(role));
export const mayAccept = catalogue.viewer.roles.some((role) => role === "planner" || role === "administrator");

export const chosen = computed(() => (selection.value?.layer === LAYER ? String(selection.value.id) : null));
export const piece = signal<Piece<unknown> | null>(null);
/** What lies around the open object, with the version of each. */
export const street = signal<{ document: Street; etags: Record<string, string> } | null>(null);
export const failed = signal<string | null>(null);
export const writing = signal(false);
/** The strips under the hand, not yet written. */
export const draft = signal<{ section: number; strips: readonly Strip[] } | null>(null);
export const clash = signal<{ objects: readonly Both[]; words: Words } | null>(null);
/** What the rules say to the last edit, and what it changed. */
export const findings = signal<readonly Rule[]>([]);
export const changed = signal<readonly Difference[]>([]);
export const survey = signal<Survey>({ method: "tape", accuracy: null, unit: "", note: "" });
/** What was copied, to be set down elsewhere. */
export const copied = signal<{ kind: "section" | "arm" | "junction"; source: string; name: string } | null>(null);
/** Counts the edits of this page, so that lists know when to ask again. */
export const round = signal(0);

export const readOnly = computed(() => !mayEdit || asOf.value !== null);
export const when = (): { as_of: string | null } => ({ as_of: asOf.value });

export function choose(name: string | null): void {
  selection.value = name === null ? null : { layer: LAYER, id: name };
}

const zone = 121;
export const placed = ([east, north]: Point): [number, number] => toWgs84(east, north, zone) as [number, number];
/** A box of so many metres to each side of a point of the plane. */
export function boxAround([east, north]: Point, metres: number): [number, number, number, number] {
  const [w, s] = placed([east - metres, north - metres]);
  const [e, n] = placed([east + metres, north + metres]);
  return [w, s, e, n];
}

export function nodesOf(found: Street | undefined): Map<string, Point> {
  return new Map((found?.nodes ?? []).map((one) => [one.id, one.at]));
}

export function titleOf(name: string, params: unknown): string {
  const said = (params as { name?: string } | null)?.name;
  if (said) return said;
  if (name.startsWith("segment/")) return t("streets.segment.unnamed");
  const here = street.peek()?.document;
  const id = name.slice("node/".length);
  const names = [...new Set((here?.segments ?? []).filter((one) => one.a === id || one.b === id).map((one) => one.name).filter(Boolean))];
  return names.length ? names.join("／") : t("streets.junction");
}

// opening

const latest = new Latest();

async function load(name: string, abort: AbortSignal): Promise<{ piece: Piece<unknown>; street: { document: Street; etags: Record<string, string> } }> {
  const found = await server.object<Segment | Node>(name, when(), abort);
  let middle: Point;
  if ("at" in found.params) middle = found.params.at;
  else {
    const [a, b] = await Promise.all([found.params.a, found.params.b].map((id) => server.object<Node>(`node/${id}`, when(), abort)));
    const path = [a!.params.at, ...(found.params.via ?? []), b!.params.at];
    middle = path.length > 2 ? path[Math.floor(path.length / 2)]! : [(path[0]![0] + path[1]![0]) / 2, (path[0]![1] + path[1]![1]) / 2];
  }
  return { piece: found, street: await server.around(boxAround(middle, 25), when(), abort) };
}

/** The number that the map knows a street by → the name of the object. */
async function named(id: string): Promise<void> {
  const response = await fetch(`/ogc/collections/${LAYER}/items/${id}?f=json`, { headers: { accept: "application/geo+json" } });
  const owner = response.ok ? ((await response.json()) as { properties: { owner?: string } }).properties.owner : undefined;
  if (chosen.peek() === id) choose(owner ?? null);
}

/** Follows what is chosen, the day, and what others change, until it is ended. */
export function follow(): () => void {
  let open: string | null = null;
  const end = effect(() => {
    const name = chosen.value;
    void asOf.value;
    void edits.value[LAYER];
    if (name !== open) {
      open = name;
      batch(() => {
        piece.value = null;
        street.value = null;
        draft.value = null;
        clash.value = null;
        findings.value = [];
        changed.value = [];
        failed.value = null;
        marked.value = null;
      });
    }
    if (name === null) return latest.stop();
    if (/^\d+$/.test(name)) return void named(name);
    void latest.ask(
      (abort) => load(name, abort),
      (found) => {
        if (draft.peek() || writing.peek()) return; // what is under the hand was begun on what was seen
        batch(() => {
          piece.value = found.piece;
          street.value = found.street;
          failed.value = null;
          mark(name);
        });
      },
      (why) => {
        if (aborted(why)) return;
        batch(() => {
          piece.value = null;
          failed.value = why instanceof Problem && why.status === 404 ? t(asOf.peek() ? "streets.not-then" : "streets.gone") : t("streets.failed");
        });
      },
    );
  });
  return () => {
    end();
    latest.stop();
    marked.value = null;
    markedName.value = "";
  };
}

function mark(name: string): void {
  const here = street.peek()?.document;
  const params = piece.peek()?.params as Segment | Node | undefined;
  if (!params) return;
  if ("at" in params) marked.value = { type: "Point", coordinates: placed(params.at) };
  else {
    const path = line(params, nodesOf(here));
    if (path.length) marked.value = { type: "LineString", coordinates: path.map(placed) };
  }
  markedName.value = titleOf(name, params);
}

// writing

let queue: Promise<unknown> = Promise.resolve();

function redrawn(): void {
  const next = { ...edits.peek() };
  for (const layer of catalogue.layers) if (layer.id.startsWith("street_")) next[layer.id] = (next[layer.id] ?? 0) + 1;
  batch(() => {
    edits.value = next;
    round.value += 1;
  });
}

interface Made {
  id: string;
  /** The changeset that undoing or doing again would take back. */
  last: number;
}
const lastOf = new Map<string, number>();
let turned: Promise<unknown> = Promise.resolve();

/** Undoing takes the last changeset back, doing again takes the undoing back. */
export function reverse({ id, last }: Made): void {
  turned = turned.then(async () => {
    try {
      const done = await server.undo(lastOf.get(id) ?? last);
      lastOf.set(id, done.changeset);
      log.amend("street", (data) => ((data as Made).id === id ? { ...(data as Made), last: done.changeset } : data));
      batch(() => {
        findings.value = done.warnings;
        changed.value = Object.values(done.changes).flat();
      });
      redrawn();
    } catch (why) {
      tell(why instanceof Refusal ? why.message : t("streets.failed"), "bad");
    }
  });
}
/** Does the operations as one changeset; null when the server did not take them, and then it is said why. */
export function carry(operations: readonly Operation[], words: Words, more: Readonly<Record<string, string>> = {}): Promise<Done | null> {
  const mine = queue.then(async () => {
    writing.value = true;
    const own = piece.peek();
    const names = new Set(operations.map((one) => one.object));
    const around = street.peek()?.etags ?? {};
    const seen: Record<string, string> = {};
    for (const name of names) if (around[name]) seen[name] = around[name];
    if (own && names.has(own.object)) seen[own.object] = own.etag;
    try {
      const done = await server.write(operations, { ...seen, ...more }, survey.peek());
      finish(done, words);
      return done;
    } catch (why) {
      refused(why, words);
      return null;
    } finally {
      writing.value = false;
    }
  });
  queue = mine.catch(() => undefined);
  return mine;
}

function finish(done: Done, words: Words): void {
  const id = crypto.randomUUID();
  lastOf.set(id, done.changeset);
  log.note<Made>("street", words, { id, last: done.changeset });
  const own = piece.peek();
  const etags = { ...street.peek()?.etags };
  for (const one of done.objects) {
    if (one.etag) etags[one.object] = one.etag;
    else delete etags[one.object];
  }
  batch(() => {
    if (street.peek()) street.value = { ...street.peek()!, etags };
    if (own && etags[own.object]) piece.value = { ...own, params: draftedParams(own), etag: etags[own.object]!, state: done.state };
    draft.value = null;
    writing.value = false;
    clash.value = null;
    findings.value = done.warnings;
    changed.value = Object.values(done.changes).flat();
  });
  if (done.merged.length) tell(t("streets.merged"));
  if (!done.pictured) tell(t("streets.late"));
  redrawn();
}

/** Until the server has said what is now, what was under the hand stays in the picture. */
function draftedParams(own: Piece<unknown>): unknown {
  const now = draft.peek();
  const params = own.params as Segment;
  if (!now || !params.sections) return params;
  return { ...params, sections: params.sections.map((one, i): Section => (i === now.section ? { ...one, strips: now.strips } : one)) };
}

function refused(why: unknown, words: Words): void {
  batch(() => {
    draft.value = null;
    if (!(why instanceof Refusal)) return tell(t("streets.failed"), "bad");
    if (why.status === 412) clash.value = { objects: why.objects, words };
    else if (why.findings.length) findings.value = why.findings;
    else tell(why.message, "bad");
  });
}

/** Holds to a decision after somebody else was faster. */
export async function settle(theirs: ReadonlySet<string>): Promise<void> {
  const now = clash.peek();
  if (!now) return;
  const operations: Operation[] = [];
  const seen: Record<string, string> = {};
  for (const one of now.objects) {
    if (one.etag) seen[one.object] = one.etag;
    const keep = one.conflicts.filter(({ path }) => theirs.has(`${one.object}${path}`));
    if (one.proposal === null) operations.push({ op: "remove", object: one.object });
    else {
      operations.push({ op: "put", object: one.object, params: one.proposal });
      const values = keep.map(({ path, theirs: value }) => ({ path: path.replace(/^\//, ""), value }));
      if (values.length) operations.push({ op: "set", object: one.object, values });
    }
  }
  const all = now.objects.every((one) => one.conflicts.every(({ path }) => theirs.has(`${one.object}${path}`)));
  if (all && now.objects.every((one) => JSON.stringify(one.theirs) === JSON.stringify(one.proposal))) return drop();
  await carry(operations, now.words, seen);
}

/** Leaves it as somebody else made it. */
export function drop(): void {
  clash.value = null;
  redrawn();
}

export async function unchanged(name: string): Promise<void> {
  try {
    await server.confirm([name], "");
    tell(t("streets.confirmed"));
    redrawn();
  } catch (why) {
    tell(why instanceof Refusal ? why.message : t("streets.failed"), "bad");
  }
}

export async function accepted(id: number): Promise<void> {
  try {
    await server.accept(id);
    tell(t("streets.accepted"));
    redrawn();
  } catch (why) {
    tell(why instanceof Refusal ? why.message : t("streets.failed"), "bad");
  }
}

/** “Widths of 民族路”, in both languages, for the list of undoing. */
export const did = (key: Parameters<typeof both>[0]): Words => {
  const own = piece.peek();
  const name = own ? (own.params as { name?: string }).name : "";
  return both(key, { name: name ? { zh: name, en: name } : both("streets.street") });
};
