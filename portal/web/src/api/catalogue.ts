// What the server says about itself, its layers and who is looking: the seam between the registry and the portal.
import type { LayerSpecification } from "maplibre-gl";

export type Lang = "zh" | "en";
export type Theme = "light" | "dark";
export type Words = Readonly<Record<Lang, string>>;
export type Value = string | number | boolean;
export type Bounds = readonly [west: number, south: number, east: number, north: number];

export interface Field {
  name: string;
  title: Words;
  description?: Words | null;
  type: "string" | "integer" | "number" | "boolean" | "date" | "datetime" | "json";
  unit: string | null;
  codes: readonly { value: Value; label: Words }[] | null;
  of?: string | null;
  filter: boolean;
  popup: boolean;
  tile: boolean;
  /** Whether the layer can be coloured by it. */
  tint?: boolean;
}

export interface LegendEntry {
  label: Words;
  icon?: string;
  line?: { color: string; width: number; style: "solid" | "dash" | "double" };
  fill?: string;
  outline?: string | null;
  opacity?: number;
  ramp?: readonly string[];
  breaks?: readonly number[];
  low?: Words;
  high?: Words;
  filter?: { field: string; value: Value };
}

export interface Layer {
  id: string;
  theme: string;
  group: string;
  title: Words;
  description: Words;
  kind: "vector" | "raster";
  geometry: "point" | "line" | "polygon" | null;
  zoom: readonly [number, number];
  visible: boolean;
  tilejson: string;
  items: string | null;
  page: string;
  time: string | null;
  label: string | null;
  fields: readonly Field[];
  legend: readonly LegendEntry[];
  style: Readonly<Record<Theme, readonly LayerSpecification[]>>;
  attribution: Words;
  licence: string;
  editable: boolean;
  /** Whether what its features were before is kept. */
  kept?: boolean;
  /** The layer whose features these are, seen another way: rows with the same ids. */
  about?: string | null;
  /** What happens round about its features, by which a list of them can be ordered. */
  nearby?: { of: string; metres: number; title: Words; weight: string | null; split: string | null } | null;
  /** Lists that are opened by one press. */
  questions?: readonly { id: string; title: Words; filter: string }[];
  /** Of a surface that was judged: how good its newest was. */
  scores?: object | null;
  /** What its tiles are asked for where that is more than usual, and the values that share one colour. */
  asked?: readonly string[];
  rest?: readonly Value[];
}

export interface Catalogue {
  version: string;
  product: Words;
  city: {
    name: Words;
    council: Words;
    attribution?: Words;
    center: readonly [number, number];
    zoom: number;
    bounds: Bounds;
    zone?: string;
  };
  viewer: {
    name: string | null;
    clearance: string;
    roles: readonly string[];
    csrf: string;
    account?: string | null;
    titles?: readonly Words[];
    level?: Words;
    held_back?: boolean;
  };
  groups: readonly { id: string; title: Words }[];
  layers: readonly Layer[];
  raster_base?: string | { tiles: readonly string[]; attribution: string } | null;
}

/** The catalogue that the page was served with. */
export function boot(): Catalogue {
  const text = document.getElementById("boot")?.textContent;
  if (!text) throw new Error("The page holds no catalogue.");
  return JSON.parse(text) as Catalogue;
}

/** The values of a legend that can be switched, by field, in legend order. */
export function classesOf(layer: Layer): { field: string; entries: LegendEntry[] } | null {
  const entries = layer.legend.filter((entry) => entry.filter);
  const field = entries[0]?.filter?.field;
  return field ? { field, entries: entries.filter((entry) => entry.filter?.field === field) } : null;
}
