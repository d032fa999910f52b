// Where things are: the points of vehicles, anchors, footprints, the street as segments that can be snapped to. The same
// figures as the server's, in metres east and north of the scene's origin.
import { tidied, type Anchor, type Document, type Element, type Point, type Pose } from "./document";

export interface Kind {
  id: string;
  zh: string;
  en: string;
  length: number;
  width: number;
  height: number;
  family: "four" | "two" | "person";
  points: readonly string[];
}
export interface Outline {
  rings: readonly (readonly Point[])[];
  closed: boolean;
  fill: string;
  stroke: string;
  width: number;
}
export interface Shelf {
  classes: Readonly<Record<string, Kind>>;
  symbols: Readonly<Record<string, { width: number; length: number; outlines: readonly Outline[] }>>;
  instruments: Readonly<Record<string, number>>;
  /** Parts of a vehicle and of a body by the codes of the form. */
  areas?: Readonly<Record<"impact" | "injury", Readonly<Record<string, { zh: string; en: string }>>>>;
}

const RAD = Math.PI / 180;
const CORNERS: Record<string, Point> = { LF: [1, -1], RF: [1, 1], LR: [-1, -1], RR: [-1, 1] };
const AXLES = { four: 0.3, two: 0.36, person: 0 };

export function sizeOf(kind: Kind, one: Element): [long: number, wide: number] {
  const posture = one.posture ?? "upright";
  return [one.length ?? kind.length, posture === "upright" || posture === "roof" ? (one.width ?? kind.width) : kind.height];
}

function ahead(kind: Kind, one: Element, point: string): Point {
  const [long, wide] = sizeOf(kind, one);
  const axle = AXLES[kind.family] * long;
  const corner = CORNERS[point];
  if (corner) return [(corner[0] * long) / 2, (corner[1] * wide) / 2];
  const wheel = point.length === 3 && point.endsWith("W") ? CORNERS[point.slice(0, 2)] : undefined;
  if (wheel) return [wheel[0] * axle, wheel[1] * (wide / 2 - Math.min(0.1, wide / 8))];
  return [{ FW: axle, RW: -axle, HB: axle * 0.7, HEAD: 0.85, FEET: -0.85 }[point] ?? 0, 0];
}

export function placed({ x, y, heading }: Pose, f: number, r: number): Point {
  const [s, c] = [Math.sin(heading * RAD), Math.cos(heading * RAD)];
  return [x + f * s + r * c, y + f * c - r * s];
}

export const kindOf = (shelf: Shelf, one: Element): Kind => shelf.classes[one.type === "pedestrian" ? "pedestrian" : (one.kind ?? "car")] ?? shelf.classes.other!;

export function pointOf(shelf: Shelf, one: Element, point: string): Point | null {
  if (one.at) return one.at;
  if (one.path?.length) return point === "Z" ? one.path.at(-1)! : one.path[0]!;
  if (!one.pose) return null;
  const kind = kindOf(shelf, one);
  const [f, r] = ahead(kind, one.type === "pedestrian" ? { ...one, posture: "upright", length: null, width: null } : one, point || "C");
  return placed(one.pose, f, r);
}

export function place(shelf: Shelf, doc: Document, anchor: Anchor): Point | null {
  if (typeof anchor !== "string") return anchor;
  const [id, point = ""] = anchor.split(".");
  const one = doc.elements.find((e) => e.id === id);
  return one ? pointOf(shelf, one, point) : null;
}

/** The points of an element that may be measured to. */
export function pointsOf(shelf: Shelf, one: Element): readonly string[] {
  if (one.pose) return kindOf(shelf, one).points;
  return one.type === "fixed" || one.type === "impact" ? ["C"] : one.type === "mark" ? ["A", "Z"] : [];
}

export function footprint(shelf: Shelf, one: Element): Point[] {
  const [long, wide] = sizeOf(kindOf(shelf, one), one);
  return ([[1, -1], [1, 1], [-1, 1], [-1, -1]] as const).map(([f, r]) => placed(one.pose!, (f * long) / 2, (r * wide) / 2));
}

const BIG = ["truck", "tractor", "trailer", "semi", "fire"];
export function symbolOf(kind: Kind, one: Element): string {
  if (one.type === "pedestrian") return one.lying ? "pedestrian-lying" : "pedestrian";
  const posture = one.posture ?? "upright";
  if (posture === "upright") return kind.id;
  if (kind.family === "two") return ["bicycle", "e-bike", "scooter"].includes(kind.id) ? "bicycle-side" : "motorcycle-side";
  const family = BIG.includes(kind.id) ? "truck" : kind.id === "bus" ? "bus" : "four";
  return posture === "roof" ? `${family === "four" ? "four" : "truck"}-roof` : `${family}-side`;
}

export const far = (a: Point, b: Point): number => Math.hypot(b[0] - a[0], b[1] - a[1]);
export const mid = (a: Point, b: Point): Point => [(a[0] + b[0]) / 2, (a[1] + b[1]) / 2];
export const lengthOf = (path: readonly Point[]): number => path.slice(1).reduce((sum, p, i) => sum + far(path[i]!, p), 0);
/** Degrees from grid north, clockwise. */
export const azimuth = (a: Point, b: Point): number => (Math.atan2(b[0] - a[0], b[1] - a[1]) / RAD + 360) % 360;
export const between = (a: number, b: number): number => Math.abs(((a - b + 540) % 360) - 180);

export function foot(p: Point, a: Point, b: Point): Point {
  const [ux, uy] = [b[0] - a[0], b[1] - a[1]];
  const t = Math.max(0, Math.min(1, ((p[0] - a[0]) * ux + (p[1] - a[1]) * uy) / (ux * ux + uy * uy || 1)));
  return [a[0] + t * ux, a[1] + t * uy];
}

export function inside(p: Point, ring: readonly Point[]): boolean {
  let odd = false;
  ring.forEach((a, i) => {
    const b = ring[(i + 1) % ring.length]!;
    if (a[1] > p[1] !== b[1] > p[1] && p[0] < ((b[0] - a[0]) * (p[1] - a[1])) / (b[1] - a[1]) + a[0]) odd = !odd;
  });
  return odd;
}

// the street

export type LineKind = "kerb" | "lane" | "stop" | "crosswalk" | "edge";
export interface Segment {
  kind: LineKind;
  a: Point;
  b: Point;
}
export interface Shown {
  kind: string;
  what: string;
  color: string;
  id: string;
  /** SVG path data in metres. */
  d: string;
}
export interface Street {
  shown: readonly Shown[];
  names: readonly { text: string; at: Point; angle: number }[];
  segments: readonly Segment[];
  axes: readonly { a: Point; b: Point; oneway: boolean }[];
}
const LINES: Record<string, LineKind> = { lane_line: "lane", centre_line: "lane", double_yellow: "lane", no_lane_change: "lane", fast_slow: "lane", edge_line: "edge", stop_line: "stop", crosswalk: "crosswalk" };
type Feature = { id: string; properties: { kind: string; name: string; what?: string; color?: string }; geometry: GeoJSON.Geometry };
const ORDER = ["road", "block", "sidewalk", "building", "median", "marking", "kerb"];

/** The street map around a scene, from GeoJSON in EPSG:3826. */
export function readStreet(features: readonly Feature[], [e, n]: Point): Street {
  const shown: Shown[] = [];
  const segments: Segment[] = [];
  const axes: Street["axes"][number][] = [];
  const names = new Map<string, Point[]>();
  for (const { id, properties: said, geometry } of features) {
    const lines = linesOf(geometry).map((line) => line.map(([x, y]): Point => [(x as number) - e, (y as number) - n]));
    const pairs = lines.flatMap((line) => line.slice(1).map((b, i) => ({ a: line[i]!, b })));
    if (said.kind === "axis") axes.push(...pairs.map((pair) => ({ ...pair, oneway: said.what === "oneway" })));
    else if (said.kind === "name") {
      for (const line of lines) if (lengthOf(line) > lengthOf(names.get(said.name) ?? [])) names.set(said.name, line);
    } else {
      const closed = geometry.type.endsWith("Polygon");
      shown.push({ kind: said.kind, what: said.what ?? "", color: said.color ?? "", id, d: lines.map((line) => path(line, closed)).join("") });
      const kind = said.kind === "kerb" ? "kerb" : said.kind === "marking" ? LINES[said.what ?? ""] : undefined;
      if (kind) segments.push(...pairs.map((pair) => ({ ...pair, kind })));
    }
  }
  shown.sort((a, b) => ORDER.indexOf(a.kind) - ORDER.indexOf(b.kind));
  return {
    shown, segments, axes,
    names: [...names].filter(([, line]) => lengthOf(line) > 8).map(([text, line]) => ({ text, ...along(line, 26) })),
  };
}

/** Where a name stands: so many metres from the middle of the scene along its line. */
function along(line: readonly Point[], from: number): { at: Point; angle: number } {
  let best: { at: Point; angle: number; off: number } = { at: line[0]!, angle: 0, off: Infinity };
  for (const [i, b] of line.slice(1).entries()) {
    const a = line[i]!;
    for (let t = 0; t <= 1; t += 0.1) {
      const at: Point = [a[0] + t * (b[0] - a[0]), a[1] + t * (b[1] - a[1])];
      const off = Math.abs(Math.hypot(at[0], at[1]) - from);
      if (off < best.off) best = { at, off, angle: Math.atan2(b[1] - a[1], b[0] - a[0]) / RAD };
    }
  }
  return best;
}

function linesOf(geometry: GeoJSON.Geometry): GeoJSON.Position[][] {
  switch (geometry.type) {
    case "LineString": return [geometry.coordinates];
    case "MultiLineString":
    case "Polygon": return geometry.coordinates;
    case "MultiPolygon": return geometry.coordinates.flat();
    default: return [];
  }
}

export const path = (points: readonly Point[], closed = false): string =>
  points.length ? `M${points.map(([x, y]) => `${x.toFixed(3)} ${y.toFixed(3)}`).join("L")}${closed ? "Z" : ""}` : "";

export interface Near {
  at: Point;
  off: number;
  kind: LineKind;
  a: Point;
  b: Point;
}
/** The nearest line of the street, or of one kind of its lines. */
export function nearest(street: Street, p: Point, most: number, kinds?: readonly LineKind[]): Near | null {
  let best: Near | null = null;
  for (const { kind, a, b } of street.segments) {
    if (kinds && !kinds.includes(kind)) continue;
    if (Math.min(a[0], b[0]) - most > p[0] || Math.max(a[0], b[0]) + most < p[0] || Math.min(a[1], b[1]) - most > p[1] || Math.max(a[1], b[1]) + most < p[1]) continue;
    const at = foot(p, a, b);
    const off = far(p, at);
    if (off <= most && (!best || off < best.off)) best = { at, off, kind, a, b };
  }
  return best;
}

/** The way traffic goes here: along the nearest road, on its right side; a road of one way goes one way. */
export function laneHeading(street: Street, p: Point, most = 25): number | null {
  let best: { off: number; heading: number } | null = null;
  for (const { a, b, oneway } of street.axes) {
    const off = far(p, foot(p, a, b));
    if (off > most || (best && off >= best.off)) continue;
    const right = (b[0] - a[0]) * (p[1] - a[1]) - (b[1] - a[1]) * (p[0] - a[0]) <= 0;
    best = { off, heading: oneway || right ? azimuth(a, b) : azimuth(b, a) };
  }
  return best?.heading ?? null;
}

/** Dimensions that run square to a line of the street go on doing so when what they hang on has moved. */
export function followed(shelf: Shelf, street: Street, before: Document, after: Document, ids: readonly string[]): { id: string; b: Point }[] {
  const out: { id: string; b: Point }[] = [];
  for (const one of before.elements) {
    if (one.type !== "dimension" || typeof one.a !== "string" || typeof one.b === "string" || !ids.includes(one.a.split(".")[0]!)) continue;
    const from = place(shelf, before, one.a);
    const line = nearest(street, one.b!, 0.02);
    const was = from && line && nearest(street, from, far(from, one.b!) + 0.5, [line.kind]);
    if (!was || far(was.at, one.b!) > 0.05) continue;
    const now = place(shelf, after, one.a);
    const next = now && nearest(street, now, 40, [line.kind]);
    if (next) out.push({ id: one.id, b: tidied(next.at) });
  }
  return out;
}
