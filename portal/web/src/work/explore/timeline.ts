// The dock of time: months and hours as bars to drag over, and a button that plays month by month.
import { html, nothing, type TemplateResult } from "lit";
import { bars, twin, type Bar } from "../../chart/bars";
import { number, say, t } from "../../i18n/t";
import { brush, brushed, other } from "../../state/compare";
import { hours, knowsHours, theme } from "../../state/portal";
import { signal } from "../../state/store";
import type { Period } from "../../state/url";
import { colour } from "../../style/palette";
import { icon } from "../../ui/icons";
import { styled, View } from "../../ui/view";
import "./brush";
import { inside, type Span } from "./span";
import { hoursRead } from "./held";
import { leading, preferred, startTimeline, timed, timeline, type Timeline } from "./series";

const STEP = 1100;

class TimelineDock extends View {
  #stop: (() => void) | undefined;
  #playing = signal(false);
  #draft = signal<Span | null>(null);
  #hourDraft = signal<Span | null>(null);
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
    return this.#within(brushed.value, months) ?? [0, months.length - 1];
  }

  #within(chosen: Period | null, months: readonly string[]): Span | null {
    if (!chosen) return null;
    const from = months.findIndex((m) => m >= chosen.from);
    const to = months.findLastIndex((m) => m <= chosen.to);
    return from < 0 || to < from ? null : [from, to];
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
        <output>${whole ? html`<span class="hint">${t("time.hint")}</span>` : html`<b>${months[from]} – ${months[to]}</b> ${t("many", { n: number(sum) })}
          <button class="plain clear" aria-label=${t("filter.all")} title=${t("filter.all")} @click=${() => brush(null, months)}>${icon("close")}</button>`}</output>
      </p>
      <antu-brush
        .size=${months.length} .leap=${12} .span=${whole && !this.#draft.value ? null : this.#span(months)} .other=${this.#within(other.value, months)} .round=${false} .ends=${[t("time.from"), t("time.to")]} .says=${(at: number) => months[at] ?? ""}
        .picture=${(dimmed: (at: number) => boolean) => bars(data.map((bar) => ({ ...bar, values: [...bar.values].reverse() })), upward, dimmed)}
        @grab=${() => this.#pause()} @draft=${(e: CustomEvent<Span | null>) => (this.#draft.value = e.detail)} @choose=${(e: CustomEvent<Span | null>) => this.#choose(e.detail ?? [0, months.length - 1], months)}
      ></antu-brush>
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

  #hours(now: Timeline): TemplateResult {
    const able = knowsHours(now.layer);
    const held = this.#hourDraft.value ?? (hours.value ? ([hours.value.from, hours.value.to] as const) : null);
    const most = Math.max(...now.byHour);
    const data = now.byHour.map((n, hour) => ({ label: String(hour), values: n >= most * 0.75 && most > 0 ? [0, n] : [n, 0] }));
    const series = [
      { label: t("count"), colour: colour("dim", theme.value) },
      { label: t("count"), colour: colour("risk2", theme.value) },
    ];
    const sum = held ? now.byHour.reduce((all, n, hour) => all + (inside(held, hour) ? n : 0), 0) : 0;
    return html`<div class="by-hour">
      <p class="timeline-head">
        <strong>${t("time.hours")}</strong>
        ${able
          ? html`<output>${held
              ? html`<b>${hoursRead({ from: held[0], to: held[1] })}</b> ${t("many", { n: number(sum) })}
                <button class="plain clear" aria-label=${t("time.hours.all")} title=${t("time.hours.all")} @click=${() => (hours.value = null)}>${icon("close")}</button>`
              : nothing}</output>`
          : nothing}
      </p>
      ${able
        ? html`<antu-brush
            .size=${24} .leap=${6} .other=${null} .span=${hours.value ? [hours.value.from, hours.value.to] : null} .round=${true} .ends=${[t("time.hours.from"), t("time.hours.to")]} .says=${(at: number) => t("time.hours.at", { hour: at })}
            .picture=${(dimmed: (at: number) => boolean) => bars(data, series, dimmed)}
            @draft=${(e: CustomEvent<Span | null>) => (this.#hourDraft.value = e.detail)}
            @choose=${(e: CustomEvent<Span | null>) => (hours.value = e.detail && { from: e.detail[0], to: e.detail[1] })}
          ></antu-brush>`
        : html`<div class="strip still">${bars(data, series)}</div>`}
      <div class="hours" aria-hidden="true">${[0, 6, 12, 18].map((hour) => html`<span ${styled({ left: `${(hour / 24) * 100}%` })}>${hour}</span>`)}</div>
      ${twin(t("time.hours"), now.byHour.map((n, hour) => ({ label: String(hour), values: [n] })), [{ label: t("count"), colour: "" }])}
    </div>`;
  }

  #choose([from, to]: Span, months: readonly string[]): void {
    const whole = from <= 0 && to >= months.length - 1;
    brush(whole ? null : { from: months[from]!, to: months[to]! }, months);
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
