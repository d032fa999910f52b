// Stacked bars: one a month or an hour, in the colours of the legend. The same figures stand in a table for whoever
// does not see the picture.
import { html, svg, type TemplateResult } from "lit";
import { number } from "../i18n/t";

export interface Series {
  label: string;
  colour: string;
}
export interface Bar {
  label: string;
  /** One value a series, drawn from the bottom up. */
  values: readonly number[];
}

const WIDE = 10;
const GAP = 1.6;

export function bars(data: readonly Bar[], series: readonly Series[], dimmed: (index: number) => boolean = () => false): TemplateResult {
  const most = Math.max(1, ...data.map((bar) => bar.values.reduce((a, b) => a + b, 0)));
  return html`<svg class="bars" viewBox="0 0 ${Math.max(1, data.length) * WIDE} 100" preserveAspectRatio="none" aria-hidden="true">
    ${data.map((bar, i) => {
      let top = 100;
      return svg`<g class=${dimmed(i) ? "dimmed" : ""}>${bar.values.map((value, s) => {
        const high = (value / most) * 100;
        top -= high;
        return high ? svg`<rect x=${i * WIDE + GAP / 2} y=${top} width=${WIDE - GAP} height=${high} fill=${series[s]?.colour ?? "currentColor"} />` : "";
      })}</g>`;
    })}
  </svg>`;
}

export function twin(caption: string, data: readonly Bar[], series: readonly Series[]): TemplateResult {
  return html`<table class="unseen">
    <caption>${caption}</caption>
    <thead><tr><td></td>${series.map((one) => html`<th scope="col">${one.label}</th>`)}</tr></thead>
    <tbody>${data.map((bar) => html`<tr><th scope="row">${bar.label}</th>${bar.values.map((value) => html`<td>${number(value)}</td>`)}</tr>`)}</tbody>
  </table>`;
}
