// Boxes to blur, drawn by hand over a picture: dragged out, moved, resized and taken away, by finger or by keyboard, with
// undo. They are parts of the upright picture; nothing is sent from here.
import { html, nothing, svg, type TemplateResult } from "lit";
import { t } from "../../../i18n/t";
import { signal } from "../../../state/store";
import type { Box } from "../book";
import { word } from "../desk";

const LEAST = 0.004;
export const boxes = signal<readonly Box[]>([]);
export const picked = signal<number>(-1);
const past = signal<readonly (readonly Box[])[]>([]);
export const canUndo = (): boolean => past.value.length > 0;

export function begin(from: readonly Box[]): void {
  boxes.value = from;
  past.value = [];
  picked.value = -1;
}

function write(next: readonly Box[], first = true): void {
  if (first) past.value = [...past.peek(), boxes.peek()];
  boxes.value = next;
}

export function undo(): void {
  const before = past.peek().at(-1);
  if (!before) return;
  boxes.value = before;
  past.value = past.peek().slice(0, -1);
  picked.value = -1;
}

export function add(): void {
  write([...boxes.peek(), [0.45, 0.45, 0.55, 0.55]]);
  picked.value = boxes.peek().length - 1;
}

export function remove(n = picked.peek()): void {
  if (!boxes.peek()[n]) return;
  write(boxes.peek().filter((_, i) => i !== n));
  picked.value = -1;
}

const within = (n: number, low = 0, high = 1) => Math.round(Math.max(low, Math.min(high, n)) * 1e5) / 1e5;
/** Moved, or with its far corner moved, but inside the picture and never nothing. */
export function changed([x, y, x2, y2]: Box, dx: number, dy: number, corner: boolean): Box {
  if (corner) return [x, y, within(x2 + dx, x + LEAST), within(y2 + dy, y + LEAST)];
  const [left, top] = [within(x + dx, 0, 1 - (x2 - x)), within(y + dy, 0, 1 - (y2 - y))];
  return [left, top, within(left + x2 - x), within(top + y2 - y)];
}

export function spanned(a: readonly [number, number], b: readonly [number, number]): Box | null {
  const box: Box = [within(Math.min(a[0], b[0])), within(Math.min(a[1], b[1])), within(Math.max(a[0], b[0])), within(Math.max(a[1], b[1]))];
  return box[2] - box[0] >= LEAST && box[3] - box[1] >= LEAST ? box : null;
}

let hand: { from: readonly [number, number]; box: Box | null; n: number; corner: boolean; before: readonly Box[] } | null = null;
const draft = signal<Box | null>(null);

function at(event: PointerEvent): readonly [number, number] {
  const { left, top, width, height } = (event.currentTarget as Element).getBoundingClientRect();
  return [(event.clientX - left) / width, (event.clientY - top) / height];
}

function down(event: PointerEvent): void {
  if (event.button) return;
  (event.currentTarget as Element).setPointerCapture(event.pointerId);
  const target = (event.target as Element).closest<SVGElement>("[data-box]");
  const n = target ? Number(target.dataset.box) : -1;
  picked.value = n;
  hand = { from: at(event), box: boxes.peek()[n] ?? null, n, corner: !!(event.target as Element).closest(".far"), before: boxes.peek() };
}

function move(event: PointerEvent): void {
  if (!hand) return;
  const [x, y] = at(event);
  const { from, box, n, corner, before } = hand;
  if (!box) return void (draft.value = spanned(from, [x, y]));
  write(before.map((one, i) => (i === n ? changed(box, x - from[0], y - from[1], corner) : one)), boxes.peek() === before);
}

function up(): void {
  const made = draft.peek();
  hand = null;
  draft.value = null;
  if (!made) return;
  write([...boxes.peek(), made]);
  picked.value = boxes.peek().length - 1;
}

function key(event: KeyboardEvent, n: number): void {
  const step = event.ctrlKey ? 0.05 : 0.01;
  const by = { ArrowLeft: [-step, 0], ArrowRight: [step, 0], ArrowUp: [0, -step], ArrowDown: [0, step] }[event.key];
  if (by) write(boxes.peek().map((one, i) => (i === n ? changed(one, by[0]!, by[1]!, event.shiftKey) : one)));
  else if (event.key === "Delete" || event.key === "Backspace") {
    remove(n);
    (event.currentTarget as Element).closest<HTMLElement>("dialog")?.querySelector<HTMLElement>(".box-add")?.focus();
  } else return;
  event.preventDefault();
  event.stopPropagation();
}

export function drawn(width: number, height: number): TemplateResult {
  const rect = ([x, y, x2, y2]: Box, kind: string) => svg`<rect class=${kind} x=${x * width} y=${y * height} width=${(x2 - x) * width} height=${(y2 - y) * height} vector-effect="non-scaling-stroke"/>`;
  const grip = Math.max(width, height) / 70;
  return html`<svg class="boxes" viewBox="0 0 ${width} ${height}" preserveAspectRatio="none" role="group" aria-label=${word("blur.boxes")} @pointerdown=${down} @pointermove=${move} @pointerup=${up} @pointercancel=${up}>
    ${boxes.value.map((box, n) => svg`<g data-box=${n} class=${n === picked.value ? "picked" : ""} tabindex="0" role="button" aria-roledescription=${word("blur.box")} aria-label=${t("scene.blur.nth", { n: n + 1 })}
      @focus=${() => (picked.value = n)} @keydown=${(e: KeyboardEvent) => key(e, n)}>${rect(box, "box")}<circle class="far" cx=${box[2] * width} cy=${box[3] * height} r=${grip}/></g>`)}
    ${draft.value ? rect(draft.value, "draft") : nothing}</svg>`;
}
