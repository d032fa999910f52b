// What the council's part of the server says and does: a junction as the council looks at it, meetings, decisions,
// visits and measures. Types follow `/api/council` in `/api/openapi.json`.
import type { Words } from "./catalogue";
import { getJson, sendJson } from "./http";

export interface Case {
  id: number;
  severity: number;
  at: string;
}
export interface Bundle {
  key: string;
  family: string;
  words: Words;
  count: number;
  counts: readonly [number, number, number];
  cases: readonly Case[];
  /** Paths in metres east and south of the junction's middle. */
  first: string;
  second: string | null;
  badge: readonly [number, number];
  /** False where the legs are not known and the arrows only tell the relation. */
  sure: boolean;
}
export interface Line {
  name: "all" | "target" | "comparison" | "naive";
  title: Words;
  before: number;
  after: number;
  theta: number;
  low: number;
  high: number;
  told: boolean;
}
export interface Effect {
  rows: readonly Line[];
  naive: Line;
  periods: Readonly<Record<"first" | "until" | "since" | "last", string>>;
  sites?: readonly { id: number; before: number; after: number }[];
  sentence: Words;
  method: Words;
}
export interface Measure {
  id: number;
  name: string;
  kind: string;
  state: "planned" | "works" | "done" | "dropped";
  targets: string;
  unit: string;
  began_on: string | null;
  done_on: string | null;
  note: string;
  frozen: boolean;
  effect: Effect | null;
  reviews: readonly { months: number; made_at: string; result: Effect }[];
  pictures: readonly { id: number; after: boolean; caption: string }[];
}
export type Outcome = "approved" | "amended" | "deferred" | "rejected";
export type Stands = "open" | "late" | "done" | "released";
export interface Decision {
  id: number;
  item: number;
  outcome: Outcome;
  text: string;
  unit: string;
  due: string | null;
  standing: Stands;
  remark: string;
}
export interface Proposed {
  id: number;
  meeting: number;
  meeting_title: string;
  number: number;
  held_on: string;
  state: Meeting["state"];
  title: string;
  note: string;
  view: string;
  decisions: readonly Decision[];
}
export interface Junction {
  id: number;
  name: Words;
  legs: readonly { bearing: number; name: Words; width: number }[];
  ground: Readonly<Record<string, string>>;
  reach: number;
  count: number;
  bundles: readonly Bundle[];
  standing: {
    years: readonly { year: number; a1: number; a2: number; a3: number; epdo: number }[];
    rank: number | null;
    sites: number;
    excess: Readonly<Record<"expected" | "like" | "excess" | "low" | "high", number>> | null;
    trend: readonly [number, number, number] | null;
  };
  measures: readonly Measure[];
  similar: readonly { id: number; name: Words; count: number; alike: number }[];
  agenda: readonly Proposed[];
  visits: number;
}
export interface Item {
  id: number;
  meeting: number;
  number: number;
  title: string;
  note: string;
  view: string;
  by: string;
  junction: number | null;
  section: number | null;
  name: Words | null;
  place: readonly [number, number] | null;
  decisions: readonly Decision[];
  visits: readonly { id: number; held_on: string }[];
}
export interface Meeting {
  id: number;
  title: string;
  held_on: string;
  place: string;
  state: "planned" | "running" | "closed";
  current: number | null;
  count: number;
  decided: number;
  items?: readonly Item[];
}
export interface Visit {
  id: number;
  held_on: string;
  who: string;
  checks: Readonly<Record<string, { state: "good" | "bad" | "none"; remark: string }>>;
  summary: string;
}
export type Followed = Decision & { title: string; meeting: string; number: number; junction: number | null };

const at = "/api/council";
export const junction = (id: number, held: { datetime: string | null; filter: string }, abort?: AbortSignal): Promise<Junction> =>
  getJson(`${at}/junctions/${id}`, held, abort);
export const meetings = (): Promise<Meeting[]> => getJson(`${at}/meetings`);
export const meeting = (id: number): Promise<Meeting> => getJson(`${at}/meetings/${id}`);
export const followed = (): Promise<Followed[]> => getJson(`${at}/decisions`);
export const checklist = (): Promise<Record<string, Words>> => getJson(`${at}/checklist`);
export const visits = (id: number): Promise<Visit[]> => getJson(`${at}/junctions/${id}/visits`);

export const plan = (body: { title: string; held_on: string; place: string }, csrf: string): Promise<Meeting> => sendJson("POST", `${at}/meetings`, body, csrf);
export const propose = (body: { meeting?: number; junction?: number | null; title?: string; note: string; view: string }, csrf: string): Promise<Item & { meeting_title: string }> =>
  sendJson("POST", `${at}/agenda`, body, csrf);
export const start = (id: number, csrf: string): Promise<Meeting> => sendJson("POST", `${at}/meetings/${id}/start`, {}, csrf);
export const close = (id: number, csrf: string): Promise<Meeting> => sendJson("POST", `${at}/meetings/${id}/close`, {}, csrf);
export const go = (id: number, number: number, csrf: string): Promise<Meeting> => sendJson("POST", `${at}/meetings/${id}/go`, { number }, csrf);
export const order = (id: number, items: readonly number[], csrf: string): Promise<Meeting> => sendJson("POST", `${at}/meetings/${id}/order`, { items }, csrf);
export const drop = (id: number, csrf: string): Promise<void> => sendJson("DELETE", `${at}/agenda/${id}`, null, csrf);
export const decide = (id: number, body: { outcome: Outcome; text: string; unit: string; due: string | null }, csrf: string): Promise<Decision> =>
  sendJson("POST", `${at}/agenda/${id}/decisions`, body, csrf);
export const follow = (id: number, body: { standing?: "open" | "done" | "released"; remark?: string }, csrf: string): Promise<Decision> =>
  sendJson("PATCH", `${at}/decisions/${id}`, body, csrf);
export const visit = (id: number, body: Omit<Visit, "id"> & { item: number | null }, csrf: string): Promise<Visit> =>
  sendJson("POST", `${at}/junctions/${id}/visits`, body, csrf);
export interface ToMeasure {
  name: string;
  junction: number;
  kind: string;
  state: string;
  targets: string;
  unit: string;
  began_on: string | null;
  done_on: string | null;
  note: string;
}
export const measure = (body: ToMeasure, csrf: string): Promise<Measure> => sendJson("POST", `${at}/measures`, body, csrf);

export async function picture(id: number, file: Blob, after: boolean, csrf: string): Promise<void> {
  const response = await fetch(`${at}/measures/${id}/pictures?after=${after}`, { method: "POST", headers: { "x-csrftoken": csrf, "content-type": file.type || "image/jpeg" }, body: file });
  if (!response.ok) throw new Error(((await response.json()) as { detail: string }).detail);
}
