// Mouse, fingers, pencil and keys on the drawing. One finger draws or drags, two move the paper, two that tap undo. What
// is nearest to the finger is what is meant; snapping is on unless Alt is held.
import { listenForTwoFingers } from "../../ui/undo";
import { add, book, chosen, copy, doc, drawing, find, hint, isOpen, live, move, paste, remove, set, shelf, shifted, sight, street, tool, turnToRoad, undo, visible, word } from "./desk";
import { tidied, tidy, turned, type Element, type Point } from "./document";
import { aim, onScreen, setAim, size, turner } from "./paper";
import { azimuth, between, far, foot, footprint, inside, laneHeading, nearest, place, pointOf, pointsOf, type LineKind } from "./shape";
import { about, toScene } from "./stage";
import { finish, put, square, titleOf } from "./tools";

interface Grip {
  kind: "turn" | "corner" | "body";
  one: Element;
  n?: number;
  from: Point;
}
const TAP = 8;
const HANDLE = 12;

export function listen(on: HTMLElement): () => void {
  const fingers = new Map<number, { at: Point; from: Point; time: number }>();
  let grip: Grip | null = null;
  let pan: Point | null = null;
  let stroke: Point[] | null = null;
  let moved = false;
  let many = false;

  const local = (event: PointerEvent | WheelEvent): Point => {
    const box = on.getBoundingClientRect();
    return [event.clientX - box.left, event.clientY - box.top];
  };
  const near = (event: PointerEvent) => (event.pointerType === "mouse" ? 11 : 24);
  const scene = (at: Point) => toScene(sight.peek(), size, at);

  const down = (event: PointerEvent) => {
    if (event.button > 1) return;
    on.querySelector<SVGElement>(".sheet")?.focus({ preventScroll: true });
    if (aim) setAim(null);
    const at = local(event);
    on.setPointerCapture(event.pointerId);
    fingers.set(event.pointerId, { at, from: at, time: event.timeStamp });
    if (fingers.size === 2) {
      drop();
      many = true;
      return;
    }
    if (fingers.size > 2) return;
    moved = many = false;
    const now = tool.peek();
    if (now && isOpen() && event.button === 0) {
      stroke = now.how === "place" ? null : [at];
      pan = now.how === "place" ? at : null;
      return;
    }
    grip = event.button === 0 ? grab(at, near(event)) : null;
    if (grip) {
      if (!chosen.peek().includes(grip.one.id)) chosen.value = event.shiftKey ? [...chosen.peek(), grip.one.id] : [grip.one.id];
      if (!isOpen() || grip.one.locked) grip = null;
    } else pan = at;
  };

  const go = (event: PointerEvent) => {
    const finger = fingers.get(event.pointerId);
    const at = local(event);
    if (!finger) return;
    const before = finger.at;
    finger.at = at;
    if (fingers.size === 2) return pinch(event.pointerId, before, at);
    if (many) return;
    if (!moved && far(at, finger.from) < (event.pointerType === "mouse" ? 3 : TAP)) return;
    if (!moved && grip) book.peek()?.hold();
    moved = true;
    if (grip) drag(grip, scene(finger.from), scene(at), near(event), event.altKey);
    else if (stroke) {
      stroke.push(at);
      const ends = tool.peek()!.how === "path" ? simple(stroke) : [stroke[0]!, at];
      drawing.value = [...kept, ...ends.map((p, i) => (i === 0 || i === ends.length - 1 ? snapped(scene(p), near(event), event.altKey, i ? scene(ends[0]!) : null) : { at: scene(p), anchor: null }))];
    } else if (pan) {
      const [a, b] = [scene(before), scene(at)];
      sight.value = { ...sight.peek(), x: sight.peek().x + a[0] - b[0], y: sight.peek().y + a[1] - b[1] };
    }
  };

  let kept: readonly { at: Point; anchor: string | null }[] = [];
  const up = (event: PointerEvent) => {
    const finger = fingers.get(event.pointerId);
    fingers.delete(event.pointerId);
    if (!finger || many) {
      if (!fingers.size) many = false;
      return;
    }
    const at = local(event);
    const now = tool.peek();
    if (grip && moved) letGo();
    else if (stroke && now) {
      if (moved) {
        if (now.how === "area") drawing.value = oval(scene(stroke[0]!), scene(at));
        finish();
      } else corner(scene(at), near(event), event.altKey);
    } else if (now && !moved && isOpen()) put(snapped(scene(at), near(event), event.altKey || now.type === "vehicle" || now.type === "pedestrian").at, event.altKey);
    else if (!moved && !grip && !now && !grab(at, near(event))) chosen.value = [];
    grip = stroke = pan = null;
    kept = drawing.peek();
    if (!tool.peek()) kept = [];
  };

  const drop = () => {
    if (grip && moved) {
      live.value = {};
      book.peek()?.release();
    }
    if (stroke && moved) drawing.value = kept;
    grip = stroke = pan = null;
    hint.value = null;
  };

  const letGo = () => {
    const changed = live.peek();
    const words = grip!.kind === "turn" ? word("turned") : word("moved");
    live.value = {};
    hint.value = null;
    book.peek()?.release();
    move(changed, words);
  };

  const cancel = (event: PointerEvent) => {
    fingers.delete(event.pointerId);
    drop();
  };

  const pinch = (id: number, before: Point, at: Point) => {
    const other = [...fingers].find(([one]) => one !== id)![1].at;
    const [was, is] = [far(before, other), far(at, other)];
    const middle: Point = [(at[0] + other[0]) / 2, (at[1] + other[1]) / 2];
    const old: Point = [(before[0] + other[0]) / 2, (before[1] + other[1]) / 2];
    const [a, b] = [scene(old), scene(middle)];
    sight.value = { ...sight.peek(), x: sight.peek().x + a[0] - b[0], y: sight.peek().y + a[1] - b[1] };
    const angle = (p: Point) => (Math.atan2(p[1] - other[1], p[0] - other[0]) * 180) / Math.PI;
    const turn = was > 40 ? ((angle(before) - angle(at) + 540) % 360) - 180 : 0;
    sight.value = about(sight.peek(), size, middle, was ? is / was : 1, Math.abs(turn) < 20 ? turn : 0);
  };

  const wheel = (event: WheelEvent) => {
    event.preventDefault();
    const turn = event.shiftKey ? Math.sign(event.deltaY || event.deltaX) * 3 : 0;
    sight.value = about(sight.peek(), size, local(event), turn ? 1 : Math.exp(-event.deltaY * (event.deltaMode ? 0.05 : 0.0016)), turn);
  };

  const double = () => tool.peek() && drawing.peek().length > 1 && finish();
  on.addEventListener("pointerdown", down);
  on.addEventListener("pointermove", go);
  on.addEventListener("pointerup", up);
  on.addEventListener("pointercancel", cancel);
  on.addEventListener("wheel", wheel, { passive: false });
  on.addEventListener("dblclick", double);
  on.addEventListener("keydown", key);
  const still = listenForTwoFingers(on, undo);
  return () => still();
}

/** What is meant by a touch: a handle, else what is under it, else what is nearest. */
function grab(at: Point, within: number): Grip | null {
  const options: { grip: Grip; off: number }[] = [];
  const p = toScene(sight.peek(), size, at);
  for (const id of chosen.peek()) {
    const one = find(id);
    if (!one || one.locked) continue;
    if (one.pose) {
      const off = far(onScreen(turner(one)), at);
      if (off <= Math.max(within, 20)) return { kind: "turn", one, from: p };
    }
    (one.path ?? one.area ?? one.approach)?.forEach((corner, n) => {
      const off = far(onScreen(corner), at);
      // a corner that is really meant comes before what lies under it
      if (off <= within) options.push({ grip: { kind: "corner", one, n, from: p }, off: off - HANDLE });
    });
  }
  for (const one of doc()!.elements) {
    if (!visible(one)) continue;
    const off = distance(one, at, p);
    if (off <= within) options.push({ grip: { kind: "body", one, from: p }, off: off + (one.pose ? 0 : 1) });
  }
  return options.sort((a, b) => a.off - b.off)[0]?.grip ?? null;
}

/** In pixels; nothing when it is under the finger. */
function distance(one: Element, at: Point, p: Point): number {
  if (one.pose) {
    const ring = footprint(shelf.peek()!, one);
    return inside(p, ring) ? 0 : edge([...ring, ring[0]!].map(onScreen), at);
  }
  if (one.at) return far(onScreen(one.at), at);
  if (one.area) return inside(p, one.area) ? 3 : edge([...one.area, one.area[0]!].map(onScreen), at);
  const line = one.path ?? (one.approach ? [...one.approach, ...(one.exit ?? [])] : null);
  if (line) return edge(line.map(onScreen), at);
  const ends = [one.a ?? one.start, one.b ?? one.end].map((anchor) => place(shelf.peek()!, doc()!, anchor!));
  if (!ends[0] || !ends[1]) return Infinity;
  const long = far(ends[0], ends[1]) || 1;
  const off = (one.offset ?? 0) / long;
  const shift: Point = [-(ends[1][1] - ends[0][1]) * off, (ends[1][0] - ends[0][0]) * off];
  return edge(ends.map((end) => onScreen([end![0] + shift[0], end![1] + shift[1]])), at) + 4;
}

const edge = (line: readonly Point[], at: Point): number => Math.min(...line.slice(1).map((b, i) => far(at, foot(at, line[i]!, b))));

function drag({ kind, one, n }: Grip, from: Point, to: Point, within: number, suspended: boolean): void {
  if (kind === "turn") {
    const heading = turnedTo(one, azimuth([one.pose!.x, one.pose!.y], to), suspended);
    live.value = { [one.id]: { ...one, pose: { ...one.pose!, heading } } };
    return;
  }
  if (kind === "corner") {
    const name = one.path ? "path" : one.area ? "area" : "approach";
    const at = tidied(snapped(to, within, suspended, null, one.id).at);
    live.value = { [one.id]: { ...one, [name]: one[name]!.map((p, i) => (i === n ? at : p)) } };
    return;
  }
  const ids = chosen.peek().includes(one.id) ? chosen.peek() : [one.id];
  let [dx, dy] = [to[0] - from[0], to[1] - from[1]];
  if (one.pose) {
    const next = shifted(one, dx, dy);
    const pull = suspended ? null : pulled(next, Math.min(0.35, within / sight.peek().scale));
    if (pull) [dx, dy] = [dx + pull.dx, dy + pull.dy];
    hint.value = told(shifted(one, dx, dy), pull?.kind ?? null);
  } else if (one.at) {
    const at = snapped([one.at[0] + dx, one.at[1] + dy], within / 2, suspended, null, one.id).at;
    [dx, dy] = [at[0] - one.at[0], at[1] - one.at[1]];
  } else if (one.type === "dimension") {
    const [a, b] = [place(shelf.peek()!, doc()!, one.a!), place(shelf.peek()!, doc()!, one.b!)];
    const long = a && b ? far(a, b) : 0;
    if (long) live.value = { [one.id]: { ...one, offset: tidy(((to[1] - a![1]) * (b![0] - a![0]) - (to[0] - a![0]) * (b![1] - a![1])) / long) } };
    return;
  }
  const group = ids.map((id) => find(id)).filter((e): e is Element => !!e && !e.locked);
  live.value = Object.fromEntries(group.map((e) => [e.id, shifted(e, dx, dy)]));
}

/** A heading, drawn to the lane's and across it. */
function turnedTo(one: Element, heading: number, suspended: boolean): number {
  const lane = suspended ? null : laneHeading(street.peek(), [one.pose!.x, one.pose!.y]);
  const snap = lane === null ? undefined : [0, 90, 180, 270].map((by) => turned(lane + by)).find((h) => between(h, heading) < 2);
  const next = turned(Math.round((snap ?? heading) * 10) / 10);
  hint.value = { title: word(snap === undefined ? "heading" : "snap.heading"), text: `${next.toFixed(1)}°` };
  return next;
}

/** By how much a vehicle is drawn to a line of the street that one of its wheels or corners is next to. */
function pulled(one: Element, within: number): { dx: number; dy: number; kind: LineKind } | null {
  let best: { dx: number; dy: number; kind: LineKind; off: number } | null = null;
  for (const name of pointsOf(shelf.peek()!, one)) {
    if (name === "C") continue;
    const p = pointOf(shelf.peek()!, one, name)!;
    const line = nearest(street.peek(), p, within);
    if (line && (!best || line.off < best.off)) best = { dx: line.at[0] - p[0], dy: line.at[1] - p[1], kind: line.kind, off: line.off };
  }
  return best;
}

/** What is said while a vehicle is dragged: how far its right wheels are from the nearest line. */
function told(one: Element, kind: LineKind | null): { title: string; text: string } {
  const name = (one.party ? `${one.party} ` : "") + titleOf(one);
  const points = pointsOf(shelf.peek()!, one).filter((p) => ["RFW", "FW", "C"].includes(p));
  const at = pointOf(shelf.peek()!, one, points.includes("RFW") ? "RFW" : (points.find((p) => p !== "C") ?? "C"))!;
  const line = nearest(street.peek(), at, 12);
  const text = line ? `${name} ${word(`point.${points.includes("RFW") ? "RFW" : points.includes("FW") ? "FW" : "C"}`)} – ${word(`line.${line.kind}`)} ${line.off.toFixed(2)} m` : name;
  return { title: kind ? `${word("snap")} ${word(`line.${kind}`)}` : word("moving"), text };
}

/** A place, drawn to points of things first and then to the lines of the street. */
export function snapped(at: Point, pixels: number, suspended: boolean, from: Point | null = null, not = ""): { at: Point; anchor: string | null } {
  if (suspended) return { at, anchor: null };
  const within = pixels / sight.peek().scale;
  let best: { at: Point; anchor: string | null; off: number } | null = null;
  for (const one of doc()!.elements) {
    if (one.id === not || !visible(one)) continue;
    for (const name of pointsOf(shelf.peek()!, one)) {
      const p = pointOf(shelf.peek()!, one, name)!;
      const off = far(p, at) + (name === "C" && one.pose ? within / 3 : 0);
      if (off <= within && (!best || off < best.off)) best = { at: p, anchor: one.at ? one.id : `${one.id}.${name}`, off };
    }
  }
  if (best) return { at: best.at, anchor: best.anchor };
  if (from && tool.peek()?.type === "dimension") return { at: square(from, at, within), anchor: null };
  return { at: nearest(street.peek(), at, within)?.at ?? at, anchor: null };
}

/** One more corner of what is being drawn. A mark that comes to a wheel, and a line that has two ends, are finished. */
function corner(at: Point, pixels: number, suspended: boolean): void {
  const now = tool.peek()!;
  const before = drawing.peek();
  const point = snapped(at, pixels, suspended, before[0]?.at ?? null);
  const last = before.at(-1);
  if (last && far(onScreen(last.at), onScreen(point.at)) < 10) return finish();
  drawing.value = [...before, point];
  const wheel = now.type === "mark" && point.anchor && /\.(.?[FR]W)$/.test(point.anchor);
  if (before.length && (now.how === "pair" || wheel)) finish();
}

/** A stroke as few corners, none of it further off than four pixels. */
function simple(points: readonly Point[]): Point[] {
  const [a, b] = [points[0]!, points.at(-1)!];
  let [off, at] = [0, 0];
  points.forEach((p, i) => {
    const here = far(p, foot(p, a, b));
    if (here > off) [off, at] = [here, i];
  });
  return off <= 4 ? [a, b] : [...simple(points.slice(0, at + 1)).slice(0, -1), ...simple(points.slice(at))];
}

/** A ring between two corners of a box. */
function oval(a: Point, b: Point): { at: Point; anchor: null }[] {
  const [x, y, rx, ry] = [(a[0] + b[0]) / 2, (a[1] + b[1]) / 2, Math.abs(a[0] - b[0]) / 2, Math.abs(a[1] - b[1]) / 2];
  return Array.from({ length: 14 }, (_, i) => ({ at: [x + rx * Math.cos((i * Math.PI) / 7), y + ry * Math.sin((i * Math.PI) / 7)] as Point, anchor: null }));
}

// keys

const ARROWS: Record<string, Point> = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] };

function key(event: KeyboardEvent): void {
  const now = book.peek();
  if (!now || event.defaultPrevented) return;
  const control = event.ctrlKey || event.metaKey;
  const done = () => (event.preventDefault(), event.stopPropagation());
  const by = ARROWS[event.key];
  const ids = chosen.peek();
  if (by && tool.peek()) {
    done();
    const [x, y] = aim ?? [size.width / 2, size.height / 2];
    const far = event.shiftKey ? 40 : 8;
    return setAim([x + by[0] * far, y - by[1] * far]);
  }
  if ((event.key === "Enter" || event.key === " ") && tool.peek() && isOpen()) {
    done();
    const at = toScene(sight.peek(), size, aim ?? [size.width / 2, size.height / 2]);
    if (tool.peek()!.how === "place") put(snapped(at, 16, event.altKey || tool.peek()!.type === "vehicle").at, event.altKey);
    else corner(at, 16, event.altKey);
    if (!tool.peek()) setAim(null);
    return;
  }
  if (by && ids.length && isOpen()) {
    done();
    const step = control ? 1 : event.shiftKey ? 0.1 : 0.01;
    const turn = (sight.peek().turn * Math.PI) / 180;
    const [dx, dy] = [step * (by[0] * Math.cos(turn) + by[1] * Math.sin(turn)), step * (by[1] * Math.cos(turn) - by[0] * Math.sin(turn))];
    return move(Object.fromEntries(ids.map(find).filter((e): e is Element => !!e && !e.locked).map((e) => [e.id, shifted(e, dx, dy)])), word("moved"));
  }
  if (by) {
    done();
    const { x, y, scale, turn } = sight.peek();
    const rad = (turn * Math.PI) / 180;
    const step = 60 / scale;
    sight.value = { ...sight.peek(), x: x + step * (by[0] * Math.cos(rad) + by[1] * Math.sin(rad)), y: y + step * (by[1] * Math.cos(rad) - by[0] * Math.sin(rad)) };
    return;
  }
  const one = find(ids[0]);
  if ((event.key === "[" || event.key === "]") && one?.pose) return done(), set(one.id, { pose: { ...one.pose, heading: turned(one.pose.heading + (event.key === "]" ? 1 : -1)) } }, word("turned"));
  if (event.key === "Delete" || event.key === "Backspace") return done(), remove();
  if (control && event.key.toLowerCase() === "c") return done(), copy();
  if (control && event.key.toLowerCase() === "v") return done(), paste();
  if (event.key === "+" || event.key === "=") return done(), zoom(1.3);
  if (event.key === "-") return done(), zoom(1 / 1.3);
  if (event.key.toLowerCase() === "n") return done(), turnToRoad();
}

export function zoom(by: number): void {
  sight.value = about(sight.peek(), size, [size.width / 2, size.height / 2], by);
}
export { add };
