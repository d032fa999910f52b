// Places in order of what happened there, as the server reckons it.
import type { Bounds, Layer } from "./catalogue";
import { getJson } from "./http";

export interface Place {
  id: number;
  name: string;
  name_en: string;
  count: number;
  weight: number | null;
  /** Value of the class → count. */
  parts: Readonly<Record<string, number>>;
  center: [number, number];
}
export interface Ranking {
  of: string;
  places: number;
  rows: readonly Place[];
}
export interface Ranked {
  of: string;
  by: "count" | "weight";
  weight: string | null;
  split: string | null;
  limit: number;
  bbox: Bounds | null;
  datetime: string | null;
  filter: string;
}

export function ranking(layer: Layer, { bbox, ...asked }: Ranked, abort?: AbortSignal): Promise<Ranking> {
  return getJson(`/api/layers/${layer.id}/ranking`, { ...asked, bbox: bbox?.map((v) => v.toFixed(6)).join(",") }, abort);
}

export interface Near {
  limit: number;
  bbox: Bounds | null;
  datetime: string | null;
  filter: string;
  other_datetime: string | null;
  other_filter: string;
}

/** A layer's own features, by what happens near them. */
export function nearby(layer: Layer, { bbox, ...asked }: Near, abort?: AbortSignal): Promise<Ranking> {
  return getJson(`/api/layers/${layer.id}/nearby`, { ...asked, bbox: bbox?.map((v) => v.toFixed(6)).join(",") }, abort);
}

/** The ways that lead from a layer to a place with a name: its own references, and one step on from these. */
export function waysOf(layer: Layer, layerOf: (id: string) => Layer | undefined, wanted: readonly string[]): { of: string; to: Layer }[] {
  const ways = layer.fields.flatMap((field) => {
    const to = field.of ? layerOf(field.of) : undefined;
    if (!to) return [];
    const further = to.fields.flatMap((next) => {
      const beyond = next.of ? layerOf(next.of) : undefined;
      return beyond ? [{ of: `${field.name}.${next.name}`, to: beyond }] : [];
    });
    return [{ of: field.name, to }, ...further];
  });
  // the shortest way to each, in the order in which they are wanted
  return wanted.flatMap((id) => ways.filter((way) => way.to.id === id).sort((a, b) => a.of.split(".").length - b.of.split(".").length).slice(0, 1));
}
