// What the portal itself draws on the map: the ring around the selection, and the line of a measurement.
import { signal } from "../state/store";

export const marked = signal<GeoJSON.Geometry | null>(null);

export const NOTHING: GeoJSON.FeatureCollection = { type: "FeatureCollection", features: [] };
export const drawn = signal<GeoJSON.FeatureCollection>(NOTHING);
