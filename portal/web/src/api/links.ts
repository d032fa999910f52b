// The addresses under which other programs find what one sees: items and files of a layer as it is filtered, its
// tiles, its style, and the map in a frame. Pure functions, so that what is copied is what is tested.
import type { Bounds, Layer } from "./catalogue";
import { address } from "./http";

export interface Wanted {
  layer: Layer;
  filter: string;
  datetime: string | null;
  bbox: Bounds | null;
}

export const FORMATS = [
  { id: "geojson", name: "GeoJSON", crs: false },
  { id: "jsonfg", name: "JSON-FG", crs: true },
  { id: "csv", name: "CSV", crs: true },
  { id: "gpkg", name: "GeoPackage", crs: true },
  { id: "shp", name: "Shapefile", crs: true },
  { id: "fgb", name: "FlatGeobuf", crs: true },
  { id: "parquet", name: "GeoParquet", crs: true },
  { id: "kml", name: "KML", crs: false },
] as const;
export type Format = (typeof FORMATS)[number];

/** Systems of coordinates that a file may be in; the first is WGS 84, which every format knows. */
export const SYSTEMS = [
  { epsg: 4326, name: "WGS 84" },
  { epsg: 3826, name: "TWD97 121" },
  { epsg: 3825, name: "TWD97 119" },
  { epsg: 3857, name: "Web Mercator" },
] as const;

const box = (bounds: Bounds | null) => bounds?.map((v) => v.toFixed(6)).join(",") ?? null;
const collection = (layer: Layer) => `/ogc/collections/${layer.id}`;

export function itemsUrl(origin: string, { layer, filter, datetime, bbox }: Wanted): string {
  return address(`${origin}${collection(layer)}/items`, { f: "json", bbox: box(bbox), datetime, filter });
}

/** WGS 84 is what is sent unasked, longitude first. */
export function downloadUrl({ layer, filter, datetime, bbox }: Wanted, format: Format, epsg: number): string {
  const crs = format.crs && epsg !== 4326 ? `http://www.opengis.net/def/crs/EPSG/0/${epsg}` : null;
  return address(`${collection(layer)}/download`, { f: format.id, bbox: box(bbox), datetime, filter, crs });
}

export function tilesUrl(origin: string, { layer, filter, datetime }: Wanted): string {
  return address(`${origin}/tiles/${layer.id}/{z}/{x}/{y}.${layer.kind === "raster" ? "png" : "mvt"}`, { datetime, filter });
}

export const styleUrl = (origin: string, layer: Layer, dark: boolean): string => `${origin}/styles/${layer.id}${dark ? "-dark" : ""}.json`;
export const pageOf = (layer: Layer): string => `${collection(layer)}?f=html`;

const plain = (text: string) => text.replaceAll("&", "&amp;").replaceAll('"', "&quot;").replaceAll("<", "&lt;");

/** The map as an element of another page: one script, however many maps. */
export function elementOf(origin: string, hash: string, title: string): string {
  return `<script src="${plain(origin)}/embed.js" async></script>\n<antu-map view="${plain(hash)}" label="${plain(title)}"></antu-map>`;
}

/** The map in a frame of another page. */
export function frameOf(origin: string, hash: string, title: string): string {
  return `<iframe src="${plain(`${origin}/embed${hash}`)}" title="${plain(title)}" width="800" height="600" loading="lazy"></iframe>`;
}
