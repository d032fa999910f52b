// What a scan found, in words: each cluster with its days, its counts and its p, and the way to it on the map.
import { html, nothing } from "lit";
import type { Layer, Words } from "../api/catalogue";
import { getJson, Latest } from "../api/http";
import { say, t } from "../i18n/t";
import { goTo } from "../map/camera";
import { signal } from "../state/store";
import { View } from "../ui/view";
import { inForce } from "./known";

interface Cluster {
  lon: number;
  lat: number;
  radius: number;
  significant: boolean;
  words: Words;
}
interface Card {
  told: { sentence?: Words; clusters?: readonly Cluster[] };
}

class Clusters extends View {
  static override properties = { layer: {} };
  declare layer: Layer;
  #card = signal<Card | "failed" | null>(null);
  #latest = new Latest();
  #read = "";

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#latest.stop();
    this.#read = "";
  }

  protected override render() {
    const made = inForce(this.layer);
    if (!made) return nothing;
    const wanted = `${this.layer.id} ${made.start}`;
    if (wanted !== this.#read) {
      this.#read = wanted;
      queueMicrotask(() => this.#ask(made.start));
    }
    const card = this.#card.value;
    if (card === "failed") return html`<p role="alert">${t("detail.failed")}</p>`;
    if (!card?.told.clusters) return nothing;
    return html`<h3>${t("surfaces.clusters")}</h3>
      <p class="hint">${card.told.sentence ? say(card.told.sentence) : nothing}</p>
      <ol class="clusters">${card.told.clusters.map(
        (one) => html`<li data-significant=${one.significant}><button class="plain" @click=${() => goTo([one.lon, one.lat], one.radius > 400 ? 14.5 : 15.5)}>${say(one.words)}</button></li>`,
      )}</ol>`;
  }

  #ask(start: string): void {
    const id = this.layer.id;
    this.#card.value = null;
    void this.#latest.ask(
      (abort) => getJson<Card>(`/api/hotspots/surfaces/${id}`, { datetime: start }, abort),
      (found) => (this.#card.value = found),
      () => (this.#card.value = "failed"),
    );
  }
}

customElements.define("antu-clusters", Clusters);
