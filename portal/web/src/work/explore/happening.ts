// One layer's happenings at a place, drawn: tiles of figures, weekday × hour, months, the latest.
import { html, nothing, type TemplateResult } from "lit";
import { classesOf, type Layer } from "../../api/catalogue";
import { bars, twin } from "../../chart/bars";
import { matrix } from "../../chart/matrix";
import { inline, number, say, t } from "../../i18n/t";
import { theme } from "../../state/portal";
import { colour } from "../../style/palette";
import { swatch } from "../../ui/legend";
import { reads } from "../../ui/values";
import type { Happened } from "./related";
import { between } from "./months";
import { stacked } from "./series";

type Choose = (chosen: { layer: Layer; id: number | string }) => void;
const RAMP = ["risk1", "risk2", "risk3", "risk4"];

/** `within` are parts that stand after the figures and after the week. */
export function happening(found: Happened, choose: Choose, within: readonly (TemplateResult | typeof nothing)[] = []): TemplateResult {
  const { layer, field, summary, weight } = found;
  const belongs = layer.fields.find((one) => one.name === field)?.description;
  const classes = classesOf(layer);
  const tiles = (classes?.entries ?? []).map((entry) => {
    const n = (summary.by[classes!.field] ?? []).find(([value]) => value === entry.filter!.value)?.[1] ?? 0;
    return html`<div class="figure"><span>${swatch(entry)}${say(entry.label)}</span><strong>${number(Number(n))}</strong></div>`;
  });
  return html`<section class="happening" data-layer=${layer.id}>
    <div class="figures">
      ${tiles.length ? tiles : html`<div class="figure"><span>${say(layer.title)}</span><strong>${number(summary.total)}</strong></div>`}
      ${weight === null ? nothing : html`<div class="figure"><span>${t("epdo")}</span><strong>${number(weight)}</strong></div>`}
    </div>
    ${belongs ? html`<p class="hint belongs">${say(belongs)}</p>` : nothing}
    ${within[0] ?? nothing}
    ${summary.total ? html`${week(found)} ${within[1] ?? nothing} ${months(found)} ${latest(found, choose)}` : html`<p class="empty">${t("detail.none", { layer: inline(layer.title) })}</p>${within[1] ?? nothing}`}
  </section>`;
}

function week({ summary }: Happened): TemplateResult {
  const cells = (summary.by["weekday*hour"] ?? []).map(([day, hour, n]) => [Number(day), Number(hour), Number(n)] as const);
  return html`<h3>${t("detail.week")}</h3>${matrix(cells, RAMP.map((token) => colour(token, theme.value)), colour("sunken", theme.value))}`;
}

function months({ layer, summary }: Happened): TemplateResult {
  const classes = classesOf(layer);
  const cells = summary.by[classes ? `month*${classes.field}` : "month"] ?? [];
  const found = classes ? stacked(cells, classes.entries.map((e) => e.filter!.value)) : new Map(cells.map(([m, n]) => [String(m), [Number(n)]]));
  const named = [...found.keys()].sort();
  const all = named.length ? between(named[0]!, named.at(-1)!) : [];
  const series = (classes?.entries ?? [null]).map((entry) => ({
    label: entry ? say(entry.label) : say(layer.title),
    colour: colour(entry?.icon?.split("/")[1] ?? "accent", theme.value),
  }));
  const data = all.map((label) => ({ label, values: found.get(label) ?? series.map(() => 0) }));
  const upward = [...series].reverse();
  return html`<h3>${t("time.months")} <small>${all[0]} – ${all.at(-1)}</small></h3>
    <div class="strip still low">${bars(data.map((bar) => ({ ...bar, values: [...bar.values].reverse() })), upward)}</div>
    ${twin(t("time.months"), data, series)}`;
}

function latest({ layer, latest }: Happened, choose: Choose): TemplateResult {
  const time = layer.fields.find((f) => f.name === layer.time);
  const classes = classesOf(layer);
  const kind = layer.fields.find((f) => f.codes && f.popup && f.name !== classes?.field);
  return html`<h3>${t("detail.latest", { layer: inline(layer.title) })}</h3>
    <ul class="latest">
      ${latest.map((one) => {
        const entry = classes?.entries.find((e) => e.filter!.value === one.properties[classes.field]);
        return html`<li><button class="plain" @click=${() => choose({ layer, id: one.id })}>
          ${entry ? swatch(entry) : nothing}<span>${time ? reads(time, one.properties[time.name]) : one.id}</span>
          ${kind ? html`<small>${reads(kind, one.properties[kind.name])}</small>` : nothing}
        </button></li>`;
      })}
    </ul>`;
}
