// The places where most happens, in order: junctions, sections or wards, in view, in the chosen area or in the whole
// city. What is filtered counts; Enter or a click opens the place.
import { html, nothing, type TemplateResult } from "lit";
import { classesOf, type Layer } from "../../api/catalogue";
import { features, type Feature } from "../../api/questions";
import { ranking, waysOf, type Place, type Ranked, type Ranking } from "../../api/ranking";
import { number, say, t } from "../../i18n/t";
import { area, bounds, datetimeOf, edits, filterOf, layerOf, selection, stack } from "../../state/portal";
import { batch, signal } from "../../state/store";
import { Answers } from "../../ui/answers";
import { nameOf } from "../../ui/values";
import { areaRead } from "./held";
import { paneHead } from "./pane";
import { ranked } from "./ranked";
import { leading } from "./series";

const WANTED = ["junctions", "sections", "wards", "precincts", "station_areas"];
const WEIGHT = "epdo";
const DISTRICTS = "districts";
const MOST = 50;

const of = signal<string | null>(null);
const by = signal<"count" | "weight">("weight");
/** Whether only what is in view counts. */
const inView = signal(true);
const districts = signal<readonly Feature[] | null>(null);

class Rank extends Answers<Ranking> {
  override connectedCallback(): void {
    super.connectedCallback();
    const layer = layerOf(DISTRICTS);
    if (layer && !districts.peek()) {
      features(layer, { limit: 100, skipGeometry: true }).then((found) => (districts.value = found), () => undefined); // one may still rank what is in view
    }
  }

  #ways(layer: Layer): { of: string; to: Layer }[] {
    return waysOf(layer, layerOf, WANTED);
  }

  protected override question() {
    const layer = leading.value;
    const ways = layer ? this.#ways(layer) : [];
    const way = ways.find((one) => one.of === of.value) ?? ways[0];
    if (!layer || !way) return null;
    const weighs = layer.fields.some((field) => field.name === WEIGHT) ? WEIGHT : null;
    const asked: Ranked = {
      of: way.of,
      by: weighs ? by.value : "count",
      weight: weighs,
      split: classesOf(layer)?.field ?? null,
      limit: MOST,
      bbox: inView.value ? bounds.value : null,
      datetime: datetimeOf(layer),
      filter: filterOf(layer),
    };
    void edits.value[layer.id];
    return (abort: AbortSignal) => ranking(layer, asked, abort);
  }

  protected override render() {
    const layer = leading.value;
    const ways = layer ? this.#ways(layer) : [];
    if (!layer || !ways.length) return html`<section class="pane" aria-label=${t("rank")}>${paneHead(t("rank"))}<p class="empty">${t("rank.no-layer")}</p></section>`;
    const now = this.found.value;
    const way = ways.find((one) => one.of === of.value) ?? ways[0]!;
    return html`<section class="pane" aria-label=${t("rank")}>
      ${paneHead(
        t("rank"),
        html`<select aria-label=${t("rank.of")} @change=${(e: Event) => (of.value = (e.target as HTMLSelectElement).value)}>
            ${ways.map((one) => html`<option value=${one.of} ?selected=${one === way}>${say(one.to.title)}</option>`)}
          </select>
          ${layer.fields.some((field) => field.name === WEIGHT)
            ? html`<span class="switch" role="group" aria-label=${t("rank.by")}>
                <button aria-pressed=${by.value === "weight"} @click=${() => (by.value = "weight")}>${t("epdo")}</button>
                <button aria-pressed=${by.value === "count"} @click=${() => (by.value = "count")}>${t("rank.count")}</button>
              </span>`
            : nothing}`,
        this.#where(),
      )}
      <div class="scroll">${now === null ? html`<div class="bones"><i></i><i></i><i></i></div>` : now === "failed" ? html`<p class="empty" role="alert">${t("detail.failed")}</p>` : this.#rows(layer, now)}</div>
    </section>`;
  }

  #where(): TemplateResult {
    const within = area.value;
    const district = within && "layer" in within && within.layer === DISTRICTS ? String(within.id) : null;
    const now = inView.value ? "view" : (district ?? "all");
    const layer = layerOf(DISTRICTS);
    const choice = (where: string, words: string) => html`<button data-where=${where} aria-pressed=${now === where} @click=${() => this.#bound(where)}>${words}</button>`;
    return html`<div class="switch wheres" role="group" aria-label=${t("rank.where")}>
      ${choice("view", t("rank.view"))} ${choice("all", within && !district ? areaRead(within) : t("rank.city"))}
      ${layer && districts.value ? districts.value.map((one) => choice(String(one.id), nameOf(layer, one.id, one.properties))) : nothing}
    </div>`;
  }

  #bound(where: string): void {
    batch(() => {
      inView.value = where === "view";
      const within = area.peek();
      const district = within && "layer" in within && within.layer === DISTRICTS;
      if (/^\d+$/.test(where)) area.value = { layer: DISTRICTS, id: Number(where) };
      else if (where === "all" && district) area.value = null;
    });
  }

  #rows(layer: Layer, { rows, places, of: target }: Ranking): TemplateResult {
    if (!rows.length) return html`<p class="empty">${t("rank.none")}</p>`;
    const classes = classesOf(layer)?.entries ?? [];
    const weighs = by.value === "weight" && rows[0]!.weight !== null;
    const figure = (row: Place) => (weighs ? row.weight! : row.count);
    return html`${ranked(rows, figure, classes, (row) => this.#open(target, row))}
      ${places > rows.length ? html`<p class="hint rest">${t("rank.more", { n: rows.length, all: number(places) })}</p>` : nothing}`;
  }

  #open(target: string, row: Place): void {
    batch(() => {
      stack.value = [];
      selection.value = { layer: target, id: row.id };
    });
  }
}

customElements.define("antu-rank", Rank);
