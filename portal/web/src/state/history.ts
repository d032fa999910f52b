// What one has filtered, step by step, as commands of the log: conditions, period, hours and area.
import type { Words } from "../api/catalogue";
import { both, type Key } from "../i18n/t";
import { log, type Log } from "./log";
import { area, conditions, hours, period } from "./portal";
import { batch, effect } from "./store";

type Kept = { conditions: typeof conditions.value; period: typeof period.value; hours: typeof hours.value; area: typeof area.value };
const kinds = ["conditions", "period", "hours", "area"] as const;
const SAID: Record<(typeof kinds)[number], Key> = { conditions: "condition", period: "log.period", hours: "log.hours", area: "log.area" };

/** What became different, before and after. */
interface Step {
  before: Partial<Kept>;
  after: Partial<Kept>;
}

const read = (): Kept => ({ conditions: conditions.value, period: period.value, hours: hours.value, area: area.value });

/** Follows the state until the returned function is called. */
export function remember(into: Log = log): () => void {
  let now: Kept | null = null;
  into.register<Step>("filter", {
    apply(step, way) {
      const wanted = way === "do" ? step.after : step.before;
      now = { ...now!, ...wanted }; // going back is no step of its own
      batch(() => {
        if ("conditions" in wanted) conditions.value = wanted.conditions!;
        if ("period" in wanted) period.value = wanted.period!;
        if ("hours" in wanted) hours.value = wanted.hours!;
        if ("area" in wanted) area.value = wanted.area!;
      });
    },
    join: (first, second) => ({ before: first.before, after: second.after }),
  });
  return effect(() => {
    const next = read();
    const before = now;
    now = next;
    if (!before) return;
    const changed = kinds.filter((one) => !Object.is(before[one], next[one]));
    if (!changed.length) return;
    const some = (kept: Kept): Partial<Kept> => Object.fromEntries(changed.map((one) => [one, kept[one]]));
    into.note<Step>("filter", words(changed), { before: some(before), after: some(next) }, changed.join());
  });
}

function words(changed: readonly (typeof kinds)[number][]): Words {
  const said = changed.map((one) => both(SAID[one]));
  return { zh: said.map((one) => one.zh).join("、"), en: said.map((one) => one.en).join(", ") };
}
