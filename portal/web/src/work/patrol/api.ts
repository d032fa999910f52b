// What the server knows of patrol, in the shapes that it answers with. Failures are Problems with its sentence.
import { getJson, Problem } from "../../api/http";
import { catalogue } from "../../state/portal";

export type Place = readonly [lon: number, lat: number];
export interface Stop {
  id: number;
  /** A box by its number, a hot spot by minus its number, a place to pass from -1001 downwards. */
  stop: number;
  name: string;
  lon: number;
  lat: number;
  at: string;
  opens: string | null;
  closes: string | null;
  minutes: number;
  must: boolean;
  locked: boolean;
  prize: number;
  via: boolean;
}
export interface Unit {
  order: number;
  name: string;
  officers: readonly string[];
  mode: string;
  begin: string;
  finish: string;
  back: string | null;
  km: number;
  line: GeoJSON.LineString | null;
  stops: readonly Stop[];
}
export interface Via {
  id: number;
  unit: number;
  lon: number;
  lat: number;
}
export interface Head {
  id: number;
  series: string;
  version: number;
  name: string;
  station: number;
  begin: string;
  finish: string;
  status: "making" | "draft" | "failed" | "published" | "replaced";
  progress: number;
  message: string;
  figures: { value?: number; minutes?: number; km?: number; stops?: number; coverage?: number; coverage_before?: number; fairness?: number };
  blocked: readonly { stop: number; name: string; rule: string; zh: string; en: string; minutes: number | null }[];
}
export interface Plan extends Head {
  units: readonly Unit[];
  asked: { via?: readonly Via[]; without?: readonly number[] };
  morning: readonly (readonly number[])[] | null;
}
export interface Station {
  id: number;
  name: string;
  lon: number;
  lat: number;
}
export interface Candidate {
  stop: number;
  name: string;
  lon: number;
  lat: number;
  prize: number;
  unit: number;
  minutes: number;
  fits: boolean;
}
interface Seen {
  share: number;
  spots: number;
}
export interface Coverage {
  before: Seen;
  after: Seen;
  spots: number;
  cells: GeoJSON.FeatureCollection;
  lines: readonly (readonly Place[])[];
}
export interface Other {
  order: number;
  share: number;
  loss: number;
  overlap: number;
  routes: readonly (readonly number[])[];
}
export interface Edit {
  order: readonly (readonly number[])[];
  pinned?: readonly (readonly number[])[];
  without?: readonly number[];
  add?: readonly number[];
  via?: readonly Via[];
  fill: boolean;
}
export interface NewPlan {
  station: number;
  name: string;
  begin: string;
  finish: string;
  units: readonly { name: string; officers: readonly string[]; mode: string }[];
  spots: number;
  seconds: number;
}
export interface Finding {
  verdict: string;
  rule: string;
  zh: string;
  en: string;
}
export interface Unsigned {
  at: string;
  since: string;
  boxes: readonly { id: number; key: string; name: string; lon: number; lat: number; latest: string | null; tried: boolean; due: string | null }[];
  failed: readonly { id: number; box: number | null; key: string; name: string; at: string; judgement: string; lon: number | null; lat: number | null; findings: readonly Finding[] }[];
}
export interface SignIn {
  id: number;
  at: string;
  judgement: string;
  level: number;
  how: string;
  findings: readonly Finding[];
  box: { id: number; key: string; name: string };
  officer: string | null;
  lon: number;
  lat: number;
}
export interface Presence {
  share: number;
  days: number;
  spots: readonly { spot: number; lon: number; lat: number; weight: number; visits: number }[];
}
export interface Car {
  id: number;
  key: string;
  name: string;
  status: string;
  at: string;
  lon: number;
  lat: number;
  minutes: number | null;
  metres: number;
}
/** A car or a unit where it last was, as the live line tells it: epoch seconds, heading. */
export interface Moved {
  id: string;
  n: string;
  x: number;
  y: number;
  t: number;
  h: number | null;
}
export interface Track {
  unit: number;
  name: string;
  fixes: number;
  km_planned: number;
  km: number;
  share: number | null;
  lines: readonly (readonly Place[])[];
  stops: readonly { stop: number; name: string; planned: string; at: string | null; state: "signed" | "late" | "passed" | "missed" | "ahead"; lon: number; lat: number }[];
  count: Record<"signed" | "late" | "passed" | "missed" | "ahead", number>;
}
export interface Arrivals {
  calls: number;
  within: number;
  limit: number;
  median: number | null;
  hours: readonly { hour: number; calls: number; within: number }[];
  slow: readonly { id: number; at: string; minutes: number; lon: number; lat: number; zh: string; en: string }[];
}
export interface Fault {
  id: number;
  box: { id: number; key: string; name: string };
  word: string;
  text: string;
  at: string;
  by: string;
  photo: boolean;
}

const BASE = "/api/patrol";

export const read = <T>(path: string, asked: Record<string, string | number | null | undefined> = {}): Promise<T> => getJson<T>(`${BASE}/${path}`, asked);

export async function send<T>(path: string, body: unknown): Promise<T> {
  const response = await fetch(`${BASE}/${path}`, {
    method: "POST",
    headers: { "content-type": "application/json", "x-csrftoken": catalogue.viewer.csrf },
    body: JSON.stringify(body),
  });
  const said = (await response.json().catch(() => ({}))) as T & { detail?: unknown };
  if (!response.ok) throw new Problem(response.status, typeof said.detail === "string" ? said.detail : response.statusText);
  return said;
}
