// How many of each layer, and of each class of its legend, lie in view: asked anew a moment after the view, the
// period or a filter has come to rest.
import { classesOf, type Layer, type Value } from "../api/catalogue";
import { heldTo, hold } from "../api/cql2";
import { Latest } from "../api/http";
import { summary, type Summary } from "../api/questions";
import { bounds, conditionOf, datetimeOf, edits, filterOf, place, shownLayers } from "./portal";
import { effect, signal } from "./store";

export interface Count {
  total: number;
  classes: ReadonlyMap<Value, number> | null;
}

const REST = 180;
export const counts = signal<Readonly<Record<string, Count | "failed">>>({});
/** Whether counts of what is now in view are still to come. */
export const counting = signal(false);

export const inZoom = (layer: Layer, zoom: number): boolean => zoom >= layer.zoom[0] - 0.01 && zoom <= layer.zoom[1] + 1;
export const countable = (layer: Layer) => layer.kind === "vector" && layer.group !== "base" && inZoom(layer, place.value.zoom);

interface Asking {
  layer: Layer;
  key: string;
  work: (abort: AbortSignal) => Promise<Count>;
}

const answers = new Map<string, { same: string; answer: Summary }>();

/** Classes are counted whether they are switched on or not, so the condition on their own field is left out. */
function asking(layer: Layer): Asking {
  const classes = classesOf(layer);
  const condition = conditionOf(layer.id);
  const held = classes ? heldTo(condition, classes.field) : null;
  const asked = {
    by: classes ? [classes.field] : [],
    bbox: bounds.value,
    datetime: datetimeOf(layer),
    filter: filterOf(layer, classes ? hold(condition, classes.field, []) : condition),
  };
  const same = JSON.stringify([asked, edits.value[layer.id] ?? 0]);
  const work = async (abort: AbortSignal): Promise<Count> => {
    // a class that is switched off or on changes nothing of what is counted: the last answer still holds
    const last = answers.get(layer.id);
    const answer = last?.same === same ? last.answer : await summary(layer, asked, abort);
    answers.set(layer.id, { same, answer });
    const { total, by } = answer;
    if (!classes) return { total, classes: null };
    const found = new Map((by[classes.field] ?? []).map(([value, n]) => [value as Value, Number(n)]));
    const counted = held ? held.reduce<number>((sum, value) => sum + (found.get(value) ?? 0), 0) : total;
    return { total: counted, classes: found };
  };
  return { layer, key: `${same}${JSON.stringify(held)}`, work };
}

export function startCounting(): void {
  const askers = new Map<string, { latest: Latest; key: string }>();
  let timer: ReturnType<typeof setTimeout> | undefined;
  let open = 0;
  const done = () => {
    open -= 1;
    counting.value = open > 0;
  };
  const ask = ({ layer, key, work }: Asking) => {
    const asker = askers.get(layer.id) ?? { latest: new Latest(), key: "" };
    if (asker.key === key) return;
    asker.key = key;
    askers.set(layer.id, asker);
    open += 1;
    void asker.latest
      .ask(
        work,
        (count) => (counts.value = { ...counts.peek(), [layer.id]: count }),
        () => {
          asker.key = "";
          counts.value = { ...counts.peek(), [layer.id]: "failed" };
        },
      )
      .finally(done);
  };
  effect(() => {
    if (!bounds.value) return;
    const askings = shownLayers.value.filter(countable).map(asking);
    counting.value = true;
    clearTimeout(timer);
    timer = setTimeout(() => {
      askings.forEach(ask);
      counting.value = open > 0;
    }, REST);
  });
}
