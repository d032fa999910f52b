// Fewer corners for a line that was drawn by hand.
import type { Corner } from "../api/cql2";

/** Douglas–Peucker: without the corners that lie nearer than the tolerance to the line between those that stay. */
export function simplified(path: readonly Corner[], tolerance: number): readonly Corner[] {
  if (path.length < 3) return path;
  const [a, b] = [path[0]!, path.at(-1)!];
  let far = 0;
  let most = 0;
  path.forEach((p, i) => {
    const off = offset(p, a, b);
    if (off > most) [far, most] = [i, off];
  });
  if (most <= tolerance) return [a, b];
  return [...simplified(path.slice(0, far + 1), tolerance), ...simplified(path.slice(far), tolerance).slice(1)];
}

function offset([x, y]: Corner, [x1, y1]: Corner, [x2, y2]: Corner): number {
  const length = Math.hypot(x2 - x1, y2 - y1);
  if (!length) return Math.hypot(x - x1, y - y1);
  return Math.abs((x2 - x1) * (y1 - y) - (x1 - x) * (y2 - y1)) / length;
}
