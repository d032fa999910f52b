// Saved views on the server: how a view is written there and read back, and the list of one's own.
import { getJson, sendJson } from "../api/http";
import { countable } from "../state/counts";
import { asOf, bounds, catalogue, datetimeOf, filterOf, shownLayers, view } from "../state/portal";
import { EMPTY, type View } from "../state/url";

/** As the server keeps it: the parts of a view that are there. */
export type State = { -readonly [K in keyof View]?: NonNullable<View[K]> };
export interface Counted {
  layer: string;
  then: number;
  now: number | null;
}
export interface Saved {
  id: string;
  made_at: string;
  name: string | null;
  by: string | null;
  state: State;
  lost: number;
  counts: readonly Counted[];
}
export interface InList {
  id: string;
  name: string;
  at: string;
}

const { csrf } = catalogue.viewer;
const PARTS = ["place", "period", "hours", "area", "filters", "selection", "pane", "compare", "work"] as const;

export function stateOf(now: View, layers: Readonly<Record<string, number>>): State {
  const parts = PARTS.flatMap((name) => (now[name] === null ? [] : [[name, now[name]] as const]));
  return { ...Object.fromEntries(parts), layers };
}

/** `made` is when it was saved, to the minute. */
export function viewFrom(state: State, made: string | null): View {
  const compare = state.compare;
  const plain = compare && { at: compare.at, period: compare.period ?? null, ...(compare.filters ? { filters: compare.filters } : {}), ...(compare.mode === "twin" ? { mode: compare.mode } : {}) };
  return { ...EMPTY, ...state, compare: plain ?? null, as: made ? moment(new Date(made)) : null };
}

export const moment = (at: Date): string => `${at.toISOString().slice(0, 16)}Z`;

/** The counts that stand beside the map, as questions. */
function asked(): { layer: string; bbox: string | null; datetime: string | null; filter: string | null }[] {
  const bbox = bounds.value?.map((v) => v.toFixed(6)).join(",") ?? null;
  return shownLayers.value
    .filter(countable)
    .slice(0, 24)
    .map((layer) => ({ layer: layer.id, bbox, datetime: datetimeOf(layer), filter: filterOf(layer) || null }));
}

export function save(name: string | null, layers: Readonly<Record<string, number>>): Promise<Saved> {
  void asOf.value;
  return sendJson("POST", "/api/views", { state: stateOf(view.value, layers), asked: asked(), name }, csrf);
}

export const fetchView = (id: string): Promise<Saved> => getJson(`/api/views/${id}`);
export const mine = (): Promise<InList[]> => getJson("/api/views");
export const rename = (id: string, name: string): Promise<InList> => sendJson("PATCH", `/api/views/${id}`, { name }, csrf);
export const forget = (id: string): Promise<void> => sendJson("DELETE", `/api/views/${id}`, null, csrf);

export interface Slide {
  view: string;
  title: string;
  notes: string;
  made_at: string | null;
  state: State | null;
  lost: number;
}
export interface Deck {
  id: string;
  title: string;
  version: number;
  own: boolean;
  slides: readonly Slide[];
}
export interface Listed {
  id: string;
  title: string;
  slides: number;
  changed_at: string;
}
export type Draft = { title: string; slides: readonly Pick<Slide, "view" | "title" | "notes">[] };

export const decks = (): Promise<Listed[]> => getJson("/api/presentations");
export const fetchDeck = (id: string): Promise<Deck> => getJson(`/api/presentations/${id}`);
export const makeDeck = (draft: Draft): Promise<Deck> => sendJson("POST", "/api/presentations", draft, csrf);
export const changeDeck = (id: string, version: number, draft: Draft): Promise<Deck> => sendJson("PUT", `/api/presentations/${id}`, { ...draft, version }, csrf);
export const deleteDeck = (id: string): Promise<void> => sendJson("DELETE", `/api/presentations/${id}`, null, csrf);
