// The street parameters as the portal knows them, and what follows from them without asking: widths, kerbs, the line that
// the rules put between two strips. Pure; the server has the last word.

export const KINDS = [
  "drive", "slow", "moto", "bus", "bike", "mixed", "park_car", "park_moto", "shoulder", "gutter", "median", "buffer", "barrier", "sidewalk", "marked_walk", "verge", "arcade", "rail",
] as const;
export type Kind = (typeof KINDS)[number];
export type Dir = -1 | 0 | 1;
export type End = "a" | "b";
export type Edge = "auto" | "white" | "red" | "yellow" | "none";
export type Width = number | readonly [number, number];
export type Point = readonly [east: number, north: number];

export interface Strip {
  id: string;
  kind: Kind;
  width: Width;
  dir?: Dir;
  turns?: readonly string[];
  line?: string;
}
export interface Section {
  end: End;
  s: number;
  strips: readonly Strip[];
  edges?: readonly [Edge, Edge];
}
export interface Segment {
  id: string;
  a: string;
  b: string;
  via?: readonly Point[];
  name?: string;
  road_class?: string;
  speed?: number | null;
  sections: readonly Section[];
}
export interface Corner {
  after: string;
  before: string;
  radius: number;
}
export interface Node {
  id: string;
  at: Point;
  kind?: string;
  control?: string;
  radius?: number | null;
  corners?: readonly Corner[];
  name?: string;
}
export interface Arm {
  segment: string;
  end: End;
  crosswalk?: { setback?: number; depth?: number; pattern?: string } | null;
  stop?: { gap?: number; width?: number } | null;
  waiting?: number | null;
  box?: { width?: number; depth?: number; serves?: string } | null;
  left_wait?: number | null;
  arrows?: boolean;
  give_way?: boolean;
}
export interface LaneEnd {
  segment: string;
  end: End;
  strip: string;
}
export interface Movement {
  node: string;
  source: LaneEnd;
  target: LaneEnd;
  turn: string;
}
export interface Anchor {
  segment: string;
  end: End;
  s: number;
  t: number;
}
export interface Sign {
  id: string;
  code: string;
  anchor: Anchor;
  face?: number;
  height?: number;
}
export const HEADS = ["vehicle", "pedestrian", "bicycle", "flash"] as const;
export type HeadKind = (typeof HEADS)[number];
export interface Head {
  id: string;
  node: string;
  at: Point;
  faces?: readonly [string, End] | null;
  kind?: HeadKind;
  height?: number;
}
export interface Street {
  nodes?: readonly Node[];
  segments?: readonly Segment[];
  arms?: readonly Arm[];
  movements?: readonly Movement[];
  signs?: readonly Sign[];
  heads?: readonly Head[];
  crs?: number;
}

export const TRAVEL: ReadonlySet<string> = new Set(["drive", "slow", "moto", "bus", "bike", "mixed", "rail"]);
const ASIDE: ReadonlySet<string> = new Set(["sidewalk", "arcade", "verge", "barrier"]);
const CARS: ReadonlySet<string> = new Set(["drive", "bus", "mixed", "rail"]);
const EDGED: ReadonlySet<string> = new Set(["motorway", "trunk", "primary", "secondary", "tertiary"]);
/** What a strip of a kind is wide until somebody measures. */
export const USUAL: Readonly<Record<Kind, number>> = {
  drive: 3.2, slow: 2.2, moto: 2, bus: 3.3, bike: 1.8, mixed: 3, park_car: 2.2, park_moto: 2, shoulder: 0.6, gutter: 0.4, median: 1.2, buffer: 0.6, barrier: 0.3, sidewalk: 2.5, marked_walk: 1.5, verge: 1.5, arcade: 3, rail: 3.2,
};
export const LEAST = 0.1;

const ends = (width: Width): readonly [number, number] => (typeof width === "number" ? [width, width] : width);
/** In the middle of the section. */
export const wide = ({ width }: Strip): number => (ends(width)[0] + ends(width)[1]) / 2;
export const total = (strips: readonly Strip[]): number => strips.reduce((sum, one) => sum + wide(one), 0);
export const centimetres = (value: number): number => Math.round(value * 100) / 100;

/** The width changed by so much; a strip that widens along the street does so at both ends. */
export function widened(strip: Strip, by: number): Strip {
  const [a, b] = ends(strip.width).map((w) => centimetres(Math.max(LEAST, w + by))) as [number, number];
  return { ...strip, width: typeof strip.width === "number" ? a : [a, b] };
}

/** Moves boundary `k` (between strip k−1 and k) to the right by so much: the outermost change the street's width. */
export function moved(strips: readonly Strip[], k: number, by: number, alone = false): Strip[] {
  const out = [...strips];
  const left = out[k - 1];
  const right = alone && left ? undefined : out[k];
  const room = Math.min(by < 0 && left ? wide(left) - LEAST : Infinity, by > 0 && right ? wide(right) - LEAST : Infinity);
  const step = Math.sign(by) * Math.min(Math.abs(by), Math.max(0, room));
  if (left) out[k - 1] = widened(left, step);
  if (right) out[k] = widened(right, -step);
  return out;
}

/** Which boundaries are the kerbs: as many strips lie left of them. */
export function kerbs(strips: readonly Strip[]): [number, number] {
  let left = 0;
  let right = strips.length;
  while (left < right && ASIDE.has(strips[left]!.kind)) left += 1;
  while (right > left && ASIDE.has(strips[right - 1]!.kind)) right -= 1;
  return [left, right];
}

export type Line = "" | "lane_line" | "centre_line" | "double_yellow" | "edge_line" | "fast_slow" | "bay" | "no_lane_change" | "no_stopping" | "no_parking" | "median_white" | "median_yellow";

/** The marking on boundary `k`, as the rules put it or as the strip says. */
export function lineAt(strips: readonly Strip[], k: number, edges: readonly [Edge, Edge], road: string): Line {
  const [from, to] = kerbs(strips);
  if (k < from || k > to) return "";
  if (k === from || k === to) {
    const code = edges[k === from ? 0 : 1];
    const outer = strips[k === from ? from : to - 1];
    if (!outer || code === "none" || (code === "auto" && (!EDGED.has(road) || !TRAVEL.has(outer.kind)))) return "";
    return code === "red" ? "no_stopping" : code === "yellow" ? "no_parking" : "edge_line";
  }
  const [left, right] = [strips[k - 1]!, strips[k]!];
  if (right.line) return right.line === "none" ? "" : (right.line as Line);
  const has = (...kinds: string[]) => kinds.includes(left.kind) || kinds.includes(right.kind);
  const travels = TRAVEL.has(left.kind) || TRAVEL.has(right.kind);
  if (has("marked_walk")) return "edge_line";
  if (has("median", "barrier", "buffer", "verge")) return travels ? besideMedian(strips, k) : "";
  if (has("park_car", "park_moto")) return travels ? "bay" : "";
  if (has("shoulder", "gutter")) return travels ? "edge_line" : "";
  const [p, q] = [left.dir ?? 0, right.dir ?? 0];
  if (p * q < 0 || (p === 0) !== (q === 0)) {
    const room = total(strips.slice(from, to));
    return room < 6 ? "" : room >= 12 ? "double_yellow" : "centre_line";
  }
  return CARS.has(left.kind) && CARS.has(right.kind) ? "lane_line" : "fast_slow";
}

function besideMedian(strips: readonly Strip[], k: number): Line {
  const before = TRAVEL.has(strips[k - 1]!.kind);
  const traffic = before ? strips[k - 1]! : strips[k]!;
  const beyond = (before ? strips.slice(k) : strips.slice(0, k).reverse()).find((one) => TRAVEL.has(one.kind));
  return beyond && (beyond.dir ?? 0) * (traffic.dir ?? 0) < 0 ? "median_yellow" : "median_white";
}

/** What the values of `after` must be set to, where they differ from those of `before`. */
export function widthsSet(section: number, before: readonly Strip[], after: readonly Strip[]): { path: string; value: Width }[] {
  const was = new Map(before.map((one) => [one.id, JSON.stringify(one.width)]));
  return after.filter((one) => was.get(one.id) !== JSON.stringify(one.width)).map((one) => ({ path: `sections/${section}/strips/${one.id}/width`, value: one.width }));
}

// in the plane

export const line = (segment: Segment, nodes: ReadonlyMap<string, Point>): Point[] => {
  const [a, b] = [nodes.get(segment.a), nodes.get(segment.b)];
  return a && b ? [a, ...(segment.via ?? []), b] : [];
};

export function distance([x, y]: Point, path: readonly Point[]): number {
  let least = Infinity;
  for (let i = 1; i < path.length; i += 1) {
    const [[x0, y0], [x1, y1]] = [path[i - 1]!, path[i]!];
    const [dx, dy] = [x1 - x0, y1 - y0];
    const share = Math.max(0, Math.min(1, ((x - x0) * dx + (y - y0) * dy) / (dx * dx + dy * dy || 1)));
    least = Math.min(least, Math.hypot(x - x0 - share * dx, y - y0 - share * dy));
  }
  return least;
}

export const length = (path: readonly Point[]): number => path.slice(1).reduce((sum, [x, y], i) => sum + Math.hypot(x - path[i]![0], y - path[i]![1]), 0);

/** How far along a line the nearest place of it is, and how far to the right of it the point lies. */
export function along([x, y]: Point, path: readonly Point[]): { s: number; t: number } {
  let best = { s: 0, t: 0 };
  let least = Infinity;
  let before = 0;
  for (let i = 1; i < path.length; i += 1) {
    const [[x0, y0], [x1, y1]] = [path[i - 1]!, path[i]!];
    const [dx, dy] = [x1 - x0, y1 - y0];
    const link = Math.hypot(dx, dy);
    const share = Math.max(0, Math.min(1, ((x - x0) * dx + (y - y0) * dy) / (link * link || 1)));
    const off = Math.hypot(x - x0 - share * dx, y - y0 - share * dy);
    if (off < least) {
      least = off;
      const right = (x - x0) * dy - (y - y0) * dx > 0;
      best = { s: before + share * link, t: right ? off : -off };
    }
    before += link;
  }
  return best;
}

export function pointAlong(path: readonly Point[], s: number): Point {
  let left = s;
  for (let i = 1; i < path.length; i += 1) {
    const [[x0, y0], [x1, y1]] = [path[i - 1]!, path[i]!];
    const link = Math.hypot(x1 - x0, y1 - y0);
    if (left <= link) return [x0 + ((x1 - x0) * left) / link, y0 + ((y1 - y0) * left) / link];
    left -= link;
  }
  return path.at(-1)!;
}

/** From the nearer end, and turned towards those who come along its side of the street. */
export function anchored(segment: string, s: number, t: number, whole: number): { anchor: Anchor; face: number } {
  const end: End = s * 2 <= whole ? "a" : "b";
  const near = Math.max(0, end === "a" ? s : whole - s);
  return { anchor: { segment, end, s: Math.round(near * 1000) / 1000, t: Math.round(t * 1000) / 1000 }, face: t > 0 === (end === "a") ? 180 : 0 };
}

/** Which arm sees a signal head that stands beyond the junction. */
export function looking<L extends { azimuth: number; segment: Segment; end: End }>(at: Point, node: Point, all: readonly L[]): L | null {
  const from = ((Math.atan2(node[0] - at[0], node[1] - at[1]) * 180) / Math.PI + 360) % 360;
  const off = ({ azimuth: out }: L) => Math.abs(((out - from + 540) % 360) - 180);
  const arrives = ({ segment, end }: L) => {
    const section = end === "a" ? segment.sections[0]! : segment.sections.at(-1)!;
    return section.strips.some((one) => TRAVEL.has(one.kind) && ((one.dir ?? 0) === 0 || one.dir === (end === "a" ? -1 : 1)));
  };
  return all.filter(arrives).sort((p, q) => off(p) - off(q))[0] ?? null;
}

export interface Joint {
  end: End;
  other: Segment;
}
/** The street that one runs on into at an end: the only other one there, and no ring of the two. */
export function beyond(own: Segment, end: End, segments: readonly Segment[]): Joint[] {
  const node = own[end];
  const others = segments.filter((one) => one.id !== own.id && (one.a === node || one.b === node));
  const [other] = others;
  const far = other?.a === node ? other.b : other?.a;
  return others.length === 1 && other && far !== node && far !== own[end === "a" ? "b" : "a"] ? [{ end, other }] : [];
}

/** The sign or signal head at a place, and what it stands on. */
export function postAt(at: Point, { nodes = [], segments = [], signs = [], heads = [] }: Street, reach: number): { name: string; bearer: string } | null {
  const where = new Map(nodes.map((one) => [one.id, one.at]));
  const found = heads.map((one) => ({ name: `head/${one.id}`, bearer: `node/${one.node}`, at: one.at }));
  for (const one of signs) {
    const own = segments.find(({ id }) => id === one.anchor.segment);
    const path = own ? line(own, where) : [];
    if (path.length) found.push({ name: `sign/${one.id}`, bearer: `segment/${one.anchor.segment}`, at: stands(one.anchor, path) });
  }
  const off = (one: { at: Point }) => Math.hypot(one.at[0] - at[0], one.at[1] - at[1]);
  return found.filter((one) => off(one) <= reach).sort((p, q) => off(p) - off(q))[0] ?? null;
}

export function stands({ end, s, t }: Anchor, path: readonly Point[]): Point {
  const from = end === "a" ? path : [...path].reverse();
  const [x, y] = pointAlong(from, s);
  const [x1, y1] = pointAlong(from, s + 0.1);
  const [x0, y0] = x1 === x && y1 === y ? pointAlong(from, Math.max(0, s - 0.1)) : [x, y];
  const link = Math.hypot(x1 - x0, y1 - y0) || 1;
  const side = end === "a" ? t : -t;
  return [x + ((y1 - y0) / link) * side, y - ((x1 - x0) / link) * side];
}

/** Degrees from north, clockwise, of the way out of one end. */
export function azimuth(path: readonly Point[], end: End): number {
  const [from, to] = end === "a" ? [path[0]!, path[1]!] : [path.at(-1)!, path.at(-2)!];
  return ((Math.atan2(to[0] - from[0], to[1] - from[1]) * 180) / Math.PI + 360) % 360;
}

export const WINDS = ["n", "ne", "e", "se", "s", "sw", "w", "nw"] as const;
/** On which side of the street an end of it lies. */
export const windOf = (path: readonly Point[], end: End): (typeof WINDS)[number] => WINDS[Math.round(azimuth(path, end === "a" ? "b" : "a") / 45) % 8]!;

/** What a click at a place means: a junction when it lies within its mouth, else the street under it. */
export function under(at: Point, { nodes = [], segments = [] }: Street): string | null {
  const where = new Map(nodes.map((one) => [one.id, one.at]));
  const reach = new Map<string, { wide: number; legs: number }>();
  for (const one of segments) {
    const half = total(one.sections[0]?.strips ?? []) / 2;
    for (const end of [one.a, one.b]) {
      const now = reach.get(end) ?? { wide: 0, legs: 0 };
      reach.set(end, { wide: Math.max(now.wide, half), legs: now.legs + 1 });
    }
  }
  const off = ([x, y]: Point) => Math.hypot(x - at[0], y - at[1]);
  const junctions = nodes.filter((one) => (reach.get(one.id)?.legs ?? 0) > 2 && off(one.at) <= Math.max(3, reach.get(one.id)!.wide * 0.9)).sort((p, q) => off(p.at) - off(q.at));
  if (junctions[0]) return `node/${junctions[0].id}`;
  let best: string | null = null;
  let least = Infinity;
  for (const one of segments) {
    const far = distance(at, line(one, where)) - total(one.sections[0]?.strips ?? []) / 2;
    if (far < 6 && far < least) [best, least] = [`segment/${one.id}`, far];
  }
  return best;
}
