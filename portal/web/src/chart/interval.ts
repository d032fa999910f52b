// Ratios with their 95 % intervals on a log scale, and the line of no effect. The same stands in a table.
import { html, svg, type TemplateResult } from "lit";
import { number } from "../i18n/t";

export interface Whisker {
  label: string;
  value: number;
  low: number;
  high: number;
  kind: "main" | "quiet";
}
export interface Said {
  caption: string;
  none: string;
  value: string;
  low: string;
  high: string;
}

const WIDE = 150;
const ROW = 24;
const FROM = 0.25;
const TO = 4;
const TICKS = [0.25, 0.5, 1, 2, 4];

const x = (ratio: number) => ((Math.log(Math.min(TO, Math.max(FROM, ratio))) - Math.log(FROM)) / Math.log(TO / FROM)) * WIDE;
export const change = (ratio: number): string => `${ratio < 1 ? "−" : "+"}${number(Math.abs(ratio - 1) * 100, 0)}%`;

export function interval(rows: readonly Whisker[], said: Said): TemplateResult {
  return html`<div class="interval">
    <div class="interval-rows" aria-hidden="true">${rows.map((row) => html`<span>${row.label}</span>`)}</div>
    <svg viewBox="-4 0 ${WIDE + 8} ${rows.length * ROW}" aria-hidden="true">
      <line class="none" x1=${x(1)} x2=${x(1)} y1="0" y2=${rows.length * ROW} />
      ${rows.map((row, i) => {
        const y = i * ROW + ROW / 2;
        return svg`<g class=${row.kind}>
          <path d="M${x(row.low)} ${y}H${x(row.high)}M${x(row.low)} ${y - 4}v8M${x(row.high)} ${y - 4}v8" />
          <circle cx=${x(row.value)} cy=${y} r="4" /></g>`;
      })}
    </svg>
    <div class="interval-rows figures-right" aria-hidden="true">${rows.map((row) => html`<strong class=${row.kind}>${change(row.value)}</strong>`)}</div>
    <div class="ticks" aria-hidden="true">${TICKS.map((one) => html`<span>${one === 1 ? `1 ${said.none}` : one}</span>`)}</div>
    <table class="unseen">
      <caption>${said.caption}</caption>
      <thead><tr><td></td><th scope="col">${said.value}</th><th scope="col">${said.low}</th><th scope="col">${said.high}</th></tr></thead>
      <tbody>${rows.map((row) => html`<tr><th scope="row">${row.label}</th><td>${number(row.value, 2)}</td><td>${number(row.low, 2)}</td><td>${number(row.high, 2)}</td></tr>`)}</tbody>
    </table>
  </div>`;
}
