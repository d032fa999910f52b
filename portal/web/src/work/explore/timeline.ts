// The time brush: months as stacked bars to drag over, hours beside them, and a button that plays month by month.
// For the keyboard the two ends of the period are sliders.
import { html, nothing, type TemplateResult } from "lit";
import { bars, twin, type Bar } from "../../chart/bars";
import { number, say, t } from "../../i18n/t";
import { period, theme } from "../../state/portal";
import { signal } from "../../state/store";
import { colour } from "../../style/palette";
import { icon } from "../../ui/icons";
import { styled, View } from "../../ui/view";
import { leading, preferred, startTimeline, timed, timeline, type Timeline } from "./series";

type Span = readonly [from: number, to: number];
type Drag = { kind: "new" | "from" | "to" | "move"; start: number; span: Span };
const STEP = 1100;

class TimelineDock extends View {
  #stop: (() => void) | undefined;
  #playing = signal(false);
  #draft = signal<Span | null>(null);
  #drag: Drag | null = null;
  #timer: ReturnType<typeof setInterval> | undefined;

  override connectedCallback(): void {
    super.connectedCallback();
    this.#stop = startTimeline();
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#stop?.();
    this.#pause();
  }

  #span(months: readonly string[]): Span {
    const chosen = period.value;
    if (!chosen) return [0, months.length - 1];
    const from = months.findIndex((m) => m >= chosen.from);
    const to = months.findLastIndex((m) => m <= chosen.to);
    return from < 0 || to < from ? [0, months.length - 1] : [from, to];
  }

  protected override render() {
    const now = timeline.value;
    if (!leading.value) return nothing;
    if (now === null || now === "failed") {
      return html`<section class="timeline card" aria-label=${t("time")}><p class="empty">${now ? t("detail.failed") : `${t("loading")}…`}</p></section>`;
    }
    return html`<section class="timeline card" aria-label=${t("time")}>
      <button class="play" aria-label=${t(this.#playing.value ? "time.pause" : "time.play")} title=${t(this.#playing.value ? "time.pause" : "time.play")} @click=${() => this.#toggle(now.months)}>
        ${icon(this.#playing.value ? "pause" : "play")}
      </button>
      ${this.#months(now)} ${this.#hours(now)}
    </section>`;
  }

  #months(now: Timeline): TemplateResult {
    const { months, classes } = now;
    const [from, to] = this.#draft.value ?? this.#span(months);
    const whole = from === 0 && to === months.length - 1;
    const series = (classes.length ? classes : [null]).map((entry) => ({
      label: entry ? say(entry.label) : say(now.layer.title),
      colour: entry ? this.#ink(entry.icon ?? "") : colour("accent", theme.value),
    }));
    const data: Bar[] = months.map((label) => ({ label, values: now.byMonth.get(label) ?? series.map(() => 0) }));
    const upward = [...series].reverse();
    const sum = data.slice(from, to + 1).reduce((all, bar) => all + bar.values.reduce((a, b) => a + b, 0), 0);
    return html`<div class="months">
      <p class="timeline-head">
        <strong>${t("time.months")}</strong>
        ${timed.value.length > 1 ? this.#choice() : html`<span>${say(now.layer.title)}</span>`}
        <output>${whole ? html`<span class="hint">${t("time.hint")}</span>` : html`<b>${months[from]} – ${months[to]}</b> ${number(sum)} ${t("count")}
          <button class="plain clear" aria-label=${t("filter.all")} title=${t("filter.all")} @click=${() => (period.value = null)}>${icon("close")}</button>`}</output>
      </p>
      <div class="strip" @pointerdown=${this.#grab} @pointermove=${this.#move} @pointerup=${this.#drop} @pointercancel=${this.#drop} @dblclick=${() => (period.value = null)}>
        ${bars(data.map((bar) => ({ ...bar, values: [...bar.values].reverse() })), upward, (i) => i < from || i > to)}
        <div class="brush" ${styled({ left: `${(from / months.length) * 100}%`, width: `${((to - from + 1) / months.length) * 100}%` })}></div>
        ${this.#slider("from", from, months)} ${this.#slider("to", to, months)}
      </div>
      <div class="years" aria-hidden="true">${months.map((m, i) => (m.endsWith("-01") || i === 0 ? html`<span ${styled({ left: `${(i / months.length) * 100}%` })}>${m.slice(0, 4)}</span>` : nothing))}</div>
      ${twin(t("time.months"), data, series)}
    </div>`;
  }

  /** The colour of a class is the token of its symbol. */
  #ink(name: string): string {
    return colour(name.split("/")[1] ?? "accent", theme.value);
  }

  #choice(): TemplateResult {
    return html`<select aria-label=${t("time.layer")} @change=${(e: Event) => (preferred.value = (e.target as HTMLSelectElement).value)}>
      ${timed.value.map((layer) => html`<option value=${layer.id} ?selected=${layer === leading.value}>${say(layer.title)}</option>`)}
    </select>`;
  }

  #slider(end: "from" | "to", at: number, months: readonly string[]): TemplateResult {
    return html`<input
      type="range" class="handle ${end}" min="0" max=${months.length - 1} .value=${String(at)} aria-label=${t(end === "from" ? "time.from" : "time.to")}
      aria-valuetext=${months[at] ?? ""} ${styled({ left: `${((at + (end === "to" ? 1 : 0)) / months.length) * 100}%` })}
      @input=${(e: Event) => this.#slide(end, Number((e.target as HTMLInputElement).value), months)}
    />`;
  }

  #slide(end: "from" | "to", at: number, months: readonly string[]): void {
    const [from, to] = this.#span(months);
    this.#choose(end === "from" ? [Math.min(at, to), to] : [from, Math.max(at, from)], months);
  }

  #hours(now: Timeline): TemplateResult {
    const most = Math.max(...now.byHour);
    const data = now.byHour.map((n, hour) => ({ label: String(hour), values: n >= most * 0.75 && most > 0 ? [0, n] : [n, 0] }));
    const series = [
      { label: t("count"), colour: colour("dim", theme.value) },
      { label: t("count"), colour: colour("risk2", theme.value) },
    ];
    return html`<div class="by-hour">
      <p class="timeline-head"><strong>${t("time.hours")}</strong></p>
      <div class="strip still">${bars(data, series)}</div>
      <div class="hours" aria-hidden="true">${[0, 6, 12, 18, 23].map((hour) => html`<span>${hour}</span>`)}</div>
      ${twin(t("time.hours"), now.byHour.map((n, hour) => ({ label: String(hour), values: [n] })), [{ label: t("count"), colour: "" }])}
    </div>`;
  }

  // dragging

  #months_(): readonly string[] {
    const now = timeline.peek();
    return now && now !== "failed" ? now.months : [];
  }

  #index(event: PointerEvent): number {
    const box = (event.currentTarget as HTMLElement).getBoundingClientRect();
    const count = this.#months_().length;
    return Math.min(count - 1, Math.max(0, Math.floor(((event.clientX - box.left) / box.width) * count)));
  }

  #grab = (event: PointerEvent) => {
    const months = this.#months_();
    if (event.button !== 0 || !months.length) return;
    this.#pause();
    const strip = event.currentTarget as HTMLElement;
    const at = this.#index(event);
    const span = this.#span(months);
    const box = strip.getBoundingClientRect();
    const near = (edge: number) => Math.abs(event.clientX - box.left - (edge / months.length) * box.width) < 9;
    const whole = span[0] === 0 && span[1] === months.length - 1;
    const kind = near(span[0]) && !(whole && at > 0) ? "from" : near(span[1] + 1) ? "to" : !whole && at >= span[0] && at <= span[1] ? "move" : "new";
    this.#drag = { kind, start: at, span };
    if (kind === "new") this.#draft.value = [at, at];
    strip.setPointerCapture(event.pointerId);
    event.preventDefault();
  };

  #move = (event: PointerEvent) => {
    if (!this.#drag) return;
    const { kind, start, span } = this.#drag;
    const at = this.#index(event);
    const last = this.#months_().length - 1;
    if (kind === "new") this.#draft.value = [Math.min(start, at), Math.max(start, at)];
    else if (kind === "from") this.#draft.value = [Math.min(at, span[1]), span[1]];
    else if (kind === "to") this.#draft.value = [span[0], Math.max(at, span[0])];
    else {
      const by = Math.min(last - span[1], Math.max(-span[0], at - start));
      this.#draft.value = [span[0] + by, span[1] + by];
    }
  };

  #drop = () => {
    const drag = this.#drag;
    const draft = this.#draft.peek();
    this.#drag = null;
    this.#draft.value = null;
    if (!drag) return;
    if (draft) this.#choose(draft, this.#months_());
    else if (drag.kind === "move") this.#choose([drag.start, drag.start], this.#months_());
  };

  #choose([from, to]: Span, months: readonly string[]): void {
    const whole = from <= 0 && to >= months.length - 1;
    period.value = whole ? null : { from: months[from]!, to: months[to]! };
  }

  // playing

  #toggle(months: readonly string[]): void {
    if (this.#playing.peek()) return this.#pause();
    const [from, to] = this.#span(months);
    const whole = from === 0 && to === months.length - 1;
    const wide = whole ? 1 : to - from + 1;
    let at = whole ? 0 : from + 1 + wide > months.length ? 0 : from + 1;
    const step = () => {
      if (at + wide > months.length) return this.#pause();
      this.#choose([at, at + wide - 1], months);
      at += 1;
    };
    this.#playing.value = true;
    step();
    this.#timer = setInterval(step, STEP);
  }

  #pause(): void {
    clearInterval(this.#timer);
    this.#playing.value = false;
  }
}

customElements.define("antu-timeline", TimelineDock);
