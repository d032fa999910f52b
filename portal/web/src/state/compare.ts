// Two sides of one map: what is chosen on the right, another period or other filters on the left.
import { fromText, toText, type Condition } from "../api/cql2";
import { batch, computed, signal } from "./store";
import { compare, conditionOf, conditions, period } from "./portal";
import type { Period } from "./url";

/** Which of the two the brush of months moves. */
export const brushing = signal<"right" | "left">("right");
export const brushed = computed<Period | null>(() => (compare.value?.period && brushing.value === "left" ? compare.value.period : period.value));
/** The one that the brush does not move. */
export const other = computed<Period | null>(() => (compare.value?.period ? (brushing.value === "left" ? period.value : compare.value.period) : null));

/** Takes over what was brushed; a side of a comparison is never without a period. */
export function brush(next: Period | null, months: readonly string[]): void {
  const now = compare.peek();
  if (!now?.period) return void (period.value = next);
  const whole = next ?? { from: months[0]!, to: months.at(-1)! };
  if (brushing.peek() === "left") compare.value = { ...now, period: whole };
  else period.value = whole;
}

/** The condition of a layer on the left side. */
export function leftCondition(id: string): Condition {
  const own = compare.value?.filters;
  if (!own) return conditionOf(id);
  return fromText(own[id] ?? "");
}

/** What the conditions are now, as texts. */
export const texts = (): Record<string, string> => Object.fromEntries(Object.entries(conditions.value).map(([id, one]) => [id, toText(one)]));

/** The left side keeps the filters of now; the right is then filtered on. */
export function keepFilters(): void {
  const now = compare.peek();
  if (now) compare.value = { ...now, period: null, filters: texts() };
}

/** Left becomes right and right left, whatever they differ in. */
export function swap(): void {
  const now = compare.peek();
  if (!now) return;
  batch(() => {
    const left = { period: now.period ? period.value : null, filters: now.filters ? texts() : undefined };
    if (now.filters) conditions.value = Object.fromEntries(Object.entries(now.filters).map(([id, text]) => [id, fromText(text)]));
    const { filters: _, ...rest } = now;
    if (now.period) period.value = now.period;
    compare.value = { ...rest, period: left.period, ...(left.filters ? { filters: left.filters } : {}) };
  });
}
