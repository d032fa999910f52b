// The shape and the name of the chosen area: a drawn one is known, a feature's is asked of the server once.
import { Latest } from "../api/http";
import { feature } from "../api/questions";
import { area, layerOf } from "./portal";
import { effect, signal } from "./store";

export interface Enclosed {
  shape: GeoJSON.Geometry;
  /** What the feature says of itself; null for a shape that somebody drew. */
  properties: Readonly<Record<string, unknown>> | null;
}

export const enclosed = signal<Enclosed | null>(null);

export function enclose(): () => void {
  const latest = new Latest();
  return effect(() => {
    const now = area.value;
    latest.stop();
    if (!now) enclosed.value = null;
    else if ("ring" in now) {
      const ring = [...now.ring, now.ring[0]!].map((corner) => [...corner]);
      enclosed.value = { shape: { type: "Polygon", coordinates: [ring] }, properties: null };
    } else {
      const layer = layerOf(now.layer);
      enclosed.value = null;
      if (!layer?.items) return;
      void latest.ask(
        (abort) => feature(layer, now.id, abort),
        (found) => (enclosed.value = found.geometry && { shape: found.geometry, properties: found.properties }),
        () => (enclosed.value = null), // the filter holds all the same; only its outline is missing
      );
    }
  });
}
