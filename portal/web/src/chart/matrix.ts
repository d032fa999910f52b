// Weekday × hour as a field of squares along the risk ramp: when things happen here.
import { html, svg, type TemplateResult } from "lit";
import { t } from "../i18n/t";

const SIDE = 10;
const HOURS = 24;

/** `cells` are [weekday 1–7 from Monday, hour, count]; `ramp` are colours from few to many, `none` is for nothing. */
export function matrix(cells: readonly (readonly [number, number, number])[], ramp: readonly string[], none: string): TemplateResult {
  const most = Math.max(1, ...cells.map(([, , n]) => n));
  const found = new Map(cells.map(([day, hour, n]) => [(day - 1) * HOURS + hour, n]));
  const days = [...t("weekdays")];
  const fill = (n: number) => (n ? ramp[Math.min(ramp.length - 1, Math.ceil((n / most) * ramp.length) - 1)]! : none);
  return html`<div class="matrix">
    <div class="matrix-days" aria-hidden="true">${days.map((day) => html`<span>${day}</span>`)}</div>
    <svg viewBox="0 0 ${HOURS * SIDE} ${7 * SIDE}" aria-hidden="true">
      ${Array.from({ length: 7 * HOURS }, (_, i) => {
        const n = found.get(i) ?? 0;
        const hour = i % HOURS;
        return svg`<rect x=${hour * SIDE + 0.5} y=${Math.floor(i / HOURS) * SIDE + 0.5} width="9" height="9" rx="1.8" fill=${fill(n)}>${
          n ? svg`<title>${days[Math.floor(i / HOURS)]} ${hour}–${hour + 1} ${t("time.hours.unit")}: ${n}</title>` : ""
        }</rect>`;
      })}
    </svg>
    <div class="hours" aria-hidden="true">${[0, 6, 12, 18, 23].map((hour) => html`<span>${hour}</span>`)}</div>
    <table class="unseen">
      <caption>${t("detail.week")}</caption>
      <thead><tr><td></td>${Array.from({ length: HOURS }, (_, h) => html`<th scope="col">${h}</th>`)}</tr></thead>
      <tbody>${days.map((day, d) => html`<tr><th scope="row">${day}</th>${Array.from({ length: HOURS }, (_, h) => html`<td>${found.get(d * HOURS + h) ?? 0}</td>`)}</tr>`)}</tbody>
    </table>
  </div>`;
}
