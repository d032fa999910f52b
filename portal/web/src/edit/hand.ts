// The hand on the map while something is edited: corners are dragged or walked to by keys, new ones drawn out, shapes drawn
// and cut. Whatever the pointer does, the keyboard does with the crosshair or in steps of a decimetre.
import type { Map as Engine } from "maplibre-gl";
import { both } from "../i18n/t";
import { drafted, NOTHING } from "../map/marks";
import { aiming, tool } from "../map/seen";
import { layerOf } from "../state/portal";
import { batch, effect, signal } from "../state/store";
import { listenForTwoFingers, undo } from "../ui/undo";
import { close, dirty, draft, preview, step as record } from "./draft";
import { apart, corners, crossesItself, drawnAs, inserted, middles, moved, shifted, step, without, type At, type Corner, type Path, type Shape } from "./shape";
import { snap, type Snapped, type Targets } from "./snap";
import { near } from "./near";
import { outbox } from "./work";

export type Mode = "shape" | "draw" | "cut";
export const mode = signal<Mode>("shape");
export const chosen = signal<Path | null>(null);
/** The line being drawn: a new shape, or a cut. */
export const sketch = signal<readonly At[]>([]);
export const snapping = signal(true);
/** The whole shape goes along, instead of one corner. */
export const whole = signal(false);
/** Shapes to compare in a conflict. */
export const compared = signal<readonly { role: "mine" | "theirs"; shape: GeoJSON.Geometry }[]>([]);
/** What is done with a cut. */
export const cutting = signal<((line: readonly At[]) => void) | null>(null);

const snappedTo = signal<Snapped | null>(null);
const coarse = matchMedia("(pointer: coarse)");
/** In pixels: half of 44 for a finger. */
const reach = () => (coarse.matches ? 22 : 11);
const MOST_CORNERS = 1500;

const kind = () => layerOf(draft.peek()?.layer ?? "")?.geometry ?? "point";
const said = (what: "moved" | "added" | "removed" | "drawn") => both(`edit.step.${what}`);

export function hold(map: Engine): () => void {
  const canvas = map.getCanvasContainer();
  let alt = false;
  let targets: Targets = { corners: new Float64Array(), sides: new Float64Array() };
  /** A drag on its way: what was before it, what it moves, and whether a middle became a corner. */
  let dragging: { before: Shape; from: Shape; path: Path; at: At; drawnOut: boolean; far: boolean; x: number; y: number } | null = null;
  const ends: (() => void)[] = [];

  const metresPerPixel = () => (40075016.7 * Math.cos((map.getCenter().lat * Math.PI) / 180)) / (512 * 2 ** map.getZoom());
  const fit = (at: At): At => {
    const found = snapping.peek() && !alt ? snap(at, targets, reach() * metresPerPixel()) : null;
    snappedTo.value = found;
    return found?.at ?? at;
  };
  const placeOf = (event: { clientX: number; clientY: number }): At => {
    const box = canvas.getBoundingClientRect();
    const { lng, lat } = map.unproject([event.clientX - box.left, event.clientY - box.top]);
    return [lng, lat];
  };

  /** The handle under the pointer: the nearest within reach, a corner before a middle. */
  function handle(event: PointerEvent, shape: Shape): (Corner & { middle: boolean }) | null {
    const box = canvas.getBoundingClientRect();
    const far = ({ at }: Corner) => {
      const { x, y } = map.project([at[0], at[1]]);
      return Math.hypot(x - (event.clientX - box.left), y - (event.clientY - box.top));
    };
    const nearest = (all: readonly Corner[]) => all.map((one) => ({ one, d: far(one) })).filter(({ d }) => d <= reach() + 3).sort((a, b) => a.d - b.d)[0]?.one;
    const corner = nearest(corners(shape));
    if (corner) return { ...corner, middle: false };
    const middle = shape.type === "Point" ? undefined : nearest(middles(shape));
    return middle ? { ...middle, middle: true } : null;
  }

  const down = (event: PointerEvent) => {
    alt = event.altKey;
    aiming.value = false;
    const now = draft.peek();
    if (mode.peek() !== "shape" || !now?.geometry || now.sent || event.button !== 0 || !event.isPrimary) return;
    const found = handle(event, now.geometry);
    if (!found && !whole.peek()) return;
    map.dragPan.disable();
    map.touchZoomRotate.disable();
    const from = found?.middle ? inserted(now.geometry, found.path, found.at) : now.geometry;
    dragging = { before: now.geometry, from, path: found?.path ?? [], at: found?.at ?? placeOf(event), drawnOut: Boolean(found?.middle), far: false, x: event.clientX, y: event.clientY };
    if (found) chosen.value = found.path;
    if (found?.middle) preview(from);
    event.preventDefault();
  };
  const move = (event: PointerEvent) => {
    alt = event.altKey;
    if (!event.isPrimary) return;
    if (!dragging) {
      if (mode.peek() !== "shape" && event.pointerType === "mouse" && canvas.contains(event.target as Node)) fit(placeOf(event));
      return;
    }
    if (!dragging.far && Math.hypot(event.clientX - dragging.x, event.clientY - dragging.y) < 3) return;
    dragging.far = true;
    const { from, path, at } = dragging;
    if (whole.peek() && from.type !== "Point") {
      const to = placeOf(event);
      preview(shifted(from, [to[0] - at[0], to[1] - at[1]]));
    } else preview(moved(from, path, fit(placeOf(event))));
  };
  const up = () => {
    if (!dragging) return;
    const { before, far, drawnOut } = dragging;
    dragging = null;
    snappedTo.value = null;
    map.dragPan.enable();
    map.touchZoomRotate.enable();
    const now = draft.peek();
    if (!now) return;
    preview(before); // the step begins where the drag did
    if (far) record({ geometry: now.geometry }, said(drawnOut ? "added" : "moved"));
  };

  const take = (at: At) => {
    if (mode.peek() === "shape") return;
    add(fit(at));
  };
  function add(at: At): void {
    if (draft.peek()?.sent) return;
    if (mode.peek() === "draw" && kind() === "point") return finish([at]);
    const last = sketch.peek().at(-1);
    if (last && apart(last, at) < metresPerPixel() * 4) return;
    sketch.value = [...sketch.peek(), at];
  }

  const key = (event: KeyboardEvent) => {
    alt = event.altKey;
    const onMap = event.target instanceof HTMLCanvasElement || event.target === document.body;
    const done = () => (event.preventDefault(), event.stopPropagation());
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
      done();
      if (mode.peek() === "shape") document.querySelector<HTMLFormElement>(".pane.edit form")?.requestSubmit();
      else finish(sketch.peek());
      return;
    }
    if (event.key === "Escape" && !event.defaultPrevented) {
      if (mode.peek() !== "shape" && sketch.peek().length) return done(), void (sketch.value = []);
      if (mode.peek() === "cut") return done(), stopCut();
      if (chosen.peek() && onMap) return done(), void (chosen.value = null);
      const now = draft.peek();
      if (now && onMap) return done(), dirty(now) ? undefined : close();
      return;
    }
    if (!onMap || event.ctrlKey || event.metaKey) return;
    const arrows: Record<string, readonly [number, number]> = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] };
    const arrow = arrows[event.key];
    const centre: At = [map.getCenter().lng, map.getCenter().lat];
    if (mode.peek() !== "shape") {
      if (arrow) return void (aiming.value = true); // the map goes along under the crosshair
      if (event.key === "Enter" || event.key === " ") {
        done();
        aiming.value = true;
        const last = sketch.peek().at(-1);
        const at = fit(centre);
        if (event.key === "Enter" && last && apart(last, at) < 0.01) finish(sketch.peek());
        else add(at);
      }
      if (event.key === "Backspace") done(), (sketch.value = sketch.peek().slice(0, -1));
      return;
    }
    const now = draft.peek();
    if (!now?.geometry || now.sent) return;
    const path = chosen.peek();
    if (arrow && (path || whole.peek())) return done(), nudge(arrow, event.shiftKey ? 1 : 0.1);
    if (arrow) return void (aiming.value = true);
    if (event.key === "." || event.key === ",") return done(), walk(event.key === "." ? 1 : -1);
    if (!path) return;
    if (event.key === "Enter") return done(), record({ geometry: moved(now.geometry, path, fit(centre)) }, said("moved"));
    if (event.key === "Delete" || event.key === "Backspace") return done(), removeCorner();
    if (event.key === "+" || event.key === "Insert") return done(), addCorner();
  };

  const lift = (event: KeyboardEvent) => (alt = event.altKey);
  const twice = (event: MouseEvent) => {
    if (mode.peek() === "shape") return;
    event.preventDefault();
    finish(sketch.peek());
  };
  const on = <K extends keyof HTMLElementEventMap>(to: EventTarget, name: K, work: (event: never) => void, capture = false) => {
    to.addEventListener(name, work as EventListener, { capture });
    ends.push(() => to.removeEventListener(name, work as EventListener, { capture }));
  };
  on(canvas, "pointerdown", down, true);
  on(window, "pointermove", move);
  on(window, "pointerup", up);
  on(window, "pointercancel", up);
  on(document, "keydown", key, true);
  on(document, "keyup", lift, true);
  on(canvas, "dblclick", twice);
  map.doubleClickZoom.disable();
  ends.push(() => map.doubleClickZoom.enable());
  ends.push(listenForTwoFingers(canvas, undo));
  ends.push(near(map, () => draft.value, (found) => (targets = found)));
  const mine = { take };
  ends.push(effect(() => void (tool.value === null && (tool.value = mine))));
  ends.push(effect(() => void (drafted.value = picture())));
  return () => {
    ends.forEach((end) => end());
    batch(() => {
      if (tool.peek() === mine) tool.value = null;
      drafted.value = NOTHING;
      chosen.value = null;
      sketch.value = [];
      mode.value = "shape";
      whole.value = false;
      aiming.value = false;
      snappedTo.value = null;
      cutting.value = null;
    });
  };
}

/** Ends the drawing: the sketch becomes the shape, or the cut. */
export function finish(line: readonly At[] = sketch.peek()): void {
  const cut = cutting.peek();
  if (mode.peek() === "cut" && cut) {
    if (line.length < 2) return;
    return cut(line);
  }
  const geometry = drawnAs(kind(), line);
  if (!geometry) return;
  batch(() => {
    record({ geometry }, said("drawn"));
    sketch.value = [];
    mode.value = "shape";
    chosen.value = geometry.type === "Point" ? [] : null;
  });
}

export function stopCut(): void {
  batch(() => {
    mode.value = "shape";
    sketch.value = [];
    cutting.value = null;
  });
}

/** The chosen corner, or the whole shape, so many metres to the east and north. */
export function nudge([east, north]: readonly [number, number], metres: number): void {
  const now = draft.peek();
  if (!now?.geometry || now.sent) return;
  const path = chosen.peek();
  const all = corners(now.geometry);
  const corner = all.find((one) => standsAt(one.path, path));
  const by = step((corner ?? all[0]!).at[1], east * metres, north * metres);
  const alone = corner && !whole.peek();
  record({ geometry: alone ? moved(now.geometry, corner.path, [corner.at[0] + by[0], corner.at[1] + by[1]]) : shifted(now.geometry, by) }, said("moved"), `nudge ${String(path)}`);
}

/** The next corner, or the one before. */
export function walk(by: 1 | -1): void {
  const shape = draft.peek()?.geometry;
  if (!shape) return;
  const all = corners(shape);
  const at = all.findIndex((one) => standsAt(one.path, chosen.peek()));
  chosen.value = all[at < 0 ? (by > 0 ? 0 : all.length - 1) : (at + by + all.length) % all.length]!.path;
}

export function removeCorner(): void {
  const now = draft.peek();
  const path = chosen.peek();
  const geometry = now?.geometry && path && without(now.geometry, path);
  if (!geometry) return;
  record({ geometry }, said("removed"));
  chosen.value = null;
}

/** A new corner halfway to the next. */
export function addCorner(): void {
  const now = draft.peek();
  const path = chosen.peek();
  if (!now?.geometry || !path?.length) return;
  const after = [...path.slice(0, -1), path.at(-1)! + 1];
  const between = middles(now.geometry).find((one) => standsAt(one.path, after)) ?? middles(now.geometry).find((one) => standsAt(one.path, path));
  if (!between) return;
  record({ geometry: inserted(now.geometry, between.path, between.at) }, said("added"));
  chosen.value = between.path;
}

/** Puts the chosen corner where the numbers say. */
export function put(at: At): void {
  const now = draft.peek();
  if (!now?.geometry || now.sent) return;
  record({ geometry: moved(now.geometry, chosen.peek() ?? [], at) }, said("moved"), "put");
}

export const bad = (shape: Shape | null): boolean => shape !== null && crossesItself(shape);
const standsAt = (a: Path, b: Path | null) => b !== null && a.length === b.length && a.every((one, i) => one === b[i]);

function picture(): GeoJSON.FeatureCollection {
  const features: GeoJSON.Feature[] = [];
  const put = (role: string, geometry: GeoJSON.Geometry) => features.push({ type: "Feature", properties: { role }, geometry });
  const point = (role: string, at: At) => put(role, { type: "Point", coordinates: [...at] });
  const now = draft.value;
  for (const item of outbox.items.value) {
    for (const { after } of item.changes) if (item.state === "waiting" && after?.geometry && item.command !== now?.sent) put("waiting", after.geometry);
  }
  for (const { role, shape } of compared.value) put(role, shape);
  const path = chosen.value;
  const shape = now?.geometry;
  if (shape) {
    put("shape", shape);
    const all = corners(shape);
    if (all.length <= MOST_CORNERS) {
      for (const one of all) point(standsAt(one.path, path) || shape.type === "Point" ? "chosen" : "corner", one.at);
      if (!whole.value && shape.type !== "Point") for (const one of middles(shape)) point("middle", one.at);
    }
  }
  const line = sketch.value;
  if (line.length > 1) put("sketch", { type: "LineString", coordinates: line.map((at) => [...at]) });
  for (const at of line) point("corner", at);
  if (snappedTo.value) point("snap", snappedTo.value.at);
  return { type: "FeatureCollection", features };
}
