// Snapping: the nearest corner within reach, or else the nearest place on a line. Targets are true coordinates from the
// server, not what tiles have rounded.
import { eachLine, type At } from "./shape";

const ACROSS = 111_194.93;

/** What can be snapped to: corners and sides, in one flat array each. */
export interface Targets {
  corners: Float64Array;
  sides: Float64Array;
}
export interface Snapped {
  at: At;
  to: "corner" | "side";
  metres: number;
}

export function targets(shapes: Iterable<GeoJSON.Geometry>): Targets {
  const corners: number[] = [];
  const sides: number[] = [];
  const corner = ([lon, lat]: GeoJSON.Position) => corners.push(lon!, lat!);
  for (const shape of shapes) {
    if (shape.type === "Point") corner(shape.coordinates);
    if (shape.type === "MultiPoint") shape.coordinates.forEach(corner);
    eachLine(shape, (line) =>
      line.forEach((b, i) => {
        corner(b);
        const a = line[i - 1];
        if (a) sides.push(a[0]!, a[1]!, b[0]!, b[1]!);
      }),
    );
  }
  return { corners: Float64Array.from(corners), sides: Float64Array.from(sides) };
}

/** `reach` in metres. A corner within reach wins over a nearer side, for that is what one aims at. */
export function snap(at: At, { corners, sides }: Targets, reach: number): Snapped | null {
  const wide = Math.cos((at[1] * Math.PI) / 180) * ACROSS;
  let best = reach;
  let found: At | null = null;
  for (let i = 0; i < corners.length; i += 2) {
    const far = Math.hypot((corners[i]! - at[0]) * wide, (corners[i + 1]! - at[1]) * ACROSS);
    if (far > best) continue;
    best = far;
    found = [corners[i]!, corners[i + 1]!];
  }
  if (found) return { at: found, to: "corner", metres: best };
  for (let i = 0; i < sides.length; i += 4) {
    const [ax, ay] = [(sides[i]! - at[0]) * wide, (sides[i + 1]! - at[1]) * ACROSS];
    const [dx, dy] = [(sides[i + 2]! - sides[i]!) * wide, (sides[i + 3]! - sides[i + 1]!) * ACROSS];
    const long = dx * dx + dy * dy;
    if (!long) continue;
    const along = Math.min(1, Math.max(0, -(ax * dx + ay * dy) / long));
    const far = Math.hypot(ax + along * dx, ay + along * dy);
    if (far > best) continue;
    best = far;
    found = [sides[i]! + along * (sides[i + 2]! - sides[i]!), sides[i + 1]! + along * (sides[i + 3]! - sides[i + 1]!)];
  }
  return found ? { at: found, to: "side", metres: best } : null;
}
