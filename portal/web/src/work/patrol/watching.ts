// What a supervisor sees: boxes unsigned at an hour, what was tried and failed, cars and calls; kept true by the server's
// stream of events.
import { signal } from "../../state/store";
import { tool } from "../../map/seen";
import { read, send, type Arrivals, type Car, type Fault, type Moved, type Place, type Presence, type SignIn, type Track, type Unsigned } from "./api";
import { failed, plan, station, task } from "./state";

export const unsigned = signal<Unsigned | null>(null);
/** The moment that is looked at, as the hour field writes it; null is now. */
export const at = signal<string | null>(null);
export const presence = signal<Presence | null>(null);
export const faults = signal<readonly Fault[]>([]);
export const latest = signal<readonly SignIn[]>([]);
export const cars = signal<readonly Car[] | null>(null);
export const reached = signal<{ at: Place; ground: GeoJSON.Feature } | null>(null);
export const arrivals = signal<Arrivals | null>(null);
/** Cars and units where they are now, by their ids. */
export const units = signal<ReadonlyMap<string, Moved>>(new Map());
/** What was driven of the plan that is open. */
export const driven = signal<readonly Track[] | null>(null);
/** Whether the map shows ways driven instead of boxes. */
export const driving = signal(false);
/** The box or car that is pointed at. */
export const picked = signal<number | null>(null);
/** Whether the stream is open. */
export const hearing = signal(false);

const FRESH = 60;

/** The hour field's moment: today at that hour, or yesterday when it has not come yet. */
export function moment(hour: string, now = new Date()): Date {
  const [h = 0, m = 0] = hour.split(":").map(Number);
  const then = new Date(now);
  then.setHours(h, m, 0, 0);
  if (then > now) then.setDate(then.getDate() - 1);
  return then;
}

export async function look(): Promise<void> {
  const id = station.peek();
  if (id === null) return;
  try {
    const when = at.peek() ? moment(at.peek()!).toISOString() : null;
    const [boxes, tried, broken, been] = await Promise.all([
      read<Unsigned>("unsigned", { station: id, at: when }),
      read<SignIn[]>("signins", { station: id, hours: 12 }),
      read<Fault[]>("faults"),
      read<Presence>("presence", { station: id }),
    ]);
    if (station.peek() !== id) return;
    unsigned.value = boxes;
    latest.value = tried;
    faults.value = broken;
    presence.value = been;
  } catch (why) {
    failed(why);
  }
}

export async function whereAll(): Promise<void> {
  try {
    const found = await read<Moved[]>("units", { minutes: FRESH });
    units.value = new Map(found.map((one) => [one.id, one]));
  } catch (why) {
    failed(why);
  }
}

/** What was driven of the open plan; nothing without a plan. */
export async function drive(): Promise<void> {
  const now = plan.peek();
  if (!now || now.status === "making" || now.status === "failed") return void (driven.value = null);
  try {
    const found = await read<Track[]>(`plans/${now.id}/track`);
    if (plan.peek()?.id === now.id) driven.value = found;
  } catch (why) {
    failed(why);
  }
}

export async function close(fault: number): Promise<void> {
  try {
    await send(`faults/${fault}/close`, {});
    faults.value = faults.peek().filter((f) => f.id !== fault);
  } catch (why) {
    failed(why);
  }
}

/** Cars around a place, soonest first, and what is reached in ten minutes. */
export async function near(place: Place): Promise<void> {
  const [lon, lat] = place;
  try {
    const [found, ground] = await Promise.all([
      read<{ cars: Car[] }>("nearest", { lon, lat, fresh: FRESH * 24 * 365 * 3 }),
      read<GeoJSON.Feature>("reach", { lon, lat, minutes: 10 }),
    ]);
    cars.value = found.cars;
    reached.value = { at: place, ground };
  } catch (why) {
    failed(why);
  }
}

export async function count(): Promise<void> {
  try {
    arrivals.value = await read<Arrivals>("arrivals");
  } catch (why) {
    failed(why);
  }
}

export function asking(on: boolean): void {
  tool.value = on ? { take: (place) => void near(place) } : null;
}

/** Listens until the returned function is called. */
export function listen(): () => void {
  const events = new EventSource("/api/patrol/live");
  let timer: ReturnType<typeof setTimeout> | undefined;
  const again = () => {
    timer ??= setTimeout(() => {
      timer = undefined;
      if (task.peek() === "watch") void look();
      if (driving.peek()) void drive();
      if (task.peek() === "cars" && reached.peek()) void near(reached.peek()!.at);
    }, 400);
  };
  events.addEventListener("open", () => (hearing.value = true));
  events.addEventListener("error", () => (hearing.value = false));
  for (const kind of ["signin", "decision", "published", "missed", "fault"]) events.addEventListener(kind, again);
  events.addEventListener("cars", () => task.peek() === "cars" && again());
  // places come with the event itself; the map is drawn once for all that came within half a second
  const waiting = new Map<string, Moved>();
  let drawn: ReturnType<typeof setTimeout> | undefined;
  events.addEventListener("moved", (event) => {
    for (const one of (JSON.parse(event.data as string) as { units: readonly Moved[] }).units) {
      const before = waiting.get(one.id) ?? units.peek().get(one.id);
      if (!before || before.t <= one.t) waiting.set(one.id, one);
    }
    drawn ??= setTimeout(() => {
      drawn = undefined;
      units.value = new Map([...units.peek(), ...waiting]);
      waiting.clear();
    }, 500);
  });
  for (const kind of ["open", "missed"]) events.addEventListener(kind, () => void whereAll());
  return () => {
    clearTimeout(timer);
    clearTimeout(drawn);
    events.close();
    hearing.value = false;
  };
}
