// How many lie inside the chosen area, by year and class: the leading layer, whatever part of it is in view.
import { html, nothing } from "lit";
import { classesOf, type Layer, type LegendEntry } from "../../api/catalogue";
import { Latest } from "../../api/http";
import { summary } from "../../api/questions";
import { number, say, t } from "../../i18n/t";
import { area, datetimeOf, edits, filterOf } from "../../state/portal";
import { signal } from "../../state/store";
import { swatch } from "../../ui/legend";
import { View } from "../../ui/view";
import { leading, stacked } from "./series";

interface Table {
  layer: Layer;
  classes: readonly LegendEntry[];
  years: readonly (readonly [year: string, counts: readonly number[]])[];
}

class Inside extends View {
  #table = signal<Table | null>(null);
  #latest = new Latest();

  override connectedCallback(): void {
    super.connectedCallback();
    this.when(() => this.#read());
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#latest.stop();
  }

  #read(): void {
    const layer = leading.value;
    if (!layer || !area.value) return void (this.#table.value = null);
    const classes = classesOf(layer);
    const by = classes ? `year*${classes.field}` : "year";
    const asked = { by: [by], filter: filterOf(layer), datetime: datetimeOf(layer) };
    void edits.value[layer.id];
    void this.#latest.ask(
      (abort) => summary(layer, asked, abort),
      (found) => {
        const cells = found.by[by] ?? [];
        const years = classes ? stacked(cells, classes.entries.map((e) => e.filter!.value)) : new Map(cells.map(([year, n]) => [String(year), [Number(n)]]));
        this.#table.value = { layer, classes: classes?.entries ?? [], years: [...years] };
      },
      () => (this.#table.value = null),
    );
  }

  protected override render() {
    const now = this.#table.value;
    if (!area.value || !now) return nothing;
    const total = now.years.reduce<number[]>((sum, [, counts]) => counts.map((n, i) => n + (sum[i] ?? 0)), []);
    const row = (name: string, counts: readonly number[]) => html`<tr>
      <th scope="row">${name}</th>${counts.map((n) => html`<td>${number(n)}</td>`)}${counts.length > 1 ? html`<td>${number(counts.reduce((a, b) => a + b, 0))}</td>` : nothing}
    </tr>`;
    return html`<table class="inside">
      <caption>${t("area.years", { layer: say(now.layer.title) })}</caption>
      <thead><tr><th scope="col">${t("area.year")}</th>
        ${now.classes.length ? now.classes.map((entry) => html`<th scope="col" title=${say(entry.label)}>${swatch(entry)}<span class="unseen">${say(entry.label)}</span></th>`) : nothing}
        <th scope="col">${t("area.all")}</th></tr></thead>
      <tbody>${now.years.map(([year, counts]) => row(year, counts))}</tbody>
      ${now.years.length > 1 ? html`<tfoot>${row(t("area.all"), total)}</tfoot>` : nothing}
    </table>`;
  }
}

customElements.define("antu-inside", Inside);
