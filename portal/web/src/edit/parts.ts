// One feature as several, and two as one: the database cuts and joins, and what comes of it is one edit.
import { sendJson } from "../api/http";
import { features } from "../api/questions";
import type { Bounds } from "../api/catalogue";
import { both } from "../i18n/t";
import { catalogue, layerOf } from "../state/portal";
import { batch, signal } from "../state/store";
import { nameOf } from "../ui/values";
import { close, editable, title, writable, type Draft } from "./draft";
import { cutting, mode, sketch, stopCut } from "./hand";
import { corners, type At, type Shape } from "./shape";
import { commit } from "./work";

export interface Other {
  id: number;
  name: string;
}
export const joinable = signal<readonly Other[] | null>(null);
export const trouble = signal("");

/** The next line that is drawn cuts. */
export function cutAway(one: Draft): void {
  batch(() => {
    trouble.value = "";
    sketch.value = [];
    cutting.value = (line) => void cut(one, line);
    mode.value = "cut";
  });
}

async function cut(one: Draft, line: readonly At[]): Promise<void> {
  stopCut();
  try {
    const body = { geometry: one.geometry, line: { type: "LineString", coordinates: line } };
    const { parts } = await sendJson<{ parts: Shape[] }>("POST", "/api/geometry/split", body, catalogue.viewer.csrf);
    const properties = writable(one.layer, one.properties);
    commit(one.layer, both("edit.said.split", { what: title(one) }), [
      { ref: one.ref, before: { geometry: one.geometry }, after: { geometry: parts[0]! } },
      ...parts.slice(1).map((geometry) => ({ ref: `new-${crypto.randomUUID()}`, before: null, after: { geometry, properties } })),
    ]);
    close();
  } catch (why) {
    trouble.value = why instanceof Error ? why.message : String(why);
  }
}

/** Features of the same layer around this one. */
export function neighbours(one: Draft): void {
  const layer = layerOf(one.layer)!;
  const all = corners(one.geometry!);
  const [lons, lats] = [all.map((c) => c.at[0]), all.map((c) => c.at[1])];
  const little = 2e-5;
  const bbox: Bounds = [Math.min(...lons) - little, Math.min(...lats) - little, Math.max(...lons) + little, Math.max(...lats) + little];
  joinable.value = null;
  trouble.value = "";
  void features(layer, { bbox, limit: 50, skipGeometry: true }).then(
    (rows) => (joinable.value = rows.filter((row) => row.id !== one.id).map((row) => ({ id: Number(row.id), name: nameOf(layer, row.id, row.properties) }))),
    () => (joinable.value = []),
  );
}

export async function joinWith(one: Draft, other: Other): Promise<void> {
  trouble.value = "";
  try {
    const [row] = await editable(one.layer, [other.id]);
    if (!row) return;
    const taken = row.feature;
    const { geometry } = await sendJson<{ geometry: Shape }>("POST", "/api/geometry/join", { geometries: [one.geometry, taken.geometry] }, catalogue.viewer.csrf);
    commit(one.layer, both("edit.said.joined", { what: title(one) }), [
      { ref: one.ref, before: { geometry: one.geometry }, after: { geometry } },
      { ref: String(other.id), before: { geometry: taken.geometry, properties: writable(one.layer, taken.properties) }, after: null },
    ]);
    close();
  } catch (why) {
    trouble.value = why instanceof Error ? why.message : String(why);
  }
}
