// 熱區: a surface by its theme, its method and the days that it speaks of, with its legend and how often it was right.
import { html, nothing, type TemplateResult } from "lit";
import type { Layer } from "../api/catalogue";
import { Latest } from "../api/http";
import { number, say, t } from "../i18n/t";
import { marked, markedName } from "../map/marks";
import { centre, tool } from "../map/seen";
import { catalogue, days, layerOf, selection, shown } from "../state/portal";
import { batch, signal } from "../state/store";
import { ramp, swatch } from "../ui/legend";
import { View } from "../ui/view";
import { paneHead } from "../work/explore/pane";
import { here, inForce, learn, listed, type Here, type Listed } from "./known";
import "./clusters";
import "./score";
import "./surfaces.css";

type At = readonly [lon: number, lat: number];

class Surfaces extends View {
  #here = signal<Here | "failed" | null>(null);
  #latest = new Latest();
  #end: (() => void) | undefined;

  override connectedCallback(): void {
    super.connectedCallback();
    learn();
    this.when(() => this.#begin());
    let gone = false;
    this.#end = () => (gone = true);
    void document.querySelector("antu-stage")?.ready.then((map) => {
      if (gone) return;
      const click = (event: { lngLat: { lng: number; lat: number } }) => {
        if (!tool.peek() && !selection.peek()) this.#ask([event.lngLat.lng, event.lngLat.lat]);
      };
      map.on("click", click);
      this.#end = () => map.off("click", click);
    });
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#end?.();
    this.#latest.stop();
    this.#forget();
  }

  get #all(): readonly Listed[] {
    return Array.isArray(listed.value) ? (listed.value as readonly Listed[]).filter((one) => layerOf(one.layer)) : [];
  }

  /** The surface that is on the map; of several the first. */
  get #now(): Listed | undefined {
    return this.#all.find((one) => one.layer in shown.value);
  }

  /** Whoever opens the panel sees a surface. */
  #begin(): void {
    const first = this.#all.find((one) => one.runs.length);
    if (first && !this.#now) this.#choose(first);
  }

  #choose(wanted: Listed): void {
    // the heat of points lies over surfaces and says the same less well
    const heat = catalogue.layers.filter((layer) => layer.style.light.some((style) => style.type === "heatmap"));
    const others = new Set([...this.#all, ...heat.map(({ id }) => ({ layer: id }))].map((one) => one.layer));
    const rest = Object.fromEntries(Object.entries(shown.peek()).filter(([id]) => !others.has(id)));
    const { [this.#now?.layer ?? ""]: _, ...kept } = days.peek();
    batch(() => {
      shown.value = { ...rest, [wanted.layer]: 100 };
      days.value = kept;
    });
    this.#forget();
  }

  #turn(layer: string, day: string): void {
    const { [layer]: _, ...rest } = days.peek();
    days.value = day ? { ...rest, [layer]: day } : rest;
    this.#forget();
  }

  #forget(): void {
    batch(() => {
      this.#here.value = null;
      if (!selection.peek()) marked.value = null;
      if (!selection.peek()) markedName.value = "";
    });
  }

  #ask(at: At): void {
    const layer = this.#now && layerOf(this.#now.layer);
    if (!layer || layer.kind !== "raster") return;
    void this.#latest.ask(
      (abort) => here(layer, at, abort),
      (found) =>
        batch(() => {
          this.#here.value = found;
          marked.value = { type: "Point", coordinates: [...at] };
          markedName.value = this.#read(found);
        }),
      () => (this.#here.value = "failed"),
    );
  }

  #read(found: Here): string {
    if (found.value === null) return t("surfaces.here.nothing");
    const value = t("surfaces.here.value", { value: number(found.value, 1), unit: found.unit ?? "" });
    const now = this.#now && inForce(layerOf(this.#now.layer)!);
    const rate = now?.scores?.maps.surface?.[0];
    const hit = rate ? ` · ${t("score.hit")} ${number(rate.hit_rate * 100)} % (1 %)` : "";
    return `${value} · ${t("surfaces.here.top", { top: number(found.top ?? 100, 1) })}${hit}`;
  }

  protected override render() {
    const now = this.#now;
    const layer = now && layerOf(now.layer);
    return html`<section class="pane surfaces" aria-label=${t("surfaces")}>
      ${paneHead(t("surfaces"))}
      <div class="scroll">${
        listed.value === null
          ? html`<div class="bones"><i></i><i></i><i></i></div>`
          : listed.value === "failed"
            ? html`<p class="empty" role="alert">${t("detail.failed")}</p>`
            : now && layer
              ? this.#body(now, layer)
              : html`<p class="empty">${t("surfaces.none")}</p>`
      }</div>
    </section>`;
  }

  #body(now: Listed, layer: Layer): TemplateResult {
    const all = this.#all.filter((one) => one.runs.length);
    const themes = [...new Map(all.map((one) => [one.theme, one])).values()];
    const same = all.filter((one) => one.theme === now.theme);
    const found = this.#here.value;
    return html`<div class="asks">
        <label>${t("surfaces.theme")}
          <select @change=${(e: Event) => this.#to(all, (one) => one.theme === (e.target as HTMLSelectElement).value)}>
            ${themes.map((one) => html`<option value=${one.theme} .selected=${one.theme === now.theme}>${say(one.theme_title)}</option>`)}
          </select>
        </label>
        <label>${t("surfaces.method")}
          <select @change=${(e: Event) => this.#to(same, (one) => one.layer === (e.target as HTMLSelectElement).value)}>
            ${same.map((one) => html`<option value=${one.layer} .selected=${one === now}>${say(one.method_title)}</option>`)}
          </select>
        </label>
        ${this.#days(now)}
      </div>
      <p class="hint">${say(layer.description)}</p>
      <div class="legend">
        ${layer.legend.map((entry) => (entry.ramp ? html`<span class="caption">${say(entry.label)}</span>${ramp(entry)}` : html`<div class="class still">${swatch(entry)}<span>${say(entry.label)}</span></div>`))}
      </div>
      ${now.method === "scan" ? html`<antu-clusters .layer=${layer}></antu-clusters>` : nothing}
      <antu-score .layer=${layer}></antu-score>
      <p class="hint">${t("score.explained")}</p>
      ${layer.kind === "raster"
        ? html`<p class="here">${t("surfaces.here")} <button class="outlined" @click=${() => centre.value && this.#ask(centre.value)}>${t("surfaces.here.do")}</button></p>
            <p role="status">${found === null ? nothing : found === "failed" ? t("detail.failed") : this.#read(found)}</p>`
        : nothing}`;
  }

  #days(now: Listed): TemplateResult {
    const newest = now.runs.at(-1);
    const chosen = days.value[now.layer] ?? "";
    return html`<label>${t("surfaces.day")}
      <select @change=${(e: Event) => this.#turn(now.layer, (e.target as HTMLSelectElement).value)}>
        ${newest ? html`<option value="" .selected=${!chosen}>${t("surfaces.newest", { span: `${newest.start} – ${newest.end}` })}</option>` : nothing}
        ${[...now.runs].reverse().slice(1).map((one) => html`<option value=${one.start} .selected=${one.start === chosen}>${one.start} – ${one.end}</option>`)}
      </select>
    </label>`;
  }

  #to(among: readonly Listed[], which: (one: Listed) => boolean): void {
    const wanted = among.find(which);
    if (wanted) this.#choose(wanted);
  }
}

customElements.define("antu-surfaces", Surfaces);
