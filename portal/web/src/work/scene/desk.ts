// What is on the desk: the scene that is open, what is chosen on it, the tool in hand, where one looks from. And the way
// to the server: opening, sending, asking every so often what others did.
import type { Catalogue } from "../../api/catalogue";
import { getJson, Problem, reachable, refused, sendJson } from "../../api/http";
import { lang, t, type Key } from "../../i18n/t";
import { catalogue, work } from "../../state/portal";
import { signal } from "../../state/store";
import { tell } from "../../ui/toasts";
import { Book, type Box, type Kept, type Reply, type Step, type Told } from "./book";
import { element, inverse, named, removal, SCENE, type Document, type Edit, type Element, type Point } from "./document";
import { colorOf, layerOf, type Layer } from "./draw";
import * as store from "./kept";
import { Outbox } from "./photos/outbox";
import { followed, laneHeading, pointsOf, readStreet, type Shelf, type Street } from "./shape";
import type { Tool } from "./tools";
import type { Sight } from "./stage";

export const book = signal<Book | null>(null);
/** Grows with every change of the book: who reads it is drawn again. */
export const turn = signal(0);
export const shelf = signal<Shelf | null>(null);
export const street = signal<Street>({ shown: [], names: [], segments: [], axes: [] });
export const chosen = signal<readonly string[]>([]);
export const tool = signal<Tool | null>(null);
/** Corners of what is being drawn, with the point of an element that each hangs on. */
export const drawing = signal<readonly { at: Point; anchor: string | null }[]>([]);
export const sight = signal<Sight>({ x: 0, y: 0, scale: 14, turn: 0 });
export const hint = signal<{ title: string; text: string } | null>(null);
export const hidden = signal<ReadonlySet<Layer>>(new Set());
/** Elements as they are under the hand, before they are let go. */
export const live = signal<Readonly<Record<string, Element>>>({});
export const trouble = signal<string | null>(null);
/** The remark of the reviewer that is being read. */
export const remark = signal<number>(-1);
export const sheetOpen = signal(false);

export const word = (name: string): string => t(`scene.${name}` as Key);
const owner = catalogue.viewer.name ?? "";
let csrf = catalogue.viewer.csrf;
const api = (crash: number, rest = "") => `/api/crashes/${crash}/scene${rest}`;
const PATIENCE = 15_000;

export const doc = (): Document | null => {
  void turn.value;
  return book.value?.doc ?? null;
};
export const find = (id: string | undefined): Element | undefined => book.peek()?.doc.elements.find((one) => one.id === id);
export const isOpen = (): boolean => {
  void turn.value;
  return book.value?.open ?? false;
};

// opening

let crash = 0;
let polling: ReturnType<typeof setInterval> | undefined;
const EVERY = 2500;

export async function open(id: number): Promise<void> {
  if (crash === id && book.peek()) return;
  close();
  crash = id;
  trouble.value = null;
  const kept = await takeOver(id);
  let told: Told | null = null;
  try {
    told = await sendJson<Told>("POST", api(id), {}, csrf);
  } catch (why) {
    if (!kept && crash === id) return void (trouble.value = why instanceof Problem ? (why.status === 404 ? word("none") : why.message) : word("away.none"));
  }
  if (crash !== id) return;
  const fresh = (): Kept => ({ owner, client: device(), told: told!, pending: [], steps: [], done: 0, count: 0 });
  const whole = kept ?? fresh();
  const made = new Book(told && kept ? { ...kept, told } : whole, { keep: store.keep, send, renew, changed: () => (turn.value += 1), say });
  if (!told) made.net = "away";
  await things(id, made.doc.origin);
  if (crash !== id) return;
  const { center, rotation } = made.doc.frame;
  sight.value = { x: center[0], y: center[1], scale: 14, turn: rotation || roadTurn() };
  book.value = made;
  turn.value += 1;
  void store.keep(made.kept).catch(() => undefined);
  void made.flush();
  void outbox.load();
  polling = setInterval(() => document.visibilityState === "visible" && void [made.flush(), outbox.flush()], EVERY);
  if (made.told.state === "returned") showRemark(0);
}

export function close(): void {
  clearInterval(polling);
  crash = 0;
  book.value = null;
  chosen.value = [];
  tool.value = null;
  drawing.value = [];
  live.value = {};
  hint.value = null;
  remark.value = -1;
  viewing.value = null;
  sheetOpen.value = false;
}

addEventListener("online", () => void [book.peek()?.flush(), outbox.flush()]);

let mine = "";
const device = () => (mine ||= `pad-${crypto.randomUUID().slice(0, 18)}`);

/** What this tab or one that was closed has kept of the scene; what others left is sent as it is. */
async function takeOver(id: number): Promise<Kept | null> {
  let found: Kept | null = null;
  for (const one of (await store.all(owner)).filter((k) => k.told.crash === id).sort((a, b) => b.count - a.count)) {
    if (one.client !== mine && !(await store.hold(`antu-scene ${id} ${one.client}`))) continue;
    if (!found) {
      found = one;
      mine = one.client;
    } else if (one.pending.length) {
      await new Book(one, { keep: store.keep, send, renew, changed: () => undefined, say }).flush();
    } else await store.forget(id, one.client);
  }
  if (!found) await store.hold(`antu-scene ${id} ${device()}`);
  return found;
}

/** Symbols and the street, kept for when there is no network. */
async function things(id: number, origin: Point): Promise<void> {
  const either = async <T>(name: string, path: string): Promise<T | undefined> => {
    try {
      const got = await getJson<T>(path);
      void store.know(name, got);
      return got;
    } catch {
      return store.thing<T>(name);
    }
  };
  const [symbols, ground] = await Promise.all([
    shelf.peek() ?? either<Shelf>("symbols", "/api/crashes/scene.symbols.json"),
    either<{ features: Parameters<typeof readStreet>[0] }>(`street ${id}`, api(id, "/street")),
  ]);
  shelf.value = symbols ?? { classes: {}, symbols: {}, instruments: {} };
  street.value = readStreet(ground?.features ?? [], origin);
}

/** Turns the drawing so that the road runs up the screen, by less than a quarter. */
function roadTurn(): number {
  const heading = laneHeading(street.peek(), [0, 0], 60);
  if (heading === null) return 0;
  const half = heading % 90;
  return half > 45 ? half - 90 : half;
}

export function turnToRoad(): void {
  sight.value = { ...sight.peek(), turn: Math.abs(sight.peek().turn) > 0.01 ? 0 : roadTurn() };
}

// to the server

async function send(body: unknown): Promise<Reply> {
  const at = crash || book.peek()?.told.crash;
  const response = await fetch(api(at!, "/operations"), {
    method: "POST",
    headers: { "content-type": "application/json", "x-csrftoken": csrf },
    body: JSON.stringify(body),
    signal: AbortSignal.timeout(PATIENCE),
  });
  reachable.value = response.status < 502 || response.status > 504;
  return { status: response.status, body: (await response.json().catch(() => null)) as Reply["body"] };
}

async function renew(): Promise<void> {
  const now = await getJson<Catalogue>("/api/catalogue");
  csrf = now.viewer.csrf;
  if (now.viewer.name === owner) return;
  refused.value += 1;
  throw new Error("signed out");
}

function say(what: "refused" | "rival" | "others" | "closed" | "odd", sentences: readonly string[]): void {
  const text = sentences.map(ours).join(" ");
  if (what === "others") tell(t("scene.others", { who: text }));
  else tell(text, "bad");
}

/** Sentences of the server are in both languages, one after the other. */
export function ours(sentence: string): string {
  const cut = sentence.search(/。\s+[A-Z]/);
  if (cut < 0) return sentence;
  return lang.value === "zh" ? sentence.slice(0, cut + 1) : sentence.slice(cut + 1).trim();
}

/** A step of the review, once all that waits has gone out. */
export async function step(action: "submit" | "withdraw" | "return" | "approve" | "lock", remarks: readonly { text: string; element: string }[] = []): Promise<boolean> {
  const now = book.peek()!;
  await Promise.all([now.flush(), outbox.flush()]);
  if (now.pending || (action === "submit" && waiting().length)) return tell(word("away.first"), "bad"), false;
  try {
    now.learn(await sendJson<Told>("POST", api(now.told.crash, `/${action}`), { digest: now.told.digest, remarks }, csrf));
    tell(word(`done.${action}`));
    return true;
  } catch (why) {
    tell(why instanceof Problem ? ours(why.message) : word("away.first"), "bad");
    void now.flush();
    return false;
  }
}

export async function setPlate(party: string, plate: string): Promise<void> {
  const now = book.peek()!;
  if ((now.told.plates[party] ?? "") === plate.trim().toUpperCase()) return;
  try {
    const { plates } = await sendJson<{ plates: Record<string, string> }>("PUT", api(now.told.crash, "/plates"), { plates: { [party]: plate } }, csrf);
    now.learn({ ...now.told, plates });
    void now.flush();
  } catch (why) {
    tell(why instanceof Problem ? ours(why.message) : word("away.plate"), "bad");
  }
}

// photographs

const outbox = new Outbox({
  owner,
  put: (one) => fetch(`${api(one.crash, `/photos/${one.name}`)}?panorama=${one.panorama}`, { method: "PUT", headers: { "x-csrftoken": csrf }, body: one.file, signal: AbortSignal.timeout(120_000) }),
  renew,
  arrived: (one, photo) => {
    const now = book.peek();
    if (now?.told.crash === one.crash && !now.told.photos.some((p) => p.name === photo.name)) now.learn({ ...now.told, photos: [...now.told.photos, photo] });
  },
  refused: (one, sentence) => {
    tell(ours(sentence), "bad");
    const station = find(one.station ?? undefined);
    if (station?.photos?.includes(one.name)) set(station.id, { photos: station.photos.filter((name) => name !== one.name) }, word("removed"));
  },
  changed: () => (turn.value += 1),
});
export const waiting = (): readonly store.Waiting[] => {
  void turn.value;
  return outbox.all.filter((one) => one.crash === book.value?.told.crash);
};
export const previewOf = (name: string): string | null => outbox.pictures.get(name) ?? null;

/** Kept in the browser first, then hung on its station, then sent: once, whenever there is a network. */
export async function addPhotos(files: readonly File[], station: Element | null): Promise<void> {
  const now = book.peek()!;
  for (const file of files) {
    const one: store.Waiting = { owner, crash: now.told.crash, name: named("p"), file, panorama: station?.panorama ?? false, station: station?.id ?? null };
    try {
      await outbox.add(one);
    } catch {
      tell(word("photo.full"), "bad");
      continue;
    }
    const held = station && find(station.id);
    if (held) commit(word("photo"), [{ op: "set", where: "elements", target: held.id, fields: { photos: [...(held.photos ?? []), one.name] } }]);
  }
}

/** Which photograph is looked at. */
export const viewing = signal<string | null>(null);

/** To the server, as whoever is signed in now. */
export const patch = <T>(crash: number, rest: string, fields: unknown): Promise<T> => sendJson<T>("PATCH", api(crash, rest), fields, csrf);

/** The station that a photograph hangs on; it hangs on one at most. */
export const stationOf = (name: string): Element | undefined => doc()?.elements.find((one) => one.type === "station" && one.photos?.includes(name));
export function hang(name: string, station: string): void {
  const edits = doc()!.elements.flatMap((one): Edit[] => {
    if (one.type !== "station") return [];
    const held = one.photos ?? [];
    const next = one.id === station ? [...new Set([...held, name])] : held.filter((other) => other !== name);
    return next.length === held.length ? [] : [{ op: "set", where: "elements", target: one.id, fields: { photos: next } }];
  });
  commit(word("photo"), edits);
}

export const fileOf = (kind: string, more = ""): string => `${api(book.peek()!.told.crash)}.${kind}${more}`;
/** The picture as it now is: with other boxes it has another address. */
export function photoOf(name: string, size = 320): string {
  const blurs = book.peek()!.told.photos.find((one) => one.name === name)?.blurs ?? [];
  return api(book.peek()!.told.crash, `/photos/${name}?size=${size}&v=${encodeURIComponent(stamp(blurs))}`);
}
const stamp = (blurs: readonly Box[]) => blurs.flat().reduce((sum, n) => (sum * 31 + Math.round(n * 1e5)) % 2147483647, blurs.length).toString(36);

export function leave(): void {
  work.value = "explore";
}

// what a hand does

export function commit(words: string, edits: readonly Edit[]): void {
  void book.peek()?.commit(words, edits);
}

export function add(body: Element, words = word("add")): void {
  commit(words, [{ op: "add", where: "elements", body: element(body) }]);
  chosen.value = [body.id];
}

export function set(id: string, fields: Partial<Element>, words = word("change")): void {
  const one = find(id);
  if (!one || one.locked && !("locked" in fields)) return;
  commit(words, [{ op: "set", where: "elements", target: id, fields: fields as Record<string, unknown> }, ...following({ ...one, ...fields })]);
}

/** Several at once, with the dimensions that run from them to a line of the street. */
export function move(changed: Readonly<Record<string, Element>>, words: string): void {
  const edits = Object.values(changed).flatMap((one): Edit[] => {
    const before = find(one.id);
    if (!before) return [];
    const fields = Object.fromEntries(Object.entries(one).filter(([name, value]) => before[name as keyof Element] !== value));
    return Object.keys(fields).length ? [{ op: "set", where: "elements", target: one.id, fields }, ...following(one)] : [];
  });
  commit(words, edits);
}

function following(next: Element): Edit[] {
  const now = book.peek()!.doc;
  const after = { ...now, elements: now.elements.map((one) => (one.id === next.id ? next : one)) };
  return followed(shelf.peek()!, street.peek(), now, after, [next.id]).map(({ id, b }) => ({ op: "set", where: "elements", target: id, fields: { b } }));
}

export function setScene(fields: Partial<Document>): void {
  commit(word("change"), [{ op: "set", where: "elements", target: SCENE, fields: fields as Record<string, unknown> }]);
}

export function remove(ids: readonly string[] = chosen.peek()): void {
  const free = ids.filter((id) => !find(id)?.locked);
  if (!free.length) return;
  commit(word("removed"), removal(book.peek()!.doc, free));
  chosen.value = [];
}

let copied: readonly Element[] = [];
export function copy(): void {
  copied = chosen.peek().map(find).filter((one): one is Element => !!one && one.type !== "dimension" && one.type !== "baseline" && one.type !== "travel");
}

export function paste(): void {
  const made = copied.map((one) => element({ ...shifted(one, 1, -1), id: named(one.id.replace(/[^a-z]/gi, "").slice(0, 1) || "e"), party: null }));
  if (!made.length) return;
  copied = made;
  commit(word("pasted"), made.map((body) => ({ op: "add", where: "elements", body })));
  chosen.value = made.map((one) => one.id);
}

export function shifted<E extends Element>(one: E, dx: number, dy: number): E {
  const by = ([x, y]: Point): Point => [round(x + dx), round(y + dy)];
  const next = { ...one };
  if (one.pose) next.pose = { ...one.pose, x: round(one.pose.x + dx), y: round(one.pose.y + dy) };
  if (one.at) next.at = by(one.at);
  if (one.to) next.to = by(one.to);
  for (const name of ["path", "area", "approach", "exit"] as const) if (one[name]?.length) next[name] = one[name]!.map(by);
  return next;
}
const round = (n: number) => Math.round(n * 1e4) / 1e4;

const told = (done: Step | null, key: "log.undone" | "log.redone") => void (done && tell(t(key, { what: done.words })));
export const undo = (): void => told(book.peek()?.undo() ?? null, "log.undone");
export const redo = (): void => told(book.peek()?.redo() ?? null, "log.redone");

/** The party that a new vehicle of this class is most likely to be. */
export function partyFor(kind: string, person: boolean): { party: string | null; edits: Edit[] } {
  const now = book.peek()!.doc;
  const used = new Set(now.elements.filter((one) => one.pose).map((one) => one.party));
  const free = now.parties.filter((p) => !used.has(p.id) && (p.role === "pedestrian") === person);
  const family = (k: string) => shelf.peek()!.classes[k]?.family;
  const fit = free.find((p) => p.kind === kind) ?? free.find((p) => family(p.kind) === family(kind));
  if (fit) return { party: fit.id, edits: fit.kind === kind ? [] : [{ op: "set", where: "parties", target: fit.id, fields: { kind } }] };
  const letter = [..."ABCDEFGHIJKLMNOPQRSTUVWXYZ"].find((l) => !now.parties.some((p) => p.id === l));
  if (!letter) return { party: null, edits: [] };
  return { party: letter, edits: [{ op: "add", where: "parties", body: { id: letter, kind, role: person ? "pedestrian" : "driver", moved: false } }] };
}

export function showRemark(n: number): void {
  const last = book.peek()?.told.steps.findLast((one) => one.after === "returned");
  const one = last?.remarks[n];
  if (!one) return;
  remark.value = n;
  if (find(one.element)) {
    chosen.value = [one.element];
    lookAt(one.element);
  }
}

export function lookAt(id: string): void {
  const one = find(id);
  const at = one?.pose ? ([one.pose.x, one.pose.y] as const) : (one?.at ?? (one?.path ?? one?.area ?? one?.approach)?.[0]);
  if (at) sight.value = { ...sight.peek(), x: at[0], y: at[1] };
}

export const visible = (one: Element): boolean => !one.hidden && !hidden.value.has(layerOf(one)) && one.role !== "moved";
export { colorOf, inverse, pointsOf };
