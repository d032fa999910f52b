// What a feature was before: each version with what it changed, by whom and when, and the way back to it, which is an edit
// like any other.
import { html, nothing, type TemplateResult } from "lit";
import type { Layer } from "../api/catalogue";
import { getJson, Latest, Problem } from "../api/http";
import type { Feature } from "../api/questions";
import { both, dated, number, say, t } from "../i18n/t";
import { editing } from "../state/editing";
import { edits, layerOf } from "../state/portal";
import { signal } from "../state/store";
import { icon } from "../ui/icons";
import { nameOf, reads, ZONE } from "../ui/values";
import { View } from "../ui/view";
import { editable } from "./draft";
import { compared } from "./hand";
import { middleOf } from "../map/marks";
import { apart } from "./shape";
import { commit, outbox } from "./work";

interface State {
  entry: number | null;
  op: "insert" | "update" | "delete" | "first";
  at: string | null;
  actor: string;
  version: number | null;
  feature: Feature | null;
}

class Past extends View {
  #states = signal<readonly State[] | "busy" | string>("busy");
  #latest = new Latest();

  override connectedCallback(): void {
    super.connectedCallback();
    this.when(() => {
      const now = editing.value;
      if (!now || typeof now.id !== "number") return;
      void edits.value[now.layer];
      void this.#latest.ask(
        (abort) => getJson<{ states: State[] }>(`/api/layers/${now.layer}/features/${String(now.id)}/history`, {}, abort),
        ({ states }) => (this.#states.value = states),
        (why) => (this.#states.value = why instanceof Problem ? why.message : t("detail.failed")),
      );
    });
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#latest.stop();
    compared.value = [];
  }

  protected override render() {
    const now = editing.value;
    const layer = now && layerOf(now.layer);
    if (!layer) return nothing;
    const states = this.#states.value;
    const newest = Array.isArray(states) ? (states.find((s) => s.feature)?.feature ?? null) : null;
    const what = newest ? nameOf(layer, newest.id, newest.properties) : say(layer.title);
    return html`<section class="pane past" aria-label=${t("past")}>
      <header><h2 tabindex="-1">${t("past.of", { what })}</h2><button class="round close" aria-label=${t("close")} @click=${() => (editing.value = null)}>${icon("close")}</button></header>
      <div class="scroll">
        ${typeof states === "string" ? (states === "busy" ? html`<div class="bones"><i></i><i></i><i></i></div>` : html`<p class="empty" role="alert">${states}</p>`) : html`<ol class="states">${states.map((state, i) => this.#state(layer, state, states[i + 1] ?? null, i === 0))}</ol>`}
        ${Array.isArray(states) && states.length < 2 ? html`<p class="hint">${t("past.none")}</p>` : nothing}
      </div>
    </section>`;
  }

  #state(layer: Layer, state: State, before: State | null, now: boolean): TemplateResult {
    const show = () => (compared.value = state.feature?.geometry ? [{ role: "theirs", shape: state.feature.geometry }] : []);
    return html`<li class="state ${state.op}" data-entry=${String(state.entry)} @pointerenter=${show} @focusin=${show} @pointerleave=${() => (compared.value = [])}>
      <p><strong>${t(`past.${state.op}`)}</strong>${now ? html`<span class="chip quiet">${t("past.now")}</span>` : nothing}<br /><small>${[when(state.at), who(state.actor)].filter(Boolean).join(" · ")}</small></p>
      ${this.#changes(layer, state, before)}
      ${state.feature && layer.editable && !now ? html`<button class="outlined" @click=${() => void this.#restore(layer, state)}>${icon("undo")}${t("past.restore")}</button>` : nothing}
    </li>`;
  }

  #changes(layer: Layer, state: State, before: State | null): TemplateResult | typeof nothing {
    if (!state.feature) return nothing;
    const [a, b] = [before?.feature?.properties, state.feature.properties];
    const told = layer.fields.filter((f) => (a ? JSON.stringify(a[f.name]) !== JSON.stringify(b[f.name]) : b[f.name] !== null && b[f.name] !== "" && f.popup));
    const place = before?.feature ? moved(before.feature.geometry, state.feature.geometry) : null;
    return html`<dl class="diff">
      ${told.map((f) => html`<div><dt>${say(f.title)}</dt><dd>${a ? html`<del><span class="unseen">${t("past.before")} </span>${reads(f, a[f.name])}</del> ` : nothing}<ins>${reads(f, b[f.name])}</ins></dd></div>`)}
      ${place ? html`<div><dt>${t("edit.place")}</dt><dd>${place}</dd></div>` : nothing}
    </dl>`;
  }

  async #restore(layer: Layer, state: State): Promise<void> {
    const then = state.feature!;
    const id = Number(then.id);
    const words = both("edit.said.restored", { what: { zh: nameOf(layer, id, then.properties), en: nameOf(layer, id, then.properties) } });
    const schema = await getJson<{ properties: Record<string, { readOnly?: boolean }> }>(`/ogc/collections/${layer.id}/schema`, { f: "json" }).catch(() => null);
    const names = layer.fields.map((f) => f.name).filter((name) => !schema?.properties[name]?.readOnly);
    const [row] = await editable(layer.id, [id]);
    const now = row?.feature;
    const differ = now ? names.filter((name) => JSON.stringify(now.properties[name]) !== JSON.stringify(then.properties[name])) : names;
    const some = (of: Feature) => ({ geometry: of.geometry, properties: Object.fromEntries(differ.map((name) => [name, of.properties[name] ?? null])) });
    if (!now) await outbox.saw(layer.id, String(id), null);
    commit(layer.id, words, [{ ref: String(id), before: now ? some(now) : null, after: some(then) }]);
  }
}

function moved(a: GeoJSON.Geometry | null, b: GeoJSON.Geometry | null): string | null {
  if (!a || !b || JSON.stringify(a) === JSON.stringify(b)) return null;
  const [from, to] = [middleOf(a), middleOf(b)];
  if (a.type !== "Point" || !from || !to) return t("past.shape");
  const metres = apart(from, to);
  return t("past.place", { distance: metres < 1000 ? `${number(metres, 1)} m` : `${number(metres / 1000, 2)} km` });
}

function when(at: string | null): string {
  if (!at) return "";
  return dated(at, { timeZone: ZONE, dateStyle: "medium", timeStyle: "short" });
}

/** `user:name` as the log writes it → the name. */
const who = (actor: string) => actor.replace(/^user:/, "");

customElements.define("antu-past", Past);
