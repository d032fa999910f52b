// Undo and redo, wherever one works: Ctrl+Z, Ctrl+Shift+Z or Ctrl+Y, two buttons, and two fingers while something is drawn.
import { html, nothing, type TemplateResult } from "lit";
import { say, t } from "../i18n/t";
import { log } from "../state/log";
import { icon } from "./icons";
import { tell } from "./toasts";

export function undo(): void {
  const done = log.undo();
  if (done) tell(t("log.undone", { what: say(done.words) }));
}

export function redo(): void {
  const done = log.redo();
  if (done) tell(t("log.redone", { what: say(done.words) }));
}

/** Both buttons say what they would change. One that would change nothing is not there. */
export function undoButtons(): TemplateResult {
  const { last, next } = log;
  return html`${last ? html`<button class="plain undo" title=${say(last.words)} @click=${undo}>${icon("undo")}${t("undo")}</button>` : nothing}${next
    ? html`<button class="plain redo" title=${say(next.words)} @click=${redo}>${icon("redo")}${t("redo")}</button>`
    : nothing}`;
}

export function listenForUndo(): void {
  document.addEventListener("keydown", (event) => {
    const typing = (event.target as HTMLElement).closest("input:not([type=checkbox], [type=range], [type=radio]), textarea, select");
    if (typing || event.defaultPrevented || event.altKey || !(event.ctrlKey || event.metaKey)) return;
    const key = event.key.toLowerCase();
    if (key !== "z" && !(key === "y" && !event.shiftKey)) return;
    event.preventDefault();
    if (key === "y" || event.shiftKey) redo();
    else undo();
  });
}

/** Both fingers down and up again at once and in place. Returns how to stop listening. */
export function listenForTwoFingers(on: HTMLElement, act: () => void): () => void {
  let began = 0;
  let from: { x: number; y: number }[] = [];
  const start = (event: TouchEvent) => {
    if (event.touches.length !== 2) return void (began = 0);
    began = event.timeStamp;
    from = [...event.touches].map(({ clientX: x, clientY: y }) => ({ x, y }));
  };
  const move = (event: TouchEvent) => {
    const far = [...event.touches].some(({ clientX, clientY }, i) => from[i] && Math.hypot(clientX - from[i].x, clientY - from[i].y) > 12);
    if (far) began = 0;
  };
  const end = (event: TouchEvent) => {
    if (event.touches.length || !began) return;
    if (event.timeStamp - began < 400) act();
    began = 0;
  };
  on.addEventListener("touchstart", start, { passive: true });
  on.addEventListener("touchmove", move, { passive: true });
  on.addEventListener("touchend", end, { passive: true });
  return () => {
    on.removeEventListener("touchstart", start);
    on.removeEventListener("touchmove", move);
    on.removeEventListener("touchend", end);
  };
}
