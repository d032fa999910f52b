// What is near enough to snap to: the streets and the layer itself, as the server knows them, asked anew when one has
// gone on. Far out there is nothing, since nobody aims from there.
import type { Map as Engine } from "maplibre-gl";
import { catalogue, layerOf } from "../state/portal";
import { features } from "../api/questions";
import { effect } from "../state/store";
import type { Bounds, Layer } from "../api/catalogue";
import type { Draft } from "./draft";
import { targets, type Targets } from "./snap";

const FROM = 15.5;
const MOST = 400;

const street = (layer: Layer) => layer.theme === "streets" && layer.items !== null && (layer.geometry === "line" || layer.geometry === "polygon") && /road|block|section|surface/.test(layer.id);

/** Keeps the targets of what the map shows; returns how to stop. */
export function near(map: Engine, now: () => Draft | null, found: (targets: Targets) => void): () => void {
  let asked: Bounds | null = null;
  let of: string | undefined;
  let running: AbortController | undefined;
  const look = () => {
    const draft = now();
    const own = draft && layerOf(draft.layer);
    if (!own || map.getZoom() < FROM) return;
    const box = map.getBounds();
    const seen: Bounds = [box.getWest(), box.getSouth(), box.getEast(), box.getNorth()];
    if (asked && seen[0] >= asked[0] && seen[1] >= asked[1] && seen[2] <= asked[2] && seen[3] <= asked[3]) return;
    const [wide, high] = [(seen[2] - seen[0]) / 2, (seen[3] - seen[1]) / 2];
    const bbox: Bounds = (asked = [seen[0] - wide, seen[1] - high, seen[2] + wide, seen[3] + high]);
    running?.abort();
    const mine = (running = new AbortController());
    const layers = [...new Set([...catalogue.layers.filter(street), own])];
    void Promise.allSettled(layers.map((layer) => features(layer, { bbox, limit: MOST }, mine.signal).then((rows) => rows.filter((row) => layer !== own || row.id !== draft.id)))).then((all) => {
      if (mine.signal.aborted) return;
      const shapes = all.flatMap((one) => (one.status === "fulfilled" ? one.value : [])).flatMap((row) => row.geometry ?? []);
      found(targets(shapes));
      document.documentElement.dataset.snap = String(shapes.length);
    });
  };
  map.on("moveend", look);
  // the first time there is a draft, and when it is one of another layer
  const end = effect(() => {
    const layer = now()?.layer;
    if (layer !== of) asked = null;
    of = layer;
    look();
  });
  return () => {
    end();
    running?.abort();
    map.off("moveend", look);
    delete document.documentElement.dataset.snap;
  };
}
