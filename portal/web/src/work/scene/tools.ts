// The tools: what each stamp makes, and how it is drawn.
import { add, chosen, commit, doc, drawing, find, partyFor, shelf, street, tool, word } from "./desk";
import { element, named, tidied, tidy, turned, type Edit, type Element, type Point } from "./document";
import { far, foot, kindOf, laneHeading, nearest, place } from "./shape";

export interface Tool {
  group: Group;
  type: Element["type"];
  kind?: string;
  /** One touch; a line of many corners; a line from one place to another; a ring. */
  how: "place" | "path" | "pair" | "area";
  /** For whom, when a missing thing was jumped to. */
  party?: string;
}
export const GROUPS = ["people", "marks", "measures", "lines", "fixed", "photos", "words"] as const;
export type Group = (typeof GROUPS)[number];

const vehicle = (kind: string): Tool => ({ group: "people", type: "vehicle", kind, how: "place" });
const mark = (kind: string): Tool => ({ group: "marks", type: "mark", kind, how: "path" });
const fixed = (kind: string): Tool => ({ group: "fixed", type: "fixed", kind, how: "place" });
const line = (kind: string): Tool => ({ group: "lines", type: "override", kind, how: "path" });
const ring = (type: "debris" | "fluid", kind: string): Tool => ({ group: "marks", type, kind, how: "area" });
export const IMPACT: Tool = { group: "marks", type: "impact", how: "place" };
export const TRAVEL: Tool = { group: "people", type: "travel", kind: "statement", how: "path" };
export const BASELINE: Tool = { group: "measures", type: "baseline", how: "pair" };
export const DIMENSION: Tool = { group: "measures", type: "dimension", how: "pair" };
export const PEDESTRIAN: Tool = { group: "people", type: "pedestrian", kind: "pedestrian", how: "place" };
export const NOTE: Tool = { group: "words", type: "note", how: "place" };
export const STATION: Tool = { group: "photos", type: "station", how: "place" };

/** What is at hand at once, as most crashes need it. */
export const USUAL: readonly Tool[] = [
  vehicle("motorcycle"), vehicle("bicycle"), vehicle("car"), vehicle("truck"), vehicle("bus"), PEDESTRIAN, TRAVEL, mark("skid"), mark("scratch"), IMPACT, fixed("signal"),
];

export function stamps(group: Group | null): readonly Tool[] {
  switch (group) {
    case null: return USUAL;
    case "people": return [...Object.values(shelf.value?.classes ?? {}).filter((one) => one.family !== "person").map((one) => vehicle(one.id)), PEDESTRIAN, TRAVEL];
    case "marks": return [IMPACT, mark("skid"), mark("yaw"), mark("scratch"), mark("drag"), ring("debris", "glass"), ring("debris", "parts"), ring("debris", "soil"), ring("debris", "load"), ring("fluid", "oil"), ring("fluid", "coolant"), ring("fluid", "fuel"), ring("fluid", "blood"), ring("fluid", "water")];
    case "measures": return [DIMENSION, BASELINE];
    case "lines": return ["lane_line", "double_line", "stop_line", "crosswalk", "edge_line", "kerb", "island", "obstacle"].map(line);
    case "fixed": return ["signal", "pole", "hydrant", "manhole", "kerb", "house", "tree", "sign", "other"].map(fixed);
    case "photos": return [STATION, { ...STATION, kind: "panorama" }];
    case "words": return [NOTE];
  }
}

export const same = (a: Tool | null, b: Tool): boolean => a?.type === b.type && a.kind === b.kind;
export const titleOf = (one: { type: string; kind?: string | undefined }): string => {
  const kind = one.kind ? shelf.value?.classes[one.kind] : undefined;
  if (one.type === "vehicle" && kind) return word("lang") === "zh" ? kind.zh : kind.en;
  if (["mark", "debris", "fluid", "fixed", "override"].includes(one.type)) return word(`${one.type}.${one.kind}`);
  if (one.type === "station" && one.kind) return word("panorama");
  return word(one.type);
};

/** Puts something down at a place. */
export function put(at: Point, suspended: boolean): void {
  const now = tool.peek();
  if (!now) return;
  const [x, y] = tidied(at);
  tool.value = null;
  if (now.type === "vehicle" || now.type === "pedestrian") {
    const kind = now.kind!;
    const { party, edits } = now.party ? { party: now.party, edits: [] } : partyFor(kind, now.type === "pedestrian");
    const heading = turned((suspended ? null : laneHeading(street.peek(), at)) ?? 0);
    const body: Element = { id: named(now.type === "vehicle" ? "v" : "h"), type: now.type, party, pose: { x, y, heading }, ...(now.type === "vehicle" ? { kind } : {}) };
    commit(titleOf(now), [...edits, { op: "add", where: "elements", body: element(body) }]);
    chosen.value = [body.id];
    return;
  }
  const id = named(now.type === "fixed" ? "f" : now.type.slice(0, 1));
  if (now.type === "impact") add({ id, type: "impact", at: [x, y], parties: doc()!.parties.slice(0, 2).map((p) => p.id) }, titleOf(now));
  else if (now.type === "fixed") add({ id, type: "fixed", kind: now.kind!, at: [x, y] }, titleOf(now));
  else if (now.type === "note") add({ id, type: "note", at: [x, y], text: word("note.text") }, titleOf(now));
  else if (now.type === "station") add({ id, type: "station", at: [x, y], panorama: now.kind === "panorama" }, titleOf(now));
}

/** Ends what is being drawn, if it is enough for something. */
export function finish(): void {
  const now = tool.peek();
  const corners = drawing.peek();
  const enough = now && corners.length >= (now.how === "area" ? 3 : 2);
  drawing.value = [];
  if (!now || !enough) return;
  tool.value = null;
  const path = corners.map((one) => tidied(one.at));
  const id = named(now.type.slice(0, 1));
  if (now.type === "mark") {
    const hung = corners.at(-1)!.anchor ?? corners[0]!.anchor;
    const [owner, point] = hung?.split(".") ?? [];
    const wheel = point === "FW" ? "F" : point === "RW" ? "R" : point && /^[LR][FR]W?$/.test(point) ? point.slice(0, 2) : null;
    add({ id, type: "mark", kind: now.kind!, path, party: find(owner)?.party ?? null, wheel }, titleOf(now));
  } else if (now.type === "travel") {
    const taken = new Set(doc()!.elements.filter((one) => one.type === "travel").map((one) => one.party));
    const party = now.party ?? find(corners.at(-1)!.anchor?.split(".")[0])?.party ?? doc()!.parties.find((p) => !taken.has(p.id))?.id;
    if (party && !taken.has(party)) add({ id, type: "travel", party, source: "statement", approach: path }, titleOf(now));
  } else if (now.type === "debris" || now.type === "fluid") add({ id, type: now.type, kind: now.kind!, area: path }, titleOf(now));
  else if (now.type === "override") add({ id, type: "override", kind: now.kind!, path, color: now.kind === "double_line" ? "yellow" : "white" }, titleOf(now));
  else pair(now, id, corners);
}

function pair(now: Tool, id: string, corners: readonly { at: Point; anchor: string | null }[]): void {
  const ends = corners.slice(0, 2).map((one) => one.anchor ?? tidied(one.at));
  // what hangs on something comes first: it is what moves
  if (typeof ends[1] === "string" && typeof ends[0] !== "string" && now.type === "dimension") ends.reverse();
  if (now.type === "dimension") add({ id, type: "dimension", a: ends[0]!, b: ends[1]! }, titleOf(now));
  else add({ id, type: "baseline", start: ends[0]!, end: ends[1]! }, titleOf(now));
}

/** From a point of a vehicle square to the nearest line of a kind: a dimension that follows. */
export function measure(anchor: string, kind: "kerb" | "lane" | "stop"): void {
  const at = place(shelf.peek()!, doc()!, anchor);
  const found = at && nearest(street.peek(), at, 40, kind === "kerb" ? ["kerb", "edge"] : [kind]);
  if (found) add({ id: named("d"), type: "dimension", a: anchor, b: tidied(found.at) }, word("dimension"));
}

/** The other end of a dimension, when it is near a line: square to it. */
export function square(from: Point, to: Point, most: number): Point {
  const line = nearest(street.peek(), to, most);
  if (!line) return to;
  const at = foot(from, line.a, line.b);
  return far(at, to) <= most * 2 ? at : line.at;
}

export const editsOf = (...edits: Edit[]): Edit[] => edits;
export const degrees = (n: number): number => turned(n);
export const metres = (n: number): number => tidy(n);
export { kindOf };
