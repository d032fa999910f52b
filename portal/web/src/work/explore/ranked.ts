// Places in order, each with its figure, its parts and how it compares with the first: for the ranking and for lists.
import { html, type TemplateResult } from "lit";
import type { LegendEntry } from "../../api/catalogue";
import type { Place } from "../../api/ranking";
import { lang, number, say, t } from "../../i18n/t";
import { theme } from "../../state/portal";
import { colour } from "../../style/palette";
import { styled } from "../../ui/view";
import { steps } from "./pane";

export function ranked(rows: readonly Place[], figure: (row: Place) => number, classes: readonly LegendEntry[], open: (row: Place) => void): TemplateResult {
  const most = Math.max(figure(rows[0]!), Number.MIN_VALUE);
  return html`<ol class="ranked" @keydown=${steps}>
    ${rows.map(
      (row, i) => html`<li><button class="plain" data-id=${row.id} @click=${() => open(row)}>
        <b class="place">${i + 1}</b>
        <span class="name">${(lang.value === "en" && row.name_en) || row.name || t("detail.name", { layer: "", id: row.id })}</span>
        <strong>${number(figure(row))}</strong>
        <span class="parts">${classes.map((entry) => {
          const n = row.parts[String(entry.filter!.value)] ?? 0;
          return html`<i class=${n ? "" : "none"} title=${say(entry.label)}><span class="dot" ${styled({ background: colour(entry.icon?.split("/")[1] ?? "accent", theme.value) })}></span><span class="unseen">${say(entry.label)}</span>${number(n)}</i>`;
        })}</span>
        <span class="gauge"><span ${styled({ width: `${(figure(row) / most) * 100}%` })}></span></span>
      </button></li>`,
    )}
  </ol>`;
}
