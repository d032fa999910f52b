// Comparing two periods or two filters: on one map with a divider that is drawn aside or moved by arrow keys, or on two
// maps side by side; and for either side what is shown there and how many.
import { html, nothing, type TemplateResult } from "lit";
import { Latest } from "../../api/http";
import { summary } from "../../api/questions";
import { number, t } from "../../i18n/t";
import { brushing, keepFilters, leftCondition, swap, texts } from "../../state/compare";
import { facing } from "../../state/facing";
import { bounds, compare, conditionOf, datetimeOf, edits, filterOf, period } from "../../state/portal";
import { batch, signal } from "../../state/store";
import type { Period } from "../../state/url";
import { icon } from "../../ui/icons";
import { styled, View } from "../../ui/view";
import { conditionWords } from "./held";
import { leading, timeline } from "./series";

const REST = 220;
const STEP = 2;

export function canCompare(): boolean {
  const now = timeline.value;
  return now !== null && now !== "failed" && now.months.length > 1;
}

type Mode = "swipe" | "twin";
export const comparing = (): Mode | null => (compare.value ? (compare.value.mode ?? "swipe") : null);

/** Begins to compare that way, goes over to it, or ends. */
export function turnComparing(mode: Mode): void {
  const before = compare.peek();
  if (before && (before.mode ?? "swipe") === mode) return endComparing();
  if (before) {
    const { mode: _, ...rest } = before;
    compare.value = mode === "twin" ? { ...rest, mode } : rest;
    return;
  }
  comparePeriods(mode);
}

function comparePeriods(mode: Mode): void {
  const now = timeline.peek();
  const sides = now && now !== "failed" ? facing(period.peek(), now.months) : null;
  if (!sides) return;
  batch(() => {
    period.value = sides.right;
    compare.value = { at: compare.peek()?.at ?? 50, period: sides.left, ...(mode === "twin" ? { mode } : {}) };
    brushing.value = "right";
  });
}

function endComparing(): void {
  batch(() => {
    compare.value = null;
    brushing.value = "right";
  });
}

/** The conditions of one side in words, shortly. */
function filtersRead(filters: Readonly<Record<string, string>>): string {
  return conditionWords(filters).join("；") || t("swipe.unfiltered");
}

class Swipe extends View {
  #totals = signal<readonly [left: number, right: number] | null>(null);
  #latest = new Latest();
  #timer: ReturnType<typeof setTimeout> | undefined;
  #stop: (() => void) | undefined;
  #starting = false;
  #mode: Mode | null = null;

  override connectedCallback(): void {
    super.connectedCallback();
    this.when(() => void this.#lay(comparing()));
    this.when(() => this.#count());
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    clearTimeout(this.#timer);
    this.#latest.stop();
    this.#stop?.();
    this.#stop = undefined;
    this.#mode = null;
  }

  /** The second map is there as long as the comparison is. */
  async #lay(wanted: Mode | null): Promise<void> {
    if (wanted === this.#mode) return;
    this.#mode = wanted;
    this.#stop?.();
    this.#stop = undefined;
    if (!wanted || this.#starting) return;
    this.#starting = true;
    try {
      const { startAside } = await import("../../map/aside");
      const main = await document.querySelector("antu-stage")!.ready;
      if (this.#mode && this.isConnected) this.#stop = startAside(main, this.#mode === "twin");
    } finally {
      this.#starting = false;
    }
  }

  #count(): void {
    const layer = leading.value;
    const sides = compare.value;
    const bbox = bounds.value;
    clearTimeout(this.#timer);
    if (!layer || !sides || !bbox) return;
    const asked = [
      { bbox, filter: filterOf(layer, leftCondition(layer.id)), datetime: datetimeOf(layer, sides.period ?? period.value) },
      { bbox, filter: filterOf(layer, conditionOf(layer.id)), datetime: datetimeOf(layer) },
    ];
    void edits.value[layer.id];
    this.#timer = setTimeout(
      () =>
        void this.#latest.ask(
          (abort) => Promise.all(asked.map((one) => summary(layer, one, abort))),
          ([left, right]) => (this.#totals.value = [left!.total, right!.total]),
          () => (this.#totals.value = null),
        ),
      REST,
    );
  }

  protected override render() {
    const now = compare.value;
    if (!now) return nothing;
    const totals = this.#totals.value;
    const at = `${now.at}%`;
    return html`<div class="swipe ${now.mode ?? ""}">
      ${this.#side("left", now.period ?? period.value, totals?.[0] ?? null, null)} ${this.#side("right", period.value, totals?.[1] ?? null, totals)}
      <div class="sides card" role="group" aria-label=${t("swipe.what")}>
        <button class="plain" aria-pressed=${now.period !== null} @click=${() => now.period === null && comparePeriods(now.mode ?? "swipe")}>${t("swipe.periods")}</button>
        <button class="plain" aria-pressed=${now.filters !== undefined} @click=${() => now.filters === undefined && keepFilters()}>${t("swipe.filters")}</button>
        <button class="plain" aria-label=${t("swipe.swap")} title=${t("swipe.swap")} @click=${swap}>${icon("swap")}</button>
      </div>
      ${now.mode === "twin" ? html`<div class="seam" aria-hidden="true"></div>` : this.#divider(now.at, at)}
    </div>`;
  }

  #divider(now: number, at: string): TemplateResult {
    return html`<div
        class="divider" role="slider" tabindex="0" aria-orientation="horizontal" aria-label=${t("swipe.divider")} aria-valuemin="0" aria-valuemax="100" aria-valuenow=${now} aria-valuetext=${at}
        ${styled({ left: at })} @keydown=${this.#key} @pointerdown=${this.#grab} @pointermove=${this.#move} @pointerup=${this.#drop} @pointercancel=${this.#drop}
      ><span>${icon("left")}${icon("right")}</span></div>`;
  }

  #side(side: "left" | "right", shown: Period | null, n: number | null, both: readonly [number, number] | null): TemplateResult {
    const change = both && both[0] ? Math.round((both[1] / both[0] - 1) * 100) : null;
    const on = brushing.value === side;
    return html`<div class="side ${side === "left" ? "before" : "after"}">
      <button class="card" aria-pressed=${on} title=${t("swipe.brush")} @click=${() => (brushing.value = side)}>
        ${compare.value?.filters ? html`<i>${side === "left" ? filtersRead(compare.value.filters) : filtersRead(texts())}</i>` : nothing}
        <b>${shown ? (shown.from === shown.to ? shown.from : `${shown.from} – ${shown.to}`) : t("filter.all")}</b>
        <span>${n === null ? "…" : t("many", { n: number(n) })}</span>
        ${change === null ? nothing : html`<em>${change > 0 ? "+" : change < 0 ? "−" : "±"}${Math.abs(change)}%</em>`}
      </button>
    </div>`;
  }

  #to(at: number): void {
    const now = compare.peek();
    if (now) compare.value = { ...now, at: Math.round(Math.min(100, Math.max(0, at)) * 10) / 10 };
  }

  #key = (event: KeyboardEvent) => {
    const now = compare.peek();
    const step = event.shiftKey ? STEP * 5 : STEP;
    const to = { ArrowLeft: now!.at - step, ArrowDown: now!.at - step, ArrowRight: now!.at + step, ArrowUp: now!.at + step, Home: 0, End: 100 }[event.key];
    if (to === undefined) return;
    event.preventDefault();
    this.#to(to);
  };

  #grab = (event: PointerEvent) => {
    if (event.button !== 0) return;
    (event.currentTarget as HTMLElement).setPointerCapture(event.pointerId);
    (event.currentTarget as HTMLElement).dataset.held = "true";
  };

  #move = (event: PointerEvent) => {
    const divider = event.currentTarget as HTMLElement;
    if (!divider.dataset.held) return;
    const box = divider.parentElement!.getBoundingClientRect();
    this.#to(((event.clientX - box.left) / box.width) * 100);
  };

  #drop = (event: PointerEvent) => {
    delete (event.currentTarget as HTMLElement).dataset.held;
  };
}

customElements.define("antu-swipe", Swipe);
