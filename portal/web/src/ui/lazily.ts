// What few visits need, loaded when it is wanted: the list of keys, guided tours, signing in in place.
import { more, t } from "../i18n/t";
import { tell } from "./toasts";

const missing = () => tell(t("part.missing"), "bad");

const fetched = new Set<() => Promise<unknown>>();

/** A part that is shown now: its code and its words are fetched the first time. */
export function opened(load: () => Promise<unknown>): void {
  if (fetched.has(load)) return;
  fetched.add(load);
  more().then(load).catch(() => {
    fetched.delete(load);
    missing();
  });
}

export async function showKeys(): Promise<void> {
  try {
    await more();
    (await import("./keys")).showKeys();
  } catch {
    missing();
  }
}

/** The tour of this person's role; unasked only whoever has not done it. */
export async function offerTours(asked: boolean): Promise<void> {
  try {
    await more();
    await (await import("../tour/tour")).offer(asked);
  } catch {
    if (asked) missing();
  }
}

export async function askAgain(): Promise<void> {
  try {
    await more();
    (await import("./again")).askAgain();
  } catch {
    tell(t("again.reload"), "bad");
  }
}
