// 探索: the layers with their figures on the left, time below, the chosen thing or a panel about many on the right.
import { html, type TemplateResult } from "lit";
import { pane, selection } from "../../state/portal";
import type { Room } from "../workspaces";
import "../../ui/tree";
import "./detail";
import "./held";
import "./list";
import { offered } from "./pane";
import "./rank";
import "./swipe";
import "./take";
import "./talk";
import "./timeline";
import "./views";
import "./ways";

const PANELS: Readonly<Record<string, () => TemplateResult>> = {
  rank: () => html`<antu-rank></antu-rank>`,
  charts: () => {
    void import("./charts");
    return html`<antu-charts></antu-charts>`;
  },
  cases: () => {
    if (!offered("cases")) return html``;
    void import("./cases");
    return html`<antu-cases></antu-cases>`;
  },
  list: () => html`<antu-list></antu-list>`,
  take: () => html`<antu-take></antu-take>`,
  surfaces: () => {
    void import("../../surfaces/panel");
    return html`<antu-surfaces></antu-surfaces>`;
  },
  hours: () => {
    void import("../../surfaces/hours");
    return html`<antu-hot-hours></antu-hot-hours>`;
  },
  bring: () => {
    void import("../../bring/panel");
    return html`<antu-bring></antu-bring>`;
  },
  talk: () => html`<antu-talk></antu-talk>`,
  views: () => html`<antu-views></antu-views>`,
};

export const room: Room = {
  left: () => html`<antu-held></antu-held><antu-tree></antu-tree>`,
  over: () => html`<antu-ways></antu-ways><antu-swipe></antu-swipe><antu-pins></antu-pins>`,
  dock: () => html`<antu-timeline></antu-timeline>`,
  right: () => (selection.value ? html`<antu-detail></antu-detail>` : (PANELS[pane.value ?? ""]?.() ?? null)),
};
