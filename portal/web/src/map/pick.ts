// Pointing at the map: what lies under the pointer is named, a click selects it, a click on a cell of many goes closer.
import type { Map as Engine, MapGeoJSONFeature, Point } from "maplibre-gl";
import { layerOf, selection, shownLayers, stack } from "../state/portal";
import { batch } from "../state/store";
import type { Selection } from "../state/url";
import { marked } from "./marks";
import { hover, pointer, tool } from "./seen";

const coarse = matchMedia("(pointer: coarse)");

function under(map: Engine, at: Point): MapGeoJSONFeature[] {
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
    if (take) take([event.lngLat.lng, event.lngLat.lat]);
    else choose(map, under(map, event.point));
  });
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
