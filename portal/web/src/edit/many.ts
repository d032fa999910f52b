// One attribute of many features at once: one command, one transaction, all or none.
import { html, nothing, type TemplateResult } from "lit";
import type { Field, Layer } from "../api/catalogue";
import { getJson } from "../api/http";
import { both, say, t } from "../i18n/t";
import { editing } from "../state/editing";
import { layerOf } from "../state/portal";
import { signal } from "../state/store";
import { icon } from "../ui/icons";
import { nameOf, reads } from "../ui/values";
import { View } from "../ui/view";
import { editable, type Rule, type Versioned } from "./draft";
import { against, input, written } from "./form";
import { commit, start } from "./work";

class Many extends View {
  #rows = signal<readonly Versioned[] | "busy" | "failed">("busy");
  #left = signal<ReadonlySet<number>>(new Set());
  #field = signal("");
  #value = signal<unknown>(null);
  #schema = signal<{ required?: readonly string[]; properties: Readonly<Record<string, Rule>> }>({ properties: {} });

  override connectedCallback(): void {
    super.connectedCallback();
    void start();
    this.when(() => {
      const now = editing.value;
      if (!now || !Array.isArray(now.id)) return;
      this.#rows.value = "busy";
      void getJson<{ properties: Record<string, Rule> }>(`/ogc/collections/${now.layer}/schema`, { f: "json" }).then(
        (found) => (this.#schema.value = found),
        () => undefined,
      );
      void editable(now.layer, now.id as readonly number[]).then(
        (rows) => (this.#rows.value = rows),
        () => (this.#rows.value = "failed"),
      );
    });
  }

  protected override render() {
    const now = editing.value;
    const layer = now && layerOf(now.layer);
    const rows = this.#rows.value;
    if (!now || !layer || !Array.isArray(now.id)) return nothing;
    return html`<section class="pane many" aria-label=${t("many.edit")}>
      <header><h2 tabindex="-1">${t("many.title", { n: now.id.length })}</h2><button class="round close" aria-label=${t("close")} @click=${() => (editing.value = null)}>${icon("close")}</button></header>
      <div class="scroll">${rows === "busy" ? html`<div class="bones"><i></i><i></i><i></i></div>` : rows === "failed" ? html`<p class="empty" role="alert">${t("edit.failed")}</p>` : this.#form(layer, rows as readonly Versioned[])}</div>
    </section>`;
  }

  #form(layer: Layer, rows: readonly Versioned[]): TemplateResult {
    const { required, properties } = this.#schema.value;
    const fields = written(layer, properties);
    const field = fields.find((f) => f.name === this.#field.value) ?? fields.find((f) => f.codes) ?? fields[0];
    if (!field) return html``;
    const chosen = rows.filter((row) => !this.#left.value.has(Number(row.feature.id)));
    const rule = properties[field.name] ?? {};
    const must = required?.includes(field.name) ?? false;
    const why = against(field, this.#value.value, rule, must);
    return html`<p class="hint">${t("many.how")}</p>
      <div class="entry"><label for="many-field">${t("many.field")}</label>
        <select id="many-field" @change=${(e: Event) => ((this.#field.value = (e.target as HTMLSelectElement).value), (this.#value.value = null))}>${fields.map((f) => html`<option value=${f.name} ?selected=${f === field}>${say(f.title)}</option>`)}</select></div>
      ${input({ field: { ...field, title: both("many.value") }, value: this.#value.value, rule, required: must, wrong: this.#value.value === null ? null : why, locked: false, change: (value) => (this.#value.value = value) })}
      <button class="filled" ?disabled=${why !== null || !chosen.length} @click=${() => this.#apply(layer, field, chosen)}>${icon("check")}${t("many.apply", { n: chosen.length })}</button>
      <ul class="rows">${rows.map((row) => this.#row(layer, field, row))}</ul>`;
  }

  #row(layer: Layer, field: Field, { feature }: Versioned): TemplateResult {
    const id = Number(feature.id);
    const flip = () => {
      const next = new Set(this.#left.peek());
      if (!next.delete(id)) next.add(id);
      this.#left.value = next;
    };
    return html`<li><label class="check"><input type="checkbox" .checked=${!this.#left.value.has(id)} @change=${flip} /><span>${nameOf(layer, id, feature.properties)}</span><small>${reads(field, feature.properties[field.name])}</small></label></li>`;
  }

  #apply(layer: Layer, field: Field, rows: readonly Versioned[]): void {
    const value = this.#value.peek();
    const changes = rows
      .filter(({ feature }) => JSON.stringify(feature.properties[field.name] ?? null) !== JSON.stringify(value))
      .map(({ feature }) => ({ ref: String(feature.id), before: { properties: { [field.name]: feature.properties[field.name] ?? null } }, after: { properties: { [field.name]: value } } }));
    if (changes.length) commit(layer.id, both("edit.said.many", { n: changes.length, what: field.title }), changes);
    editing.value = null;
  }
}

customElements.define("antu-many", Many);
