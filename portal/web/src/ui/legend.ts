// The legend of a layer: what its marks mean, drawn with the marks' own symbols and colours.
import { html, nothing, svg, type TemplateResult } from "lit";
import type { LegendEntry } from "../api/catalogue";
import { number, say } from "../i18n/t";
import { theme } from "../state/portal";
import { colour, symbol } from "../style/palette";

export function swatch(entry: LegendEntry): TemplateResult | typeof nothing {
  if (entry.icon) {
    const address = symbol(entry.icon, theme.value);
    return address ? html`<img class="swatch" src=${address} alt="" width="20" height="20" />` : nothing;
  }
  if (entry.line) return html`<svg class="swatch" viewBox="0 0 20 20" aria-hidden="true">${line(entry.line)}</svg>`;
  if (entry.fill) {
    const fill = colour(entry.fill, theme.value);
    const edge = colour(entry.outline ?? "line_strong", theme.value);
    return html`<svg class="swatch" viewBox="0 0 20 20" aria-hidden="true">
      <rect x="2.5" y="4.5" width="15" height="11" rx="2" fill=${fill} fill-opacity=${entry.opacity ?? 1} stroke=${edge} />
    </svg>`;
  }
  return nothing;
}

function line({ color, width, style }: NonNullable<LegendEntry["line"]>): TemplateResult {
  const stroke = colour(color, theme.value);
  const thick = Math.min(5, Math.max(1.5, width));
  if (style === "double") return svg`<path d="M1 7.500h18M1 12.500h18" stroke=${stroke} stroke-width="2" />`;
  // white roads on a white panel need their edge
  const edge = color === "road" || color === "land" ? svg`<path d="M1 10h18" stroke=${colour("line_strong", theme.value)} stroke-width=${thick + 2} />` : nothing;
  return svg`${edge}<path d="M1 10h18" stroke=${stroke} stroke-width=${thick} stroke-dasharray=${style === "dash" ? "4 3" : nothing} />`;
}

/** A ramp of colours with the numbers between them, or low and high at its ends. */
export function ramp(entry: LegendEntry): TemplateResult {
  const colours = (entry.ramp ?? []).map((token) => colour(token, theme.value));
  const share = 100 / Math.max(1, colours.length);
  return html`<div class="ramp">
    <svg viewBox="0 0 100 8" preserveAspectRatio="none" aria-hidden="true">
      ${colours.map((fill, i) => svg`<rect x=${i * share} width=${share + 0.2} height="8" fill=${fill} />`)}
    </svg>
    ${entry.breaks?.length
      ? html`<div class="ticks breaks">${entry.breaks.map((at) => html`<span>${number(at)}</span>`)}</div>`
      : html`<div class="ticks"><span>${entry.low ? say(entry.low) : ""}</span><span>${entry.high ? say(entry.high) : ""}</span></div>`}
  </div>`;
}
