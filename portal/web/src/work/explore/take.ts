// What is filtered, to be taken along: the condition as CQL2 text that may be edited, files in every format, and the
// addresses under which other programs find the same.
import { html, nothing, type TemplateResult } from "lit";
import type { Layer } from "../../api/catalogue";
import { heldFrom } from "../../api/cql2";
import { Problem } from "../../api/http";
import { downloadUrl, elementOf, FORMATS, frameOf, itemsUrl, pageOf, styleUrl, SYSTEMS, tilesUrl, type Wanted } from "../../api/links";
import { summary } from "../../api/questions";
import { number, say, t } from "../../i18n/t";
import { counts } from "../../state/counts";
import { area, bounded, bounds, catalogue, datetimeOf, featured, filterOf, hours, knowsHours, setCondition, theme, view } from "../../state/portal";
import { batch, signal } from "../../state/store";
import { encode } from "../../state/url";
import { copied } from "../../ui/copied";
import { icon } from "../../ui/icons";
import { View } from "../../ui/view";
import "./condition";
import { paneHead } from "./pane";
import { leading } from "./series";

const chosen = signal<string | null>(null);
const inView = signal(true);
const epsg = signal<number>(SYSTEMS[0].epsg);

class Take extends View {
  #wrong = signal<string | null>(null);
  /** The text while it is being written; null while it follows the chips. */
  #text = signal<string | null>(null);

  protected override render() {
    const layers = featured.value;
    const layer = layers.find((one) => one.id === chosen.value) ?? (leading.value && layers.includes(leading.value) ? leading.value : layers[0]);
    if (!layer) return html`<section class="pane">${paneHead(t("take"))}<p class="empty">${t("pane.no-layer")}</p></section>`;
    return html`<section class="pane" aria-label=${t("take")}>
      ${paneHead(
        t("take"),
        html`<select aria-label=${t("pane.layer")} @change=${(e: Event) => this.#pick((e.target as HTMLSelectElement).value)}>
          ${layers.map((one) => html`<option value=${one.id} ?selected=${one === layer}>${say(one.title)}</option>`)}
        </select>`,
      )}
      <div class="scroll">${this.#condition(layer)} ${this.#files(layer)} ${this.#addresses(layer)}</div>
    </section>`;
  }

  #pick(id: string): void {
    chosen.value = id;
    this.#text.value = this.#wrong.value = null;
  }

  #condition(layer: Layer): TemplateResult {
    const now = filterOf(layer);
    const text = this.#text.value ?? now;
    const edited = this.#text.value !== null && this.#text.value !== now;
    return html`<h3>${t("take.condition")}</h3>
      <antu-add-condition .layer=${layer}></antu-add-condition>
      <label class="cql" for="cql">CQL2</label>
      <textarea
        id="cql" spellcheck="false" rows=${Math.min(8, 2 + Math.floor(text.length / 44))} .value=${text} placeholder=${t("take.none")} aria-invalid=${this.#wrong.value !== null} aria-describedby="cql-wrong"
        @input=${(e: Event) => (this.#text.value = (e.target as HTMLTextAreaElement).value)} @keydown=${(e: KeyboardEvent) => e.key === "Enter" && (e.ctrlKey || e.metaKey) && void this.#apply(layer)}
      ></textarea>
      <p id="cql-wrong" class="wrong" role="alert">${this.#wrong.value ?? nothing}</p>
      ${edited
        ? html`<p class="apply"><button class="filled" @click=${() => void this.#apply(layer)}>${t("take.apply")}</button>
          <button class="outlined" @click=${() => (this.#text.value = this.#wrong.value = null)}>${t("take.back")}</button></p>`
        : nothing}`;
  }

  /** The server says whether a text means something; only then it becomes the filter. */
  async #apply(layer: Layer): Promise<void> {
    const text = (this.#text.peek() ?? filterOf(layer)).trim();
    try {
      if (text) await summary(layer, { filter: text });
    } catch (why) {
      this.#wrong.value = why instanceof Problem ? t("take.wrong", { why: why.message }) : t("server.away");
      return;
    }
    const held = heldFrom(text);
    batch(() => {
      setCondition(layer.id, held.condition);
      if (knowsHours(layer)) hours.value = held.hours;
      if (held.area || (area.peek() && bounded(layer, area.peek()!))) area.value = held.area;
      this.#text.value = this.#wrong.value = null;
    });
  }

  #wanted(layer: Layer): Wanted {
    return { layer, filter: filterOf(layer), datetime: datetimeOf(layer), bbox: inView.value ? bounds.value : null };
  }

  #files(layer: Layer): TemplateResult {
    const wanted = this.#wanted(layer);
    const count = counts.value[layer.id];
    return html`<h3>${t("take.files")} ${inView.value && count && count !== "failed" ? html`<small>${number(count.total)} ${t("take.rows")}</small>` : nothing}</h3>
      <p class="choices">
        <label class="check"><input type="checkbox" .checked=${inView.value} @change=${(e: Event) => (inView.value = (e.target as HTMLInputElement).checked)} />${t("take.view")}</label>
      </p>
      <div class="switch systems" role="group" aria-label=${t("take.crs")}>
        ${SYSTEMS.map((one) => html`<button data-epsg=${one.epsg} aria-pressed=${one.epsg === epsg.value} @click=${() => (epsg.value = one.epsg)}>${one.name}</button>`)}
      </div>
      <ul class="formats">
        ${FORMATS.map(
          (format) => html`<li><a class="outlined" data-format=${format.id} href=${downloadUrl(wanted, format, epsg.value)} download title=${!format.crs && epsg.value !== 4326 ? t("take.wgs") : nothing}>
            ${icon("load")}<span>${format.name}</span>${!format.crs && epsg.value !== 4326 ? html`<small>WGS 84</small>` : nothing}
          </a></li>`,
        )}
      </ul>`;
  }

  #addresses(layer: Layer): TemplateResult {
    const wanted = this.#wanted(layer);
    const { origin } = location;
    return html`<h3>${t("take.addresses")}</h3>
      ${copied("ogc", "OGC API – Features", itemsUrl(origin, wanted))} ${copied("tiles", t("take.tiles"), tilesUrl(origin, wanted))}
      ${copied("style", t("take.style"), styleUrl(origin, layer, theme.value === "dark"))}
      ${copied("frame", t("take.frame"), frameOf(origin, encode({ ...view.value, pane: null, selection: null }), say(catalogue.product)))}
      ${copied("element", t("take.element"), elementOf(origin, encode({ ...view.value, pane: null, selection: null }), say(catalogue.product)))}
      <p class="links">
        <a href=${pageOf(layer)}>${t("take.page")}</a>
        <a href=${layer.page}>${t("layer.about")}</a>
        <a href="/ogc/conformance?f=html">${t("take.conformance")}</a>
      </p>`;
  }
}

customElements.define("antu-take", Take);
