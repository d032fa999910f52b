// The panel of whoever edits: place, attributes, save; and its other faces: history, conflict, many at once.
import { html, nothing, type TemplateResult } from "lit";
import type { Layer } from "../api/catalogue";
import { say, t } from "../i18n/t";
import { goTo } from "../map/camera";
import { middleOf } from "../map/marks";
import { toTwd97, toWgs84, zoneOf } from "../map/twd97";
import { editing } from "../state/editing";
import { layerOf, place, shown, switchLayer } from "../state/portal";
import { effect, signal } from "../state/store";
import { icon } from "../ui/icons";
import { undoButtons } from "../ui/undo";
import { View } from "../ui/view";
import { close, dirty, draft, open, opening, remove, rules, save, set, title, wrong, type Draft } from "./draft";
import { against, input, written } from "./form";
import { addCorner, bad, chosen, cutting, finish, hold, mode, put, removeCorner, sketch, snapping, stopCut, walk, whole } from "./hand";
import { cutAway, joinable, joinWith, neighbours, trouble } from "./parts";
import { corners } from "./shape";
import "../style/edit.css";
import "./badge";
import "./conflict";
import "./many";
import "./past";

const sure = signal(false);
const joining = signal(false);

class Edit extends View {
  #let: (() => void) | null = null;
  #gone = false;

  override connectedCallback(): void {
    super.connectedCallback();
    this.#gone = false;
    this.when(() => this.#follow());
    void document.querySelector("antu-stage")!.ready.then((map) => {
      if (!this.#gone) this.#let = hold(map);
    });
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#gone = true;
    this.#let?.();
    this.#let = null;
  }

  #follow(): void {
    const now = editing.value;
    const layer = now && layerOf(now.layer);
    if (!now || !layer || Array.isArray(now.id) || now.past || now.conflict) return;
    if (!(layer.id in shown.peek())) switchLayer(layer.id, true);
    void open(layer, now.id as number | null).then(() => {
      sure.value = joining.value = false;
      const one = draft.peek();
      if (!one) return;
      mode.value = one.geometry ? "shape" : "draw";
      chosen.value = one.geometry?.type === "Point" ? [] : null;
      if (one.geometry && place.peek().zoom < 17) goTo(middleOf(one.geometry)!, layer.geometry === "polygon" ? Math.max(place.peek().zoom, 15.5) : 18);
      requestAnimationFrame(() => {
        if (!one.geometry) document.querySelector<HTMLElement>(".map .maplibregl-canvas")?.focus({ preventScroll: true });
        else this.querySelector<HTMLElement>("h2")?.focus({ preventScroll: true });
      });
    });
  }

  protected override render() {
    const now = editing.value;
    const layer = now && layerOf(now.layer);
    if (!now || !layer) return nothing;
    if (now.conflict) return html`<antu-conflict></antu-conflict>`;
    if (now.past) return html`<antu-past></antu-past>`;
    if (Array.isArray(now.id)) return html`<antu-many></antu-many>`;
    const one = draft.value;
    if (opening.value || !one) {
      return html`<section class="pane edit" aria-label=${t("edit")}>${this.#head(say(layer.title))}
        ${opening.value === "busy" || !opening.value ? html`<div class="bones" aria-label=${t("loading")}><i></i><i></i><i></i></div>` : html`<p class="empty" role="alert">${t(opening.value === "gone" ? "edit.gone" : "edit.failed")}</p>`}</section>`;
    }
    const name = one.id === null ? t("edit.new", { layer: say(layer.title) }) : say(title(one));
    return html`<section class="pane edit" aria-label=${t("edit")} data-ref=${one.ref}>
      ${this.#head(name)}
      <div class="scroll">
        <h3>${t("edit.place")}<span>${undoButtons()}</span></h3>
        ${this.#place(layer, one)}
        <h3>${t("edit.attributes")}</h3>
        <form novalidate @submit=${(e: Event) => (e.preventDefault(), this.#save(layer, one))}>${this.#fields(layer, one)}</form>
        ${wrong.value[""] ? html`<p class="wrong" role="alert">${t("edit.refused", { why: wrong.value[""] })}</p>` : nothing}
      </div>
      ${this.#foot(layer, one)}
    </section>`;
  }

  #head(name: string): TemplateResult {
    return html`<header><h2 tabindex="-1">${name}</h2><button class="round close" aria-label=${t("close")} @click=${close}>${icon("close")}</button></header>`;
  }

  #place(layer: Layer, one: Draft): TemplateResult {
    const point = layer.geometry === "point";
    const drawing = mode.value !== "shape";
    const how = cutting.value ? "edit.cut.how" : drawing ? (point ? "edit.how.draw.point" : "edit.how.draw.shape") : point ? "edit.how.point" : "edit.how.shape";
    return html`<p class="hint">${t(how)}</p>
      ${drawing ? this.#drawing(point) : this.#shape(layer, one)}
      <label class="check"><input type="checkbox" .checked=${snapping.value} @change=${(e: Event) => (snapping.value = (e.target as HTMLInputElement).checked)} />${t("edit.snap")}</label>
      ${bad(one.geometry) ? html`<p class="wrong" role="alert">${t("edit.crosses")}</p>` : nothing}
      ${trouble.value ? html`<p class="wrong" role="alert">${trouble.value}</p>` : nothing}`;
  }

  #drawing(point: boolean): TemplateResult {
    if (point) return html``;
    return html`<p class="acts">
      <button class="outlined" ?disabled=${!sketch.value.length} @click=${() => (sketch.value = sketch.peek().slice(0, -1))}>${icon("undo")}${t("map.lasso.back")}</button>
      <button class="filled" ?disabled=${sketch.value.length < 2} @click=${() => finish()}>${t(cutting.value ? "edit.cut" : "edit.finish")}</button>
      ${cutting.value ? html`<button class="outlined" @click=${stopCut}>${t("clear")}</button>` : nothing}
    </p>`;
  }

  #shape(layer: Layer, one: Draft): TemplateResult | typeof nothing {
    const shape = one.geometry;
    if (!shape) return nothing;
    const point = layer.geometry === "point";
    const all = corners(shape);
    const at = point ? 0 : all.findIndex((c) => c.path.join() === chosen.value?.join());
    const locked = one.sent !== null;
    return html`${point
        ? nothing
        : html`<p class="acts">
            <button class="round" aria-label=${t("edit.corner.previous")} @click=${() => walk(-1)}>${icon("left")}</button>
            <span role="status">${t("edit.corner", { n: at < 0 ? "–" : at + 1, all: all.length })}</span>
            <button class="round" aria-label=${t("edit.corner.next")} @click=${() => walk(1)}>${icon("right")}</button>
            <button class="outlined" ?disabled=${at < 0 || locked} @click=${addCorner}>${icon("plus")}${t("edit.corner.add")}</button>
            <button class="outlined" ?disabled=${at < 0 || locked} @click=${removeCorner}>${icon("minus")}${t("edit.corner.remove")}</button>
          </p>
          <label class="check"><input type="checkbox" .checked=${whole.value} @change=${(e: Event) => (whole.value = (e.target as HTMLInputElement).checked)} />${t("edit.whole")}</label>`}
      ${at < 0 ? nothing : this.#numbers(all[at]!.at, locked)}
      ${point || one.id === null ? nothing : this.#parts(one)}`;
  }

  #numbers(at: readonly [number, number], locked: boolean): TemplateResult {
    const zone = zoneOf(at[0]);
    const [east, north] = toTwd97(at[0], at[1], zone);
    const write = (e: Event, axis: 0 | 1) => {
      const value = Number((e.target as HTMLInputElement).value);
      if (Number.isFinite(value) && value > 0) put(axis ? toWgs84(east, value, zone) : toWgs84(value, north, zone));
    };
    return html`<div class="numbers">
      <label>${t("edit.east")}<input inputmode="decimal" .value=${east.toFixed(2)} ?disabled=${locked} @change=${(e: Event) => write(e, 0)} /></label>
      <label>${t("edit.north")}<input inputmode="decimal" .value=${north.toFixed(2)} ?disabled=${locked} @change=${(e: Event) => write(e, 1)} /></label>
    </div>`;
  }

  /** Cutting and merging make other features, so they begin from what is saved. */
  #parts(one: Draft): TemplateResult {
    const clean = !dirty(one) && one.sent === null;
    const why = clean ? "" : t("edit.clean");
    return html`<p class="acts">
        <button class="outlined" ?disabled=${!clean} title=${why} @click=${() => ((joining.value = false), cutAway(one))}>${icon("split")}${t("edit.cut")}</button>
        <button class="outlined" ?disabled=${!clean} title=${why} aria-expanded=${joining.value} @click=${() => ((joining.value = !joining.peek()) && neighbours(one))}>${icon("merge")}${t("edit.join")}</button>
      </p>
      ${joining.value && clean
        ? html`<p class="hint">${t(joinable.value === null || joinable.value.length ? "edit.join.how" : "edit.join.none")}</p>
          <ul class="neighbours">${joinable.value?.map((other) => html`<li><button class="outlined" @click=${() => void joinWith(one, other)}>${icon("merge")}${other.name}</button></li>`)}</ul>`
        : nothing}`;
  }

  #fields(layer: Layer, one: Draft): TemplateResult[] {
    const { required, of } = rules.value;
    return written(layer, of).map((field) => {
      const rule = of[field.name] ?? {};
      return input({ field, value: one.properties[field.name], rule, required: required.has(field.name), wrong: wrong.value[field.name] ?? null, locked: one.sent !== null, change: (value) => this.#set(layer, field.name, value) });
    });
  }

  #set(layer: Layer, name: string, value: unknown): void {
    const field = layer.fields.find((f) => f.name === name)!;
    set(field, value);
    const why = against(field, value, rules.peek().of[name] ?? {}, rules.peek().required.has(name));
    if (why) wrong.value = { ...wrong.peek(), [name]: why };
  }

  #foot(layer: Layer, one: Draft): TemplateResult {
    const saving = one.sent !== null;
    return html`<footer>
      <button class="filled" ?disabled=${saving || !dirty(one)} @click=${() => this.#save(layer, one)}>${icon("check")}${t(saving ? "edit.saving" : "edit.save")}</button>
      ${dirty(one) && !saving ? html`<button class="outlined" @click=${close}>${t("edit.cancel")}</button>` : nothing}
      ${one.id === null || saving
        ? nothing
        : sure.value
          ? html`<button class="outlined danger" @click=${remove}>${icon("bin")}${t("edit.delete.sure")}</button>`
          : html`<button class="outlined" @click=${() => (sure.value = true)}>${icon("bin")}${t("edit.delete")}</button>`}
    </footer>`;
  }

  #save(layer: Layer, one: Draft): void {
    const { required, of } = rules.peek();
    const found: Record<string, string> = {};
    for (const field of written(layer, of)) {
      const why = against(field, one.properties[field.name], of[field.name] ?? {}, required.has(field.name));
      if (why) found[field.name] = why;
    }
    if (!one.geometry) found[""] = t("edit.place.none");
    wrong.value = found;
    const [first] = Object.keys(found);
    if (first !== undefined || bad(one.geometry)) return void requestAnimationFrame(() => this.querySelector<HTMLElement>(first ? `#edit-${first}` : ".wrong")?.focus());
    save();
  }
}

// a corner that no longer is cannot be the chosen one
effect(() => {
  const shape = draft.value?.geometry;
  const path = chosen.value;
  if (shape && path && !corners(shape).some((c) => c.path.join() === path.join())) chosen.value = null;
});

customElements.define("antu-edit", Edit);
