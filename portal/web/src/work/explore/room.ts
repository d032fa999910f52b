// 探索: the layers with their figures on the left, time below, the chosen thing on the right.
import { html } from "lit";
import { pane, selection } from "../../state/portal";
import type { Room } from "../workspaces";
import "../../ui/tree";
import "./detail";
import "./take";
import "./held";
import "./timeline";

export const room: Room = {
  left: () => html`<antu-held></antu-held><antu-tree></antu-tree>`,
  dock: () => html`<antu-timeline></antu-timeline>`,
  right: () => (selection.value ? html`<antu-detail></antu-detail>` : pane.value === "take" ? html`<antu-take></antu-take>` : null),
};
