// At the foot of the map: whose data it is, the scale, the coordinates of the pointer. An element of its own, for while
// the map is moved this is all of the page that changes with every frame.
import { html, nothing, type TemplateResult } from "lit";
import { number, say, t } from "../i18n/t";
import { centre, pointer } from "../map/seen";
import { surveyed, toTwd97, zoneOf } from "../map/twd97";
import { catalogue, place, shownLayers } from "../state/portal";
import { styled, View } from "./view";

class Feet extends View {
  protected override render(): TemplateResult {
    return html`${this.#sources()} ${this.#scale()}
      <p class="position" role="note" aria-label=${t("pointer")}>${this.#position()}</p>`;
  }

  #sources() {
    const base = catalogue.raster_base;
    const said = shownLayers.value.map((layer) => say(layer.attribution));
    const own = typeof base === "object" && base ? [base.attribution] : [];
    const all = [...new Set([...said, ...own])].filter(Boolean);
    return all.length ? html`<p class="sources">${all.join(" · ")}</p>` : nothing;
  }

  /** A round length whose bar is between 60 and 130 pixels long. */
  #scale(): TemplateResult {
    const { zoom, lat } = place.value;
    const metres = (40075016.7 * Math.cos((lat * Math.PI) / 180)) / (512 * 2 ** zoom);
    const wanted = 110 * metres;
    const power = 10 ** Math.floor(Math.log10(wanted));
    const round = ([5, 2, 1].find((step) => step * power <= wanted) ?? 1) * power;
    const text = round >= 1000 ? `${number(round / 1000)} ${t("kilometres")}` : `${number(round)} ${t("metres")}`;
    return html`<p class="scale"><i ${styled({ width: `${Math.round(round / metres)}px` })}></i>${text}</p>`;
  }

  #position(): TemplateResult | typeof nothing {
    const at = pointer.value ?? centre.value;
    if (!at) return nothing;
    const [lon, lat] = at;
    const world = html`<span>${Math.abs(lat).toFixed(5)}°${lat < 0 ? "S" : "N"} ${Math.abs(lon).toFixed(5)}°${lon < 0 ? "W" : "E"}</span>`;
    if (!surveyed(lon, lat)) return world;
    const [east, north] = toTwd97(lon, lat);
    const zone = zoneOf(lon) === 121 ? "" : " (119)";
    return html`<span>TWD97${zone} ${number(Math.round(east))} E · ${number(Math.round(north))} N</span>${world}`;
  }
}

customElements.define("antu-feet", Feet);
