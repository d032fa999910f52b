// 巡邏: whose night and which plan on the left, the route with its stops or what is asked of it on the right; on the map
// the line itself is what is taken hold of.
import { html } from "lit";
import { selection } from "../../state/portal";
import { effect } from "../../state/store";
import { tool } from "../../map/seen";
import { aiming, dragging } from "./drag";
import { drawing } from "./draw";
import { plan, start, task } from "./state";
import { asking, listen } from "./watching";
import type { Room } from "../workspaces";
import "../explore/detail";
import "./patrol.css";
import "./plan";
import "./route";
import "./watch";

let ends: (() => void)[] = [];
let inside = false;

export const room: Room = {
  left: () => html`<antu-patrol></antu-patrol>`,
  over: () => (task.value === "plan" && aiming.value ? html`<div class="crosshair" aria-hidden="true"></div>` : null),
  right: () =>
    selection.value
      ? html`<antu-detail></antu-detail>`
      : task.value === "plan"
        ? plan.value
          ? html`<antu-route></antu-route>`
          : null
        : html`<antu-watch-list></antu-watch-list>`,
  enter() {
    inside = true;
    void start();
    ends = [
      drawing(),
      listen(),
      effect(() => asking(task.value === "cars")),
    ];
    void document.querySelector("antu-stage")!.ready.then((map) => inside && ends.push(dragging(map)));
  },
  leave() {
    inside = false;
    ends.splice(0).forEach((end) => end());
    tool.value = null;
    aiming.value = false;
  },
};
