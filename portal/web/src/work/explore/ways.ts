// What one can do with the map besides looking at it, in its upper corner: compare, rank, list, take along.
import { html } from "lit";
import { t } from "../../i18n/t";
import { pane } from "../../state/portal";
import { icon } from "../../ui/icons";
import { View } from "../../ui/view";
import { offered, PANES, turnTo } from "./pane";
import { canCompare, comparing, turnComparing } from "./swipe";

class Ways extends View {
  protected override render() {
    return html`<div class="ways card" role="group" aria-label=${t("ways")}>
      <button class="way" title=${t("swipe")} aria-pressed=${comparing() === "swipe"} ?disabled=${!canCompare()} @click=${() => turnComparing("swipe")}>${icon("swipe")}<span>${t("swipe")}</span></button>
      <button class="way" title=${t("twin")} aria-pressed=${comparing() === "twin"} ?disabled=${!canCompare()} @click=${() => turnComparing("twin")}>${icon("twin")}<span>${t("twin")}</span></button>
      <hr />
      ${Object.entries(PANES).filter(([id]) => offered(id)).map(
        ([id, { title, icon: drawing, rare }]) => html`<button class=${rare ? "way rare" : "way"} title=${t(title)} aria-pressed=${pane.value === id} @click=${() => turnTo(id)}>${icon(drawing)}<span>${t(title)}</span></button>`,
      )}
    </div>`;
  }
}

customElements.define("antu-ways", Ways);
