// Editing between the log and the server: a saved edit is one command, and both doing and undoing it put a change into
// the outbox. Loaded with the first edit, or when a former page left changes behind.
import type { Catalogue, Words } from "../api/catalogue";
import { getJson, reachable } from "../api/http";
import { all, drop, get, put } from "../state/kept";
import { log, type Way } from "../state/log";
import { catalogue, edits } from "../state/portal";
import { renewed } from "../state/session";
import { effect } from "../state/store";
import { Outbox, type Change, type Item, type Reply } from "./outbox";

export interface Edit {
  id: string;
  layer: string;
  changes: readonly Change[];
}

let csrf = catalogue.viewer.csrf;
const owner = catalogue.viewer.name ?? "";
const AGAIN = 5000;
const PATIENCE = 20_000;

export const outbox = new Outbox({
  owner,
  all: () => all<Item>("outbox", "item"),
  put: (item) => put("outbox", ["item", item.at, item.key], item),
  drop: (item) => drop("outbox", ["item", item.at, item.key]),
  fact: (name) => get("facts", ["edit", owner, name]),
  know: (name, value) => put("facts", ["edit", owner, name], value),
  send,
  async renew() {
    const now = await getJson<Catalogue>("/api/catalogue");
    csrf = now.viewer.csrf;
    return now.viewer.name;
  },
  done: (item) => {
    edits.value = { ...edits.peek(), [item.layer]: (edits.peek()[item.layer] ?? 0) + 1 };
  },
});

async function send(layer: string, body: unknown): Promise<Reply> {
  const headers = { "content-type": "application/json", "x-csrftoken": csrf };
  const response = await fetch(`/api/layers/${layer}/bulk`, { method: "POST", headers, body: JSON.stringify(body), signal: AbortSignal.timeout(PATIENCE) });
  reachable.value = response.status < 502 || response.status > 504;
  return { status: response.status, body: (await response.json().catch(() => null)) as Reply["body"] };
}

/** Puts an edit into effect, from before to after or back. */
export function apply(edit: Edit, way: Way): void {
  const changes = way === "do" ? edit.changes : edit.changes.map(({ ref, before, after }) => ({ ref, before: after, after: before })).reverse();
  outbox.add({ key: crypto.randomUUID(), layer: edit.layer, command: edit.id, way, changes });
}

log.register<Edit>("edit", { apply });

/** A saved edit: one step of the log, one transaction on the server. */
export function commit(layer: string, words: Words, changes: readonly Change[]): string {
  const edit: Edit = { id: crypto.randomUUID(), layer, changes };
  log.run<Edit>("edit", words, edit);
  return edit.id;
}

/** What shall be after a conflict, for each feature that had one. */
export async function settle(item: Item, settled: ReadonlyMap<number, Change>): Promise<void> {
  const changes = item.changes.map((change, i) => settled.get(i) ?? change);
  const kept = item.way === "do" ? changes : changes.map(({ ref, before, after }) => ({ ref, before: after, after: before })).reverse();
  log.amend("edit", (data) => ((data as Edit).id === item.command ? { ...(data as Edit), changes: kept } : data));
  await outbox.settle(item, changes, crypto.randomUUID());
}

/** Gives up a change that cannot be; then there is nothing to undo of it either. */
export async function giveUp(item: Item): Promise<void> {
  log.remove("edit", (data) => (data as Edit).id === item.command);
  await outbox.giveUp(item);
  edits.value = { ...edits.peek(), [item.layer]: (edits.peek()[item.layer] ?? 0) + 1 };
}

let started = false;
/** Sends what waits, now and whenever there is a chance. */
export async function start(): Promise<void> {
  if (started) return;
  started = true;
  addEventListener("online", () => void outbox.flush());
  addEventListener("focus", () => outbox.signedOut.peek() && void outbox.flush());
  effect(() => renewed.value > 0 && queueMicrotask(() => void outbox.flush()));
  setInterval(() => {
    if (outbox.items.peek().some((item) => item.state === "waiting") && !outbox.signedOut.peek()) void outbox.flush();
  }, AGAIN);
  await outbox.load();
  await outbox.flush();
}
