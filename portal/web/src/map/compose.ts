// The MapLibre style of a moment, as a pure function of what is shown: the same picture always gives the same style,
// and the map is told only of the difference.
import type { LayerSpecification, SourceSpecification, StyleSpecification } from "maplibre-gl";
import type { Catalogue, Lang, Layer, Theme } from "../api/catalogue";
import { address } from "../api/http";
import type { Laid } from "./laid";
import type { Overlay } from "./marks";

export interface Picture {
  catalogue: Catalogue;
  theme: Theme;
  lang: Lang;
  shown: Readonly<Record<string, number>>;
  /** What a layer is held to, as CQL2 text, and the period as the API's `datetime`. */
  filter: (layer: Layer) => string;
  datetime: (layer: Layer) => string | null;
  /** How much stronger heat is drawn, because only a part of the layer is left. */
  warmth: Readonly<Record<string, number>>;
  edits: Readonly<Record<string, number>>;
  marked: GeoJSON.Geometry | null;
  /** The area that things are held to; what lies outside steps back. */
  enclosed: GeoJSON.Geometry | null;
  drawn: GeoJSON.FeatureCollection;
  /** Empty where nobody edits. */
  drafted?: GeoJSON.FeatureCollection;
  /** What a workspace shows of its own, and what steps aside for it. */
  laid?: Laid | null;
  /** What the open workspace adds. */
  overlay?: Overlay | null;
  colour: (token: string, theme: Theme) => string;
  origin: string;
}

/** The layers of the ground come in one tile; so many the server gives at once. */
const GROUND = "ground";
const MOST = 12;
/** Beyond this zoom a tile is drawn larger instead of asked for: its units are 7 cm wide by then. */
const DEEPEST = 17;

export function compose(picture: Picture): StyleSpecification {
  const { catalogue, theme, shown, colour } = picture;
  const sources: Record<string, SourceSpecification> = {};
  const ground = groundOf(catalogue);
  if (ground.some((layer) => layer.id in shown)) sources[GROUND] = tiles(ground, picture);
  const on = catalogue.layers.filter((layer) => layer.id in shown);
  for (const layer of on) if (!ground.includes(layer)) sources[layer.id] = layer.kind === "raster" ? raster(layer, picture) : tiles([layer], picture);

  const layers: LayerSpecification[] = [{ id: "land", type: "background", paint: { "background-color": colour("land", theme) } }];
  const base = catalogue.raster_base;
  if (base) {
    sources["raster-base"] = { type: "raster", tileSize: 256, tiles: typeof base === "string" ? [base] : [...base.tiles] };
    layers.push({ id: "raster-base", type: "raster", source: "raster-base" });
  }
  const drawn = [...on].reverse().flatMap((layer) => stays(layer.style[theme], layer, picture).map((style) => dressed(style, layer, ground.includes(layer), picture)));
  layers.push(...drawn.sort((a, b) => tier(a) - tier(b)));
  if (picture.laid) {
    Object.assign(sources, picture.laid.sources);
    const above = layers.findIndex((style) => tier(style) >= 20);
    layers.splice(above < 0 ? layers.length : above, 0, ...picture.laid.layers);
  }
  sources.marked = { type: "geojson", data: { type: "FeatureCollection", features: picture.marked ? [{ type: "Feature", properties: {}, geometry: picture.marked }] : [] } };
  if (picture.enclosed) {
    sources.enclosed = { type: "geojson", data: { type: "Feature", properties: {}, geometry: picture.enclosed } };
    sources.outside = { type: "geojson", data: { type: "Feature", properties: {}, geometry: outsideOf(picture.enclosed) } };
    layers.push(
      { id: "outside", type: "fill", source: "outside", paint: { "fill-color": colour("land", theme), "fill-opacity": 0.5, "fill-antialias": false } },
      { id: "enclosed-halo", type: "line", source: "enclosed", layout: { "line-join": "round" }, paint: { "line-color": colour("halo", theme), "line-width": 6 } },
      { id: "enclosed", type: "line", source: "enclosed", layout: { "line-join": "round" }, paint: { "line-color": colour("accent", theme), "line-width": 2.4, "line-dasharray": [3, 1.6] } },
    );
  }
  if (picture.overlay) {
    Object.assign(sources, picture.overlay.sources);
    layers.push(...picture.overlay.layers);
  }
  sources.drawn = { type: "geojson", data: picture.drawn };
  if (picture.drafted) {
    sources.drafted = { type: "geojson", data: picture.drafted };
    return { version: 8, sources, layers: [...layers, ...marks(theme, colour), ...draft(theme, colour)] };
  }
  return { version: 8, sources, layers: [...layers, ...marks(theme, colour)] };
}

/** What is on the ground at first visit and never filtered: one source, one request a tile. */
function groundOf(catalogue: Catalogue): Layer[] {
  return catalogue.layers.filter((layer) => layer.group === "base" && layer.visible && layer.kind === "vector" && !layer.time).slice(0, MOST);
}

function tiles(layers: readonly Layer[], picture: Picture): SourceSpecification {
  const [only] = layers.length === 1 ? layers : [];
  const edits = layers.reduce((sum, layer) => sum + (picture.edits[layer.id] ?? 0), 0);
  const asked = {
    datetime: only ? picture.datetime(only) : null,
    filter: only ? picture.filter(only) : null,
    fields: only?.asked?.join(",") ?? null,
    v: edits || null,
  };
  const path = `${picture.origin}/tiles/${layers.map((layer) => layer.id).join(",")}/{z}/{x}/{y}.mvt`;
  return {
    type: "vector",
    tiles: [address(path, asked)],
    minzoom: Math.min(...layers.map((layer) => layer.zoom[0])),
    maxzoom: Math.min(DEEPEST, Math.max(...layers.map((layer) => layer.zoom[1]))),
  };
}

function raster(layer: Layer, picture: Picture): SourceSpecification {
  const path = `${picture.origin}/tiles/${layer.id}/{z}/{x}/{y}.png`;
  const asked = { datetime: picture.datetime(layer), theme: picture.theme, v: picture.edits[layer.id] ?? null };
  return { type: "raster", tiles: [address(path, asked)], tileSize: 256, minzoom: layer.zoom[0], maxzoom: Math.min(DEEPEST, layer.zoom[1]) };
}

/** What is drawn of a layer: only its names where a workspace shows something else in its place. */
function stays(styles: readonly LayerSpecification[], layer: Layer, { laid }: Picture): readonly LayerSpecification[] {
  return laid?.instead.has(layer.id) ? styles.filter((style) => style.type === "symbol" && !style.layout?.["icon-image"]) : styles;
}

const WORLD = [[-180, -85], [180, -85], [180, 85], [-180, 85], [-180, -85]];

/** The world without a shape. */
export function outsideOf(shape: GeoJSON.Geometry): GeoJSON.Polygon {
  const parts = shape.type === "Polygon" ? [shape.coordinates] : shape.type === "MultiPolygon" ? shape.coordinates : [];
  return { type: "Polygon", coordinates: [WORLD, ...parts.map((rings) => rings[0]!)] };
}

function tier(style: LayerSpecification): number {
  return Number((style.metadata as { tier?: number } | undefined)?.tier ?? 0);
}

type Loose = Record<string, unknown>;

function dressed(style: LayerSpecification, layer: Layer, ground: boolean, picture: Picture): LayerSpecification {
  const out: Loose = { ...style };
  if (ground) out.source = GROUND;
  const opacity = (picture.shown[layer.id] ?? 100) / 100;
  if (opacity < 1) out.paint = faded(style.type, (style as { paint?: Loose }).paint ?? {}, opacity);
  const warm = picture.warmth[layer.id] ?? 1;
  if (style.type === "heatmap" && warm > 1) {
    const paint = (out.paint ?? {}) as Loose;
    out.paint = { ...paint, "heatmap-intensity": times(paint["heatmap-intensity"] ?? 1, warm) };
  }
  const layout = (style as { layout?: Loose }).layout;
  if (picture.lang === "en" && layout?.["text-field"]) {
    out.layout = { ...layout, "text-field": english(layout["text-field"], layer) };
  }
  return out as unknown as LayerSpecification;
}

/** `["get", "name"]` → the English name where there is one. */
function english(text: unknown, layer: Layer): unknown {
  if (!Array.isArray(text) || text[0] !== "get") return text;
  const name = `${text[1]}_en`;
  const has = layer.fields.some((field) => field.name === name && field.tile);
  return has ? ["case", ["!=", ["coalesce", ["get", name], ""], ""], ["get", name], text] : text;
}

const OPACITIES: Readonly<Record<string, readonly string[]>> = {
  circle: ["circle-opacity", "circle-stroke-opacity"],
  symbol: ["icon-opacity", "text-opacity"],
  line: ["line-opacity"],
  fill: ["fill-opacity"],
  heatmap: ["heatmap-opacity"],
  raster: ["raster-opacity"],
};

function faded(type: string, paint: Loose, share: number): Loose {
  return { ...paint, ...Object.fromEntries((OPACITIES[type] ?? []).map((name) => [name, times(paint[name] ?? 1, share)])) };
}

/** An opacity times a share; the outputs of a curve over zoom are what is multiplied, since zoom must stay outermost. */
export function times(value: unknown, share: number): unknown {
  if (typeof value === "number") return Math.round(value * share * 1000) / 1000;
  if (!Array.isArray(value)) return value;
  if (value[0] === "interpolate") return value.map((part, i) => (i >= 4 && i % 2 === 0 ? times(part, share) : part));
  if (value[0] === "step") return value.map((part, i) => (i >= 2 && i % 2 === 0 ? times(part, share) : part));
  return ["*", value, share];
}

/** The selection and what is being measured: above everything. */
function marks(theme: Theme, colour: Picture["colour"]): LayerSpecification[] {
  const ink = colour("selection", theme);
  const halo = colour("halo", theme);
  const points: Loose = { source: "marked", filter: ["==", ["geometry-type"], "Point"] };
  const shapes: Loose = { source: "marked", filter: ["!=", ["geometry-type"], "Point"] };
  const round = { "line-cap": "round", "line-join": "round" };
  return [
    { id: "marked-halo", type: "line", ...shapes, layout: round, paint: { "line-color": halo, "line-width": 9, "line-opacity": 0.9 } },
    { id: "marked-line", type: "line", ...shapes, layout: round, paint: { "line-color": ink, "line-width": 3 } },
    { id: "marked-outer", type: "circle", ...points, paint: { "circle-radius": 19, "circle-opacity": 0, "circle-stroke-color": halo, "circle-stroke-width": 6 } },
    { id: "marked-ring", type: "circle", ...points, paint: { "circle-radius": 19, "circle-opacity": 0, "circle-stroke-color": ink, "circle-stroke-width": 2.4 } },
    { id: "drawn-halo", type: "line", source: "drawn", layout: round, paint: { "line-color": halo, "line-width": 6 } },
    { id: "drawn-line", type: "line", source: "drawn", layout: round, paint: { "line-color": colour("accent", theme), "line-width": 2.6 } },
    { id: "drawn-point", type: "circle", source: "drawn", filter: ["==", ["geometry-type"], "Point"], paint: { "circle-radius": 4.5, "circle-color": halo, "circle-stroke-color": colour("accent", theme), "circle-stroke-width": 2.4 } },
  ] as unknown as LayerSpecification[];
}

/** What is under the hand: the shape, what waits for the server, the two sides of a conflict, then the corners. */
function draft(theme: Theme, colour: Picture["colour"]): LayerSpecification[] {
  const [accent, halo, mine, theirs] = (["accent", "halo", "a2", "camera"] as const).map((token) => colour(token, theme)) as [string, string, string, string];
  const role = (...roles: string[]): unknown => ["in", ["get", "role"], ["literal", roles]];
  const ink = ["match", ["get", "role"], "theirs", theirs, "waiting", mine, accent];
  const solid = ["shape", "mine", "theirs", "sketch"];
  const round = { "line-cap": "round", "line-join": "round" };
  const is = (kind: string, ...roles: string[]): unknown => ["all", ["==", ["geometry-type"], kind], role(...roles)];
  return [
    { id: "draft-fill", type: "fill", source: "drafted", filter: is("Polygon", "shape", "mine", "theirs"), paint: { "fill-color": ink, "fill-opacity": 0.16 } },
    { id: "draft-halo", type: "line", source: "drafted", filter: role(...solid, "waiting"), layout: round, paint: { "line-color": halo, "line-width": 6 } },
    { id: "draft-line", type: "line", source: "drafted", filter: role(...solid), layout: round, paint: { "line-color": ink, "line-width": 2.6 } },
    { id: "draft-waiting", type: "line", source: "drafted", filter: role("waiting"), paint: { "line-color": mine, "line-width": 2.6, "line-dasharray": [2, 1.6] } },
    { id: "draft-place", type: "circle", source: "drafted", filter: is("Point", "mine", "theirs", "waiting"), paint: { "circle-radius": 9, "circle-color": ink, "circle-stroke-color": halo, "circle-stroke-width": 3 } },
    { id: "draft-middle", type: "circle", source: "drafted", filter: role("middle"), paint: { "circle-radius": 4, "circle-color": halo, "circle-opacity": 0.85, "circle-stroke-color": accent, "circle-stroke-width": 1.4 } },
    { id: "draft-corner", type: "circle", source: "drafted", filter: role("corner"), paint: { "circle-radius": 6, "circle-color": halo, "circle-stroke-color": accent, "circle-stroke-width": 2.6 } },
    { id: "draft-chosen", type: "circle", source: "drafted", filter: role("chosen"), paint: { "circle-radius": 9, "circle-color": accent, "circle-stroke-color": halo, "circle-stroke-width": 3 } },
    { id: "draft-snap", type: "circle", source: "drafted", filter: role("snap"), paint: { "circle-radius": 13, "circle-opacity": 0, "circle-stroke-color": theirs, "circle-stroke-width": 2.4 } },
  ] as unknown as LayerSpecification[];
}
