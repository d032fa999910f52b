// 會議: meetings and decisions on the left, the place that is dealt with on the map and beside it.
import { html } from "lit";
import { selection, shown, switchLayer } from "../../state/portal";
import { layerOf } from "../../state/portal";
import type { Room } from "../workspaces";
import "../explore/detail";
import "./papers";
import "./slides";

const LAYERS = ["junction_risk", "measures", "decisions"];

export const room: Room = {
  left: () => html`<antu-papers></antu-papers>`,
  right: () => (selection.value ? html`<antu-detail></antu-detail>` : null),
  enter: () => {
    for (const id of LAYERS) if (layerOf(id) && !(id in shown.peek())) switchLayer(id, true);
  },
};
