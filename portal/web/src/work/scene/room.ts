// 現場圖: the list of cases beside the map; a scene that is open has the whole window.
import { html } from "lit";
import { pane, selection, work } from "../../state/portal";
import { effect } from "../../state/store";
import type { Room } from "../workspaces";
import "./cases";
import { close, open } from "./desk";
import "./editor";
import "./scene.css";

let end: (() => void) | null = null;

export const room: Room = {
  left: () => html`<antu-cases></antu-cases>`,
  over: () => (selection.value?.layer === "crashes" ? html`<antu-scene></antu-scene>` : null),
  right: () => null,
  enter() {
    pane.value = null;
    end = effect(() => {
      const now = selection.value;
      const id = work.value === "scene" && now?.layer === "crashes" ? Number(now.id) : null;
      if (id) void open(id);
      else close();
    });
  },
  leave() {
    end?.();
    close();
  },
};
