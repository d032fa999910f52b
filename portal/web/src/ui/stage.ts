// The map and what floats on it: tools, what is under the pointer, and at its foot scale, coordinates and sources.
import { html, nothing, type TemplateResult } from "lit";
import type { Map as Engine } from "maplibre-gl";
import { more, number, say, t } from "../i18n/t";
import { goTo, home, northUp, zoomBy } from "../map/camera";
import { closable, closeLasso, cornerBack, cornerHere, lasso, startLasso, stopLasso } from "../map/lasso";
import { measured, startMeasuring, stopMeasuring } from "../map/measure";
import { markedName } from "../map/marks";
import { aiming, bearing, hover, mapState, markedAt, tool, type Hover } from "../map/seen";
import { bounds, catalogue, pane } from "../state/portal";
import { signal } from "../state/store";
import "./feet";
import { icon, type IconName } from "./icons";
import { tell } from "./toasts";
import { factsOf, nameOf } from "./values";
import { styled, View } from "./view";

const trouble = signal<"map.none" | "map.failed" | null>(null);

/** Panels are drawn after the map's first frame, while its tiles are on their way; where frames do not come (a page in the background), soon. */
const PATIENCE = 600;
let tilesAsked: () => void;
export const begun = new Promise<void>((done) => (tilesAsked = done));

class Stage extends View {
  /** The map engine, for workspaces and for whoever embeds the portal. */
  map: Engine | undefined;
  #started!: (map: Engine) => void;
  /** The engine as soon as there is one. */
  readonly ready = new Promise<Engine>((started) => (this.#started = started));

  override connectedCallback(): void {
    super.connectedCallback();
    document.addEventListener("keydown", this.#escape, true);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    document.removeEventListener("keydown", this.#escape, true);
  }

  protected override async firstUpdated(): Promise<void> {
    setTimeout(tilesAsked, PATIENCE);
    try {
      const { start } = await import("../map/engine");
      this.map = start(this.querySelector<HTMLElement>(".map")!);
      this.map.once("render", tilesAsked);
      this.#started(this.map);
    } catch (failure) {
      tilesAsked();
      const drawless = failure instanceof Error && failure.name === "GPUInitializationError";
      trouble.value = drawless ? "map.none" : "map.failed";
      if (!drawless) throw failure;
      bounds.value = catalogue.city.bounds; // figures and lists go on without a picture
      mapState.value = "idle";
    }
  }

  /** Keys of the tool that is on. On the map, the space bar sets a corner under the crosshair. */
  #escape = (event: KeyboardEvent) => {
    const onMap = event.target instanceof HTMLCanvasElement || event.target === document.body;
    const done = () => event.preventDefault();
    if (measured.peek() !== null && event.key === "Escape") return done(), stopMeasuring();
    if (!lasso.peek()) return;
    if (event.key === "Escape") return done(), stopLasso();
    if (!onMap) return;
    if (event.key.startsWith("Arrow")) aiming.value = true;
    if (event.key === " ") return done(), (aiming.value = true), cornerHere();
    if (event.key === "Backspace") return done(), cornerBack();
    if (event.key === "Enter") return done(), closeLasso();
  };

  #lasso(): void {
    stopMeasuring();
    if (lasso.peek()) return stopLasso();
    aiming.value = false;
    startLasso();
    this.querySelector<HTMLElement>(".maplibregl-canvas")?.focus({ preventScroll: true });
  }

  #measure(): void {
    stopLasso();
    if (measured.peek() === null) startMeasuring();
    else stopMeasuring();
  }

  protected override render() {
    return html`<div class="stage">
      <div class="map" lang="zh-Hant-TW"></div>
      ${trouble.value
        ? html`<div class="trouble ${trouble.value === "map.none" ? "without-map" : ""}" role="alert">
            ${icon("warn")}${t(trouble.value)}
            ${trouble.value === "map.none" ? html`<button class="filled" @click=${() => (pane.value = "list")}>${t("map.none.list")}</button>` : nothing}
          </div>`
        : nothing}
      ${mapState.value === "lost" ? html`<p class="trouble" role="alert">${t("map.lost")}</p>` : nothing}
      <div class="progress ${mapState.value === "busy" || mapState.value === "starting" ? "on" : ""}" aria-hidden="true"></div>
      ${markedAt.value && markedName.value
        ? html`<div class="callout" ${styled({ transform: `translate(${Math.round(markedAt.value.x)}px, ${Math.round(markedAt.value.y)}px)` })}><div>${markedName.value}</div></div>`
        : nothing}
      ${hover.value ? this.#tip(hover.value) : nothing}
      ${measured.value === null ? nothing : html`<p class="measured" role="status"><strong>${this.#length(measured.value)}</strong> ${t("map.measure.how")}</p>`}
      ${lasso.value ? this.#lassoing(lasso.value.length) : nothing}
      ${aiming.value && tool.value ? html`<div class="crosshair" aria-hidden="true"></div>` : nothing}
      <div class="tools" role="toolbar" aria-label=${t("map")}>
        ${this.#tool("plus", t("map.in"), () => zoomBy(1))} ${this.#tool("minus", t("map.out"), () => zoomBy(-1))}
        <hr />
        <button class="tool" aria-label=${t("map.north")} title=${t("map.north")} @click=${northUp}>
          <span class="turned" ${styled({ transform: `rotate(${-bearing.value}deg)` })}>${icon("north")}</span>
        </button>
        ${this.#tool("home", t("map.home"), home)} ${this.#tool("locate", t("map.locate"), () => this.#locate())}
        <hr />
        <button class="tool" aria-label=${t("map.measure")} title=${t("map.measure")} aria-pressed=${measured.value !== null} @click=${() => this.#measure()}>
          ${icon("ruler")}
        </button>
        <button class="tool" aria-label=${t("map.lasso")} title=${t("map.lasso")} aria-pressed=${lasso.value !== null} @click=${() => this.#lasso()}>${icon("lasso")}</button>
        <hr />
        ${this.#tool("print", t("print"), () => void this.#print())}
      </div>
      <antu-feet class="feet"></antu-feet>
    </div>`;
  }

  #tool(name: IconName, label: string, act: () => void): TemplateResult {
    return html`<button class="tool" aria-label=${label} title=${label} @click=${act}>${icon(name)}</button>`;
  }

  #tip({ x, y, layer, properties }: Hover): TemplateResult {
    const cell = typeof properties.n === "number" && !(layer.label && properties[layer.label]);
    const facts = factsOf(layer, properties, 3);
    const named = layer.label && properties[layer.label];
    return html`<div class="tip" ${styled({ transform: `translate(${Math.round(x)}px, ${Math.round(y)}px)` })}>
      <div><strong>${cell ? say(layer.title) : named ? nameOf(layer, undefined, properties) : say(layer.title)}</strong>
      <span>${cell ? t("many", { n: number(properties.n as number) }) : facts.join(" · ")}</span></div>
    </div>`;
  }

  #lassoing(corners: number): TemplateResult {
    return html`<div class="measured lassoing" role="group" aria-label=${t("map.lasso")}>
        <p role="status">${corners ? html`<strong>${t("map.lasso.corners", { n: corners })}</strong>` : nothing} ${t("map.lasso.how")}</p>
        <span>
          <button class="outlined" ?disabled=${!corners} @click=${cornerBack}>${t("map.lasso.back")}</button>
          <button class="filled" ?disabled=${!closable()} @click=${closeLasso}>${t("map.lasso.done")}</button>
          <button class="round" aria-label=${t("close")} @click=${stopLasso}>${icon("close")}</button>
        </span>
      </div>`;
  }

  #length(metres: number): string {
    return metres < 1000 ? `${number(metres)} m` : `${number(metres / 1000, 2)} km`;
  }

  async #print(): Promise<void> {
    try {
      await more();
      (await import("../share/print")).openPrint();
    } catch {
      tell(t("map.failed"), "bad");
    }
  }

  #locate(): void {
    const refused = () => tell(t("map.locate.refused"), "bad");
    if (!navigator.geolocation) return refused();
    navigator.geolocation.getCurrentPosition((found) => goTo([found.coords.longitude, found.coords.latitude], 16.5), refused, { timeout: 10_000 });
  }
}

customElements.define("antu-stage", Stage);

declare global {
  interface HTMLElementTagNameMap {
    "antu-stage": Stage;
  }
}
