// 熱時: how often things happen at each hour of the week, in the city, in an area or at a place that was chosen on the
// map. The week is a grid that arrow keys walk through; what stands under the focus is read out in a sentence.
import { html, type TemplateResult } from "lit";
import type { Layer } from "../api/catalogue";
import { Latest, Problem } from "../api/http";
import { dated, inline, lang, number, say, t } from "../i18n/t";
import { area, catalogue, conditionOf, datetimeOf, layerOf } from "../state/portal";
import { heldText } from "../api/cql2";
import { signal } from "../state/store";
import { View } from "../ui/view";
import { areaRead } from "../work/explore/held";
import { cameFrom, paneHead } from "../work/explore/pane";
import { leading } from "../work/explore/series";
import "./surfaces.css";

interface Week {
  place: string | null;
  from: string | null;
  to: string | null;
  events: number;
  all: number;
  counts: readonly (readonly number[])[];
  rate: readonly (readonly (number | null)[])[];
  low: readonly (readonly (number | null)[])[];
  high: readonly (readonly (number | null)[])[];
  /** [weekday from 0, hour] that are more than chance would bring. */
  marked: readonly (readonly [number, number])[];
  hot: readonly { weekday: number; from: number; to: number; events: number }[];
}
type Inputs = Readonly<Record<string, unknown>>;

const HOURS = 24;
const DAYS = 7;
const STEPS = 5;
const MOST_SPANS = 8;
const REST = 200;
const chosen = signal<string | null>(null);

class HotHours extends View {
  #found = signal<Week | string | null>(null);
  #at = signal<readonly [day: number, hour: number]>([0, 8]);
  #latest = new Latest();
  #timer: ReturnType<typeof setTimeout> | undefined;

  override connectedCallback(): void {
    super.connectedCallback();
    this.when(() => this.#follow());
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    clearTimeout(this.#timer);
    this.#latest.stop();
  }

  get #layers(): Layer[] {
    const clock = (layer: Layer) => layer.fields.some((field) => field.name === layer.time && field.type === "datetime");
    return catalogue.layers.filter((layer) => layer.items && layer.geometry === "point" && layer.group !== "own" && clock(layer));
  }

  get #layer(): Layer | undefined {
    const all = this.#layers;
    return all.find((one) => one.id === chosen.value) ?? all.find((one) => one.id === leading.value?.id) ?? all[0];
  }

  /** Where: an area that things are held to, else what was chosen before the panel was opened, else the city. */
  #where(layer: Layer): Inputs {
    const within = area.value;
    if (within && "ring" in within) return { area: { type: "Polygon", coordinates: [[...within.ring, within.ring[0]]] } };
    const one = within && "layer" in within ? within : cameFrom.value;
    const of = one && layerOf(one.layer);
    if (!one || !of || typeof one.id !== "number" || of.id === layer.id || of.group === "own") return {};
    return of.geometry === "polygon" || of.geometry === "point" ? { places: of.id, place: one.id } : {};
  }

  #follow(): void {
    const layer = this.#layer;
    if (!layer) return;
    const inputs: Inputs = {
      layer: layer.id,
      filter: heldText({ condition: conditionOf(layer.id), hours: null, area: null }) || null,
      datetime: datetimeOf(layer),
      ...this.#where(layer),
    };
    clearTimeout(this.#timer);
    this.#timer = setTimeout(
      () =>
        void this.#latest.ask(
          (abort) => ask(inputs, abort),
          (found) => (this.#found.value = found),
          (why) => (this.#found.value = why instanceof Problem ? why.message : t("detail.failed")),
        ),
      REST,
    );
  }

  protected override render() {
    const layer = this.#layer;
    const now = this.#found.value;
    if (!layer) return html`<section class="pane" aria-label=${t("hours")}>${paneHead(t("hours"))}<p class="empty">${t("pane.no-layer")}</p></section>`;
    return html`<section class="pane hot-hours" aria-label=${t("hours")}>
      ${paneHead(
        t("hours"),
        html`<select aria-label=${t("pane.layer")} @change=${(e: Event) => (chosen.value = (e.target as HTMLSelectElement).value)}>
          ${this.#layers.map((one) => html`<option value=${one.id} ?selected=${one === layer}>${say(one.title)}</option>`)}
        </select>`,
      )}
      <div class="scroll">${
        now === null ? html`<div class="bones"><i></i><i></i><i></i></div>` : typeof now === "string" ? html`<p class="empty" role="alert">${now}</p>` : this.#week(layer, now)
      }</div>
    </section>`;
  }

  #week(layer: Layer, now: Week): TemplateResult {
    const place = area.value ? areaRead(area.value) : (now.place ?? t("hours.city"));
    return html`<h3>${place}</h3>
      ${now.events
        ? html`<p class="hint">${t("hours.events", { from: now.from ?? "", to: now.to ?? "", n: number(now.events), all: number(now.all) })}</p>
            ${this.#grid(layer, now)}
            <p class="reading" role="status">${this.#read(now, this.#at.value)}</p>
            <h3>${t("hours.spans")}</h3>
            ${now.hot.length
              ? html`<ul class="spans">${now.hot.slice(0, MOST_SPANS).map((one) => html`<li class="chip quiet">${t("hours.span", { day: weekday(one.weekday - 1), from: one.from, to: one.to })} · ${number(one.events)}</li>`)}</ul>`
              : html`<p class="empty">${t("hours.none-hot")}</p>`}
            <p class="hint">${t("hours.leaning")}</p>`
        : html`<p class="empty">${t("hours.none")}</p>`}
      <p class="hint">${t("hours.how")}</p>`;
  }

  #grid(layer: Layer, now: Week): TemplateResult {
    const most = Math.max(...now.rate.flat().map((rate) => rate ?? 0)) || 1;
    const hot = new Set(now.marked.map(([day, hour]) => day * HOURS + hour));
    const [atDay, atHour] = this.#at.value;
    const step = (rate: number | null) => (rate ? Math.min(STEPS - 1, Math.floor((rate / most) * STEPS)) : 0);
    return html`<table class="week" role="grid" aria-label=${t("hours.grid", { layer: inline(layer.title) })} @keydown=${this.#walk} @focusin=${this.#reach} @pointerover=${this.#reach}>
      <thead><tr><td></td>${Array.from({ length: HOURS }, (_, hour) => html`<th scope="col">${hour % 6 ? html`<span class="unseen">${hour}</span>` : hour}</th>`)}</tr></thead>
      <tbody>${Array.from({ length: DAYS }, (_, day) => html`<tr>
        <th scope="row">${weekday(day)}</th>
        ${Array.from({ length: HOURS }, (_, hour) => html`<td
          role="gridcell" data-at="${day}.${hour}" class="s${step(now.rate[day]![hour]!)} ${hot.has(day * HOURS + hour) ? "hot" : ""}" tabindex=${day === atDay && hour === atHour ? 0 : -1}
          aria-label=${this.#read(now, [day, hour])}></td>`)}
      </tr>`)}</tbody>
    </table>`;
  }

  #read(now: Week, [day, hour]: readonly [number, number]): string {
    const figure = (value: number | null | undefined) => number(value ?? 0, (value ?? 0) < 0.1 ? 4 : 2);
    const said = t("hours.read", {
      day: weekday(day),
      from: hour,
      to: hour + 1,
      n: number(now.counts[day]![hour]!),
      rate: figure(now.rate[day]![hour]),
      low: figure(now.low[day]?.[hour]),
      high: figure(now.high[day]?.[hour]),
    });
    const hot = now.marked.some(([d, h]) => d === day && h === hour);
    return hot ? `${said}${lang.value === "zh" ? "，" : ", "}${t("hours.hot")}` : said;
  }

  #walk = (event: KeyboardEvent) => {
    const [day, hour] = this.#at.peek();
    const to = (
      {
        ArrowLeft: [day, hour - 1], ArrowRight: [day, hour + 1], ArrowUp: [day - 1, hour], ArrowDown: [day + 1, hour],
        Home: [day, 0], End: [day, HOURS - 1], PageUp: [0, hour], PageDown: [DAYS - 1, hour],
      } as Record<string, [number, number]>
    )[event.key];
    if (!to) return;
    event.preventDefault();
    const at = [Math.min(DAYS - 1, Math.max(0, to[0])), Math.min(HOURS - 1, Math.max(0, to[1]))] as const;
    this.#at.value = at;
    void this.updateComplete.then(() => this.querySelector<HTMLElement>(`[data-at="${at.join(".")}"]`)?.focus());
  };

  #reach = (event: Event) => {
    const cell = (event.target as HTMLElement).dataset?.at;
    if (cell) this.#at.value = cell.split(".").map(Number) as [number, number];
  };
}

/** 週五, Fri; from 0, Monday. */
function weekday(day: number): string {
  return dated(new Date(Date.UTC(2000, 0, 3 + day)), { weekday: "short", timeZone: "UTC" });
}

async function ask(inputs: Inputs, abort: AbortSignal): Promise<Week> {
  const response = await fetch("/ogc/processes/hot-hours/execution", {
    method: "POST",
    headers: { "content-type": "application/json", accept: "application/json", "x-csrftoken": catalogue.viewer.csrf },
    body: JSON.stringify({ inputs: Object.fromEntries(Object.entries(inputs).filter(([, value]) => value !== null)) }),
    signal: abort,
  });
  const said = (await response.json()) as Week & { detail?: string };
  if (!response.ok) throw new Problem(response.status, said.detail ?? response.statusText);
  return said;
}

customElements.define("antu-hot-hours", HotHours);
