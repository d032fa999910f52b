// What the server knows of its surfaces: which there are, for which days, and how good each was.
import type { Layer, Words } from "../api/catalogue";
import { getJson } from "../api/http";
import { datetimeOf } from "../state/portal";
import { signal } from "../state/store";

export interface Figures {
  share: number;
  hit_rate: number;
  low: number;
  high: number;
  pai: number;
  pei: number;
}
export interface Scores {
  /** Judged by what came after it, or by a map of its kind made earlier; none where there was too little. */
  kind: "outcome" | "trial" | "none";
  from: string;
  to: string;
  events: number;
  few: boolean;
  verdict: string;
  sentence: Words;
  maps: { surface?: readonly Figures[]; last_year?: readonly Figures[] };
}
export interface Made {
  start: string;
  end: string;
  scores: Scores | null;
}
export interface Listed {
  layer: string;
  title: Words;
  theme: string;
  theme_title: Words;
  method: string;
  method_title: Words;
  runs: readonly Made[];
}
export interface Here {
  value: number | null;
  unit: string | null;
  top: number | null;
}

export const listed = signal<readonly Listed[] | "failed" | null>(null);
let asked = false;

export function learn(): void {
  if (asked) return;
  asked = true;
  getJson<Listed[]>("/api/hotspots/surfaces").then(
    (found) => (listed.value = found),
    () => {
      asked = false;
      listed.value = "failed";
    },
  );
}

/** The surface that tiles are drawn from: the newest, or the newest that is in force in the time asked for. */
export function inForce(layer: Layer): Made | null {
  const all = Array.isArray(listed.value) ? (listed.value as readonly Listed[]).find((one) => one.layer === layer.id)?.runs : undefined;
  if (!all) return null;
  const asked = datetimeOf(layer);
  if (!asked) return all.at(-1) ?? null;
  const [from, to = from] = asked.split("/") as [string, string?];
  return all.filter((one) => one.start <= to && one.end >= from).at(-1) ?? null;
}

export function here(layer: Layer, [lon, lat]: readonly [number, number], abort?: AbortSignal): Promise<Here> {
  return getJson(`/api/hotspots/surfaces/${layer.id}/here`, { lon, lat, datetime: datetimeOf(layer) }, abort);
}
