// Which period a chosen one is held against.
import type { Period } from "./url";

/** The chosen period and one as long just before it; without one, the latest year and the year before. */
export function facing(chosen: Period | null, months: readonly string[]): { right: Period; left: Period } | null {
  if (months.length < 2) return null;
  const last = months.length - 1;
  const to = chosen ? Math.max(0, months.findLastIndex((m) => m <= chosen.to)) : last;
  const from = chosen ? Math.max(0, months.findIndex((m) => m >= chosen.from)) : Math.max(Math.ceil(months.length / 2), last - 11);
  const long = to - from + 1;
  const right = { from: months[from]!, to: months[to]! };
  // what has nothing before it is held against what comes after
  const start = from > 0 ? Math.max(0, from - long) : Math.min(last, to + 1);
  const end = from > 0 ? from - 1 : Math.min(last, to + long);
  return { right, left: { from: months[start]!, to: months[end]! } };
}
