// Comments on the server, and what of them lies on the map now.
import { getJson, sendJson } from "../api/http";
import { bounds, catalogue, pane } from "../state/portal";
import { effect, signal } from "../state/store";

export interface Said {
  id: number;
  text: string;
  by: string;
  own: boolean;
  at: string;
  withdrawn: boolean;
}
export interface Thread extends Said {
  layer: string | null;
  feature: string | null;
  lon: number;
  lat: number;
  clearance: string;
  state: "open" | "done";
  settled_by: string | null;
  settled_at: string | null;
  replies: readonly Said[];
}
export interface Threads {
  total: number;
  open: number;
  threads: readonly Thread[];
}
export interface Notice {
  id: number;
  comment: number;
  thread: number;
  by: string;
  at: string;
  text: string;
  lon: number;
  lat: number;
}
export interface Person {
  handle: string;
  name: string;
  roles: readonly string[];
}
/** What a new comment is about: a feature, or a place on the map. */
export type Target = { layer: string; feature: string } | { lon: number; lat: number };
export type Which = "open" | "done" | "all";

const { csrf } = catalogue.viewer;
export const mayTalk = catalogue.viewer.name !== null;

/** Comments within what the map shows. */
export const nearby = signal<Threads | "failed" | null>(null);
export const which = signal<Which>("open");
/** The thread that one reads; its pin stands out. */
export const reading = signal<number | null>(null);
/** Counts up when something was said, so that whoever lists comments asks again. */
export const said = signal(0);

export const about = (target: { layer: string; feature: string }, state: Which = "all"): Promise<Threads> => getJson("/api/comments", { ...target, state });
const within = (bbox: string, state: Which): Promise<Threads> => getJson("/api/comments", { bbox, state });

async function changed<T>(work: Promise<T>): Promise<T> {
  const done = await work;
  said.value += 1;
  return done;
}
export const say = (text: string, target: Target, clearance: string | null): Promise<Thread & { unreached: readonly string[] }> =>
  changed(sendJson("POST", "/api/comments", { text, ...target, ...(clearance ? { clearance } : {}) }, csrf));
export const answer = (text: string, parent: number): Promise<Thread & { unreached: readonly string[] }> => changed(sendJson("POST", "/api/comments", { text, parent }, csrf));
export const settle = (id: number, state: "open" | "done"): Promise<Thread> => changed(sendJson("PATCH", `/api/comments/${id}`, { state }, csrf));
export const takeBack = (id: number): Promise<void> => changed(sendJson("DELETE", `/api/comments/${id}`, null, csrf));
export const notices = (): Promise<Notice[]> => getJson("/api/notices");
export const noticed = (ids: readonly number[]): Promise<void> => sendJson("POST", "/api/notices/seen", { notices: ids }, csrf);

let everybody: Promise<Person[]> | undefined;
export function people(): Promise<Person[]> {
  everybody ??= getJson<Person[]>("/api/people");
  everybody.catch(() => (everybody = undefined));
  return everybody;
}

const REST = 250;

/** Keeps `nearby` true while the panel of comments is open, until the returned function is called. */
export function follow(): () => void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  let asked = 0;
  const end = effect(() => {
    const box = bounds.value;
    const state = which.value;
    void said.value;
    clearTimeout(timer);
    if (!box || !mayTalk || pane.value !== "talk") return;
    const mine = ++asked;
    timer = setTimeout(() => {
      within(box.map((v) => v.toFixed(6)).join(","), state).then(
        (found) => mine === asked && (nearby.value = found),
        () => mine === asked && (nearby.value = "failed"),
      );
    }, REST);
  });
  return () => {
    clearTimeout(timer);
    asked += 1;
    end();
  };
}
