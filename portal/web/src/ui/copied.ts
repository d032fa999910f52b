// A field with something to copy: read-only text, and a button that puts it on the clipboard.
import { html, type TemplateResult } from "lit";
import { t } from "../i18n/t";
import { icon } from "./icons";
import { tell } from "./toasts";

export function copied(name: string, label: string, text: string): TemplateResult {
  return html`<div class="copied" data-copy=${name}>
    <label for="copy-${name}">${label}</label>
    <input id="copy-${name}" readonly .value=${text} @focus=${(e: Event) => (e.target as HTMLInputElement).select()} />
    <button class="outlined" aria-label=${t("copy.what", { what: label })} title=${t("copy.what", { what: label })} @click=${() => void put(name, label, text)}>${icon("copy")}</button>
  </div>`;
}

async function put(name: string, label: string, text: string): Promise<void> {
  try {
    await navigator.clipboard.writeText(text);
    tell(t("copy.done", { what: label }));
  } catch {
    // no clipboard without https: the text is marked, ready for Ctrl+C
    document.querySelector<HTMLInputElement>(`#copy-${name}`)?.focus();
    tell(t("copy.by-hand"), "bad");
  }
}
