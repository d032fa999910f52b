// Shows slides: the map alone with a title over it. Arrow keys, space, Page Up and Down, Home and End go through them, N
// shows the notes, F fills the screen, Escape ends. The address names the slide, so that a reload comes back to it.
import { html, nothing } from "lit";
import { Problem } from "../api/http";
import { dated, t } from "../i18n/t";
import { fixed } from "../state/address";
import { restore, view } from "../state/portal";
import { since } from "../state/since";
import { batch, signal } from "../state/store";
import type { View as Seen } from "../state/url";
import { icon } from "../ui/icons";
import { tell } from "../ui/toasts";
import { View } from "../ui/view";
import { fetchDeck, viewFrom, type Deck } from "./kept";

const showing = signal<{ deck: Deck; at: number } | null>(null);
const notes = signal(false);
/** What was on the map before, to come back to. */
let before: Seen | null = null;

export async function present(id: string, at: number): Promise<void> {
  const now = showing.peek();
  try {
    const deck = now?.deck.id === id ? now.deck : await fetchDeck(id);
    if (!now) before = view.peek();
    if (!document.querySelector("antu-present")) document.body.append(document.createElement("antu-present"));
    turn(deck, at);
  } catch (why) {
    fixed.value = null;
    tell(why instanceof Problem ? why.message : t("server.away"), "bad");
  }
}

function turn(deck: Deck, wanted: number): void {
  const at = Math.min(deck.slides.length, Math.max(1, wanted));
  const slide = deck.slides[at - 1]!;
  batch(() => {
    showing.value = { deck, at };
    fixed.value = `#p=${deck.id}/${at}`;
    since.value = null;
    if (slide.state) restore({ ...viewFrom(slide.state, slide.made_at), pane: null, selection: null });
  });
  document.documentElement.dataset.presenting = String(at);
}

function end(): void {
  delete document.documentElement.dataset.presenting;
  if (document.fullscreenElement) void document.exitFullscreen();
  document.querySelector("antu-present")?.remove();
  batch(() => {
    showing.value = null;
    fixed.value = null;
    if (before) restore(before);
  });
  before = null;
}

class Present extends View {
  override connectedCallback(): void {
    super.connectedCallback();
    document.addEventListener("keydown", this.#key, true);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    document.removeEventListener("keydown", this.#key, true);
  }

  #step(by: number): void {
    const now = showing.peek();
    if (now) turn(now.deck, now.at + by);
  }

  #key = (event: KeyboardEvent) => {
    const now = showing.peek();
    if (!now || event.ctrlKey || event.metaKey || event.altKey) return;
    const onButton = event.target instanceof HTMLButtonElement && [" ", "Enter"].includes(event.key);
    if (onButton) return;
    const act = {
      ArrowRight: () => this.#step(1), ArrowDown: () => this.#step(1), PageDown: () => this.#step(1), " ": () => this.#step(1), Enter: () => this.#step(1),
      ArrowLeft: () => this.#step(-1), ArrowUp: () => this.#step(-1), PageUp: () => this.#step(-1), Backspace: () => this.#step(-1),
      Home: () => turn(now.deck, 1), End: () => turn(now.deck, now.deck.slides.length),
      n: () => (notes.value = !notes.peek()), f: () => this.#fill(), Escape: end,
    }[event.key.length === 1 ? event.key.toLowerCase() : event.key];
    if (!act) return;
    event.preventDefault();
    event.stopPropagation();
    act();
  };

  #fill(): void {
    if (document.fullscreenElement) void document.exitFullscreen();
    else document.documentElement.requestFullscreen().catch(() => tell(t("slides.full.refused"), "bad"));
  }

  protected override render() {
    const now = showing.value;
    if (!now) return nothing;
    const { deck, at } = now;
    const slide = deck.slides[at - 1]!;
    const told = slide.made_at ? dated(slide.made_at, { dateStyle: "long" }) : "";
    return html`<section class="presenting" role="region" aria-roledescription=${t("slides")} aria-label=${deck.title || t("slides")}>
      <header aria-live="polite">
        <h2>${slide.title || deck.title}</h2>
        <p>${[slide.title ? deck.title : "", told].filter(Boolean).join(" · ")}</p>
        ${slide.state ? nothing : html`<p class="lost">${icon("warn")}${t("slides.gone")}</p>`}
        ${slide.lost ? html`<p class="lost">${icon("warn")}${t("asof.lost", { n: slide.lost })}</p>` : nothing}
      </header>
      ${notes.value ? html`<aside class="notes card" aria-label=${t("slides.notes")}><h3>${t("slides.notes")}</h3><p>${slide.notes || t("slides.notes.none")}</p></aside>` : nothing}
      <footer class="card" role="toolbar" aria-label=${t("slides")}>
        <button class="round" aria-label=${t("slides.previous")} title=${t("slides.previous")} ?disabled=${at === 1} @click=${() => this.#step(-1)}>${icon("left")}</button>
        <output>${at} / ${deck.slides.length}</output>
        <button class="round" aria-label=${t("slides.next")} title=${t("slides.next")} ?disabled=${at === deck.slides.length} @click=${() => this.#step(1)}>${icon("right")}</button>
        <button class="outlined" aria-pressed=${notes.value} @click=${() => (notes.value = !notes.peek())}>${t("slides.notes")} <kbd>N</kbd></button>
        <button class="outlined" @click=${() => this.#fill()}>${t("slides.full")} <kbd>F</kbd></button>
        <button class="round" aria-label=${t("slides.end")} title=${t("slides.end")} @click=${end}>${icon("close")}</button>
      </footer>
    </section>`;
  }
}

customElements.define("antu-present", Present);
