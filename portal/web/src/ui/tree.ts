// Legend, layer list and filter in one: a layer is switched by its name, a class by its symbol, and beside each
// stands how many are in view.
import { html, nothing, type TemplateResult } from "lit";
import { classesOf, type Layer, type LegendEntry } from "../api/catalogue";
import { heldTo } from "../api/cql2";
import { number, say, t } from "../i18n/t";
import { counts, inZoom } from "../state/counts";
import { editing } from "../state/editing";
import { catalogue, conditionOf, fade, looks, place, shown, switchClass, switchLayer } from "../state/portal";
import { askReady } from "../state/listed";
import { look, tints } from "../state/looks";
import { signal } from "../state/store";
import { icon } from "./icons";
import { ramp, swatch } from "./legend";
import { opened } from "./lazily";
import { View } from "./view";

const folded = signal<ReadonlySet<string>>(new Set(["base"]));
const wanted = signal("");
const optioned = signal<string | null>(null);

const SCORE = () => import("../surfaces/score");

class Tree extends View {
  protected override render() {
    const text = wanted.value.trim().toLowerCase();
    const fits = (layer: Layer) => !text || `${layer.title.zh} ${layer.title.en} ${layer.id}`.toLowerCase().includes(text);
    const groups = catalogue.groups
      .map((group) => ({ ...group, layers: catalogue.layers.filter((layer) => layer.group === group.id && fits(layer)) }))
      .filter((group) => group.layers.length);
    return html`
      ${catalogue.layers.length > 12
        ? html`<label class="find">${icon("filter")}<input type="search" .value=${wanted.value} placeholder=${t("layers.find")} aria-label=${t("layers.find")} @input=${this.#find} /></label>`
        : nothing}
      ${groups.map((group) => this.#group(group.id, say(group.title), group.layers, Boolean(text)))}
      ${groups.length ? nothing : html`<p class="empty">${t("layers.none", { text: wanted.value })}</p>`}
    `;
  }

  #find(event: Event): void {
    wanted.value = (event.target as HTMLInputElement).value;
  }

  #group(id: string, title: string, layers: Layer[], searching: boolean): TemplateResult {
    const open = searching || !folded.value.has(id);
    const on = layers.filter((layer) => layer.id in shown.value).length;
    return html`<section class="group" data-group=${id}>
      <h2>
        <button class="fold" aria-expanded=${open} @click=${() => this.#fold(id)}>
          <span>${title}</span><i></i>${on && !open ? html`<small>${t("layers.on", { n: on })}</small>` : nothing}${icon("down")}
        </button>
      </h2>
      ${open ? layers.map((layer) => this.#layer(layer)) : nothing}
    </section>`;
  }

  #fold(id: string): void {
    const next = new Set(folded.peek());
    if (!next.delete(id)) next.add(id);
    folded.value = next;
  }

  #layer(layer: Layer): TemplateResult {
    const on = layer.id in shown.value;
    const [only] = layer.legend.length === 1 && !layer.legend[0]!.ramp ? layer.legend : [];
    const open = optioned.value === layer.id;
    return html`<div class="layer ${on ? "on" : ""}" data-layer=${layer.id}>
      <div class="layer-head">
        <label class="check">
          <input type="checkbox" .checked=${on} @change=${(e: Event) => switchLayer(layer.id, (e.target as HTMLInputElement).checked)} />
          ${only ? swatch(only) : nothing}<span class="layer-name">${say(layer.title)}</span>
        </label>
        ${on ? this.#count(layer) : nothing}
        ${layer.editable
          ? html`<button class="plain more add-to" aria-label=${t("edit.new", { layer: say(layer.title) })} title=${t("edit.new", { layer: say(layer.title) })} @click=${() => (editing.value = { layer: layer.id, id: null })}>${icon("pencil")}</button>`
          : nothing}
        <button class="plain more" aria-label=${t("layer.options", { layer: say(layer.title) })} aria-expanded=${open} @click=${() => (optioned.value = open ? null : layer.id)}>${icon("more")}</button>
      </div>
      ${open ? this.#options(layer, on) : nothing}
      ${(layer.questions ?? []).map((one) => html`<button class="plain question" data-question=${one.id} @click=${() => askReady(layer, one.filter)}>${icon("list")}<span>${say(one.title)}</span></button>`)}
      ${on && !only ? this.#legend(layer) : nothing} ${on && layer.scores ? this.#scores(layer) : nothing}
    </div>`;
  }

  #count(layer: Layer): TemplateResult | typeof nothing {
    if (layer.group === "base" || layer.kind === "raster") return nothing;
    const zoom = place.value.zoom;
    if (!inZoom(layer, zoom)) return html`<span class="hint">${t(zoom < layer.zoom[0] ? "layer.zoom" : "layer.wide")}</span>`;
    const count = counts.value[layer.id];
    if (count === "failed") return html`<span class="hint" title=${t("detail.failed")}>—</span>`;
    return html`<output class="count">${count ? number(count.total) : "…"}</output>`;
  }

  #legend(layer: Layer): TemplateResult[] {
    const classes = classesOf(layer);
    const plain = layer.legend.filter((entry) => !classes?.entries.includes(entry));
    return [
      ...this.#tint(layer),
      ...(classes ? classes.entries.map((entry) => this.#class(layer, classes.field, classes.entries, entry)) : []),
      ...plain.map((entry) => (entry.ramp ? this.#ramp(layer, entry) : html`<div class="class still">${swatch(entry)}<span>${say(entry.label)}</span></div>`)),
    ];
  }

  /** No map of where things happen without how often it was right. */
  #scores(layer: Layer): TemplateResult {
    opened(SCORE);
    return html`<antu-score .layer=${layer}></antu-score>`;
  }

  /** What the marks are coloured by, where there is a choice. */
  #tint(layer: Layer): TemplateResult[] {
    const fields = tints(layer);
    if (!fields.length) return [];
    const now = looks.value[layer.id] ?? "";
    return [
      html`<label class="tint">${t("tint")}<select @change=${(e: Event) => look(layer, (e.target as HTMLSelectElement).value || null)}>
        <option value="" ?selected=${!now}>${t("tint.own")}</option>
        ${fields.map((field) => html`<option value=${field.name} ?selected=${field.name === now}>${say(field.title)}</option>`)}
      </select></label>`,
    ];
  }

  #ramp(layer: Layer, entry: LegendEntry): TemplateResult {
    const caption = say(entry.label) === say(layer.title) ? nothing : html`<span class="caption">${say(entry.label)}</span>`;
    return html`<div class="class ramped">${caption}${ramp(entry)}</div>`;
  }

  #class(layer: Layer, field: string, entries: LegendEntry[], entry: LegendEntry): TemplateResult {
    const value = entry.filter!.value;
    const held = heldTo(conditionOf(layer.id), field);
    const on = !held || held.includes(value);
    const count = counts.value[layer.id];
    const n = count && count !== "failed" ? (count.classes?.get(value) ?? 0) : null;
    const all = [...entries.map((one) => one.filter!.value), ...(layer.rest ?? [])];
    return html`<label class="class ${on ? "" : "off"}" data-value=${String(value)}>
      <input type="checkbox" class="unseen" .checked=${on} @change=${() => switchClass(layer, field, all, value)} />
      ${swatch(entry)}<span>${say(entry.label)}</span>
      ${layer.group === "base" || n === null || !inZoom(layer, place.value.zoom) ? nothing : html`<output class="count">${number(n)}</output>`}
    </label>`;
  }

  #options(layer: Layer, on: boolean): TemplateResult {
    const opacity = shown.value[layer.id] ?? 100;
    return html`<div class="options">
      <p>${say(layer.description)}</p>
      ${on
        ? html`<label>${t("layer.opacity")}<input type="range" min="10" max="100" step="5" .value=${String(opacity)} @input=${(e: Event) => fade(layer.id, Number((e.target as HTMLInputElement).value))} /><output>${opacity}%</output></label>`
        : nothing}
      <p class="links">
        <a href=${layer.page}>${t("layer.about")}</a>
        ${layer.items ? html`<a href="${layer.items.replace(/\/items$/, "")}?f=html">${t("layer.api")}</a>` : nothing}
      </p>
    </div>`;
  }
}

customElements.define("antu-tree", Tree);
