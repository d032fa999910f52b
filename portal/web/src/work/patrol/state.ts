// What the patrol workspace is about: a station, a plan and its changes, a unit. A change is sent as the whole order of
// stops; what was before stays on a pile, so that undoing is sending it again.
import { Problem } from "../../api/http";
import { t } from "../../i18n/t";
import { goTo } from "../../map/camera";
import { computed, signal, batch } from "../../state/store";
import { tell } from "../../ui/toasts";
import { read, send, type Candidate, type Coverage, type Edit, type Head, type Other, type Place, type Plan, type Station, type Unit, type Via } from "./api";

export type Task = "plan" | "watch" | "cars";
export const task = signal<Task>("plan");
export const stations = signal<readonly Station[]>([]);
export const station = signal<number | null>(null);
export const plans = signal<readonly Head[] | null>(null);
export const plan = signal<Plan | null>(null);
export const unit = signal<number | null>(null);
/** The stop that is pointed at. */
export const chosen = signal<number | null>(null);
/** Whether an answer is awaited; one change at a time. */
export const busy = signal(false);
export const making = signal(false);
export const detour = signal(15);
export const candidates = signal<readonly Candidate[] | null>(null);
export const coverage = signal<Coverage | null>(null);
export const others = signal<readonly Other[] | null>(null);
/** Minutes and kilometres that the latest change cost. */
export const change = signal<{ minutes: number; km: number } | null>(null);

interface State {
  order: readonly (readonly number[])[];
  via: readonly Via[];
  pinned: readonly (readonly number[])[];
}
const past = signal<readonly State[]>([]);
export const undoable = computed(() => past.value.length > 0);
export const current = computed<Unit | null>(() => (unit.value === null ? null : (plan.value?.units[unit.value] ?? null)));
export const changeable = computed(() => plan.value !== null && ["draft", "published", "replaced"].includes(plan.value.status));

export const failed = (why: unknown): void => tell(why instanceof Problem ? why.message : t("server.away"), "bad");

export function stateOf(now: Plan): State {
  return {
    order: now.units.map((u) => u.stops.map((s) => s.stop)),
    via: now.asked.via ?? [],
    pinned: now.units.map((u) => u.stops.filter((s) => s.locked).map((s) => s.stop)),
  };
}

const REMEMBERED = "antu.patrol.station";

export async function start(): Promise<void> {
  try {
    stations.value = await read<Station[]>("stations");
    if (station.peek() === null) {
      const all = await read<Head[]>("plans", { days: 2 });
      const kept = Number(localStorage.getItem(REMEMBERED)) || null;
      const now = Date.now();
      const first = all.find((p) => p.station === kept) ?? all.find((p) => Date.parse(p.finish) > now) ?? null;
      await choose(first?.station ?? kept ?? stations.peek()[0]?.id ?? null);
    } else if (plan.peek()) show(plan.peek()!);
  } catch (why) {
    failed(why);
  }
}

export async function choose(id: number | null): Promise<void> {
  batch(() => {
    station.value = id;
    plan.value = null;
    unit.value = null;
    plans.value = null;
    forget();
  });
  if (id === null) return;
  localStorage.setItem(REMEMBERED, String(id));
  try {
    const all = await read<Head[]>("plans", { station: id, days: 14 });
    if (station.peek() !== id) return;
    plans.value = all;
    const first = all.find((p) => p.status === "published" && Date.parse(p.finish) > Date.now()) ?? all.find((p) => p.status !== "failed" && p.status !== "replaced");
    if (first) await open(first.id);
    else {
      const at = stations.peek().find((s) => s.id === id);
      if (at) goTo([at.lon, at.lat], 14.5);
    }
  } catch (why) {
    failed(why);
  }
}

export async function open(id: number): Promise<void> {
  try {
    const found = await read<Plan>(`plans/${id}`);
    batch(() => {
      plan.value = found;
      if (unit.peek() !== null && !found.units[unit.peek()!]) unit.value = null;
      forget();
    });
    if (found.status === "making") return await follow(id);
    show(found);
    // the server reads streets and risk now, so that the first change is as quick as the next
    if (found.status !== "failed") void read<Candidate[]>(`plans/${id}/unvisited`, { detour: detour.peek() }).catch(() => undefined);
  } catch (why) {
    failed(why);
  }
}

function forget(): void {
  past.value = [];
  candidates.value = null;
  coverage.value = null;
  others.value = null;
  change.value = null;
  chosen.value = null;
}

const pause = (ms: number) => new Promise((done) => setTimeout(done, ms));

async function follow(id: number): Promise<void> {
  making.value = true;
  try {
    while (plan.peek()?.id === id) {
      await pause(700);
      const found = await read<Plan>(`plans/${id}`);
      if (plan.peek()?.id !== id) return;
      plan.value = found;
      if (found.status !== "making") {
        await again();
        return show(found);
      }
    }
  } catch (why) {
    failed(why);
  } finally {
    making.value = false;
  }
}

async function again(): Promise<void> {
  if (station.peek() !== null) plans.value = await read<Head[]>("plans", { station: station.peek(), days: 14 });
}

/** Brings a plan, or one unit of it, into the picture. */
export function show(found: Plan, only: number | null = unit.peek()): void {
  const shown = only === null ? found.units : found.units.slice(only, only + 1);
  frame(shown.flatMap((u) => (u.line?.coordinates ?? []) as unknown as Place[]));
}

export function frame(at: readonly Place[]): void {
  if (!at.length) return;
  const lons = at.map((p) => p[0]);
  const lats = at.map((p) => p[1]);
  const [west, east, south, north] = [Math.min(...lons), Math.max(...lons), Math.min(...lats), Math.max(...lats)];
  const box = document.querySelector(".map")?.getBoundingClientRect();
  const [w, h] = [(box?.width ?? 800) - 120, (box?.height ?? 600) - 160];
  const across = (Math.max(east - west, 2e-3) / 360) * 512;
  const down = (Math.max(north - south, 2e-3) / 360 / Math.cos((((south + north) / 2) * Math.PI) / 180)) * 512;
  goTo([(west + east) / 2, (south + north) / 2], Math.min(17, Math.log2(Math.min(w / across, h / down))));
}

export async function make(asked: unknown): Promise<void> {
  busy.value = true;
  try {
    const found = await send<Head>("plans", asked);
    await again();
    busy.value = false;
    await open(found.id);
  } catch (why) {
    failed(why);
  } finally {
    busy.value = false;
  }
}

/** Sends a change. `kept` says whether it can be undone: an undoing cannot. */
export async function edit(change_: Partial<Edit>, kept = true): Promise<boolean> {
  const now = plan.peek();
  if (!now || busy.peek()) return false;
  const before = stateOf(now);
  busy.value = true;
  try {
    const found = await send<Plan>(`plans/${now.id}/edit`, { ...before, fill: false, ...change_ });
    batch(() => {
      if (kept) past.value = [...past.peek(), before];
      plan.value = found;
      candidates.value = null;
      change.value = {
        minutes: Math.round(((found.figures.minutes ?? 0) - (now.figures.minutes ?? 0)) * 10) / 10,
        km: Math.round(((found.figures.km ?? 0) - (now.figures.km ?? 0)) * 100) / 100,
      };
    });
    if (found.id !== now.id) await again();
    if (coverage.peek()) await see();
    return true;
  } catch (why) {
    failed(why);
    return false;
  } finally {
    busy.value = false;
  }
}

export async function undo(): Promise<void> {
  const before = past.peek().at(-1);
  if (before && (await edit({ ...before, fill: false }, false))) past.value = past.peek().slice(0, -1);
}

export async function toMorning(): Promise<void> {
  const first = plan.peek()?.morning;
  if (first) await edit({ order: first, via: [], pinned: [], fill: false });
}

const without = (order: State["order"], stop: number) => order.map((one) => one.filter((s) => s !== stop));

export function remove(stop: number): Promise<boolean> {
  const now = stateOf(plan.peek()!);
  const via = now.via.filter((v) => v.id !== stop);
  const pinned = without(now.pinned, stop);
  return edit(stop <= -1001 ? { order: without(now.order, stop), pinned, via } : { order: without(now.order, stop), pinned, without: [stop] });
}

export function move(at: number, index: number, by: number): Promise<boolean> {
  const now = stateOf(plan.peek()!);
  const to = index + by;
  const one = [...now.order[at]!];
  if (to < 0 || to >= one.length) return Promise.resolve(false);
  one.splice(to, 0, ...one.splice(index, 1));
  return edit({ order: now.order.map((o, i) => (i === at ? one : o)), pinned: now.pinned.map((p, i) => (i === at ? one.filter((s) => p.includes(s)) : p)) });
}

export function turnLock(at: number, stop: number): Promise<boolean> {
  const now = stateOf(plan.peek()!);
  const held = now.pinned[at]!.includes(stop);
  const pinned = now.pinned.map((p, i) => (i !== at ? p : now.order[at]!.filter((s) => (s === stop ? !held : p.includes(s)))));
  return edit({ pinned });
}

/** Searches again for all that is not held. */
export const improve = (): Promise<boolean> => edit({ fill: true });

export async function lookFor(): Promise<void> {
  if (!plan.peek()) return;
  try {
    candidates.value = await read<Candidate[]>(`plans/${plan.peek()!.id}/unvisited`, { detour: detour.peek() });
  } catch (why) {
    failed(why);
  }
}

export const add = (stop: number): Promise<boolean> => edit({ add: [stop], fill: true });

/** The route of a unit through a place: after the stop at `index` (-1: after the start). */
export function pass(at: number, index: number, [lon, lat]: Place, moved: number | null = null): Promise<boolean> {
  const now = stateOf(plan.peek()!);
  const round = (v: number) => Math.round(v * 1e6) / 1e6;
  if (moved !== null) return edit({ via: now.via.map((v) => (v.id === moved ? { ...v, lon: round(lon), lat: round(lat) } : v)) });
  const id = Math.min(-1000, ...now.via.map((v) => v.id)) - 1;
  const order = now.order.map((o, i) => (i === at ? [...o.slice(0, index + 1), id, ...o.slice(index + 1)] : o));
  return edit({ order, via: [...now.via, { id, unit: at, lon: round(lon), lat: round(lat) }] });
}

export async function see(): Promise<void> {
  if (!plan.peek()) return;
  try {
    coverage.value = await read<Coverage>(`plans/${plan.peek()!.id}/coverage`);
  } catch (why) {
    failed(why);
  }
}

/** Asks for other plans as good; they come as a job. */
export async function vary(): Promise<void> {
  const now = plan.peek();
  if (!now || busy.peek()) return;
  busy.value = true;
  try {
    let found = await read<Other[]>(`plans/${now.id}/alternatives`);
    if (!found.length) {
      await send(`plans/${now.id}/alternatives`, { count: 5, seconds: 1 });
      for (let tries = 0; tries < 90 && !found.length && plan.peek()?.id === now.id; tries += 1) {
        await pause(700);
        found = await read<Other[]>(`plans/${now.id}/alternatives`);
      }
    }
    others.value = found;
  } catch (why) {
    failed(why);
  } finally {
    busy.value = false;
  }
}

export const take = (other: Other): Promise<boolean> => edit({ order: other.routes, via: [], pinned: [], fill: false });

export async function publish(): Promise<void> {
  const now = plan.peek();
  if (!now || busy.peek()) return;
  busy.value = true;
  try {
    const found = await send<Plan>(`plans/${now.id}/publish`, {});
    plan.value = found;
    past.value = [];
    tell(t("patrol.published", { n: found.version }));
    await again();
  } catch (why) {
    failed(why);
  } finally {
    busy.value = false;
  }
}
