// Listens to the server: where rows of a shown layer have changed, its tiles, figures and details are asked anew.
import { batch } from "./store";
import { edits, layerOf } from "./portal";

export function live(): void {
  const waiting = new Set<string>();
  let timer: ReturnType<typeof setTimeout> | undefined;
  const apply = () => {
    timer = undefined;
    const next = { ...edits.peek() };
    for (const id of waiting) next[id] = (next[id] ?? 0) + 1;
    waiting.clear();
    batch(() => (edits.value = next));
  };
  const events = new EventSource("/tiles/events");
  events.addEventListener("changed", (event) => {
    const { layer } = JSON.parse((event as MessageEvent<string>).data) as { layer: string };
    if (!layerOf(layer)) return;
    waiting.add(layer);
    timer ??= setTimeout(apply, 400); // an import is one change to look at, not thousands
  });
}
