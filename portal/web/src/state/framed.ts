// The map in a frame of another page: tells that page what is looked at, and looks where it says. What everybody may
// see is all there is, so whoever frames it may do so.
import { mapState } from "../map/seen";
import { counting } from "./counts";
import { view } from "./portal";
import { effect } from "./store";
import { encode } from "./url";

export function framed(): void {
  if (parent === self || !("embedded" in document.documentElement.dataset)) return;
  let told = "";
  effect(() => {
    const now = encode(view.value);
    const ready = mapState.value === "idle" && !counting.value;
    const word = `${now} ${ready}`;
    if (word === told) return;
    told = word;
    parent.postMessage({ antu: "view", view: now, ready }, "*");
  });
  addEventListener("message", (event) => {
    const said = event.data as { antu?: unknown; view?: unknown } | null;
    if (event.source !== parent || said?.antu !== "view" || typeof said.view !== "string") return;
    if (said.view.length < 8192 && /^#1(\/|\?|$)/.test(said.view)) location.hash = said.view;
  });
}
