// The frame: bar on top, rail of workspaces, panels left and right, the map with the dock below it. Below 900 px the
// panels are sheets over the map and the rail lies at the foot.
import { html, nothing, type TemplateResult } from "lit";
import { everything, more, say, t } from "../i18n/t";
import { reachable } from "../api/http";
import { editing } from "../state/editing";
import { catalogue, pane, selection, work } from "../state/portal";
import { signal } from "../state/store";
import { workspacesFor, type Room } from "../work/workspaces";
import "./asof";
import "./bar";
import { icon } from "./icons";
import { begun } from "./stage";
import "./toasts";
import { View } from "./view";

type Sheet = "left" | "dock" | null;
/** Which panel lies over the map on a small screen. */
export const sheet = signal<Sheet>(null);
const room = signal<Room | null>(null);
const failed = signal(false);

class Shell extends View {
  #workspaces = workspacesFor(catalogue.viewer.roles);
  #pane: string | null = null;
  #opener: HTMLElement | null = null;

  override connectedCallback(): void {
    super.connectedCallback();
    this.when(() => void this.#enter(work.value));
    this.when(() => {
      if (selection.value || pane.value) sheet.value = null;
    });
    this.when(() => this.#follow(pane.value));
    this.when(() => {
      if (!editing.value) return;
      sheet.value = null;
      void everything().then(() => import("../edit/panel")).catch(() => (editing.value = null));
    });
    document.addEventListener("keydown", this.#key);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    document.removeEventListener("keydown", this.#key);
  }

  async #enter(id: string): Promise<void> {
    const wanted = this.#workspaces.find((w) => w.id === id) ?? this.#workspaces[0]!;
    try {
      if (wanted.id !== "explore") await more();
      const [next] = await Promise.all([wanted.load(), begun]);
      room.peek()?.leave?.();
      next.enter?.();
      room.value = next;
    } catch {
      failed.value = true;
    }
  }

  /** A panel that closes gives the focus back to what opened it, or else to the map. */
  #follow(now: string | null): void {
    const before = this.#pane;
    this.#pane = now;
    if (now && !before) this.#opener = document.activeElement as HTMLElement | null;
    if (now || !before) return;
    requestAnimationFrame(() => {
      if (document.activeElement !== document.body) return;
      const opener = this.#opener?.isConnected && this.#opener !== document.body ? this.#opener : this.querySelector<HTMLElement>(".maplibregl-canvas");
      opener?.focus();
    });
  }

  #key = (event: KeyboardEvent) => {
    if (event.key !== "Escape" || event.defaultPrevented) return;
    if (sheet.peek()) sheet.value = null;
    else if (editing.peek()) {
      const { id, past, conflict } = editing.peek()!;
      if (past || conflict || Array.isArray(id)) editing.value = null;
    } else if (selection.peek()) {
      selection.value = null;
      this.querySelector<HTMLElement>(".maplibregl-canvas")?.focus();
    } else if (pane.peek()) pane.value = null;
  };

  protected override render() {
    const now = room.value;
    const right = editing.value ? html`<antu-edit></antu-edit>` : (now?.right?.() ?? null);
    return html`
      <antu-bar></antu-bar>
      <nav class="rail" aria-label=${t("workspaces")}>
        ${this.#workspaces.map(
          (w) => html`<button class="rail-item" aria-current=${w.id === work.value ? "page" : nothing} @click=${() => this.#open(w.id)}>
            ${icon(w.icon)}<span>${say(w.title)}</span>
          </button>`,
        )}
        <span class="rail-gap"></span>
        <button class="rail-item small-only" aria-expanded=${sheet.value === "dock"} @click=${() => this.#toggle("dock")}>${icon("time")}<span>${t("time")}</span></button>
        <a class="rail-item" href="/ogc?f=html">${icon("data")}<span>${t("api")}</span></a>
        <a class="rail-item" href="/help/?from=${work.value}">${icon("help")}<span>${t("help")}</span></a>
      </nav>
      <aside class="left ${sheet.value === "left" ? "open" : ""}" aria-label=${t("layers")}>${now?.left?.() ?? this.#waiting()}</aside>
      <main class="middle">
        <antu-stage></antu-stage>
        <antu-asof></antu-asof>
        ${now?.over?.() ?? nothing}
        <div class="dock ${sheet.value === "dock" ? "open" : ""}">${now?.dock?.() ?? nothing}</div>
      </main>
      <aside class="right ${right ? "open" : ""}" aria-label=${t("detail")}>${right ?? nothing}</aside>
      ${reachable.value ? nothing : html`<p class="away" role="alert">${icon("warn")}${t("server.away")}</p>`}
      <antu-outbox></antu-outbox>
      <antu-toasts></antu-toasts>
    `;
  }

  #waiting(): TemplateResult {
    return failed.value
      ? html`<p class="empty" role="alert">${t("map.failed")}</p>`
      : html`<p class="empty">${t("loading")}…</p>`;
  }

  #open(id: string): void {
    if (id === work.peek()) this.#toggle("left");
    else work.value = id;
  }

  #toggle(which: Sheet): void {
    sheet.value = sheet.peek() === which ? null : which;
  }
}

customElements.define("antu-shell", Shell);
