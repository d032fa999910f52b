// The figures under the time brush: the leading layer by month and class, and by hour within the chosen period.
import { classesOf, type Layer, type LegendEntry, type Value } from "../../api/catalogue";
import { Latest } from "../../api/http";
import { summary, type Cell } from "../../api/questions";
import { bounds, conditionOf, datetimeOf, edits, filterOf, hours, knowsHours, period, shownLayers } from "../../state/portal";
import { computed, effect, signal } from "../../state/store";
import { between } from "./months";

export interface Timeline {
  layer: Layer;
  /** Every month from the first to the last of the whole layer. */
  months: readonly string[];
  classes: readonly LegendEntry[];
  /** Month → one count a class, in legend order (or a single one). */
  byMonth: ReadonlyMap<string, readonly number[]>;
  byHour: readonly number[];
}

const REST = 200;
/** Chosen by the user among the layers that know time; null is the first of the tree. */
export const preferred = signal<string | null>(null);
export const timed = computed(() => shownLayers.value.filter((layer) => layer.time && layer.kind === "vector"));
export const leading = computed(() => timed.value.find((layer) => layer.id === preferred.value) ?? timed.value[0] ?? null);
export const timeline = signal<Timeline | "failed" | null>(null);

const spans = new Map<string, Promise<readonly string[]>>();

/** The months of a layer, asked once. */
function monthsOf(layer: Layer): Promise<readonly string[]> {
  const known = spans.get(layer.id);
  if (known) return known;
  const asked = summary(layer, { by: ["month"] }).then(({ by }) => {
    const found = (by.month ?? []).map(([month]) => month).filter((m): m is string => typeof m === "string");
    return found.length ? between(found[0]!, found.at(-1)!) : [];
  });
  spans.set(layer.id, asked);
  asked.catch(() => spans.delete(layer.id));
  return asked;
}

export function stacked(cells: readonly Cell[], values: readonly Value[]): Map<string, number[]> {
  const out = new Map<string, number[]>();
  for (const [month, value, n] of cells) {
    const place = values.indexOf(value as Value);
    if (typeof month !== "string" || place < 0) continue;
    const row = out.get(month) ?? values.map(() => 0);
    row[place] = Number(n);
    out.set(month, row);
  }
  return out;
}

async function read(layer: Layer, asked: { bbox: typeof bounds.value; filter: string }, datetime: string | null, anyHour: string, abort: AbortSignal): Promise<Timeline> {
  const classes = classesOf(layer);
  const by = classes ? `month*${classes.field}` : "month";
  // hours are counted within the period whatever hours are chosen, months within the hours whatever period is
  const apart = datetime !== null || anyHour !== asked.filter;
  const [months, overall, within] = await Promise.all([
    monthsOf(layer),
    summary(layer, { ...asked, by: apart ? [by] : [by, "hour"] }, abort),
    apart ? summary(layer, { bbox: asked.bbox, filter: anyHour, datetime, by: ["hour"] }, abort) : null,
  ]);
  const cells = overall.by[by] ?? [];
  const byMonth = classes
    ? stacked(cells, classes.entries.map((entry) => entry.filter!.value))
    : new Map(cells.map(([month, n]) => [String(month), [Number(n)]]));
  const byHour = Array.from({ length: 24 }, () => 0);
  for (const [hour, n] of (within ?? overall).by.hour ?? []) if (hour !== null) byHour[Number(hour)] = Number(n);
  return { layer, months, classes: classes?.entries ?? [], byMonth, byHour };
}

/** Keeps the timeline true to what is shown, until the returned function is called. */
export function startTimeline(): () => void {
  const latest = new Latest();
  let timer: ReturnType<typeof setTimeout> | undefined;
  const end = effect(() => {
    const layer = leading.value;
    const bbox = bounds.value;
    if (!layer) {
      timeline.value = null;
      return;
    }
    if (!bbox) return;
    const filter = filterOf(layer);
    const anyHour = knowsHours(layer) ? filterOf(layer, conditionOf(layer.id), null) : filter;
    const datetime = datetimeOf(layer);
    void edits.value[layer.id];
    void [period.value, hours.value];
    clearTimeout(timer);
    timer = setTimeout(
      () =>
        void latest.ask(
          (abort) => read(layer, { bbox, filter }, datetime, anyHour, abort),
          (found) => (timeline.value = found),
          () => (timeline.value = "failed"),
        ),
      REST,
    );
  });
  return () => {
    clearTimeout(timer);
    latest.stop();
    end();
  };
}
