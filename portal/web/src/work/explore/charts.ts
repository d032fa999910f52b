// When and of what kind: weekday × hour as a field to drag over, and the kinds as bars to press. What is chosen here
// holds the map, and what the map shows is counted here; a chart counts its own values whether they are chosen or not.
import { html, nothing, svg, type TemplateResult } from "lit";
import type { Field, Layer, Value } from "../../api/catalogue";
import { heldTo, hold } from "../../api/cql2";
import { Latest } from "../../api/http";
import { summary, type Cell } from "../../api/questions";
import { number, say, t } from "../../i18n/t";
import { bounds, conditionOf, datetimeOf, edits, filterOf, hours, knowsHours, setCondition, theme } from "../../state/portal";
import { batch, effect, signal } from "../../state/store";
import { colour } from "../../style/palette";
import { icon } from "../../ui/icons";
import { reads } from "../../ui/values";
import { styled, View } from "../../ui/view";
import { paneHead } from "./pane";
import { leading } from "./series";

const REST = 200;
const MOST = 8;
const DAY = "weekday";
const WEEK = "weekday*hour";
const RAMP = ["risk1", "risk2", "risk3", "risk4"];
const HOURS = 24;
const SIDE = 10;
type Cells = ReadonlyMap<string, readonly Cell[]>;
interface Corner {
  day: number;
  hour: number;
}

const all = signal<ReadonlySet<string>>(new Set());

class Charts extends View {
  #found = signal<{ layer: Layer; cells: Cells } | "failed" | null>(null);
  #drag = signal<{ from: Corner; to: Corner } | null>(null);
  #latest = new Latest();
  #timer: ReturnType<typeof setTimeout> | undefined;
  #end: (() => void) | undefined;

  override connectedCallback(): void {
    super.connectedCallback();
    this.#end = effect(() => this.#follow());
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    clearTimeout(this.#timer);
    this.#latest.stop();
    this.#end?.();
  }

  #kinds(layer: Layer): readonly Field[] {
    const coded = layer.fields.filter((field) => field.codes && field.filter && field.name !== DAY);
    const wanted = coded.filter((field) => field.tint);
    return (wanted.length ? wanted : coded).slice(0, 7);
  }

  #follow(): void {
    const layer = leading.value;
    const bbox = bounds.value;
    if (!layer || !bbox) return void (this.#found.value = null);
    const datetime = datetimeOf(layer);
    const condition = conditionOf(layer.id);
    const base = { bbox, datetime };
    void edits.value[layer.id];
    const kinds = this.#kinds(layer).map((field) => field.name);
    const held = kinds.filter((name) => heldTo(condition, name));
    const free = kinds.filter((name) => !held.includes(name));
    const week = this.#weekly(layer);
    const loose = week && (hours.value !== null || heldTo(condition, DAY) !== null);
    const asking = [
      { ...base, filter: filterOf(layer), by: [...free, ...(week && !loose ? [WEEK] : [])] },
      ...held.map((name) => ({ ...base, filter: filterOf(layer, hold(condition, name, [])), by: [name] })),
      ...(loose ? [{ ...base, filter: filterOf(layer, hold(condition, DAY, []), null), by: [WEEK] }] : []),
    ].filter((one) => one.by.length);
    clearTimeout(this.#timer);
    this.#timer = setTimeout(
      () =>
        void this.#latest.ask(
          (abort) => Promise.all(asking.map((one) => summary(layer, one, abort))),
          (found) => (this.#found.value = { layer, cells: new Map(found.flatMap(({ by }) => Object.entries(by))) }),
          () => (this.#found.value = "failed"),
        ),
      REST,
    );
  }

  #weekly(layer: Layer): boolean {
    return Boolean(layer.time) && knowsHours(layer) && layer.fields.some((field) => field.name === DAY);
  }

  protected override render() {
    const now = this.#found.value;
    return html`<section class="pane charts" aria-label=${t("charts")}>
      ${paneHead(t("charts"))}
      <div class="scroll">
        ${!leading.value
          ? html`<p class="empty">${t("charts.no-layer")}</p>`
          : now === "failed"
            ? html`<p class="empty" role="alert">${t("detail.failed")}</p>`
            : now
              ? html`<p class="hint">${t("charts.hint", { layer: say(now.layer.title) })}</p>
                ${now.cells.has(WEEK) ? this.#week(now.layer, now.cells.get(WEEK)!) : nothing} ${this.#kinds(now.layer).map((field) => this.#bars(now.layer, field, now.cells.get(field.name) ?? []))}`
              : html`<div class="bones" aria-label=${t("loading")}><i></i><i></i><i></i></div>`}
      </div>
    </section>`;
  }

  // weekday × hour

  #week(layer: Layer, cells: readonly Cell[]): TemplateResult {
    const counts = new Map(cells.map(([day, hour, n]) => [(Number(day) - 1) * HOURS + Number(hour), Number(n)]));
    const most = Math.max(1, ...counts.values());
    const ramp = RAMP.map((token) => colour(token, theme.value));
    const none = colour("sunken", theme.value);
    const fill = (n: number) => (n ? ramp[Math.min(ramp.length - 1, Math.ceil((n / most) * ramp.length) - 1)]! : none);
    const days = [...t("weekdays")];
    const chosen = heldTo(conditionOf(layer.id), DAY)?.map(Number) ?? null;
    const inside = this.#inside(chosen);
    const any = chosen !== null || hours.value !== null;
    return html`<h3>${t("detail.week")}${any ? html`<button class="plain" @click=${() => this.#hold(layer, null)}>${icon("close")}${t("charts.all")}</button>` : nothing}</h3>
      <div class="matrix brushed">
        <div class="matrix-days">${days.map((day, d) => html`<button class="plain" aria-pressed=${chosen?.includes(d + 1) ?? false} aria-label=${t("charts.day", { day })} @click=${() => this.#turn(layer, DAY, d + 1)}>${day}</button>`)}</div>
        <svg viewBox="0 0 ${HOURS * SIDE} ${7 * SIDE}" aria-hidden="true" @pointerdown=${this.#grab} @pointermove=${this.#move} @pointerup=${(e: PointerEvent) => this.#drop(e, layer)} @pointercancel=${() => (this.#drag.value = null)}>
          ${Array.from({ length: 7 * HOURS }, (_, i) => {
            const [day, hour] = [Math.floor(i / HOURS), i % HOURS];
            const n = counts.get(i) ?? 0;
            return svg`<rect x=${hour * SIDE + 0.5} y=${day * SIDE + 0.5} width="9" height="9" rx="1.8" class=${inside(day + 1, hour) ? "" : "dimmed"} fill=${fill(n)}><title>${days[day]} ${t("time.hours.span", { from: hour, to: hour + 1 })}: ${n}</title></rect>`;
          })}
        </svg>
        <div class="hours" aria-hidden="true">${[0, 6, 12, 18, 23].map((hour) => html`<span>${hour}</span>`)}</div>
        <table class="unseen">
          <caption>${t("detail.week")}</caption>
          <thead><tr><td></td>${Array.from({ length: HOURS }, (_, h) => html`<th scope="col">${h}</th>`)}</tr></thead>
          <tbody>${days.map((day, d) => html`<tr><th scope="row">${day}</th>${Array.from({ length: HOURS }, (_, h) => html`<td>${counts.get(d * HOURS + h) ?? 0}</td>`)}</tr>`)}</tbody>
        </table>
      </div>`;
  }

  #inside(chosen: readonly number[] | null): (day: number, hour: number) => boolean {
    const drag = this.#drag.value;
    if (drag) {
      const [days, span] = boxed(drag.from, drag.to);
      return (day, hour) => days.includes(day) && hour >= span.from && hour <= span.to;
    }
    const within = hours.value;
    const hourly = (hour: number) => !within || (within.from <= within.to ? hour >= within.from && hour <= within.to : hour >= within.from || hour <= within.to);
    return (day, hour) => (!chosen || chosen.includes(day)) && hourly(hour);
  }

  #at(event: PointerEvent): Corner {
    const box = (event.currentTarget as SVGElement).getBoundingClientRect();
    const place = (at: number, from: number, size: number, count: number) => Math.min(count - 1, Math.max(0, Math.floor(((at - from) / size) * count)));
    return { day: place(event.clientY, box.top, box.height, 7) + 1, hour: place(event.clientX, box.left, box.width, HOURS) };
  }

  #grab = (event: PointerEvent) => {
    if (event.button !== 0) return;
    const at = this.#at(event);
    this.#drag.value = { from: at, to: at };
    (event.currentTarget as SVGElement).setPointerCapture(event.pointerId);
    event.preventDefault();
  };

  #move = (event: PointerEvent) => {
    const drag = this.#drag.peek();
    if (drag) this.#drag.value = { from: drag.from, to: this.#at(event) };
  };

  #drop(event: PointerEvent, layer: Layer): void {
    const drag = this.#drag.peek();
    if (!drag) return;
    this.#drag.value = null;
    this.#hold(layer, { from: drag.from, to: this.#at(event) });
  }

  #hold(layer: Layer, box: { from: Corner; to: Corner } | null): void {
    const [days, span] = box ? boxed(box.from, box.to) : [[], null];
    batch(() => {
      hours.value = span && span.from === 0 && span.to === HOURS - 1 ? null : span;
      setCondition(layer.id, hold(conditionOf(layer.id), DAY, days.length === 7 ? [] : days));
    });
  }

  // kinds

  #turn(layer: Layer, field: string, value: Value): void {
    const condition = conditionOf(layer.id);
    const held = heldTo(condition, field) ?? [];
    setCondition(layer.id, hold(condition, field, held.includes(value) ? held.filter((one) => one !== value) : [...held, value]));
  }

  #bars(layer: Layer, field: Field, cells: readonly Cell[]): TemplateResult | typeof nothing {
    const rows = cells.filter(([value]) => value !== null && value !== "").map(([value, n]) => [value as Value, Number(n)] as const).sort((a, b) => b[1] - a[1]);
    if (!rows.length) return nothing;
    const held = heldTo(conditionOf(layer.id), field.name);
    const whole = all.value.has(field.name);
    const shown = whole ? rows : rows.filter(([value], i) => i < MOST || held?.includes(value));
    const most = rows[0]![1];
    const entries = new Map(layer.legend.filter((entry) => entry.filter?.field === field.name).map((entry) => [entry.filter!.value, entry.icon?.split("/")[1] ?? "accent"]));
    return html`<h3>${say(field.title)}${held ? html`<button class="plain" @click=${() => setCondition(layer.id, hold(conditionOf(layer.id), field.name, []))}>${icon("close")}${t("charts.all")}</button>` : nothing}</h3>
      <ul class="kinds-bars" data-field=${field.name}>
        ${shown.map(
          ([value, n]) => html`<li><button class="plain ${held && !held.includes(value) ? "dimmed" : ""}" aria-pressed=${held?.includes(value) ?? false} @click=${() => this.#turn(layer, field.name, value)}>
            <span>${reads(field, value)}</span><output>${number(n)}</output>
            <i ${styled({ width: `${(n / most) * 100}%`, background: colour(entries.get(value) ?? "accent", theme.value) })}></i>
          </button></li>`,
        )}
      </ul>
      ${rows.length > MOST ? html`<button class="plain more-bars" @click=${() => this.#unfold(field.name)}>${whole ? t("charts.fewer") : t("charts.more", { n: rows.length - MOST })}</button>` : nothing}`;
  }

  #unfold(name: string): void {
    const next = new Set(all.peek());
    if (!next.delete(name)) next.add(name);
    all.value = next;
  }
}

/** The days and hours of a box between two corners, whichever way it was drawn. */
export function boxed(a: Corner, b: Corner): [days: number[], span: { from: number; to: number }] {
  const [first, last] = [Math.min(a.day, b.day), Math.max(a.day, b.day)];
  return [Array.from({ length: last - first + 1 }, (_, i) => first + i), { from: Math.min(a.hour, b.hour), to: Math.max(a.hour, b.hour) }];
}

customElements.define("antu-charts", Charts);
