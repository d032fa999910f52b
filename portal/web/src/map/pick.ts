// Pointing at the map: what lies under the pointer is named, a click selects it, a click on a cell of many goes closer.
import type { Map as Engine, MapGeoJSONFeature, Point } from "maplibre-gl";
import { layerOf, selection, shownLayers, stack } from "../state/portal";
import { batch, effect } from "../state/store";
import type { Selection } from "../state/url";
import { marked } from "./marks";
import { hover, pointer, tool } from "./seen";

/** A press that moves further than this, in pixels, is a stroke and no click. */
const STROKE = 8;
const coarse = matchMedia("(pointer: coarse)");

/** A map that lies over the first as far as a place in pixels: there, what one sees is its. */
let over: { map: Engine; until: () => number } | null = null;
export function lay(map: typeof over): void {
  over = map;
}

function under(main: Engine, at: Point): MapGeoJSONFeature[] {
  const map = over && at.x < over.until() ? over.map : main;
  const reach = coarse.matches ? 14 : 5;
  const pickable = new Set(shownLayers.value.filter((layer) => layer.group !== "base").map((layer) => layer.id));
  const layers = map.getStyle().layers.filter((l) => "source" in l && pickable.has(l.source as string) && l.type !== "heatmap").map((l) => l.id);
  if (!layers.length) return [];
  const found = map.queryRenderedFeatures([[at.x - reach, at.y - reach], [at.x + reach, at.y + reach]], { layers });
  return found.sort((a, b) => rank(a) - rank(b));
}

/** Small things first: a point before the line and the area that it lies on. */
function rank(feature: MapGeoJSONFeature): number {
  const kinds = { Point: 0, MultiPoint: 0, LineString: 1, MultiLineString: 1, Polygon: 2, MultiPolygon: 2 } as Record<string, number>;
  return kinds[feature.geometry.type] ?? 3;
}

export function attend(map: Engine): void {
  let frame = 0;
  map.on("mousemove", (event) => {
    cancelAnimationFrame(frame);
    frame = requestAnimationFrame(() => {
      pointer.value = [event.lngLat.lng, event.lngLat.lat];
      if (map.isMoving()) return;
      const [top] = tool.peek() ? [] : under(map, event.point);
      const layer = top && layerOf(top.source);
      hover.value = top && layer ? { x: event.point.x, y: event.point.y, layer, properties: top.properties } : null;
      map.getCanvas().style.cursor = tool.peek() ? "crosshair" : top ? "pointer" : "";
    });
  });
  const leave = () => {
    cancelAnimationFrame(frame);
    batch(() => {
      hover.value = null;
      pointer.value = null;
    });
  };
  map.getCanvas().addEventListener("mouseleave", leave);
  map.on("movestart", () => (hover.value = null));
  map.on("click", (event) => {
    const take = tool.peek();
    if (take) take.take([event.lngLat.lng, event.lngLat.lat]);
    else choose(map, under(map, event.point));
  });
}

/** Strokes of the pointer, for a tool that wants them; the map stands still meanwhile. */
export function stroke(map: Engine): void {
  const canvas = map.getCanvasContainer();
  let path: [number, number][] | null = null;
  let from = { x: 0, y: 0 };
  const at = (event: PointerEvent): [number, number] => {
    const box = canvas.getBoundingClientRect();
    const { lng, lat } = map.unproject([event.clientX - box.left, event.clientY - box.top]);
    return [lng, lat];
  };
  effect(() => {
    const wants = Boolean(tool.value?.trace);
    for (const handler of [map.dragPan, map.doubleClickZoom, map.boxZoom]) {
      if (wants) handler.disable();
      else handler.enable();
    }
    map.getCanvas().style.cursor = tool.value ? "crosshair" : "";
  });
  canvas.addEventListener("pointerdown", (event) => {
    path = tool.peek()?.trace && event.button === 0 && event.isPrimary ? [at(event)] : null;
    from = { x: event.clientX, y: event.clientY };
  });
  canvas.addEventListener("pointermove", (event) => {
    if (!path || !event.isPrimary) return;
    const moved = Math.hypot(event.clientX - from.x, event.clientY - from.y);
    if (path.length === 1 && moved < STROKE) return;
    path.push(at(event));
    tool.peek()?.trace?.(path, false);
  });
  addEventListener("pointerup", () => {
    const done = path;
    path = null;
    if (done && done.length > 1) tool.peek()?.trace?.(done, true);
  });
  canvas.addEventListener("pointercancel", () => (path = null));
}

function choose(map: Engine, found: MapGeoJSONFeature[]): void {
  const cell = found[0]?.properties.n !== undefined && found[0].id === undefined ? found[0] : undefined;
  if (cell?.geometry.type === "Point") {
    map.easeTo({ center: cell.geometry.coordinates as [number, number], zoom: map.getZoom() + 2 });
    return;
  }
  const seen = new Map<string, Selection>();
  for (const one of found) {
    if (one.id !== undefined) seen.set(`${one.source}.${one.id}`, { layer: one.source, id: one.id });
  }
  const all = [...seen.values()];
  batch(() => {
    stack.value = all;
    selection.value = all[0] ?? null;
    if (!all.length) marked.value = null;
  });
}
