// `<antu-geometry>`: a small map beside a text area of GeoJSON. A point is set by a click; whatever is typed is drawn.
// Without WebGL, or without the server's catalogue, the text area alone does everything.
import type { Engine } from "../map/library";
import type { Catalogue, Theme } from "../api/catalogue";
import { getJson } from "../api/http";
import { compose } from "../map/compose";
import { middleOf, NOTHING } from "../map/marks";
import { colour } from "../style/palette";

const WORDS = {
  zh: { how: "點一下地圖放置；也可直接改文字。", shown: "依下方文字繪出。", wrong: "這段文字還不是完整的 GeoJSON 幾何。" },
  en: { how: "Click the map to place it, or change the text.", shown: "Drawn from the text below.", wrong: "This text is no complete GeoJSON geometry yet." },
};
const TYPES = new Set(["Point", "MultiPoint", "LineString", "MultiLineString", "Polygon", "MultiPolygon"]);

export function readGeometry(text: string): GeoJSON.Geometry | null {
  try {
    const found = JSON.parse(text) as GeoJSON.Geometry;
    return TYPES.has(found?.type) && middleOf(found)?.every(Number.isFinite) ? found : null;
  } catch {
    return null;
  }
}

class Geometry extends HTMLElement {
  #map: Engine | undefined;
  #catalogue: Catalogue | undefined;
  #said = document.createElement("p");

  connectedCallback(): void {
    if (this.#map || !document.createElement("canvas").getContext("webgl2")) return;
    const near = new IntersectionObserver((seen) => {
      if (!seen.some((one) => one.isIntersecting)) return;
      near.disconnect();
      void this.#start();
    });
    near.observe(this);
  }

  get #area(): HTMLTextAreaElement {
    return this.querySelector("textarea")!;
  }

  get #words(): (typeof WORDS)["zh"] {
    return WORDS[document.documentElement.lang.startsWith("en") ? "en" : "zh"];
  }

  get #point(): boolean {
    return this.getAttribute("kind") === "point";
  }

  async #start(): Promise<void> {
    const [{ Engine }, catalogue] = await Promise.all([import("../map/library"), getJson<Catalogue>("/api/catalogue")]);
    this.#catalogue = catalogue;
    const frame = document.createElement("div");
    frame.className = "geometry-map";
    frame.lang = "zh-Hant-TW";
    this.#said.className = "help";
    this.prepend(frame, this.#said);
    const now = readGeometry(this.#area.value);
    const middle = (now && middleOf(now)) ?? [...catalogue.city.center];
    this.#map = new Engine({
      container: frame,
      style: this.#style(),
      center: middle as [number, number],
      zoom: now ? 16 : 13,
      attributionControl: false,
      dragRotate: false,
      scrollZoom: false,
      canvasContextAttributes: { powerPreference: "default" },
    });
    this.#map.on("style.load", () => this.#area.addEventListener("input", () => this.#draw()));
    this.#map.on("click", ({ lngLat }) => {
      if (!this.#point) return;
      const coordinates = [lngLat.lng, lngLat.lat].map((v) => Number(v.toFixed(7)));
      this.#area.value = JSON.stringify({ type: "Point", coordinates });
      this.#area.dispatchEvent(new Event("input", { bubbles: true }));
      this.#area.dispatchEvent(new Event("change", { bubbles: true }));
    });
    this.#say();
  }

  #draw(): void {
    this.#map?.setStyle(this.#style(), { diff: true });
    this.#say();
  }

  #say(): void {
    const text = this.#area.value.trim();
    this.#said.textContent = text && !readGeometry(text) ? this.#words.wrong : this.#point ? this.#words.how : this.#words.shown;
  }

  #style(): ReturnType<typeof compose> {
    const catalogue = this.#catalogue!;
    const dark = matchMedia("(prefers-color-scheme: dark)").matches;
    const chosen = document.documentElement.dataset.theme;
    const theme: Theme = chosen === "dark" || (chosen !== "light" && dark) ? "dark" : "light";
    const ground = catalogue.layers.filter((layer) => layer.group === "base" && layer.visible);
    return compose({
      catalogue,
      theme,
      lang: "zh",
      shown: Object.fromEntries(ground.map((layer) => [layer.id, 100])),
      filter: () => "",
      datetime: () => null,
      warmth: {},
      edits: {},
      enclosed: null,
      marked: readGeometry(this.#area.value),
      drawn: NOTHING,
      colour,
      origin: location.origin,
    });
  }
}

customElements.define("antu-geometry", Geometry);
