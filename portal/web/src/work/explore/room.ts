// 探索: the layers with their figures on the left, time below, the chosen thing or a panel about many on the right.
// What a first picture does not show is fetched when it is opened.
import { html, type TemplateResult } from "lit";
import { pane, selection } from "../../state/portal";
import { opened } from "../../ui/lazily";
import type { Room } from "../workspaces";
import "../../ui/tree";
import "./held";
import { offered } from "./pane";
import "./swipe";
import "./timeline";
import "./ways";

interface Part {
  load: () => Promise<unknown>;
  shown: () => TemplateResult;
}

const DETAIL: Part = { load: () => import("./detail"), shown: () => html`<antu-detail></antu-detail>` };
const PANELS: Readonly<Record<string, Part>> = {
  rank: { load: () => import("./rank"), shown: () => html`<antu-rank></antu-rank>` },
  charts: { load: () => import("./charts"), shown: () => html`<antu-charts></antu-charts>` },
  cases: { load: () => import("./cases"), shown: () => html`<antu-cases></antu-cases>` },
  list: { load: () => import("./list"), shown: () => html`<antu-list></antu-list>` },
  take: { load: () => import("./take"), shown: () => html`<antu-take></antu-take>` },
  surfaces: { load: () => import("../../surfaces/panel"), shown: () => html`<antu-surfaces></antu-surfaces>` },
  hours: { load: () => import("../../surfaces/hours"), shown: () => html`<antu-hot-hours></antu-hot-hours>` },
  bring: { load: () => import("../../bring/panel"), shown: () => html`<antu-bring></antu-bring>` },
  talk: { load: () => import("./talk"), shown: () => html`<antu-talk></antu-talk>` },
  views: { load: () => import("./views"), shown: () => html`<antu-views></antu-views>` },
};

function right(): TemplateResult | null {
  const which = pane.value ?? "";
  const part = selection.value ? DETAIL : PANELS[which];
  if (!part) return null;
  if (part !== DETAIL && !offered(which)) return html``;
  opened(part.load);
  return part.shown();
}

export const room: Room = {
  left: () => html`<antu-held></antu-held><antu-tree></antu-tree>`,
  over: () => html`<antu-ways></antu-ways><antu-swipe></antu-swipe><antu-pins></antu-pins>`,
  dock: () => html`<antu-timeline></antu-timeline>`,
  right,
};
