// Says that one looks at a picture of another day: when the link was made, what was counted then and now, what is missing
// of it, and the way back to today.
import { html, nothing, type TemplateResult } from "lit";
import { dated, inline, number, t } from "../i18n/t";
import { asOf, layerOf } from "../state/portal";
import { since } from "../state/since";
import { icon } from "./icons";
import { View } from "./view";

class AsOf extends View {
  protected override render() {
    const made = asOf.value;
    if (!made) return nothing;
    const when = dated(made, { dateStyle: "medium", timeStyle: "short" });
    const from = since.value;
    return html`<aside class="asof card" role="status">
      ${icon("time")}
      <div>
        <p><b>${t("asof", { when })}</b> ${from?.by ? html`<span>${t("asof.by", { who: from.by })}</span>` : nothing}</p>
        ${from && from.counts.length ? this.#counts(from.counts) : html`<p class="hint">${t("asof.how")}</p>`}
        ${from?.lost ? html`<p class="lost">${icon("warn")}${t("asof.lost", { n: from.lost })}</p>` : nothing}
      </div>
      <button class="outlined" @click=${() => void this.#today()}>${t("asof.today")}</button>
    </aside>`;
  }

  #counts(counts: NonNullable<typeof since.value>["counts"]): TemplateResult {
    const told = counts.flatMap(({ layer, then, now }) => {
      const one = layerOf(layer);
      return one && (then > 0 || now) ? [{ one, then, now }] : [];
    });
    const changed = told.filter(({ then, now }) => now !== null && now !== then);
    if (!changed.length) return html`<p class="hint">${t("asof.same")}</p>`;
    return html`<p class="changed">${changed.slice(0, 3).map(
      ({ one, then, now }) => html`<span>${t("asof.then", { layer: inline(one.title), then: number(then), now: number(now!) })}</span>`,
    )}</p>`;
  }

  async #today(): Promise<void> {
    const { today } = await import("../share/open");
    today();
  }
}

customElements.define("antu-asof", AsOf);
