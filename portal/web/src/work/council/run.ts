// The meeting that is open: reading it, doing something with it, and moving the map to the item that is dealt with.
import { close, decide, drop, go, meeting, meetings, order, start, type Item, type Meeting, type Outcome } from "../../api/council";
import { Problem } from "../../api/http";
import { t } from "../../i18n/t";
import { goTo } from "../../map/camera";
import { fetchView, viewFrom } from "../../share/kept";
import { pane, restore, selection, stack } from "../../state/portal";
import { batch, computed, signal } from "../../state/store";
import { tell } from "../../ui/toasts";
import { csrf, written } from "./known";

export const all = signal<readonly Meeting[] | "failed" | null>(null);
export const now = signal<Meeting | "failed" | null>(null);
/** The item that is looked at; while a meeting runs, the one that it deals with. */
export const looked = signal<number | null>(null);

export const openId = computed<number | null>(() => {
  const found = /^meeting_(\d+)$/.exec(pane.value ?? "");
  return found ? Number(found[1]) : null;
});

/** Says what went wrong in the server's words; undefined then. */
export async function tried<T>(work: () => Promise<T>): Promise<T | undefined> {
  try {
    return await work();
  } catch (why) {
    tell(why instanceof Problem ? why.message : t("server.away"), "bad");
    return undefined;
  }
}

export async function readAll(): Promise<void> {
  try {
    all.value = await meetings();
  } catch {
    all.value = "failed";
  }
}

export async function read(id: number): Promise<void> {
  try {
    const found = await meeting(id);
    if (openId.peek() !== id) return;
    now.value = found;
    if (found.state === "running" && looked.peek() === null) follow(found);
  } catch {
    now.value = "failed";
  }
}

const of = (found: Meeting, number: number | null) => found.items?.find((one) => one.number === number);

/** Shows what a meeting deals with now. */
function follow(found: Meeting): void {
  now.value = found;
  const item = of(found, found.current);
  if (item) void show(item);
}

/** The map as it was when the item was proposed, else its place; with the panel of the place beside it. */
export async function show(item: Item): Promise<void> {
  looked.value = item.id;
  if (item.view) await loadView(item.view, item);
  else place(item);
}

function place(item: Item): void {
  batch(() => {
    stack.value = [];
    selection.value = item.junction === null ? null : { layer: "junctions", id: item.junction };
    if (item.place) goTo(item.place, 18);
  });
}

export async function loadView(id: string, item: Item | null): Promise<void> {
  const saved = await tried(() => fetchView(id));
  if (!saved) return item ? place(item) : undefined;
  const stays = pane.peek();
  batch(() => {
    restore({ ...viewFrom(saved.state, null), work: item ? "council" : null, pane: item ? stays : null });
    if (item?.junction) selection.value = { layer: "junctions", id: item.junction };
  });
}

export async function begin(found: Meeting): Promise<void> {
  const started = await tried(() => start(found.id, csrf));
  if (started) follow(started);
}

export async function to(found: Meeting, number: number): Promise<void> {
  if (found.state !== "running") {
    const item = of(found, number);
    if (item) await show(item);
    return;
  }
  const moved = await tried(() => go(found.id, number, csrf));
  if (moved) follow(moved);
}

export async function finish(found: Meeting): Promise<void> {
  const closed = await tried(() => close(found.id, csrf));
  if (!closed) return;
  now.value = closed;
  await readAll();
}

export async function move(found: Meeting, item: Item, by: number): Promise<void> {
  const ids = found.items!.map((one) => one.id);
  const at = ids.indexOf(item.id);
  ids.splice(at, 1);
  ids.splice(at + by, 0, item.id);
  const moved = await tried(() => order(found.id, ids, csrf));
  if (moved) now.value = moved;
}

export async function remove(found: Meeting, item: Item): Promise<void> {
  await tried(() => drop(item.id, csrf));
  await read(found.id);
}

export async function record(found: Meeting, item: Item, said: { outcome: Outcome; text: string; unit: string; due: string | null }): Promise<boolean> {
  const done = await tried(() => decide(item.id, said, csrf));
  if (!done) return false;
  written.value += 1;
  await read(found.id);
  tell(t("council.recorded", { n: item.number }));
  return true;
}
