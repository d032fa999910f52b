// A unit's line and its stops: which leg a place on the line belongs to, worked out from the geometry alone.
import type { Place, Unit } from "./api";

const metre = (lat: number) => [111320 * Math.cos((lat * Math.PI) / 180), 110574] as const;

export function metres(a: Place, b: Place): number {
  const [kx, ky] = metre(a[1]);
  return Math.hypot((a[0] - b[0]) * kx, (a[1] - b[1]) * ky);
}

/** Of each stop in order: the vertex of the line where it is made. The line comes to each at its nearest point. */
export function vertices(unit: Unit): number[] {
  const line = (unit.line?.coordinates ?? []) as unknown as Place[];
  let from = 0;
  return unit.stops.map((stop) => {
    const away = line.map((p) => metres(p, [stop.lon, stop.lat]));
    const least = Math.min(...away.slice(from));
    const at = away.findIndex((d, i) => i >= from && d <= least + 1);
    if (at >= 0) from = at;
    return from;
  });
}

/** The leg nearest to a place: the index of the stop that it comes from (-1: the start), and how far away it is. */
export function legAt(unit: Unit, place: Place): { after: number; metres: number } {
  const line = (unit.line?.coordinates ?? []) as unknown as Place[];
  let best = { segment: 0, metres: Infinity };
  for (let i = 0; i + 1 < line.length; i += 1) {
    const d = toSegment(place, line[i]!, line[i + 1]!);
    if (d < best.metres - 0.01) best = { segment: i, metres: d };
  }
  const at = vertices(unit);
  let after = -1;
  while (after + 1 < at.length && at[after + 1]! <= best.segment) after += 1;
  return { after, metres: best.metres };
}

export function toSegment(p: Place, a: Place, b: Place): number {
  const [kx, ky] = metre(p[1]);
  const [ax, ay, bx, by] = [(a[0] - p[0]) * kx, (a[1] - p[1]) * ky, (b[0] - p[0]) * kx, (b[1] - p[1]) * ky];
  const [dx, dy] = [bx - ax, by - ay];
  const length = dx * dx + dy * dy;
  const share = length ? Math.max(0, Math.min(1, -(ax * dx + ay * dy) / length)) : 0;
  return Math.hypot(ax + share * dx, ay + share * dy);
}
