// Comments: those in view as a list and as pins on the map, and a new one at a place or on a feature.
import { html, nothing, type TemplateResult } from "lit";
import { t } from "../../i18n/t";
import { drawn, NOTHING } from "../../map/marks";
import { centre, tool } from "../../map/seen";
import { pane, place } from "../../state/portal";
import { batch, signal } from "../../state/store";
import { thread } from "../../share/thread";
import { about, follow, mayTalk, nearby, reading, said, which, type Target, type Threads, type Which } from "../../share/words";
import { icon } from "../../ui/icons";
import { styled, View } from "../../ui/view";
import { paneHead } from "./pane";

const STATES: readonly Which[] = ["open", "done", "all"];
/** Where a new comment is to be pinned; "aiming" while the place is being chosen. */
const target = signal<Extract<Target, { lon: number }> | "aiming" | null>(null);

function aim(): void {
  batch(() => {
    target.value = "aiming";
    tool.value = { take: ([lon, lat]) => put(lon, lat) };
  });
  document.querySelector<HTMLElement>(".maplibregl-canvas")?.focus({ preventScroll: true });
}

function put(lon: number, lat: number): void {
  batch(() => {
    tool.value = null;
    target.value = { lon, lat };
    drawn.value = { type: "FeatureCollection", features: [{ type: "Feature", properties: {}, geometry: { type: "Point", coordinates: [lon, lat] } }] };
  });
}

function leave(): void {
  batch(() => {
    if (target.peek() === "aiming") tool.value = null;
    if (target.peek()) drawn.value = NOTHING;
    target.value = null;
  });
}

class Talk extends View {
  override connectedCallback(): void {
    super.connectedCallback();
    this.when(() => {
      if (target.value && target.value !== "aiming") void this.updateComplete.then(() => this.querySelector<HTMLElement>(".new textarea")?.focus());
    });
    this.when(() => {
      const id = reading.value;
      if (id !== null) void this.updateComplete.then(() => this.querySelector(`[data-thread="${id}"]`)?.scrollIntoView({ block: "nearest" }));
    });
    this.addEventListener("said", () => target.peek() && leave());
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    leave();
    reading.value = null;
  }

  protected override render() {
    if (!mayTalk) {
      return html`<section class="pane" aria-label=${t("talk")}>${paneHead(t("talk"))}<p class="empty">${t("talk.sign-in")} <a href="/accounts/sign-in/?next=/">${t("sign-in")}</a></p></section>`;
    }
    return html`<section class="pane talk" aria-label=${t("talk")}>
      ${paneHead(
        t("talk"),
        html`<span class="switch" role="group" aria-label=${t("talk.which")}>${STATES.map((one) => html`<button aria-pressed=${which.value === one} @click=${() => (which.value = one)}>${t(`talk.${one}`)}</button>`)}</span>`,
      )}
      <div class="scroll">${this.#new()} ${this.#list()}</div>
    </section>`;
  }

  #new(): TemplateResult {
    const at = target.value;
    if (at === null) return html`<button class="outlined wide" @click=${aim}>${icon("pin")}${t("talk.new")}</button>`;
    if (at === "aiming") {
      return html`<div class="new card"><p>${t("talk.where")}</p><p class="apply">
        <button class="filled" @click=${() => centre.peek() && put(centre.peek()![0], centre.peek()![1])}>${t("talk.centre")}</button>
        <button class="outlined" @click=${leave}>${t("talk.cancel")}</button></p></div>`;
    }
    return html`<div class="new card"><p><b>${t("talk.at")}</b> ${at.lat.toFixed(5)}°N ${at.lon.toFixed(5)}°E <button class="plain act" aria-label=${t("talk.cancel")} @click=${leave}>${icon("close")}</button></p>
      <antu-write .target=${at} .parent=${null} .label=${t("talk.new")}></antu-write></div>`;
  }

  #list(): TemplateResult | TemplateResult[] {
    const found = nearby.value;
    if (found === null) return html`<div class="bones"><i></i><i></i></div>`;
    if (found === "failed") return html`<p class="empty" role="alert">${t("server.away")}</p>`;
    if (!found.threads.length) return html`<p class="hint">${t("talk.none")}</p>`;
    return found.threads.map((one) => thread(one, true));
  }
}

customElements.define("antu-talk", Talk);

/** The comments on one feature, at the foot of what is told about it. */
class OnFeature extends View {
  static override properties = { layer: {}, feature: {} };
  declare layer: string;
  declare feature: string;
  #found = signal<Threads | null>(null);
  #asked = "";

  override connectedCallback(): void {
    super.connectedCallback();
    this.when(() => {
      void said.value;
      this.#asked = "";
      this.requestUpdate();
    });
  }

  #ask(): void {
    const key = `${this.layer}.${this.feature}`;
    if (key === this.#asked) return;
    this.#asked = key;
    about({ layer: this.layer, feature: this.feature }).then(
      (found) => key === this.#asked && (this.#found.value = found),
      () => key === this.#asked && (this.#found.value = null),
    );
  }

  protected override render() {
    if (!mayTalk || !this.layer) return nothing;
    this.#ask();
    const found = this.#found.value;
    return html`<section class="on-feature"><h3>${t("talk")} ${found?.total ? html`<small>${found.total}</small>` : nothing}</h3>
      ${found?.threads.map((one) => thread(one, false)) ?? nothing}
      <antu-write .target=${{ layer: this.layer, feature: this.feature }} .parent=${null} .label=${t("talk.new")}></antu-write></section>`;
  }
}

customElements.define("antu-threads", OnFeature);

/** The pins; they stand over the map and are reached by keyboard. */
class Pins extends View {
  #moved = signal(0);
  #end: (() => void) | undefined;
  #off: (() => void) | undefined;

  override connectedCallback(): void {
    super.connectedCallback();
    this.#end = follow();
    void document.querySelector("antu-stage")?.ready.then((map) => {
      if (!this.isConnected) return;
      const moved = () => pane.peek() === "talk" && (this.#moved.value += 1);
      map.on("move", moved);
      map.on("resize", moved);
      this.#off = () => (map.off("move", moved), map.off("resize", moved));
    });
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#end?.();
    this.#off?.();
  }

  protected override render() {
    const found = nearby.value;
    const map = document.querySelector("antu-stage")?.map;
    if (pane.value !== "talk" || !map || !found || found === "failed") return nothing;
    void [this.#moved.value, place.value];
    const left = map.getContainer().offsetLeft;
    return html`<div class="pins" aria-label=${t("talk")}>${found.threads.map((one) => {
      const at = map.project([one.lon, one.lat]);
      const says = `${one.by}：${one.withdrawn ? t("talk.withdrawn") : one.text.slice(0, 60)}`;
      return html`<button class="pin ${one.state} ${reading.value === one.id ? "open" : ""}" aria-label=${says} title=${says} ${styled({ transform: `translate(${Math.round(at.x + left)}px, ${Math.round(at.y)}px)` })} @click=${() => (reading.value = one.id)}>
        <span>${icon(one.state === "done" ? "check" : "talk")}${one.replies.length ? html`<i>${one.replies.length + 1}</i>` : nothing}</span>
      </button>`;
    })}</div>`;
  }
}

customElements.define("antu-pins", Pins);
