// What the picture is held to: period and conditions as chips to take off, and how many of the leading layer remain
// in view, by class.
import { html, nothing, svg, type TemplateResult } from "lit";
import { classesOf, type Layer } from "../../api/catalogue";
import { fromText, hold, type Among, type Area, type Hours } from "../../api/cql2";
import { inline, number, say, t } from "../../i18n/t";
import { counting, counts } from "../../state/counts";
import { area, conditionOf, conditions, hours, layerOf, pane, period, setCondition, theme } from "../../state/portal";
import { enclosed } from "../../state/enclosed";
import { batch } from "../../state/store";
import { colour } from "../../style/palette";
import { icon } from "../../ui/icons";
import { undoButtons } from "../../ui/undo";
import { nameOf, reads } from "../../ui/values";
import { View } from "../../ui/view";
import "./inside";
import { turnTo } from "./pane";
import { leading } from "./series";

/** “16–19 時”: from the first minute of one hour to the last of the other. */
export function hoursRead({ from, to }: Hours): string {
  return t("time.hours.span", { from, to: to + 1 });
}

/** What an area is called: the name of its feature, or that somebody drew it. */
export function areaRead(within: Area): string {
  if ("ring" in within) return t("area.drawn");
  const layer = layerOf(within.layer);
  const known = enclosed.value?.properties;
  return t("area.in", { place: layer && known ? nameOf(layer, within.id, known) : `${within.layer} ${within.id}` });
}

/** Conditions as words: of each layer, what its fields are held to. Printed sheets and sides of a comparison say so too. */
export function conditionWords(filters: Readonly<Record<string, string>>): string[] {
  return Object.entries(filters).flatMap(([id, text]) => {
    const layer = layerOf(id);
    if (!layer) return [];
    const { among, rest } = fromText(text);
    return [...among.map((one) => words(layer, one)), ...(rest ? [rest] : [])].map((one) => `${say(layer.title)}：${one}`);
  });
}

function words(layer: Layer, { field, values }: Among): string {
  const said = layer.fields.find((f) => f.name === field);
  const legend = classesOf(layer);
  const label = (value: (typeof values)[number]) => {
    const entry = legend?.field === field ? legend.entries.find((e) => e.filter?.value === value) : undefined;
    return entry ? say(entry.label) : said ? reads(said, value) : String(value);
  };
  return values.length > 3 ? `${said ? say(said.title) : field} (${values.length})` : values.map(label).join("、");
}

class Held extends View {
  protected override render() {
    const held = Object.keys(conditions.value).flatMap((id) => layerOf(id) ?? []);
    const any = period.value !== null || hours.value !== null || area.value !== null || held.length > 0;
    return html`<section class="held" aria-label=${t("filter")}>
      <h2>${t("filter")}<span>
        ${undoButtons()}
        ${any ? html`<button class="plain" @click=${this.#clear}>${t("clear")}</button>` : nothing}
      </span></h2>
      <div class="chips">
        ${period.value
          ? this.#chip(`${period.value.from} – ${period.value.to}`, () => (period.value = null))
          : html`<span class="chip quiet">${t("filter.all")}</span>`}
        ${hours.value ? this.#chip(hoursRead(hours.value), () => (hours.value = null)) : nothing}
        ${area.value ? this.#chip(areaRead(area.value), () => (area.value = null)) : nothing}
        ${held.map((layer) => this.#conditions(layer))}
        <button class="chip quiet" aria-pressed=${pane.value === "take"} @click=${() => turnTo("take")}>${icon("plus")}${t("condition")}</button>
      </div>
      ${leading.value ? this.#total(leading.value) : nothing}
      ${area.value ? html`<antu-inside></antu-inside>` : nothing}
    </section>`;
  }

  #conditions(layer: Layer): TemplateResult[] {
    const condition = conditionOf(layer.id);
    const among = condition.among.map((one) => this.#chip(words(layer, one), () => setCondition(layer.id, hold(condition, one.field, []))));
    if (!condition.rest) return among;
    return [...among, this.#chip(`${say(layer.title)}：${condition.rest}`, () => setCondition(layer.id, { ...condition, rest: null }), condition.rest)];
  }

  #chip(words: string, remove: () => void, title = words): TemplateResult {
    return html`<button class="chip" title=${title} aria-label=${t("filter.remove", { what: words })} @click=${remove}><span>${words}</span>${icon("close")}</button>`;
  }

  #clear(): void {
    batch(() => {
      period.value = null;
      hours.value = null;
      area.value = null;
      conditions.value = {};
    });
  }

  #total(layer: Layer): TemplateResult {
    const count = counts.value[layer.id];
    const known = count && count !== "failed" ? count : null;
    return html`<p class="total ${counting.value ? "counting" : ""}" aria-live="polite"><strong>${known ? number(known.total) : "…"}</strong> ${t("total", { layer: inline(layer.title) })}</p>
      ${known?.classes ? this.#shares(layer, known.classes) : nothing}`;
  }

  #shares(layer: Layer, found: ReadonlyMap<unknown, number>): TemplateResult | typeof nothing {
    const classes = classesOf(layer);
    if (!classes) return nothing;
    const among = conditionOf(layer.id).among.find((one) => one.field === classes.field)?.values;
    const parts = classes.entries
      .filter((entry) => !among || among.includes(entry.filter!.value))
      .map((entry) => ({ n: found.get(entry.filter!.value) ?? 0, fill: colour(entry.icon?.split("/")[1] ?? "accent", theme.value) }));
    const all = parts.reduce((sum, part) => sum + part.n, 0) || 1;
    let at = 0;
    return html`<svg class="shares" viewBox="0 0 100 4" preserveAspectRatio="none" aria-hidden="true">
      ${parts.map(({ n, fill }) => {
        const wide = (n / all) * 100;
        at += wide;
        return svg`<rect x=${at - wide} width=${wide} height="4" fill=${fill} />`;
      })}
    </svg>`;
  }
}

customElements.define("antu-held", Held);
