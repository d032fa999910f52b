// The file that is being brought in: sent, looked into, kept or appended, one after the other; and one's own layers.
import { Problem, aborted } from "../api/http";
import { lang, t } from "../i18n/t";
import { goTo } from "../map/camera";
import { drawn, NOTHING } from "../map/marks";
import { admit, catalogue, dismiss, switchLayer } from "../state/portal";
import { batch, effect, signal } from "../state/store";
import { brought } from "./drop";
import { ask, send, type Look, type Mine, type Offer, type Own, type Status, type Wish } from "./server";

export type Step = "sending" | "looking" | "choosing" | "working" | "done" | "failed";
export interface Task {
  name: string;
  size: number;
  step: Step;
  share: number;
  id: string | null;
  look: Look | null;
  wish: Wish;
  offer: Offer | null;
  status: Status | null;
  wrong: string | null;
}

export const task = signal<Task | null>(null);
export const mine = signal<Mine | null>(null);
let abort = new AbortController();
let asked = 0;

const change = (part: Partial<Task>): void => {
  if (task.peek()) task.value = { ...task.peek()!, ...part };
};
const why = (failure: unknown): string => (failure instanceof Problem ? said(failure.message) : t("server.away"));

/** The server's sentences hold both languages, the English one last. */
function said(text: string): string {
  const at = text.search(/(?<=[。）]) [A-Z“]/);
  if (at < 0) return text;
  return lang.peek() === "en" ? text.slice(at + 1) : text.slice(0, at);
}

/** Takes up what was dropped, one file after the other. */
export function takeUp(): () => void {
  return effect(() => {
    const [file, ...rest] = brought.value;
    if (!file || (task.value && task.value.step !== "done" && task.value.step !== "failed")) return;
    queueMicrotask(() => {
      if (brought.peek()[0] === file) void start(file, rest);
    });
  });
}

/** The task stands before the next file is looked at, or both would begin at once. */
async function start(file: File, rest: readonly File[]): Promise<void> {
  abort.abort();
  abort = new AbortController();
  const before = task.peek()?.id;
  const begun: Task = { name: file.name, size: file.size, step: "sending", share: 0, id: null, look: null, wish: {}, offer: null, status: null, wrong: null };
  batch(() => {
    task.value = begun;
    brought.value = rest;
    drawn.value = NOTHING;
  });
  if (before) await forget(before);
  if (catalogue.viewer.name === null) return change({ step: "failed", wrong: t("bring.sign-in") });
  if (!mine.peek()) await readMine();
  const most = mine.peek()?.limits.mb ?? 200;
  if (file.size > most * 1024 * 1024) return change({ step: "failed", wrong: t("bring.large", { mb: most }) });
  if (file.size === 0) return change({ step: "failed", wrong: t("bring.empty") });
  try {
    const { id } = await send(file, (share) => change({ share }), abort.signal);
    change({ id, step: "looking" });
    await look({});
  } catch (failure) {
    if (!aborted(failure)) change({ step: "failed", wrong: why(failure) }); // whoever stopped it has taken its place
  }
}

/** Looks again, with what was chosen. Older answers never arrive. */
export async function look(more: Wish): Promise<void> {
  const now = task.peek();
  if (!now?.id) return;
  const wish = { ...now.wish, ...more };
  const mine_ = ++asked;
  change({ wish, wrong: null });
  try {
    const found = await ask<Look>("POST", `${now.id}/look`, wish, abort.signal);
    if (mine_ !== asked) return;
    batch(() => {
      change({ look: found, step: "choosing", wish: { ...wish, name: wish.name ?? found.title } });
      drawn.value = found.preview ?? NOTHING;
    });
    if (found.bounds && !more.name) frame(found.bounds);
    const layer = task.peek()?.wish.layer;
    if (layer) await offer(layer);
  } catch (failure) {
    if (!aborted(failure) && mine_ === asked) change({ step: "failed", wrong: why(failure) });
  }
}

/** Brings a box into view. */
export function frame([west, south, east, north]: readonly [number, number, number, number]): void {
  const across = Math.max(east - west, (north - south) * 1.2, 0.002);
  goTo([(west + east) / 2, (south + north) / 2], Math.min(17, Math.max(3, Math.log2(360 / across) + 0.4)));
}

export function choose(more: Wish): void {
  const now = task.peek();
  if (now) change({ wish: { ...now.wish, ...more }, ...(now.step === "done" && now.status?.result.dry_run ? { step: "choosing" as const } : {}) });
}

export async function offer(layer: string): Promise<void> {
  const now = task.peek();
  if (!now?.id) return;
  choose({ layer });
  try {
    const found = await ask<Offer>("POST", `${now.id}/suggest`, { ...now.wish, layer }, abort.signal);
    const mapping = Object.fromEntries(found.fields.flatMap((f) => (f.column ? [[f.name, f.column]] : [])));
    batch(() => {
      change({ offer: found });
      choose({ mapping });
    });
  } catch (failure) {
    if (!aborted(failure)) change({ wrong: why(failure) });
  }
}

export async function carryOut(what: "keep" | "append", more: Wish = {}): Promise<void> {
  const now = task.peek();
  if (!now?.id) return;
  change({ step: "working", wrong: null, status: null });
  const { mapping, key, layer, ...rest } = { ...now.wish, ...more };
  const wish = what === "keep" ? rest : { ...rest, layer, key, mapping: now.offer?.known ? undefined : mapping };
  try {
    let status = await ask<Status>("POST", `${now.id}/${what}`, wish, abort.signal);
    while (status.state === "waiting" || status.state === "working") {
      change({ status });
      await new Promise((later) => setTimeout(later, 700));
      status = await ask<Status>("GET", now.id, undefined, abort.signal);
    }
    finished(status);
  } catch (failure) {
    if (!aborted(failure)) change({ step: "choosing", wrong: why(failure) });
  }
}

function finished(status: Status): void {
  if (status.state === "failed") return change({ step: "choosing", status: null, wrong: status.message[lang.peek()] ?? status.message.zh ?? "" });
  batch(() => {
    change({ step: "done", status });
    for (const own of status.layers ?? []) {
      admit(own.entry);
      switchLayer(own.entry.id, true);
    }
    if (!status.result.dry_run) drawn.value = NOTHING;
  });
  void readMine();
}

/** Lets go of the file, here and on the server. */
export async function discard(): Promise<void> {
  abort.abort();
  const now = task.peek();
  batch(() => {
    task.value = null;
    drawn.value = NOTHING;
  });
  if (now?.id) await forget(now.id);
}

/** What is left is forgotten by the server in a day. */
const forget = (id: string): Promise<unknown> => ask("DELETE", id).catch(() => undefined);

export async function readMine(): Promise<void> {
  if (catalogue.viewer.name === null) return;
  try {
    mine.value = await ask<Mine>("GET", "layers");
  } catch {
    mine.value = mine.peek(); // the list stays as it was; the next action says what is wrong
  }
}

export async function alter(number: number, body: unknown): Promise<Own> {
  const own = await ask<Own>("PATCH", `layers/${number}`, body);
  batch(() => admit(own.entry));
  await readMine();
  return own;
}

export async function remove(own: Own): Promise<void> {
  await ask("DELETE", `layers/${own.number}`);
  dismiss(own.entry.id);
  await readMine();
}

export async function restore(number: number): Promise<void> {
  const own = await ask<Own>("POST", `layers/${number}/restore`);
  batch(() => {
    admit(own.entry);
    switchLayer(own.entry.id, true);
  });
  await readMine();
}

export async function join(of: string, to: string, metres: number): Promise<Own> {
  const own = await ask<Own>("POST", `layers/join?of=${encodeURIComponent(of)}`, { to, metres });
  batch(() => {
    admit(own.entry);
    switchLayer(own.entry.id, true);
  });
  await readMine();
  return own;
}

export const sentenceOf = why;
