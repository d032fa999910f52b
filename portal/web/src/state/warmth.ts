// Heat is drawn for the whole of a layer; of a part of it only a breath would be left. So it is warmed by as much as
// the filter takes away, and shows where the rest gathers. Both sides of a comparison share one warmth.
import { heldText } from "../api/cql2";
import { Latest } from "../api/http";
import { summary } from "../api/questions";
import type { Layer } from "../api/catalogue";
import { conditionOf, datetimeOf, hours, knowsHours, place, shownLayers } from "./portal";
import { effect, signal } from "./store";

const MOST = 6;
/** Less than proportional: few that lie close together would otherwise glow as one. */
const DAMP = 0.75;
const REST = 150;
/** A zoom's breadth before it glows, so that it is warm by then. */
const SOON = 0.5;

export const warmth = signal<Readonly<Record<string, number>>>({});

/** Whether a layer glows at this zoom; where it does not, nobody needs to know how warm it would be. */
const hot = (layer: Layer, zoom: number) =>
  layer.style.light.some((style) => style.type === "heatmap" && zoom >= (style.minzoom ?? 0) - SOON && zoom < (style.maxzoom ?? 24) + SOON);
const wholes = new Map<string, Promise<number>>();

function whole(layer: Layer): Promise<number> {
  const known = wholes.get(layer.id) ?? summary(layer, {}).then(({ total }) => total);
  wholes.set(layer.id, known);
  known.catch(() => wholes.delete(layer.id));
  return known;
}

export function warm(): () => void {
  const askers = new Map<string, { latest: Latest; key: string; timer?: ReturnType<typeof setTimeout> }>();
  const put = (id: string, factor: number) => {
    if ((warmth.peek()[id] ?? 1) !== factor) warmth.value = { ...warmth.peek(), [id]: factor };
  };
  return effect(() => {
    for (const layer of shownLayers.value.filter((one) => hot(one, place.value.zoom))) {
      const filter = heldText({ condition: conditionOf(layer.id), hours: knowsHours(layer) ? hours.value : null, area: null });
      const datetime = datetimeOf(layer);
      const asker = askers.get(layer.id) ?? { latest: new Latest(), key: "|" };
      askers.set(layer.id, asker);
      const key = `${filter}|${datetime ?? ""}`;
      if (asker.key === key) continue;
      asker.key = key;
      clearTimeout(asker.timer);
      asker.latest.stop();
      if (!filter && !datetime) {
        put(layer.id, 1);
        continue;
      }
      asker.timer = setTimeout(
        () =>
          void asker.latest.ask(
            (abort) => Promise.all([whole(layer), summary(layer, { filter, datetime }, abort)]),
            ([all, { total }]) => put(layer.id, total ? Math.round(Math.min(MOST, Math.max(1, (all / total) ** DAMP)) * 10) / 10 : 1),
            () => put(layer.id, 1), // the heat is drawn all the same
          ),
        REST,
      );
    }
  });
}
