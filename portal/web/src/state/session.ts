// Notices when the session has run out while the page is open, and whether the network is there at all.
import { reachable, refused } from "../api/http";
import { catalogue } from "./portal";
import { effect, signal } from "./store";

const EVERY = 3 * 60_000;
/** How often somebody has signed in again in place: whoever waits for that may go on. */
export const renewed = signal(0);

/** The account that the server knows this browser by; throws when it does not answer. */
export async function whoIs(): Promise<string | null> {
  const answer = await fetch("/api/me", { headers: { accept: "application/json" } });
  reachable.value = answer.ok;
  if (!answer.ok) throw new Error("The server does not say who this is.");
  return ((await answer.json()) as { account: string | null }).account;
}

let lost: () => Promise<void>;

/** `ask` is called when somebody who was signed in is so no longer. */
export function watchSession(ask: () => Promise<void>): void {
  lost = ask;
  addEventListener("offline", () => (reachable.value = false));
  addEventListener("online", () => void look());
  if (!catalogue.viewer.account) return;
  document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && void look());
  setInterval(() => document.visibilityState === "visible" && void look(), EVERY);
  effect(() => void (refused.value && look()));
}

let looking = false;

async function look(): Promise<void> {
  if (looking) return;
  looking = true;
  try {
    const who = await whoIs();
    if (catalogue.viewer.account && who === null) await lost();
    else if (catalogue.viewer.account && who !== catalogue.viewer.account) location.reload(); // another tab is somebody else's
  } catch {
    reachable.value = false;
  } finally {
    looking = false;
  }
}
