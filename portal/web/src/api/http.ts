// Requests to our own server: JSON or a Problem with the server's sentence; and whether the server answers at all.
import { signal } from "../state/store";

export class Problem extends Error {
  constructor(
    readonly status: number,
    message: string,
  ) {
    super(message);
  }
}

export const reachable = signal(true);
/** How often the server said that one may not: the session may have run out. */
export const refused = signal(0);

export async function getJson<T>(path: string, parameters: Parameters = {}, abort?: AbortSignal): Promise<T> {
  let response: Response;
  try {
    response = await fetch(address(path, parameters), { headers: { accept: "application/json" }, signal: abort ?? null });
  } catch (failure) {
    if (!abort?.aborted) reachable.value = false;
    throw failure;
  }
  reachable.value = response.status < 502 || response.status > 504;
  if (!response.ok) throw await problem(response);
  return (await response.json()) as T;
}

export const postJson = (path: string, body: unknown, csrf: string): Promise<void> => sendJson("POST", path, body, csrf);

/** Something to be done; its answer, or nothing where there is none. */
export async function sendJson<T = void>(method: "POST" | "PUT" | "PATCH" | "DELETE", path: string, body: unknown, csrf: string): Promise<T> {
  const headers = { "content-type": "application/json", "x-csrftoken": csrf };
  const response = await fetch(path, { method, headers, body: body === null ? null : JSON.stringify(body) });
  if (!response.ok) throw await problem(response);
  return (response.status === 204 ? undefined : await response.json()) as T;
}

async function problem(response: Response): Promise<Problem> {
  if (response.status === 401 || response.status === 403) refused.value += 1;
  return new Problem(response.status, await sentence(response));
}

export type Parameters = Readonly<Record<string, string | number | readonly string[] | null | undefined>>;

export function address(path: string, parameters: Parameters): string {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(parameters)) {
    if (value === null || value === undefined || value === "") continue;
    for (const one of Array.isArray(value) ? (value as readonly string[]) : [String(value)]) query.append(name, one);
  }
  const text = query.toString();
  return text ? `${path}?${text}` : path;
}

async function sentence(response: Response): Promise<string> {
  try {
    const said = (await response.json()) as { detail?: unknown; description?: unknown };
    return String(said.detail ?? said.description ?? response.statusText);
  } catch {
    return response.statusText;
  }
}

export const aborted = (failure: unknown): boolean => failure instanceof DOMException && failure.name === "AbortError";

/** Runs the newest of several askings: an older one is called off, and its answer never arrives. */
export class Latest {
  #running: AbortController | undefined;

  async ask<T>(work: (abort: AbortSignal) => Promise<T>, arrived: (answer: T) => void, failed: (why: unknown) => void): Promise<void> {
    this.#running?.abort();
    const mine = new AbortController();
    this.#running = mine;
    try {
      const answer = await work(mine.signal);
      if (!mine.signal.aborted) arrived(answer);
    } catch (why) {
      if (!mine.signal.aborted) failed(why);
    }
  }

  stop(): void {
    this.#running?.abort();
  }
}
