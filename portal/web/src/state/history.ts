// What one has filtered, step by step, so that a step can be taken back: conditions, period, hours and area.
import { area, conditions, hours, period } from "./portal";
import { batch, effect, signal } from "./store";

const MOST = 100;
/** Steps of the same kind within this time are one: a slider that is moved, an animation that plays. */
const APART = 1200;

type Kept = { conditions: typeof conditions.value; period: typeof period.value; hours: typeof hours.value; area: typeof area.value };
const kinds = ["conditions", "period", "hours", "area"] as const;

let past: Kept[] = [];
let now: Kept | null = null;
let last = { kind: "", at: 0 };
export const undoable = signal(false);

const read = (): Kept => ({ conditions: conditions.value, period: period.value, hours: hours.value, area: area.value });

/** Follows the state until the returned function is called. */
export function remember(clock: () => number = () => performance.now()): () => void {
  return effect(() => {
    const next = read();
    if (now) {
      const before = now;
      const kind = kinds.filter((one) => !Object.is(before[one], next[one])).join();
      if (!kind) return;
      const at = clock();
      if (kind !== last.kind || at - last.at > APART) past = [...past.slice(-MOST + 1), before];
      last = { kind, at };
      undoable.value = past.length > 0;
    }
    now = next;
  });
}

export function undo(): void {
  const before = past.at(-1);
  if (!before) return;
  past = past.slice(0, -1);
  now = before; // going back is no step of its own
  last = { kind: "", at: 0 };
  batch(() => {
    conditions.value = before.conditions;
    period.value = before.period;
    hours.value = before.hours;
    area.value = before.area;
    undoable.value = past.length > 0;
  });
}
