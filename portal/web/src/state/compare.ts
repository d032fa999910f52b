// Two periods side by side: the chosen one on the right of the divider, another on its left.
import { computed, signal } from "./store";
import { compare, period } from "./portal";
import type { Period } from "./url";

/** Which of the two the brush of months moves. */
export const brushing = signal<"right" | "left">("right");
export const brushed = computed<Period | null>(() => (compare.value && brushing.value === "left" ? compare.value.period : period.value));
/** The one that the brush does not move. */
export const other = computed<Period | null>(() => (compare.value ? (brushing.value === "left" ? period.value : compare.value.period) : null));

/** Takes over what was brushed; a side of a comparison is never without a period. */
export function brush(next: Period | null, months: readonly string[]): void {
  const now = compare.peek();
  if (!now) return void (period.value = next);
  const whole = next ?? { from: months[0]!, to: months.at(-1)! };
  if (brushing.peek() === "left") compare.value = { ...now, period: whole };
  else period.value = whole;
}
