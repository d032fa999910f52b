// What the portal itself draws on the map: the ring around the selection, and the line of a measurement.
import type { LayerSpecification, SourceSpecification } from "maplibre-gl";
import { signal } from "../state/store";

export const marked = signal<GeoJSON.Geometry | null>(null);

/** What the marked thing is called. */
export const markedName = signal("");

/** The middle of a geometry's box, good enough to point at. */
export function middleOf(geometry: GeoJSON.Geometry): [lon: number, lat: number] | null {
  if (geometry.type === "GeometryCollection") return null;
  const flat = [geometry.coordinates].flat(4) as number[];
  const lons = flat.filter((_, i) => i % 2 === 0);
  const lats = flat.filter((_, i) => i % 2 === 1);
  if (!lons.length) return null;
  return [(Math.min(...lons) + Math.max(...lons)) / 2, (Math.min(...lats) + Math.max(...lats)) / 2];
}

export const NOTHING: GeoJSON.FeatureCollection = { type: "FeatureCollection", features: [] };
export const drawn = signal<GeoJSON.FeatureCollection>(NOTHING);
/** What is being edited, its corners and what is compared with it; each feature says its `role`. */
export const drafted = signal<GeoJSON.FeatureCollection>(NOTHING);

/** What the open workspace draws above the layers and below the marks; names of its sources and layers are its own. */
export interface Overlay {
  sources: Readonly<Record<string, SourceSpecification>>;
  layers: readonly LayerSpecification[];
}
export const overlay = signal<Overlay | null>(null);
