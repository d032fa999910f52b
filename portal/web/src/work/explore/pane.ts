// The panels beside the map that are not about one feature: which there are, and the head that they share.
import { html, nothing, type TemplateResult } from "lit";
import { t, type Key } from "../../i18n/t";
import { batch, signal } from "../../state/store";
import type { Selection } from "../../state/url";
import { catalogue, pane, selection } from "../../state/portal";
import { icon, type IconName } from "../../ui/icons";

export const PANES: Readonly<Record<string, { title: Key; icon: IconName; police?: true; rare?: true }>> = {
  rank: { title: "rank", icon: "rank" },
  charts: { title: "charts", icon: "time" },
  cases: { title: "cases", icon: "case", police: true },
  list: { title: "list", icon: "list" },
  take: { title: "take", icon: "load", rare: true },
  surfaces: { title: "surfaces", icon: "target", rare: true },
  hours: { title: "hours", icon: "hours", rare: true },
  bring: { title: "bring", icon: "bring", rare: true },
  talk: { title: "talk", icon: "talk", rare: true },
  views: { title: "views", icon: "star", rare: true },
};

/** What was chosen on the map when the panel was opened. */
export const cameFrom = signal<Selection | null>(null);
/** Whether this viewer has that panel at all. */
export const offered = (which: string): boolean => !PANES[which]?.police || POLICE.has(catalogue.viewer.clearance);
const POLICE = new Set(["police", "restricted"]);

/** Opens a panel, or closes it when it is the one that is open. */
export function turnTo(which: string): void {
  batch(() => {
    cameFrom.value = selection.peek();
    pane.value = pane.peek() === which && !selection.peek() ? null : which;
    selection.value = null;
  });
}

export function paneHead(title: string, choice: TemplateResult | typeof nothing = nothing, more: TemplateResult | typeof nothing = nothing): TemplateResult {
  return html`<header>
    <h2 tabindex="-1">${title}</h2>
    <button class="round close" aria-label=${t("close")} @click=${() => (pane.value = null)}>${icon("close")}</button>
    ${choice === nothing ? nothing : html`<p class="choice">${choice}</p>`}
    ${more}
  </header>`;
}

/** From a feature back to the panel that it was chosen in. */
export function wayBack(): TemplateResult | typeof nothing {
  const from = pane.value && PANES[pane.value];
  return from ? html`<button class="plain back" @click=${() => (selection.value = null)}>${icon("left")}${t(from.title)}</button>` : nothing;
}

/** Arrow keys, Home and End step through the buttons of a list. */
export function steps(event: KeyboardEvent): void {
  const all = [...(event.currentTarget as HTMLElement).querySelectorAll<HTMLElement>("button")];
  const at = all.indexOf(event.target as HTMLElement);
  const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: all.length - 1 }[event.key];
  if (to === undefined || at < 0) return;
  event.preventDefault();
  all[Math.min(all.length - 1, Math.max(0, to))]?.focus();
}
