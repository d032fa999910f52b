// Signing in: what was touched or scanned, where the phone is, and the sending: at once, or later from the outbox.
import { body, drop, keep, RUN, waiting, type Kept } from "./outbox";

export interface Boot {
  csrf: string;
  name: string | null;
  signed_in: boolean;
  can: boolean;
  center: readonly [number, number];
}
export const boot = JSON.parse(document.getElementById("boot")!.textContent!) as Boot;

export interface Answer {
  id: number;
  event: string;
  judgement: { value: string; zh: string; en: string };
  level: 0 | 1 | 2;
  findings: readonly { verdict: string; rule: string; zh: string; en: string }[];
  box: { id: number; key: string; name: string };
  remarks: readonly string[];
  notes: readonly { id: number; zh: string; en: string; urgent: boolean }[];
  at: string;
  repeated: boolean;
}
export type Claim = { how: "sun"; e: string; c: string; enc?: string } | { how: "plain" | "qr"; code: string } | { how: "code"; box: string; code: string };
export type Outcome = { kind: "signed"; answer: Answer } | { kind: "refused"; text: string } | { kind: "kept" };

/** What an address of a tag or a code says; null when it is none of ours. */
export function claimOf(text: string, origin = location.origin): Claim | null {
  let url: URL;
  try {
    url = new URL(text, origin);
  } catch {
    return null;
  }
  if (url.origin !== origin) return null;
  const [, kind, code] = url.pathname.split("/");
  if (kind === "n" && !code && url.searchParams.has("e") && url.searchParams.has("c"))
    return { how: "sun", e: url.searchParams.get("e")!, c: url.searchParams.get("c")!, ...(url.searchParams.has("enc") ? { enc: url.searchParams.get("enc")! } : {}) };
  if ((kind === "n" || kind === "q") && code) return { how: kind === "q" ? "qr" : "plain", code: decodeURIComponent(code) };
  return null;
}

interface Where {
  lon: number;
  lat: number;
  accuracy_m: number;
  at: number;
}
let last: Where | null = null;
export const here = (): Where | null => last;

/** Follows the phone's position from the start, so that a touch need not wait for it. */
export function follow(moved: () => void): void {
  navigator.geolocation?.watchPosition(
    ({ coords, timestamp }) => {
      last = { lon: coords.longitude, lat: coords.latitude, accuracy_m: Math.round(coords.accuracy), at: timestamp };
      moved();
    },
    () => undefined,
    { enableHighAccuracy: true, maximumAge: 5000 },
  );
}

/** A position not older than a minute; waits a little where there is none yet. */
async function where(): Promise<Where | null> {
  const fresh = () => (last && Date.now() - last.at < 60_000 ? last : null);
  for (let tries = 0; tries < 8 && !fresh() && navigator.geolocation; tries += 1) await new Promise((done) => setTimeout(done, 100));
  return fresh();
}

export function device(): string {
  const name = "antu.device";
  let id = localStorage.getItem(name);
  if (!id) localStorage.setItem(name, (id = crypto.randomUUID()));
  return id;
}

export const post = (path: string, what: unknown): Promise<Response> =>
  fetch(`/api/patrol/${path}`, { method: "POST", headers: { "content-type": "application/json", "x-csrftoken": boot.csrf }, body: JSON.stringify(what), signal: AbortSignal.timeout(12_000) });

/** One touch, written down before it is sent: whatever happens then, it is not lost, and it is not there twice. */
export async function sign(claim: Claim, guard: number | null, note = ""): Promise<Outcome> {
  const event = crypto.randomUUID();
  const steady = performance.now();
  const at = Date.now();
  const place = await where();
  const what = {
    event, ...claim, device: device(), platform: navigator.userAgent.slice(0, 120), at: new Date(at).toISOString(), note,
    ...(place ? { lon: place.lon, lat: place.lat, accuracy_m: place.accuracy_m } : {}), ...(guard ? { guard_s: guard } : {}),
  };
  const kept: Kept = { event, kind: "signin", path: "signins", body: what, who: boot.name ?? "", at, steady, run: RUN };
  await keep(kept);
  if (!navigator.onLine) return { kind: "kept" };
  try {
    return await settle(kept, await post("signins", { ...what, online: true, waited_s: Math.round((performance.now() - steady) / 100) / 10 }));
  } catch {
    return { kind: "kept" };
  }
}

/** Out of the outbox when the server has decided; kept when it could not (no network, signed out, trouble). */
async function settle(kept: Kept, response: Response): Promise<Outcome> {
  if (response.ok) {
    await drop(kept.event);
    return { kind: "signed", answer: (await response.json()) as Answer };
  }
  const said = (await response.json().catch(() => ({}))) as { detail?: string };
  if (response.status === 401 || response.status === 403 || response.status >= 500) return { kind: "kept" };
  await drop(kept.event);
  return { kind: "refused", text: typeof said.detail === "string" ? said.detail : response.statusText };
}

let sending = false;

/** Sends what waits, in order; another call while it runs does nothing. */
export async function upload(settled: (kept: Kept, outcome: Outcome) => void): Promise<void> {
  if (sending || !boot.name || !navigator.onLine) return;
  sending = true;
  try {
    for (const one of await waiting(boot.name)) {
      const outcome = await settle(one, await post(one.path, body(one)));
      if (outcome.kind === "kept") return;
      settled(one, outcome);
    }
  } catch {
    return; // no network after all; the outbox still holds it
  } finally {
    sending = false;
  }
}
