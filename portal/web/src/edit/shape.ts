// Shapes under the hand: their corners, and each way to change one, as pure functions. Parts and holes are kept as they
// are; a ring stays closed by itself.
export type At = readonly [lon: number, lat: number];
export type Shape = GeoJSON.Point | GeoJSON.LineString | GeoJSON.MultiLineString | GeoJSON.Polygon | GeoJSON.MultiPolygon | GeoJSON.MultiPoint;
/** Where a corner stands within the nested coordinates. */
export type Path = readonly number[];
export interface Corner {
  path: Path;
  at: At;
}

const METRE = 1 / 111_194.93;
/** A tenth of a millimetre: what the database keeps and nobody can see. */
const DIGITS = 1e9;

type Nested = readonly (number | Nested)[];
const isRing = (shape: Shape) => shape.type === "Polygon" || shape.type === "MultiPolygon";
const isPosition = (part: Nested): part is readonly number[] => typeof part[0] === "number";
const round = (value: number) => Math.round(value * DIGITS) / DIGITS;
const rounded = ([lon, lat]: At): At => [round(lon), round(lat)];
export const same = (a: At, b: At): boolean => a[0] === b[0] && a[1] === b[1];

/** All corners in the order in which one walks along them. */
export function corners(shape: Shape): Corner[] {
  const found: Corner[] = [];
  const walk = (part: Nested, path: Path, ring: boolean) => {
    if (isPosition(part)) return void found.push({ path, at: [part[0]!, part[1]!] });
    const many = part as readonly Nested[];
    const closed = ring && many.length > 0 && isPosition(many[0]!);
    (closed ? many.slice(0, -1) : many).forEach((inner, i) => walk(inner, [...path, i], ring));
  };
  walk(shape.coordinates as Nested, [], isRing(shape));
  return found;
}

/** Places between neighbours, where a new corner can be drawn out; the path is that of the new corner. */
export function middles(shape: Shape): Corner[] {
  const found: Corner[] = [];
  eachLine(shape, (line, path) => {
    line.slice(1).forEach((b, i) => {
      const a = line[i]!;
      found.push({ path: [...path, i + 1], at: [(a[0]! + b[0]!) / 2, (a[1]! + b[1]!) / 2] });
    });
  });
  return found;
}

/** Each line and ring with its path; rings with their closing corner. */
export function eachLine(shape: GeoJSON.Geometry, work: (line: readonly GeoJSON.Position[], path: Path) => void): void {
  if (shape.type === "GeometryCollection") return shape.geometries.forEach((one) => eachLine(one, work));
  if (shape.type === "Point" || shape.type === "MultiPoint") return;
  const walk = (part: Nested, path: Path) => {
    const many = part as readonly Nested[];
    if (many.length && isPosition(many[0]!)) work(part as unknown as GeoJSON.Position[], path);
    else many.forEach((inner, i) => walk(inner, [...path, i]));
  };
  walk(shape.coordinates as Nested, []);
}

/** The shape with one line or ring changed. */
function withLine(shape: Shape, path: Path, change: (line: GeoJSON.Position[]) => GeoJSON.Position[] | null): Shape | null {
  const inside = (part: Nested, rest: Path): Nested | null => {
    const [at, ...deeper] = rest;
    if (at === undefined) return change([...(part as unknown as GeoJSON.Position[])]) as Nested | null;
    const inner = inside(part[at] as Nested, deeper);
    return inner && part.map((one, i) => (i === at ? inner : one));
  };
  const coordinates = inside(shape.coordinates as Nested, path);
  return coordinates && ({ ...shape, coordinates } as unknown as Shape);
}

/** The shape with a corner elsewhere. */
export function moved(shape: Shape, path: Path, to: At): Shape {
  const [lon, lat] = rounded(to);
  if (shape.type === "Point") return { type: "Point", coordinates: [lon, lat] };
  const i = path.at(-1)!;
  return withLine(shape, path.slice(0, -1), (line) => {
    line[i] = [lon, lat];
    if (isRing(shape) && i === 0) line[line.length - 1] = [lon, lat];
    return line;
  })!;
}

/** The shape with one more corner, which then stands at the path. */
export function inserted(shape: Shape, path: Path, at: At): Shape {
  const [lon, lat] = rounded(at);
  return withLine(shape, path.slice(0, -1), (line) => (line.splice(path.at(-1)!, 0, [lon, lat]), line))!;
}

/** The shape without a corner; null where it would be no shape any more. */
export function without(shape: Shape, path: Path): Shape | null {
  if (shape.type === "Point") return null;
  const i = path.at(-1)!;
  return withLine(shape, path.slice(0, -1), (line) => {
    if (line.length <= (isRing(shape) ? 4 : 2)) return null;
    line.splice(i, 1);
    if (isRing(shape) && i === 0) line[line.length - 1] = [...line[0]!];
    return line;
  });
}

/** The whole shape somewhere else. */
export function shifted(shape: Shape, by: At): Shape {
  const walk = (part: Nested): Nested => (isPosition(part) ? [round(part[0]! + by[0]), round(part[1]! + by[1])] : (part as readonly Nested[]).map(walk));
  return { ...shape, coordinates: walk(shape.coordinates as Nested) } as unknown as Shape;
}

/** Metres to the east and to the north as a step in degrees at a latitude. */
export function step(lat: number, east: number, north: number): At {
  return [(east * METRE) / Math.cos((lat * Math.PI) / 180), north * METRE];
}

/** Metres between two places that are near each other. */
export function apart(a: At, b: At): number {
  const east = (a[0] - b[0]) * Math.cos((((a[1] + b[1]) / 2) * Math.PI) / 180);
  return Math.hypot(east, a[1] - b[1]) / METRE;
}

/** What a sequence of corners is as a shape of a kind, once there are enough of them. */
export function drawnAs(kind: "point" | "line" | "polygon", line: readonly At[]): Shape | null {
  const at = line.map((one) => [...rounded(one)]);
  if (kind === "point") return at.length ? { type: "Point", coordinates: at[0]! } : null;
  if (kind === "line") return at.length > 1 ? { type: "LineString", coordinates: at } : null;
  return at.length > 2 ? { type: "MultiPolygon", coordinates: [[[...at, [...at[0]!]]]] } : null;
}

/** Whether two sides of a ring cross: such an area means nothing. */
export function crossesItself(shape: Shape): boolean {
  if (!isRing(shape)) return false;
  let crossed = false;
  eachLine(shape, (line) => {
    if (crossed || line.length > 2000) return; // the database says so of very long ones
    const n = line.length - 1;
    for (let i = 0; i < n && !crossed; i++) {
      for (let j = i + 2; j < n; j++) {
        if (i === 0 && j === n - 1) continue;
        if (cross(line[i]!, line[i + 1]!, line[j]!, line[j + 1]!)) return void (crossed = true);
      }
    }
  });
  return crossed;
}

function cross(a: GeoJSON.Position, b: GeoJSON.Position, c: GeoJSON.Position, d: GeoJSON.Position): boolean {
  const side = (p: GeoJSON.Position, q: GeoJSON.Position, r: GeoJSON.Position) => Math.sign((q[0]! - p[0]!) * (r[1]! - p[1]!) - (q[1]! - p[1]!) * (r[0]! - p[0]!));
  return side(a, b, c) * side(a, b, d) < 0 && side(c, d, a) * side(c, d, b) < 0;
}
