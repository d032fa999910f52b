// The search box: names and coordinates as one types, arrows and Enter, `/` from anywhere.
import { html, nothing } from "lit";
import { Latest } from "../api/http";
import { search, type Found } from "../api/questions";
import { lang, t } from "../i18n/t";
import { goTo } from "../map/camera";
import { marked } from "../map/marks";
import { layerOf, selection, shown, stack, switchLayer } from "../state/portal";
import { batch, signal } from "../state/store";
import { icon } from "./icons";
import { View } from "./view";

const REST = 160;

class Search extends View {
  #found = signal<readonly Found[] | "failed" | null>(null);
  #at = signal(0);
  #latest = new Latest();
  #timer: ReturnType<typeof setTimeout> | undefined;
  #text = "";

  override connectedCallback(): void {
    super.connectedCallback();
    document.addEventListener("keydown", this.#slash);
    document.addEventListener("pointerdown", this.#outside);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    document.removeEventListener("keydown", this.#slash);
    document.removeEventListener("pointerdown", this.#outside);
  }

  get #input(): HTMLInputElement | null {
    return this.querySelector("input");
  }

  #slash = (event: KeyboardEvent) => {
    const typing = (event.target as HTMLElement).closest("input:not([type=checkbox], [type=range]), textarea, select");
    if (event.key !== "/" || typing || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    this.#input?.focus();
    this.#input?.select();
  };

  #outside = (event: Event) => {
    if (!this.contains(event.target as Node)) this.#found.value = null;
  };

  protected override render() {
    const found = this.#found.value;
    const open = found !== null;
    const list = Array.isArray(found) ? (found as readonly Found[]) : [];
    return html`<form class="search" role="search" @submit=${this.#submit}>
      ${icon("search")}
      <input
        type="search" name="q" autocomplete="off" spellcheck="false" role="combobox" aria-autocomplete="list" aria-controls="found"
        aria-expanded=${open} aria-activedescendant=${list.length ? `found-${this.#at.value}` : nothing}
        aria-label=${t("search")} placeholder=${t("search")} @input=${this.#typed} @keydown=${this.#key} @focus=${this.#typed}
      />
      <kbd aria-hidden="true">/</kbd>
      <div class="found" id="found" role="listbox" aria-label=${t("search.results")} ?hidden=${!open}>
        ${found === "failed" ? html`<p role="alert">${t("search.failed")}</p>` : nothing}
        ${Array.isArray(found) && !found.length ? html`<p>${t("search.none", { text: this.#text })}</p>` : nothing}
        ${list.map(
          (one, i) => html`<div role="option" id="found-${i}" aria-selected=${i === this.#at.value} @pointerdown=${(e: Event) => e.preventDefault()} @click=${() => this.#take(one)}>
            <span>${one.title}</span><small>${one.subtitle}</small>
          </div>`,
        )}
      </div>
    </form>`;
  }

  #typed = () => {
    const text = this.#input?.value.trim() ?? "";
    clearTimeout(this.#timer);
    if (!text) {
      this.#latest.stop();
      this.#found.value = null;
      return;
    }
    this.#timer = setTimeout(() => this.#ask(text), REST);
  };

  #ask(text: string): Promise<void> {
    this.#text = text;
    return this.#latest.ask(
      (abort) => search(text, lang.peek(), abort),
      (found) =>
        batch(() => {
          this.#at.value = 0;
          this.#found.value = found;
        }),
      () => (this.#found.value = "failed"),
    );
  }

  #key = (event: KeyboardEvent) => {
    const found = this.#found.peek();
    const list = Array.isArray(found) ? found : [];
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      const step = event.key === "ArrowDown" ? 1 : -1;
      if (list.length) this.#at.value = (this.#at.peek() + step + list.length) % list.length;
    } else if (event.key === "Escape") {
      event.preventDefault();
      if (found !== null) this.#found.value = null;
      else this.#input?.blur();
    } else if (event.key === "Tab") this.#found.value = null;
  };

  #submit = async (event: Event) => {
    event.preventDefault();
    const text = this.#input?.value.trim() ?? "";
    if (!text) return;
    clearTimeout(this.#timer);
    if (text !== this.#text || !Array.isArray(this.#found.peek())) await this.#ask(text);
    const found = this.#found.peek();
    const one = Array.isArray(found) ? (found as readonly Found[])[this.#at.peek()] : undefined;
    if (one) this.#take(one);
  };

  #take(one: Found): void {
    const layer = one.layer ? layerOf(one.layer) : undefined;
    batch(() => {
      this.#found.value = null;
      stack.value = [];
      if (layer && one.id !== null) {
        if (!(layer.id in shown.peek())) switchLayer(layer.id, true);
        selection.value = { layer: layer.id, id: one.id };
      } else {
        selection.value = null;
        marked.value = { type: "Point", coordinates: one.center };
      }
    });
    goTo(one.center, one.zoom);
    if (this.#input) this.#input.value = one.title;
    this.#input?.blur();
  }
}

customElements.define("antu-search", Search);
