// How often a surface was right, beside its legend: hit rate, PAI and PEI against last year's places, in a sentence.
import { html, nothing, type TemplateResult } from "lit";
import type { Layer } from "../api/catalogue";
import { number, say, t } from "../i18n/t";
import { View } from "../ui/view";
import { inForce, learn, listed, type Figures, type Scores } from "./known";
import "./surfaces.css";

const percent = (share: number) => `${number(share * 100)} %`;

class Score extends View {
  static override properties = { layer: {} };
  declare layer: Layer;

  override connectedCallback(): void {
    super.connectedCallback();
    learn();
  }

  protected override render() {
    if (!Array.isArray(listed.value)) return nothing;
    const made = inForce(this.layer);
    if (!made) return html`<p class="score hint">${t("surfaces.none-then")}</p>`;
    return html`<div class="score" role="group" aria-label=${t("score", { layer: say(this.layer.title) })} data-start=${made.start}>
      <p class="span">${made.start} – ${made.end}</p>
      ${made.scores ? this.#scores(made.scores) : nothing}
    </div>`;
  }

  #scores(scores: Scores): TemplateResult {
    const { surface = [], last_year = [] } = scores.maps;
    const row = (name: string, read: (one: Figures) => TemplateResult | string, all: readonly Figures[]) => html`<tr><th scope="row">${name}</th>${all.map((one) => html`<td>${read(one)}</td>`)}</tr>`;
    return html`${surface.length
        ? html`<table>
            <thead><tr><th scope="col">${t(this.layer.kind === "raster" ? "score.share" : "score.share.streets")}</th>${surface.map((one) => html`<th scope="col">${percent(one.share)}</th>`)}</tr></thead>
            <tbody>
              ${row(t("score.hit"), (one) => html`<strong>${percent(one.hit_rate)}</strong><small title=${t("score.interval")}>${number(one.low * 100)}–${number(one.high * 100)}</small>`, surface)}
              ${row(t("score.last"), (one) => percent(one.hit_rate), last_year)} ${row("PAI", (one) => number(one.pai), surface)} ${row("PEI", (one) => number(one.pei, 2), surface)}
            </tbody>
          </table>`
        : nothing}
      <p class="verdict" data-verdict=${scores.verdict}>${say(scores.sentence)}</p>
      ${scores.kind === "none" ? nothing : html`<p class="hint">${t(`score.${scores.kind}`, { from: scores.from, to: scores.to, n: number(scores.events) })} ${scores.few ? t("score.few") : nothing}</p>`}`;
  }
}

customElements.define("antu-score", Score);
