// What the server is asked about files and about layers of one's own.
import type { Layer, Words } from "../api/catalogue";
import { Problem, reachable } from "../api/http";
import { catalogue } from "../state/portal";

export interface Column {
  name: string;
  type: string;
  sample: string;
}
export interface Reject {
  line: number;
  zh: string;
  en: string;
  cells: readonly string[];
}
export interface Look {
  parts: readonly { id: string; name: string }[];
  part: string;
  title: string;
  format: string;
  encoding: string | null;
  delimiter: string | null;
  geometry: boolean;
  columns: readonly Column[];
  rows: readonly (readonly string[])[];
  lines: readonly number[];
  count: number;
  exact: boolean;
  systems: readonly ({ id: string } & Words)[];
  place: { x: string | null; y: string | null; wkt: string | null; crs: string; how: Words; swapped: boolean } | null;
  problem: Words | null;
  kinds?: Readonly<Record<string, number>>;
  read?: number;
  good?: number;
  rejects: readonly Reject[];
  reasons?: readonly (Words & { count: number })[];
  preview: GeoJSON.FeatureCollection | null;
  bounds?: readonly [number, number, number, number] | null;
}
export interface Wish {
  part?: string;
  encoding?: string;
  x?: string;
  y?: string;
  crs?: string;
  name?: string;
  color?: string;
  by?: string;
  layer?: string;
  mapping?: Readonly<Record<string, string>>;
  key?: string;
  dry_run?: boolean;
}
export interface Outcome {
  read?: number;
  imported?: number;
  unchanged?: number;
  rejected?: number;
  rejects?: boolean;
  reasons?: Readonly<Record<string, number>>;
  dry_run?: boolean;
  layer?: string;
}
export interface Status {
  id: string;
  state: "received" | "waiting" | "working" | "done" | "failed";
  progress: number;
  message: Partial<Words>;
  result: Outcome;
  layers?: readonly Own[];
}
export interface Own {
  number: number;
  name: string;
  rows: number;
  roles: readonly string[];
  color: string | null;
  by: string | null;
  expires: string;
  entry: Layer;
}
export interface Mine {
  layers: readonly Own[];
  deleted: readonly { number: number; name: string }[];
  limits: { mb: number; rows: number; layers: number; days: number; used: number };
  colours: readonly string[];
  roles: readonly ({ id: string } & Words)[];
}
export interface Offer {
  known: Words | null;
  fields: readonly ({ name: string; type: string; column: string | null } & Words)[];
}

export async function ask<T>(method: string, path: string, body?: unknown, abort?: AbortSignal): Promise<T> {
  const headers: Record<string, string> = { accept: "application/json", "x-csrftoken": catalogue.viewer.csrf };
  if (body !== undefined) headers["content-type"] = "application/json";
  let response: Response;
  try {
    response = await fetch(`/api/uploads/${path}`, { method, headers, body: body === undefined ? null : JSON.stringify(body), signal: abort ?? null });
  } catch (failure) {
    if (!abort?.aborted) reachable.value = false;
    throw failure;
  }
  reachable.value = response.status < 502 || response.status > 504;
  if (!response.ok) throw new Problem(response.status, await sentence(response));
  return (await response.json()) as T;
}

async function sentence(response: Response): Promise<string> {
  try {
    return String(((await response.json()) as { detail?: unknown }).detail ?? response.statusText);
  } catch {
    return response.statusText;
  }
}

/** Sends a file as it is; tells how much is gone. Rejects with the server's sentence, or with an AbortError. */
export function send(file: File, progress: (share: number) => void, abort: AbortSignal): Promise<{ id: string }> {
  return new Promise((done, failed) => {
    const request = new XMLHttpRequest();
    request.open("POST", `/uploads?name=${encodeURIComponent(file.name)}`);
    request.setRequestHeader("content-type", "application/octet-stream");
    request.upload.addEventListener("progress", (event) => progress(event.lengthComputable ? event.loaded / event.total : 0));
    request.addEventListener("load", () => {
      let said: { id?: string; detail?: string } = {};
      try {
        said = JSON.parse(request.responseText) as typeof said;
      } catch {
        // no sentence of ours: the status has to do
      }
      if (request.status === 201 && said.id) done({ id: said.id });
      else failed(new Problem(request.status, said.detail ?? request.statusText));
    });
    request.addEventListener("error", () => failed(new TypeError("network")));
    request.addEventListener("abort", () => failed(new DOMException("cancelled", "AbortError")));
    abort.addEventListener("abort", () => request.abort());
    request.send(file);
  });
}
