// What few visits need, loaded when it is wanted: the list of keys, guided tours, signing in in place.
import { t } from "../i18n/t";
import { tell } from "./toasts";

const missing = () => tell(t("part.missing"), "bad");

export async function showKeys(): Promise<void> {
  try {
    (await import("./keys")).showKeys();
  } catch {
    missing();
  }
}

/** The tour of this person's role; unasked only whoever has not done it. */
export async function offerTours(asked: boolean): Promise<void> {
  try {
    await (await import("../tour/tour")).offer(asked);
  } catch {
    if (asked) missing();
  }
}

export async function askAgain(): Promise<void> {
  try {
    (await import("./again")).askAgain();
  } catch {
    tell(t("again.reload"), "bad");
  }
}
