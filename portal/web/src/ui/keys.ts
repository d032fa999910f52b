// The list of keys, in a window of its own: `?` opens it, Escape closes it.
import { html, render } from "lit";
import { t, type Key } from "../i18n/t";
import { icon } from "./icons";

const KEYS: readonly (readonly [keys: readonly string[], said: Key])[] = [
  [["/"], "keys.search"],
  [["?"], "keys.this"],
  [["Tab"], "keys.tab"],
  [["←", "→", "↑", "↓"], "keys.arrows"],
  [["+", "−"], "keys.zoom"],
  [["Shift", "←"], "keys.turn"],
  [["Space"], "keys.space"],
  [["Enter"], "keys.enter"],
  [["Ctrl", "Z"], "keys.undo"],
  [["Esc"], "keys.escape"],
];

export function showKeys(): void {
  if (document.querySelector("dialog.keys")) return;
  const before = document.activeElement as HTMLElement | null;
  const dialog = document.createElement("dialog");
  dialog.className = "window keys";
  dialog.setAttribute("aria-labelledby", "keys-title");
  render(
    html`<header><h2 id="keys-title">${t("keys")}</h2><button class="round" aria-label=${t("close")} @click=${() => dialog.close()}>${icon("close")}</button></header>
      <dl>${KEYS.map(([keys, said]) => html`<div><dt>${keys.map((key) => html`<kbd>${key}</kbd>`)}</dt><dd>${t(said)}</dd></div>`)}</dl>
      <p><a href="/help/keys">${t("keys.more")}</a></p>`,
    dialog,
  );
  dialog.addEventListener("close", () => {
    dialog.remove();
    before?.focus();
  });
  document.body.append(dialog);
  dialog.showModal();
}
