// 街廓: the street-block map by its parameters. Streets and junctions are chosen on the map or in the list on the left and
// changed on the right; every change is one changeset on the server and is drawn at once.
import { html } from "lit";
import { fade, layerOf, shown, switchLayer } from "../../state/portal";
import type { Room } from "../workspaces";
import { chosen, follow } from "./desk";
import { pointing } from "./choose";
import { drawThen } from "./then";
import "../../style/edit.css";
import "./aside";
import "./panel";
import "./past";
import "./picture";
import "./streets.css";

/** On while the workspace is open, and off again after it. */
const WANTED = ["street_lines", "street_posts", "street_warnings"];
let ends: (() => void)[] = [];

export const room: Room = {
  left: () => html`<antu-streets></antu-streets>`,
  right: () => (chosen.value ? html`<antu-street-panel></antu-street-panel>` : null),
  enter() {
    const added = WANTED.filter((id) => layerOf(id) && !(id in shown.peek()));
    added.forEach((id) => switchLayer(id, true));
    if (added.includes("street_lines")) fade("street_lines", 30); // the paint under them is to be seen
    ends = [follow(), pointing(), drawThen(), () => added.forEach((id) => switchLayer(id, false))];
  },
  leave() {
    ends.splice(0).forEach((end) => end());
  },
};
