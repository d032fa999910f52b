// Which layer the list beside the map is of, and in which order: set from the layers' tree, read by the list.
import type { Layer } from "../api/catalogue";
import { fromText } from "../api/cql2";
import { pane, selection, setCondition, switchLayer } from "./portal";
import { batch, signal } from "./store";

/** Chosen by the user; null is the first that is in view. */
export const listed = signal<string | null>(null);
/** Whether features come in the order of what happens near them, where the layer declares that. */
export const byNearby = signal(false);

/** Asks a layer's ready question: its map is held to the rows that it means, and they are listed. */
export function askReady(layer: Layer, filter: string): void {
  batch(() => {
    switchLayer(layer.id, true);
    setCondition(layer.id, fromText(filter));
    listed.value = layer.id;
    byNearby.value = Boolean(layer.nearby);
    selection.value = null;
    pane.value = "list";
  });
}
