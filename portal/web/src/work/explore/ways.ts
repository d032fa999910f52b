// What one can do with the map besides looking at it, in its upper corner: compare, rank, list, take along.
import { html } from "lit";
import { t } from "../../i18n/t";
import { compare, pane } from "../../state/portal";
import { icon } from "../../ui/icons";
import { View } from "../../ui/view";
import { PANES, turnTo } from "./pane";
import { canCompare, turnComparing } from "./swipe";

class Ways extends View {
  protected override render() {
    return html`<div class="ways card" role="group" aria-label=${t("ways")}>
      <button class="way" aria-pressed=${compare.value !== null} ?disabled=${!canCompare()} @click=${turnComparing}>${icon("swipe")}<span>${t("swipe")}</span></button>
      <hr />
      ${Object.entries(PANES).map(
        ([id, { title, icon: drawing }]) => html`<button class="way" aria-pressed=${pane.value === id} @click=${() => turnTo(id)}>${icon(drawing)}<span>${t(title)}</span></button>`,
      )}
    </div>`;
  }
}

customElements.define("antu-ways", Ways);
