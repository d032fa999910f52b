// Short messages at the foot of the page, read out by screen readers. One that must be acted on stays.
import { html, nothing } from "lit";
import { t } from "../i18n/t";
import { signal } from "../state/store";
import { icon } from "./icons";
import { View } from "./view";

interface Toast {
  id: number;
  text: string;
  kind: "good" | "bad";
}

const toasts = signal<readonly Toast[]>([]);
let next = 1;

export function tell(text: string, kind: Toast["kind"] = "good"): void {
  const id = next++;
  toasts.value = [...toasts.value.filter((one) => one.text !== text), { id, text, kind }];
  if (kind === "good") setTimeout(() => dismiss(id), 5000);
}

function dismiss(id: number): void {
  toasts.value = toasts.value.filter((one) => one.id !== id);
}

class Toasts extends View {
  protected override render() {
    return html`<div class="toasts" role="status" aria-live="polite">
      ${toasts.value.map(
        (one) => html`<div class="toast ${one.kind}">
          ${icon(one.kind === "good" ? "check" : "warn")}<span>${one.text}</span>
          ${one.kind === "bad" ? html`<button class="plain" aria-label=${t("close")} @click=${() => dismiss(one.id)}>${icon("close")}</button>` : nothing}
        </div>`,
      )}
    </div>`;
  }
}

customElements.define("antu-toasts", Toasts);
