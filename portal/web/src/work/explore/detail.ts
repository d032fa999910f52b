// The chosen feature: its name, its figures if things happen there, its fields in words, and the way to what it
// belongs to.
import { html, nothing, type TemplateResult } from "lit";
import type { Layer } from "../../api/catalogue";
import { Latest, Problem } from "../../api/http";
import { feature, type Feature } from "../../api/questions";
import { inline, say, t } from "../../i18n/t";
import { goTo } from "../../map/camera";
import { marked, markedName, middleOf } from "../../map/marks";
import { editing } from "../../state/editing";
import { area, catalogue, conditions, edits, hours, layerOf, period, place, selection, shown, stack, switchLayer, work } from "../../state/portal";
import { batch, signal } from "../../state/store";
import { icon } from "../../ui/icons";
import { nameOf, reads } from "../../ui/values";
import { View } from "../../ui/view";
import { council } from "./council";
import { happening } from "./happening";
import { workspacesFor } from "../workspaces";
import { offered, wayBack } from "./pane";
import { happened, referring, type Happened } from "./related";
import "./talk";

type Shown = { layer: Layer; feature: Feature } | "busy" | "gone" | "failed";

class Detail extends View {
  #shown = signal<Shown>("busy");
  #happened = signal<readonly Happened[] | "busy">("busy");
  #one = new Latest();
  #more = new Latest();

  override connectedCallback(): void {
    super.connectedCallback();
    this.when(() => this.#read());
    this.when(() => this.#follow());
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#one.stop();
    this.#more.stop();
    marked.value = null;
    markedName.value = "";
  }

  #read(): void {
    const chosen = selection.value;
    const layer = chosen ? layerOf(chosen.layer) : undefined;
    if (!chosen || !layer?.items) return;
    void edits.value[layer.id];
    const now = this.#shown.peek();
    const same = typeof now === "object" && now.layer === layer && now.feature.id === chosen.id;
    if (!same) this.#shown.value = "busy";
    void this.#one.ask(
      (abort) => feature(layer, chosen.id, abort),
      (found) =>
        batch(() => {
          this.#shown.value = { layer, feature: found };
          marked.value = found.geometry;
          markedName.value = layer.label && found.properties[layer.label] ? nameOf(layer, found.id, found.properties) : "";
        }),
      (why) => (this.#shown.value = why instanceof Problem && [403, 404].includes(why.status) ? "gone" : "failed"),
    );
  }

  #follow(): void {
    const chosen = selection.value;
    const layer = chosen ? layerOf(chosen.layer) : undefined;
    if (!chosen || !layer) return;
    void [period.value, hours.value, area.value, conditions.value, edits.value];
    const places = referring(layer);
    if (!places.length) {
      this.#more.stop();
      this.#happened.value = [];
      return;
    }
    void this.#more.ask(
      (abort) => Promise.all(places.map((at) => happened(at, chosen.id, abort))),
      (found) => (this.#happened.value = found),
      () => (this.#happened.value = []),
    );
  }

  protected override render() {
    const now = this.#shown.value;
    const chosen = selection.value;
    if (!chosen) return nothing;
    const layer = layerOf(chosen.layer)!;
    const close = html`<button class="round close" aria-label=${t("close")} @click=${() => (selection.value = null)}>${icon("close")}</button>`;
    if (typeof now === "string") {
      return html`<div class="detail"><header><p class="kinds"><span class="kind ${layer.group}">${say(layer.title)}</span></p>${close}</header>${
        now === "busy" ? html`<div class="bones" aria-label=${t("loading")}><i></i><i></i><i></i><i></i></div>` : html`<p class="empty" role="alert">${t(now === "gone" ? "detail.gone" : "detail.failed")}
        ${now === "failed" ? html`<button class="outlined" @click=${() => this.#read()}>${t("retry")}</button>` : nothing}</p>`
      }</div>`;
    }
    const { feature: one } = now;
    return html`<article class="detail" data-feature="${now.layer.id}.${one.id}">
      <header>
        ${wayBack()}
        <p class="kinds"><span class="kind ${now.layer.group}">${say(now.layer.title)}</span>${this.#leaf()}</p>
        <h2 tabindex="-1">${nameOf(now.layer, one.id, one.properties)}</h2>
        <p class="where">${this.#where(one)}</p>
        ${close}
      </header>
      <div class="scroll">
        ${this.#happenings(now.layer, one.id)} ${this.#people(now.layer, one)} ${this.#fields(now.layer, one)} ${this.#belongs(now.layer, one)}
        <antu-threads .layer=${now.layer.id} .feature=${String(one.id)}></antu-threads>
      </div>
      <footer>
        ${council.propose(now.layer, one.id)}
        <button class=${council.mine(now.layer) ? "outlined" : "filled"} @click=${() => this.#go(one)}>${icon("target")}${t("detail.zoom")}</button>
        ${this.#only(now.layer, one)}
        ${this.#edit(now.layer, one)} ${this.#draw(now.layer)}
        <a class="outlined" href=${now.layer.page}>${t("layer.about")}</a>
        <a class="outlined" href="${now.layer.items}/${one.id}?f=json">${t("detail.raw")}</a>
      </footer>
    </article>`;
  }

  /** The drawing of the scene of a crash, for who draws. */
  #draw(layer: Layer): TemplateResult | typeof nothing {
    if (layer.id !== "crashes" || !workspacesFor(catalogue.viewer.roles).some((one) => one.id === "scene")) return nothing;
    return html`<button class="outlined draw" @click=${() => (work.value = "scene")}>${icon("car")}${t("scene.open")}</button>`;
  }

  /** To the form, and to what it was before; rows that are seen another way here are edited where they are from. */
  #edit(layer: Layer, one: Feature): TemplateResult | typeof nothing {
    const own = layer.editable ? layer : layer.about ? layerOf(layer.about) : layer;
    const id = one.id;
    if (!own || typeof id !== "number") return nothing;
    const told = own.editable || catalogue.viewer.clearance !== "public";
    return html`${own.editable ? html`<button class="outlined edit" @click=${() => (editing.value = { layer: own.id, id })}>${icon("pencil")}${t("edit")}</button>` : nothing}
      ${told && own.kept ? html`<button class="outlined past" @click=${() => (editing.value = { layer: own.id, id, past: true })}>${icon("past")}${t("past")}</button>` : nothing}`;
  }

  /** Holds everything to this area, or lets go of it. */
  #only(layer: Layer, one: Feature): TemplateResult | typeof nothing {
    if (layer.geometry !== "polygon" || layer.group === "own" || typeof one.id !== "number") return nothing;
    const now = area.value;
    const on = now !== null && "layer" in now && now.layer === layer.id && now.id === one.id;
    return html`<button class="outlined" aria-pressed=${on} @click=${() => (area.value = on ? null : { layer: layer.id, id: one.id })}>${icon(on ? "check" : "lasso")}${t("area.only")}</button>`;
  }

  /** Leafs through what lay under the click. */
  #leaf(): TemplateResult | typeof nothing {
    const all = stack.value;
    const at = all.findIndex((one) => one.layer === selection.value?.layer && one.id === selection.value.id);
    if (all.length < 2 || at < 0) return nothing;
    const step = (by: number) => () => (selection.value = all[(at + by + all.length) % all.length]!);
    return html`<span class="leaf">
      <button class="plain" aria-label=${t("detail.previous")} @click=${step(-1)}>${icon("left")}</button>
      ${t("detail.place", { n: at + 1, all: all.length })}
      <button class="plain" aria-label=${t("detail.next")} @click=${step(1)}>${icon("right")}</button>
    </span>`;
  }

  #happenings(layer: Layer, id: number | string): TemplateResult | readonly TemplateResult[] {
    const found = this.#happened.value;
    if (found === "busy") return html`<div class="bones"><i></i><i></i></div>`;
    const parts = council.parts(layer, id);
    return found
      .filter((one) => one.summary.total > 0 || found.length === 1 || one.layer.id === council.counted)
      .map((one) => happening(one, (chosen) => this.#choose(chosen.layer, chosen.id), one.layer.id === council.counted ? parts : []));
  }

  #fields(layer: Layer, one: Feature): TemplateResult | typeof nothing {
    const told = layer.fields.filter((f) => f.popup && !f.of && f.name !== layer.label && !f.name.endsWith("_en") && !empty(one.properties[f.name]));
    if (!told.length) return nothing;
    return html`<dl class="fields">
      ${told.map((f) => html`<div><dt title=${f.description ? say(f.description) : nothing}>${say(f.title)}</dt><dd>${reads(f, one.properties[f.name])}</dd></div>`)}
    </dl>`;
  }

  /** Parties and casualties of a crash, for police. */
  #people(layer: Layer, one: Feature): TemplateResult | typeof nothing {
    if (layer.id !== "crashes" || !offered("cases")) return nothing;
    void import("./parties");
    return html`<antu-parties .crash=${one.id}></antu-parties>`;
  }

  #belongs(layer: Layer, one: Feature): TemplateResult | typeof nothing {
    const links = layer.fields.flatMap((f) => {
      const other = f.of ? layerOf(f.of) : undefined;
      const id = one.properties[f.name];
      return other && (typeof id === "number" || typeof id === "string") && id !== "" ? [{ f, other, id }] : [];
    });
    if (!links.length) return nothing;
    return html`<p class="belongs">${links.map(({ f, other, id }) => html`<button class="chip quiet" @click=${() => this.#choose(other, id)}><span>${inline(f.title)}</span>${icon("right")}</button>`)}</p>`;
  }

  #choose(layer: Layer, id: number | string): void {
    batch(() => {
      if (!(layer.id in shown.peek())) switchLayer(layer.id, true);
      stack.value = [];
      selection.value = { layer: layer.id, id };
    });
  }

  #where(one: Feature): string {
    const middle = one.geometry && middleOf(one.geometry);
    const when = period.value ? `${period.value.from} – ${period.value.to}` : t("filter.all");
    return [when, middle ? `${middle[1].toFixed(5)}°N ${middle[0].toFixed(5)}°E` : ""].filter(Boolean).join(" · ");
  }

  #go(one: Feature): void {
    const middle = one.geometry && middleOf(one.geometry);
    if (middle) goTo(middle, Math.max(place.peek().zoom, 17));
  }
}

const empty = (value: unknown) => value === null || value === undefined || value === "";

customElements.define("antu-detail", Detail);
