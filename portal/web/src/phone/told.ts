// What this officer is told: heard at once while the page is open, and through the phone's push service when it is not.
import { post } from "./sign";

export interface Notice {
  id: number;
  at: string;
  zh: string;
  en: string;
  urgent: boolean;
  by: string;
  box: { id: number; name: string } | null;
}
let unread: readonly Notice[] = [];
let changed: () => void = () => undefined;
let subscribed: boolean | null = null;

/** Messages, and what partners of the round came upon; notes of one's own sign-in stand with its answer. */
export const mine = (): readonly Notice[] => unread;
export const noticed = (draw: () => void): void => {
  changed = draw;
};

async function look(): Promise<void> {
  try {
    const response = await fetch("/api/patrol/notices?unread=true&hours=12");
    if (!response.ok) return;
    unread = ((await response.json()) as Notice[]).filter((n) => n.by || n.urgent).slice(0, 5);
    changed();
  } catch {
    return; // without a network; the stream asks again when it is back
  }
}

/** Listens for as long as the page lives; the browser opens the line again by itself. */
export function hear(): void {
  const events = new EventSource("/api/patrol/mine");
  for (const kind of ["open", "notice", "missed"]) events.addEventListener(kind, () => void look());
  void state();
}

export async function read(id: number): Promise<void> {
  const response = await post(`notices/${id}/read`, {});
  if (!response.ok && response.status !== 404) throw new Error(response.statusText);
  unread = unread.filter((n) => n.id !== id);
  changed();
}

const able = (): boolean => "serviceWorker" in navigator && "PushManager" in globalThis && "Notification" in globalThis;
export const wakeable = (): boolean => able() && subscribed === false && Notification.permission !== "denied";

/** A phone that was subscribed says so again at each start, so that it wakes for who carries it now. */
async function state(): Promise<void> {
  if (!able()) return;
  const worker = await navigator.serviceWorker.ready;
  const there = await worker.pushManager.getSubscription();
  subscribed = there !== null && Notification.permission === "granted" && (await tell(there));
  changed();
}

const tell = async (there: PushSubscription): Promise<boolean> => (await post("push/subscriptions", there.toJSON()).catch(() => null))?.ok ?? false;

export async function wake(): Promise<"woken" | "wake_denied" | "wake_not"> {
  if ((await Notification.requestPermission()) !== "granted") return "wake_denied";
  try {
    const { key, on } = (await (await fetch("/api/patrol/push/key")).json()) as { key: string; on: boolean };
    if (!on) return "wake_not";
    const worker = await navigator.serviceWorker.ready;
    const there = await worker.pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: key });
    subscribed = await tell(there);
    return subscribed ? "woken" : "wake_not";
  } catch {
    return "wake_not";
  }
}
