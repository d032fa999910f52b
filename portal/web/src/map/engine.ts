// The one map of the page: made once, told of every change of the state as a difference of styles, and the source
// of where one looks. Workspaces find it as `map` of <antu-stage>.
import { t } from "../i18n/t";
import { bounds, place } from "../state/portal";
import { effect } from "../state/store";
import { hand } from "./camera";
import { compose } from "./compose";
import { Engine, type GeoJSONSource, type VectorTileSource } from "./library";
import { drafted, marked, middleOf } from "./marks";
import { picture } from "./picture";
import { bearing, centre, mapState, markedAt } from "./seen";
import { attend, stroke } from "./pick";
import { supplySymbols } from "./symbols";

export function start(container: HTMLElement): Engine {
  const { zoom, lat, lon } = place.peek();
  const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
  const map = new Engine({
    container,
    style: compose(picture()),
    center: [lon, lat],
    zoom,
    attributionControl: false,
    pitchWithRotate: false,
    touchPitch: false,
    refreshExpiredTiles: false,
    fadeDuration: still ? 0 : 180,
    canvasContextAttributes: { powerPreference: "default" },
    locale: { "Map.Title": t("map") },
  });
  supplySymbols(map);
  follow(map);
  report(map);
  attend(map);
  stroke(map);
  pointOut(map);
  hand({
    fly: (center, zoom) => map.flyTo({ center: [...center] as [number, number], zoom, speed: 1.8, maxDuration: 1600 }),
    by: (zooms) => map.easeTo({ zoom: map.getZoom() + zooms, duration: 250 }),
    north: () => map.easeTo({ bearing: 0, duration: 300 }),
  });
  return map;
}

/** State → map. */
function follow(map: Engine): void {
  let loaded = false;
  let waiting: ReturnType<typeof compose> | null = null;
  const apply = (style: ReturnType<typeof compose>) => {
    const moved: [VectorTileSource, string[]][] = [];
    for (const [id, source] of Object.entries(style.sources)) {
      const now = map.getSource<VectorTileSource>(id);
      // new addresses keep the old tiles on screen until the new ones are there; a new source would not
      if (now && source.type === "vector" && source.tiles && now.tiles?.join() !== source.tiles.join()) moved.push([now, [...source.tiles]]);
    }
    for (const [now, tiles] of moved) now.setTiles(tiles);
    const before = map.getLayersOrder().join();
    map.setStyle(style, { diff: true });
    // a source whose layers change in the same breath forgets that it was to be read anew
    if (moved.length && map.getLayersOrder().join() !== before) map.once("styledata", () => moved.forEach(([now, tiles]) => now.tiles === tiles && now.setTiles(tiles)));
  };
  map.once("style.load", () => {
    loaded = true;
    if (waiting) apply(waiting);
  });
  let first = true;
  effect(() => {
    const style = compose(picture());
    if (first) first = false;
    else if (loaded) apply(style);
    else waiting = style;
  });
  // a corner that is dragged must not wait for a style to be compared
  effect(() => {
    const data = drafted.value;
    map.getSource<GeoJSONSource>("drafted")?.setData(data);
  });
  effect(() => {
    const { zoom, lat, lon } = place.value;
    const at = map.getCenter();
    const moved = Math.abs(at.lng - lon) > 5e-6 || Math.abs(at.lat - lat) > 5e-6 || Math.abs(map.getZoom() - zoom) > 5e-3;
    if (moved) map.jumpTo({ center: [lon, lat], zoom });
  });
}

/** Map → state. */
function report(map: Engine): void {
  const settled = () => {
    const { lng, lat } = map.getCenter();
    const box = map.getBounds();
    place.value = { zoom: round(map.getZoom(), 2), lat: round(lat, 5), lon: round(lng, 5) };
    bounds.value = [box.getWest(), box.getSouth(), box.getEast(), box.getNorth()];
  };
  const passing = () => {
    const { lng, lat } = map.getCenter();
    centre.value = [lng, lat];
    bearing.value = map.getBearing();
  };
  map.on("moveend", settled);
  map.on("resize", settled);
  map.on("load", settled);
  map.on("move", passing);
  map.on("load", passing);
  // tiles that turn out to be unchanged draw no frame, and without a frame the engine never says that it is idle
  let waiting: ReturnType<typeof setInterval> | undefined;
  map.on("idle", () => {
    clearInterval(waiting);
    mapState.value = "idle";
  });
  map.on("dataloading", () => {
    if (mapState.peek() !== "idle") return;
    mapState.value = "busy";
    clearInterval(waiting);
    waiting = setInterval(() => map.loaded() && map.triggerRepaint(), 250);
  });
  map.on("movestart", () => (mapState.value = "busy"));
  map.on("webglcontextlost", () => (mapState.value = "lost"));
  map.on("webglcontextrestored", () => (mapState.value = "busy"));
}

/** Keeps the place of the selection in pixels, and brings it out from under the panels once when it is chosen. */
function pointOut(map: Engine): void {
  let middle: [number, number] | null = null;
  const place = () => {
    const at = middle && map.project(middle);
    markedAt.value = at ? { x: at.x, y: at.y } : null;
  };
  map.on("move", place);
  map.on("resize", place);
  effect(() => {
    middle = marked.value && middleOf(marked.value);
    place();
    if (middle) requestAnimationFrame(() => bringOut(map));
  });
}

function bringOut(map: Engine): void {
  const at = markedAt.peek();
  if (!at || map.isMoving()) return;
  const box = map.getCanvas().getBoundingClientRect();
  const over = [...document.querySelectorAll(".right.open, .dock")].map((panel) => panel.getBoundingClientRect());
  const foot = Math.min(box.height, ...over.filter((o) => o.height && o.left < box.right && o.right > box.left + 1).map((o) => o.top - box.top));
  const [x, y] = [box.width / 2, foot / 2];
  const seen = at.x > 40 && at.x < box.width - 64 && at.y > 60 && at.y < foot - 36;
  if (!seen && foot > 120) map.panBy([at.x - x, at.y - y], { duration: 350 });
}

const round = (value: number, digits: number) => Math.round(value * 10 ** digits) / 10 ** digits;
