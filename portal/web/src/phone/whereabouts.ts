// Where this phone is while its officer is planned, every ten seconds: what could not be sent waits in memory, no longer.
import { here, post } from "./sign";

const EVERY = 10_000;
const MOST = 2000;
let kept: { at: string; lon: number; lat: number }[] = [];
let sending = false;

/** `planned` says whether a round of mine runs now; otherwise nothing is noted. */
export function tellWhere(planned: () => boolean): void {
  setInterval(() => {
    const at = here();
    if (!planned() || !at || Date.now() - at.at > EVERY * 2) return;
    const time = new Date(at.at).toISOString();
    if (kept.at(-1)?.at !== time) kept = [...kept, { at: time, lon: at.lon, lat: at.lat }].slice(-MOST);
    void send();
  }, EVERY);
}

async function send(): Promise<void> {
  if (sending || !kept.length || !navigator.onLine) return;
  sending = true;
  const now = kept;
  try {
    const response = await post("positions", { positions: now });
    // what is refused for good is not sent for ever
    if (response.ok || (response.status >= 400 && response.status < 500 && response.status !== 401)) kept = kept.filter((one) => !now.includes(one));
  } catch {
    return; // no network; it is sent with the next ones
  } finally {
    sending = false;
  }
}
