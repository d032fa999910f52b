// Where a vehicle was touched and where a person was hurt: parts of a silhouette to be pressed, by the codes of the form.
import { html, nothing, svg, type TemplateResult } from "lit";
import { lang } from "../../../i18n/t";
import { doc, shelf, word } from "../desk";

type Kind = "impact" | "injury";
/** Seen from above, ahead is up: the eight parts around, the roof, and the underside beside. */
const FOUR: Record<string, string> = {
  "08": "M40 62V42Q40 20 66 18V62Z", "01": "M66 18Q100 10 134 18V62H66Z", "05": "M134 18Q160 20 160 42V62H134Z",
  "04": "M40 62H66V198H40Z", "09": "M66 62H134V198H66Z", "02": "M134 62H160V198H134Z",
  "07": "M40 198H66V242Q44 242 40 224Z", "03": "M66 198H134V242Q100 248 66 242Z", "06": "M134 198H160V224Q156 242 134 242Z",
  "10": "M176 104H196V156H176Z",
};
const TWO: Record<string, string> = { "11": "M62 66Q80 14 100 14Q120 14 138 66L100 90Z", "14": "M62 66 100 90V182L66 200Z", "12": "M138 66 100 90V182L134 200Z", "13": "M66 200 100 182 134 200Q120 246 100 246Q80 246 66 200Z" };
/** From the front, and the back beside it. */
const BODY: Record<string, string> = {
  "01": "M70 8a22 22 0 0 1 22 22q0 24-22 26q-22-2-22-26a22 22 0 0 1 22-22Z", "02": "M61 58H79V70H61Z", "03": "M44 72H96V118H44Z", "04": "M46 120H94V148H46Z", "05": "M46 150H94V170H46Z",
  "07": "M24 74H42V168H26ZM98 74H116L114 168H98Z", "08": "M46 172H69V250H50ZM71 172H94L90 250H71Z", "06": "M148 72H184V170H148Z",
};
const OTHER: Record<Kind, readonly string[]> = { impact: ["15", "16", "17"], injury: ["09", "10", "11"] };

export const nameOf = (area: string): string => {
  const [kind, code] = area.split("-") as [Kind, string];
  return shelf.value?.areas?.[kind]?.[code]?.[lang.value] ?? code;
};

export function toggled(all: readonly string[], area: string): string[] {
  return all.includes(area) ? all.filter((one) => one !== area) : [...all, area].sort();
}

export function charts(party: string, all: readonly string[], open: boolean, write: (next: string[]) => void): TemplateResult | typeof nothing {
  const found = doc()?.parties.find((one) => one.id === party);
  if (!found || !shelf.value?.areas) return nothing;
  const family = found.role === "pedestrian" ? "person" : (shelf.value.classes[found.kind]?.family ?? "four");
  const chart = (kind: Kind, parts: Record<string, string>, behind: unknown): TemplateResult => html`<fieldset class="chart ${kind}"><legend>${word(`area.${kind}`)}</legend>
    <svg viewBox="0 0 200 256" role="group" aria-label=${word(`area.${kind}`)}>${behind}${Object.entries(parts).map(([code, d]) => part(`${kind}-${code}`, d))}</svg>
    <p class="others">${OTHER[kind].map((code) => html`<button class="outlined" data-area="${kind}-${code}" aria-pressed=${all.includes(`${kind}-${code}`)} ?disabled=${!open} @click=${() => write(toggled(all, `${kind}-${code}`))}>${nameOf(`${kind}-${code}`)}</button>`)}</p></fieldset>`;
  const part = (area: string, d: string) => {
    const press = () => open && write(toggled(all, area));
    const key = (event: KeyboardEvent) => {
      if (event.key !== "Enter" && event.key !== " ") return;
      event.preventDefault();
      press();
    };
    return svg`<path class="part" d=${d} data-area=${area} role="button" tabindex="0" aria-pressed=${all.includes(area)} aria-disabled=${!open} aria-label=${nameOf(area)} @click=${press} @keydown=${key}><title>${nameOf(area)}</title></path>`;
  };
  return html`${family === "person" ? nothing : chart("impact", family === "two" ? TWO : FOUR, nothing)}
    ${chart("injury", BODY, svg`<path class="figure" d="M166 8a22 22 0 0 1 22 22q0 24-22 26q-22-2-22-26a22 22 0 0 1 22-22ZM148 172H165V250H152ZM167 172H184L180 250H167ZM132 74H146V168H134ZM186 74H200L198 168H186Z"/>`)}
    ${all.length ? html`<p class="areas-said">${all.map(nameOf).join("、")}</p>` : nothing}`;
}
