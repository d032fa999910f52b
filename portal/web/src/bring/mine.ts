// One's own layers: shown, renamed, coloured, shared, counted by place, taken along, deleted and brought back.
import { html, nothing, type TemplateResult } from "lit";
import { getJson } from "../api/http";
import { number, say, t } from "../i18n/t";
import { batch, signal } from "../state/store";
import { catalogue, pane, selection, shown, switchLayer } from "../state/portal";
import { icon } from "../ui/icons";
import { tell } from "../ui/toasts";
import { View } from "../ui/view";
import { hues } from "./hues";
import type { Own } from "./server";
import { alter, frame, join, mine, remove, restore, sentenceOf } from "./state";

/** What things are counted by. */
const PLACES = ["wards", "districts", "precincts", "junctions"];

class Mine extends View {
  #open = signal<number | null>(null);
  #to = signal("");
  #metres = signal(30);

  protected override render() {
    const now = mine.value;
    if (!now) return nothing;
    return html`<h3>${t("mine")} <small>${t("mine.used", { used: number(now.limits.used), all: number(now.limits.rows) })}</small></h3>
      ${now.layers.length ? html`<ul class="own-list">${now.layers.map((own) => this.#row(own))}</ul>` : html`<p class="hint">${t("mine.none")}</p>`}
      ${now.deleted.length
        ? html`<h3>${t("mine.deleted")}</h3><ul class="own-list">
            ${now.deleted.map((one) => html`<li class="own-head"><span class="plain">${one.name}</span><button class="outlined" data-restore=${one.number} @click=${() => void this.#do(() => restore(one.number))}>${icon("undo")}${t("mine.restore")}</button></li>`)}
          </ul>`
        : nothing}`;
  }

  #row(own: Own): TemplateResult {
    const open = this.#open.value === own.number;
    const on = own.entry.id in shown.value;
    return html`<li data-own=${own.entry.id}>
      <div class="own-head">
        <input type="checkbox" .checked=${on} aria-label=${own.name} @change=${(e: Event) => switchLayer(own.entry.id, (e.target as HTMLInputElement).checked)} />
        <button class="plain" aria-expanded=${open} title=${own.name} @click=${() => (this.#open.value = open ? null : own.number)}>${own.name}</button>
        <small>${number(own.rows)} ${t("take.rows")}${own.roles.length ? ` · ${t("mine.shared")}` : ""}</small>
      </div>
      ${open ? this.#options(own) : nothing}
    </li>`;
  }

  #options(own: Own): TemplateResult {
    const id = (what: string) => `own-${own.number}-${what}`;
    const fields = own.entry.fields.filter((f) => f.name !== "style_class");
    const change = (body: unknown) => void this.#do(() => alter(own.number, body));
    return html`<div class="bringing">
      <div class="grid">
        <label for=${id("name")}>${t("bring.name")}</label>
        <input id=${id("name")} maxlength="80" .value=${own.name} @change=${(e: Event) => change({ name: (e.target as HTMLInputElement).value })} />
        <span>${t("bring.color")}</span>${hues(String(own.number), own.color ?? "accent", (color) => change({ color }))}
        <label for=${id("by")}>${t("bring.by")}</label>
        <select id=${id("by")} @change=${(e: Event) => change({ by: (e.target as HTMLSelectElement).value })}>
          <option value="">${t("bring.alike")}</option>${fields.map((f) => html`<option value=${f.name} ?selected=${f.name === own.by}>${say(f.title)}</option>`)}
        </select>
        <label for=${id("label")}>${t("mine.label")}</label>
        <select id=${id("label")} @change=${(e: Event) => change({ label: (e.target as HTMLSelectElement).value })}>
          <option value="">—</option>${fields.map((f) => html`<option value=${f.name} ?selected=${f.name === own.entry.label}>${say(f.title)}</option>`)}
        </select>
      </div>
      <details><summary>${t("mine.share")}</summary>
        <fieldset class="roles"><legend class="unseen">${t("mine.share")}</legend>
          ${mine.value!.roles.map((role) => html`<label class="check"><input type="checkbox" .checked=${own.roles.includes(role.id)} @change=${(e: Event) => change({ roles: (e.target as HTMLInputElement).checked ? [...own.roles, role.id] : own.roles.filter((r) => r !== role.id) })} />${say(role)}</label>`)}
        </fieldset>
      </details>
      ${this.#joining(own, id)}
      <p class="row">
        <button class="outlined" @click=${() => void this.#show(own)}>${icon("target")}${t("bring.show")}</button>
        <button class="outlined" @click=${() => this.#take(own)}>${icon("load")}${t("take")}</button>
        <button class="outlined" @click=${() => change({ extend: true })}>${t("mine.extend", { date: own.expires })}</button>
        <button class="outlined" data-act="delete" @click=${() => void this.#do(() => remove(own), t("mine.gone"))}>${icon("close")}${t("mine.delete")}</button>
      </p>
    </div>`;
  }

  #joining(own: Own, id: (what: string) => string): TemplateResult {
    const others = catalogue.layers.filter((layer) => layer.id !== own.entry.id && (PLACES.includes(layer.id) || (layer.group === "own" && layer.geometry === "polygon")));
    const to = others.find((layer) => layer.id === this.#to.value) ?? others[0];
    if (!to) return html``;
    return html`<details><summary>${t("mine.join")}</summary>
      <div class="grid">
        <label for=${id("to")}>${t("mine.join.to")}</label>
        <select id=${id("to")} @change=${(e: Event) => (this.#to.value = (e.target as HTMLSelectElement).value)}>${others.map((layer) => html`<option value=${layer.id} ?selected=${layer === to}>${say(layer.title)}</option>`)}</select>
        ${to.geometry === "polygon"
          ? nothing
          : html`<label for=${id("metres")}>${t("mine.join.metres")}</label><input id=${id("metres")} type="number" min="1" max="2000" .value=${String(this.#metres.value)} @change=${(e: Event) => (this.#metres.value = Number((e.target as HTMLInputElement).value) || 30)} />`}
      </div>
      <p class="apply"><button class="filled" data-act="join" @click=${() => void this.#do(() => join(own.entry.id, to.id, this.#metres.value), t("mine.joined"))}>${t("mine.join.do")}</button></p>
    </details>`;
  }

  async #show(own: Own): Promise<void> {
    switchLayer(own.entry.id, true);
    await this.#do(async () => {
      const { bounds } = await getJson<{ bounds: [number, number, number, number] | null }>(`/api/layers/${own.entry.id}/bounds`);
      if (bounds) frame(bounds);
    });
  }

  #take(own: Own): void {
    batch(() => {
      switchLayer(own.entry.id, true);
      selection.value = null;
      pane.value = "take";
    });
  }

  async #do(work: () => Promise<unknown>, good?: string): Promise<void> {
    try {
      await work();
      if (good) tell(good);
    } catch (failure) {
      tell(sentenceOf(failure), "bad");
    }
  }
}

customElements.define("antu-mine", Mine);
