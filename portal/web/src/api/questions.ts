// What is asked of a layer: counts by time and class, one feature, a page of features, names.
import type { Bounds, Layer, Lang, Value } from "./catalogue";
import { getJson } from "./http";

export type Cell = readonly (Value | null)[];
export interface Summary {
  total: number;
  by: Readonly<Record<string, readonly Cell[]>>;
}
export interface Asked {
  by?: readonly string[];
  bbox?: Bounds | null;
  datetime?: string | null;
  filter?: string | null;
}
export interface Feature {
  type: "Feature";
  id: number | string;
  geometry: GeoJSON.Geometry | null;
  properties: Readonly<Record<string, unknown>>;
}
export interface Found {
  title: string;
  subtitle: string;
  layer: string | null;
  id: number | null;
  center: [number, number];
  zoom: number;
}

const box = (bounds: Bounds | null | undefined) => bounds?.map((v) => v.toFixed(6)).join(",");

export function summary(layer: Layer, asked: Asked, abort?: AbortSignal): Promise<Summary> {
  const { by, bbox, datetime, filter } = asked;
  return getJson(`/api/layers/${layer.id}/summary`, { by, bbox: box(bbox), datetime, filter }, abort);
}

export function feature(layer: Layer, id: number | string, abort?: AbortSignal): Promise<Feature> {
  return getJson(`${layer.items}/${encodeURIComponent(id)}`, { f: "json" }, abort);
}

export async function features(layer: Layer, asked: Asked & { limit: number; sortby?: string; skipGeometry?: boolean }, abort?: AbortSignal): Promise<Feature[]> {
  const { bbox, datetime, filter, limit, sortby } = asked;
  const skipGeometry = asked.skipGeometry ? "true" : null;
  const page = await getJson<{ features: Feature[] }>(layer.items!, { f: "json", bbox: box(bbox), datetime, filter, limit, sortby, skipGeometry }, abort);
  return page.features;
}

export async function search(text: string, lang: Lang, abort?: AbortSignal): Promise<Found[]> {
  const { results } = await getJson<{ results: Found[] }>("/api/search", { q: text, lang }, abort);
  return results;
}
