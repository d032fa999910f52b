// What lies on the map as a list: every feature of a layer in view, by keyboard as well as by pointer. Enter opens the
// same panel as a click on the map, and from there one leafs on through the list.
import { html, nothing, type TemplateResult } from "lit";
import { classesOf, type Layer } from "../../api/catalogue";
import { features, type Feature } from "../../api/questions";
import { nearby, type Place, type Ranking } from "../../api/ranking";
import { inline, number, say, t } from "../../i18n/t";
import { counts, inZoom } from "../../state/counts";
import { editing } from "../../state/editing";
import { byNearby, listed } from "../../state/listed";
import { bounds, conditionOf, datetimeOf, edits, featured, filterOf, layerOf, place, selection, stack } from "../../state/portal";
import { batch, signal } from "../../state/store";
import { Answers } from "../../ui/answers";
import { icon } from "../../ui/icons";
import { swatch } from "../../ui/legend";
import { factsOf, nameOf } from "../../ui/values";
import { paneHead, steps } from "./pane";
import { ranked } from "./ranked";

const PAGE = 100;
const MOST = 1000;
/** So many of the heaviest are listed. */
const FIRST = 100;

const limit = signal(PAGE);

interface Listed {
  layer: Layer;
  rows: readonly Feature[];
  /** In the order of what happens near them, when that was asked. */
  places?: Ranking;
}

class List extends Answers<Listed> {
  #layer(): Layer | undefined {
    const all = featured.value;
    return all.find((layer) => layer.id === listed.value) ?? all.find((layer) => inZoom(layer, place.value.zoom)) ?? all[0];
  }

  protected override question() {
    const layer = this.#layer();
    const bbox = bounds.value;
    if (!layer || !bbox) return null;
    const other = byNearby.value && layer.nearby ? layerOf(layer.nearby.of) : undefined;
    void edits.value[layer.id];
    if (other) {
      const near = { limit: Math.min(limit.value, FIRST), bbox, filter: filterOf(layer), datetime: datetimeOf(layer), other_filter: filterOf(other, conditionOf(other.id)), other_datetime: datetimeOf(other) };
      return async (abort: AbortSignal): Promise<Listed> => ({ layer, rows: [], places: await nearby(layer, near, abort) });
    }
    const asked = { bbox, filter: filterOf(layer), datetime: datetimeOf(layer), limit: limit.value, sortby: layer.time ? `-${layer.time}` : (layer.label ?? undefined), skipGeometry: true };
    return async (abort: AbortSignal): Promise<Listed> => ({ layer, rows: await features(layer, asked, abort) });
  }

  protected override render() {
    const layers = featured.value;
    const layer = this.#layer();
    const now = this.found.value;
    if (!layer) return html`<section class="pane" aria-label=${t("list")}>${paneHead(t("list"))}<p class="empty">${t("pane.no-layer")}</p></section>`;
    return html`<section class="pane" aria-label=${t("list")}>
      ${paneHead(
        t("list"),
        html`<select aria-label=${t("pane.layer")} @change=${(e: Event) => this.#pick((e.target as HTMLSelectElement).value)}>
            ${layers.map((one) => html`<option value=${one.id} ?selected=${one === layer}>${say(one.title)}</option>`)}
          </select>
          ${layer.nearby && layerOf(layer.nearby.of)
            ? html`<span class="switch" role="group" aria-label=${t("rank.by")}>
                <button aria-pressed=${byNearby.value} @click=${() => (byNearby.value = true)}>${say(layer.nearby.title)}</button>
                <button aria-pressed=${!byNearby.value} @click=${() => (byNearby.value = false)}>${t("list.plain")}</button>
              </span>`
            : nothing}`,
      )}
      <div class="scroll" aria-busy=${this.waiting.value}>
        ${now === null ? html`<div class="bones"><i></i><i></i><i></i></div>` : now === "failed" ? html`<p class="empty" role="alert">${t("detail.failed")}</p>` : this.#rows(now)}
      </div>
    </section>`;
  }

  #pick(id: string): void {
    batch(() => {
      listed.value = id;
      limit.value = PAGE;
      this.found.value = null;
    });
  }

  #rows({ layer, rows, places }: Listed): TemplateResult {
    if (places) return this.#ranked(layer, places);
    if (!rows.length) return html`<p class="empty">${t("list.none", { layer: say(layer.title) })}</p>`;
    const classes = classesOf(layer);
    const [only] = layer.legend.length === 1 && !layer.legend[0]!.ramp ? layer.legend : [];
    const count = counts.value[layer.id];
    const all = count && count !== "failed" ? count.total : rows.length;
    const ids = rows.flatMap((row) => (typeof row.id === "number" ? [row.id] : []));
    return html`${layer.editable && ids.length > 1
        ? html`<button class="outlined together" @click=${() => (editing.value = { layer: layer.id, id: ids })}>${icon("pencil")}${t("many.title", { n: number(ids.length) })}</button>`
        : nothing}
      <ul class="listed" @keydown=${steps}>
        ${rows.map((row) => {
          const entry = classes?.entries.find((e) => e.filter!.value === row.properties[classes.field]) ?? only;
          const name = layer.label && row.properties[layer.label] ? nameOf(layer, row.id, row.properties) : null;
          const facts = factsOf(layer, row.properties, name ? 2 : 3);
          return html`<li><button class="plain" data-id=${row.id} @click=${() => this.#open(layer, rows, row)}>
            ${entry ? swatch(entry) : nothing}<span class="name">${name ?? facts[0] ?? nameOf(layer, row.id, row.properties)}</span>
            <small>${(name ? facts : facts.slice(1)).join(" · ")}</small>
          </button></li>`;
        })}
      </ul>
      ${all > rows.length
        ? html`<p class="hint rest">${t("list.more", { n: number(rows.length), all: number(all) })}
            ${rows.length < MOST ? html`<button class="outlined" @click=${() => (limit.value = Math.min(MOST, limit.peek() + PAGE * 2))}>${t("list.on")}</button>` : nothing}</p>`
        : nothing}`;
  }

  /** With what counts as near said beneath. */
  #ranked(layer: Layer, { rows, places }: Ranking): TemplateResult {
    if (!rows.length) return html`<p class="empty">${t("list.none", { layer: say(layer.title) })}</p>`;
    const { of, metres, weight } = layer.nearby!;
    const other = layerOf(of)!;
    const figure = (row: Place) => (weight ? row.weight! : row.count);
    const said = weight ? other.fields.find((field) => field.name === weight) : undefined;
    return html`${ranked(rows, figure, classesOf(other)?.entries ?? [], (row) => this.#open(layer, rows, row))}
      <p class="hint rest">${t("list.near", { layer: inline(other.title), metres: number(metres), what: said ? say(said.title) : t("rank.count") })}
        ${places > rows.length ? t("list.more", { n: number(rows.length), all: number(places) }) : nothing}</p>`;
  }

  #open(layer: Layer, rows: readonly Pick<Feature, "id">[], row: Pick<Feature, "id">): void {
    batch(() => {
      stack.value = rows.map(({ id }) => ({ layer: layer.id, id }));
      selection.value = { layer: layer.id, id: row.id };
    });
  }
}

customElements.define("antu-list", List);
