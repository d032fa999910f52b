// What stands behind `#` in the address: the view itself, or the name of what was opened for as long as nothing of it has
// been changed; while slides are shown, theirs.
import { view } from "./portal";
import { computed, signal } from "./store";
import { encode } from "./url";

/** The saved view that is open: its name, and the view as it was then. */
export const opened = signal<{ address: string; hash: string } | null>(null);
/** What stands there whatever the view is: while something is being fetched, or shown as slides. */
export const fixed = signal<string | null>(null);

export const address = computed(() => {
  const now = encode(view.value);
  const from = opened.value;
  return fixed.value ?? (from && from.hash === now ? from.address : now);
});
