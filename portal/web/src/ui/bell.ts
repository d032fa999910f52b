// Tells whoever is signed in that somebody named them in a comment: a bell with a number, and the way there.
import { html, nothing } from "lit";
import { getJson } from "../api/http";
import { t } from "../i18n/t";
import { goTo } from "../map/camera";
import { catalogue, pane, place, selection } from "../state/portal";
import { batch, signal } from "../state/store";
import type { Notice } from "../share/words";
import { icon } from "./icons";
import { View } from "./view";

const EVERY = 60_000;

class Bell extends View {
  #notices = signal<readonly Notice[]>([]);
  #timer: ReturnType<typeof setInterval> | undefined;

  override connectedCallback(): void {
    super.connectedCallback();
    if (catalogue.viewer.name === null) return;
    void this.#look();
    this.#timer = setInterval(() => document.visibilityState === "visible" && void this.#look(), EVERY);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    clearInterval(this.#timer);
  }

  async #look(): Promise<void> {
    // a bell that does not hear is silent; the page says elsewhere when the server is away
    this.#notices.value = await getJson<Notice[]>("/api/notices").catch(() => this.#notices.peek());
  }

  protected override render() {
    const all = this.#notices.value;
    if (!all.length) return nothing;
    return html`<details class="person bell" @keydown=${this.#escape}>
      <summary class="round" aria-label=${t("bell", { n: all.length })} title=${t("bell", { n: all.length })}>${icon("bell")}<b>${all.length > 99 ? "99+" : all.length}</b></summary>
      <div class="menu">
        ${all.slice(0, 8).map((one) => html`<button class="plain" data-notice=${one.id} @click=${() => void this.#go(one)}><span><b>${one.by}</b> ${one.text}</span></button>`)}
        <button class="plain" @click=${() => void this.#seen(all)}>${icon("check")}${t("bell.seen")}</button>
      </div>
    </details>`;
  }

  #escape(event: KeyboardEvent): void {
    const details = event.currentTarget as HTMLDetailsElement;
    if (event.key !== "Escape" || !details.open) return;
    event.preventDefault();
    details.open = false;
    details.querySelector("summary")?.focus();
  }

  async #go(one: Notice): Promise<void> {
    const { reading, which } = await import("../share/words");
    batch(() => {
      selection.value = null;
      pane.value = "talk";
      which.value = "all";
      reading.value = one.thread;
    });
    goTo([one.lon, one.lat], Math.max(place.peek().zoom, 16.5));
    await this.#seen(this.#notices.peek().filter((other) => other.thread === one.thread));
  }

  async #seen(some: readonly Notice[]): Promise<void> {
    const { noticed } = await import("../share/words");
    await noticed(some.map((one) => one.id)).catch(() => undefined);
    await this.#look();
  }
}

customElements.define("antu-bell", Bell);
