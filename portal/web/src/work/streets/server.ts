// What the workspace asks `/api/streets`, and what it is told when a write is refused.
import { getJson, reachable } from "../../api/http";
import type { Words } from "../../api/catalogue";
import { catalogue } from "../../state/portal";
import type { Street } from "./model";

const BASE = "/api/streets";

export interface Piece<P = Record<string, unknown>> {
  object: string;
  etag: string;
  params: P;
  valid_from: string;
  valid_to: string | null;
  changeset: number;
  state: "reported" | "accepted";
  confirmed_at: string | null;
}
export interface Rule extends Words {
  rule: string;
  severity: "error" | "warning";
  object: string;
  at: [number, number] | null;
}
export interface Conflict {
  path: string;
  base: unknown;
  mine: unknown;
  theirs: unknown;
}
export interface Both {
  object: string;
  etag: string | null;
  base: Record<string, unknown> | null;
  mine: Record<string, unknown> | null;
  theirs: Record<string, unknown> | null;
  proposal: Record<string, unknown> | null;
  conflicts: Conflict[];
}
export interface Difference extends Words {
  path: string;
}
export interface Changeset {
  id: number;
  at: string;
  valid_from: string;
  who: string | null;
  unit: string;
  method: string;
  accuracy: number | null;
  note: string;
  kind: string;
  state: "reported" | "accepted";
}
export interface Entry {
  etag: string;
  changeset: Changeset;
  valid_from: string;
  valid_to: string | null;
  known_from: string;
  known_to: string | null;
  changes: Difference[];
}
export interface History {
  versions: Entry[];
  confirmations: { at: string; unit: string; who?: string; note?: string }[];
}
export interface Done {
  changeset: number;
  state: "reported" | "accepted";
  objects: { object: string; etag: string | null }[];
  merged: string[];
  changes: Record<string, Difference[]>;
  warnings: Rule[];
  notes: Record<string, unknown>;
  pictured: boolean;
}
export interface Template {
  id: number;
  name: string;
  kind: "section" | "arm" | "junction";
}
export interface Hit {
  junction: string;
  distance: number;
  mirrored: boolean;
  place: [number, number] | null;
  differs: (Words & { there: unknown; here: unknown })[];
}
export interface Fit {
  apply: boolean;
  why: string;
  rms?: number;
  widths: Record<string, number>;
  residuals: (number | null)[];
  codes?: number[];
  outliers?: number[];
}
export type Operation = Record<string, unknown> & { op: string; object: string };

/** A write that the server did not take, with all that it said. */
export class Refusal extends Error {
  constructor(
    readonly status: number,
    message: string,
    readonly objects: Both[],
    readonly findings: Rule[],
  ) {
    super(message);
  }
}

async function send<T>(method: "POST" | "DELETE", path: string, body: unknown): Promise<T> {
  const response = await fetch(`${BASE}${path}`, {
    method,
    headers: { "content-type": "application/json", accept: "application/json", "x-csrftoken": catalogue.viewer.csrf },
    body: body === null ? null : JSON.stringify(body),
  });
  reachable.value = response.status < 502 || response.status > 504;
  const said = (await response.json().catch(() => ({}))) as { detail?: unknown; objects?: Both[]; findings?: Rule[] };
  if (response.ok) return said as T;
  const detail = typeof said.detail === "string" ? said.detail : response.statusText;
  throw new Refusal(response.status, detail, said.objects ?? [], said.findings ?? []);
}

export interface Survey {
  method: string;
  accuracy: number | null;
  unit: string;
  note: string;
}

export const write = (operations: readonly Operation[], seen: Readonly<Record<string, string>>, survey: Survey): Promise<Done> =>
  send("POST", "/changesets", { operations, if_match: seen, ...survey });
export const undo = (changeset: number): Promise<Done> => send("POST", `/changesets/${changeset}/undo`, {});
export const accept = (changeset: number): Promise<Changeset> => send("POST", `/changesets/${changeset}/accept`, {});
export const confirm = (objects: readonly string[], note: string): Promise<{ confirmed: number }> => send("POST", "/confirm", { objects, note });
export const keepTemplate = (name: string, kind: string, source: string): Promise<Template> => send("POST", "/templates", { name, kind, source });
export const fit = (object: string, body: unknown): Promise<Fit> => send("POST", `/fit/${object}`, body);

type When = { as_of?: string | null; known?: string | null };
export const object = <P>(name: string, when: When = {}, abort?: AbortSignal): Promise<Piece<P>> => getJson(`${BASE}/objects/${name}`, when, abort);
export const history = (name: string, abort?: AbortSignal): Promise<History> => getJson(`${BASE}/objects/${name}/history`, {}, abort);
export const around = (box: readonly number[], when: When = {}, abort?: AbortSignal): Promise<{ document: Street; etags: Record<string, string> }> =>
  getJson(`${BASE}/document`, { bbox: box.map((v) => v.toFixed(7)).join(","), ...when }, abort);
export const check = (box: readonly number[], abort?: AbortSignal): Promise<Rule[]> => getJson(`${BASE}/check`, { bbox: box.map((v) => v.toFixed(7)).join(",") }, abort);
export const changesets = (state: string, abort?: AbortSignal): Promise<Changeset[]> => getJson(`${BASE}/changesets`, { state, limit: 100 }, abort);
export const changeset = (id: number, abort?: AbortSignal): Promise<{ changeset: Changeset; changes: Record<string, Difference[]> }> => getJson(`${BASE}/changesets/${id}`, {}, abort);
export const templates = (abort?: AbortSignal): Promise<Template[]> => getJson(`${BASE}/templates`, {}, abort);
export const planAddress = (box: readonly number[], asOf: string): string => `${location.origin}${BASE}/plan?bbox=${box.map((v) => v.toFixed(6)).join(",")}&as_of=${encodeURIComponent(asOf)}`;
export const exportAddress = (box: readonly number[], format: string, asOf: string | null): string =>
  `${BASE}/export?bbox=${box.map((v) => v.toFixed(6)).join(",")}&format=${format}${asOf ? `&as_of=${encodeURIComponent(asOf)}` : ""}`;

export async function similar(junction: string, abort?: AbortSignal): Promise<Hit[]> {
  const response = await fetch("/ogc/processes/similar-junctions/execution", {
    method: "POST",
    headers: { "content-type": "application/json", accept: "application/json", "x-csrftoken": catalogue.viewer.csrf },
    body: JSON.stringify({ inputs: { junction, limit: 8 } }),
    signal: abort ?? null,
  });
  const said = (await response.json().catch(() => ({}))) as { junctions?: Hit[]; detail?: string; description?: string } | Hit[];
  if (!response.ok) throw new Refusal(response.status, (!Array.isArray(said) && (said.detail ?? said.description)) || response.statusText, [], []);
  return Array.isArray(said) ? said : (said.junctions ?? []);
}
