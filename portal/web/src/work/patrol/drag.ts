// Drawing a route through another street: with the pointer on the line itself, or with the crosshair in the middle of
// the map. A press on a stop points at it; a place to pass can be dragged further.
import type { Map as Engine, PointLike } from "maplibre-gl";
import { centre } from "../../map/seen";
import { signal } from "../../state/store";
import type { Place } from "./api";
import { legAt } from "./lines";
import { busy, changeable, chosen, pass, plan, task, unit } from "./state";

/** The way as it would be, while the pointer is down: from, place, to. */
export const dragged = signal<readonly Place[] | null>(null);
/** Whether the crosshair is shown. */
export const aiming = signal(false);
const HIT = "patrol-hit";
const STOPS = "patrol-stop";
const MOVED = 6;

interface Held {
  unit: number;
  after: number;
  moved: number | null;
  ends: readonly [Place, Place];
  from: { x: number; y: number };
}

export function dragging(map: Engine): () => void {
  const canvas = map.getCanvasContainer();
  let held: Held | null = null;
  const xy = (event: PointerEvent): [number, number] => {
    const box = canvas.getBoundingClientRect();
    return [event.clientX - box.left, event.clientY - box.top];
  };
  const at = (event: PointerEvent): Place => {
    const { lng, lat } = map.unproject(xy(event));
    return [lng, lat];
  };
  const under = (event: PointerEvent, layer: string, reach: number) => {
    if (!map.getLayer(layer)) return undefined;
    const [x, y] = xy(event);
    const box: [PointLike, PointLike] = [[x - reach, y - reach], [x + reach, y + reach]];
    return map.queryRenderedFeatures(box, { layers: [layer] })[0];
  };
  const down = (event: PointerEvent) => {
    if (task.peek() !== "plan" || !changeable.value || busy.peek() || event.button !== 0 || !event.isPrimary) return;
    const stop = under(event, STOPS, 4);
    if (stop) {
      const { stop: number, unit: of, via } = stop.properties as { stop: number; unit: number; via: boolean };
      unit.value = of;
      chosen.value = number;
      if (!via) return;
      const index = plan.peek()!.units[of]!.stops.findIndex((s) => s.stop === number);
      held = { unit: of, after: index - 1, moved: number, ends: ends(of, index - 1, index + 1), from: { x: event.clientX, y: event.clientY } };
    } else {
      const line = under(event, HIT, 2);
      if (!line) return;
      const of = Number(line.properties.unit);
      const { after } = legAt(plan.peek()!.units[of]!, at(event));
      held = { unit: of, after, moved: null, ends: ends(of, after, after + 1), from: { x: event.clientX, y: event.clientY } };
    }
    map.dragPan.disable();
  };
  const move = (event: PointerEvent) => {
    if (!held || !event.isPrimary) return;
    if (!dragged.peek() && Math.hypot(event.clientX - held.from.x, event.clientY - held.from.y) < MOVED) return;
    dragged.value = [held.ends[0], at(event), held.ends[1]];
  };
  const up = (event: PointerEvent) => {
    if (!held) return;
    const done = held;
    const place = dragged.peek()?.[1];
    held = null;
    map.dragPan.enable();
    if (!place || event.type === "pointercancel") {
      dragged.value = null;
      if (event.type !== "pointercancel") unit.value = done.unit;
      return;
    }
    unit.value = done.unit;
    void pass(done.unit, done.after, place, done.moved).finally(() => (dragged.value = null));
  };
  const over = (event: PointerEvent) => {
    if (event.buttons || task.peek() !== "plan" || event.pointerType === "touch") return;
    if (under(event, STOPS, 2) ?? under(event, HIT, 1)) map.getCanvas().style.cursor = "grab";
  };
  canvas.addEventListener("pointerdown", down, true);
  canvas.addEventListener("pointermove", over);
  addEventListener("pointermove", move);
  addEventListener("pointerup", up);
  addEventListener("pointercancel", up);
  return () => {
    canvas.removeEventListener("pointerdown", down, true);
    canvas.removeEventListener("pointermove", over);
    removeEventListener("pointermove", move);
    removeEventListener("pointerup", up);
    removeEventListener("pointercancel", up);
    map.dragPan.enable();
    dragged.value = null;
  };
}

/** Where a leg begins and ends: stops, or where the unit starts and comes back to. */
function ends(of: number, from: number, to: number): readonly [Place, Place] {
  const u = plan.peek()!.units[of]!;
  const line = (u.line?.coordinates ?? []) as unknown as Place[];
  const place = (index: number, otherwise: Place): Place => {
    const s = u.stops[index];
    return s ? [s.lon, s.lat] : otherwise;
  };
  return [place(from, line[0]!), place(to, line.at(-1)!)];
}

/** The chosen unit's route through what is under the crosshair: its nearest leg goes there. */
export function passHere(): void {
  const place = centre.peek();
  const now = plan.peek();
  if (!place || !now) return;
  const of = unit.peek() ?? nearest(place);
  const u = now.units[of];
  if (!u?.line) return;
  unit.value = of;
  void pass(of, legAt(u, place).after, place);
}

function nearest(place: Place): number {
  const away = plan.peek()!.units.map((u) => (u.line ? legAt(u, place).metres : Infinity));
  return away.indexOf(Math.min(...away));
}
