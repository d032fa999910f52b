// The junction that is being looked at, as the council's part of the server tells it: asked once for all parts of the
// panel, and again when filters, rows or the council's own papers change.
import { junction, type Junction } from "../../api/council";
import { Latest } from "../../api/http";
import { catalogue, conditions, area, datetimeOf, edits, filterOf, hours, layerOf, period, selection } from "../../state/portal";
import { computed, effect, signal } from "../../state/store";

const WRITERS = ["council", "planner", "administrator"];
export const mayWrite = catalogue.viewer.roles.some((role) => WRITERS.includes(role));
export const csrf = catalogue.viewer.csrf;

export const known = signal<Junction | "failed" | null>(null);
/** Goes up when something was written that a junction's panel tells. */
export const written = signal(0);
/** The bundle whose cases are listed. */
export const opened = signal<string | null>(null);

export const chosen = computed<number | null>(() => {
  const now = selection.value;
  const layer = now ? layerOf(now.layer) : undefined;
  return layer && (layer.id === "junctions" || layer.about === "junctions") && typeof now!.id === "number" ? now!.id : null;
});

const latest = new Latest();
let users = 0;
let end: (() => void) | undefined;

/** Follows the choice while anybody looks. */
export function attend(): () => void {
  users += 1;
  end ??= effect(() => ask());
  return () => {
    users -= 1;
    if (users > 0) return;
    end?.();
    end = undefined;
    latest.stop();
    known.value = null;
    opened.value = null;
  };
}

function ask(): void {
  const id = chosen.value;
  const crashes = layerOf("crashes");
  void [period.value, hours.value, area.value, conditions.value, edits.value, written.value];
  if (id === null || !crashes) return;
  const now = known.peek();
  if (now && (now === "failed" || now.id !== id)) {
    known.value = null;
    opened.value = null;
  }
  void latest.ask(
    (abort) => junction(id, { datetime: datetimeOf(crashes), filter: filterOf(crashes) }, abort),
    (found) => (known.value = found),
    () => (known.value = "failed"),
  );
}
