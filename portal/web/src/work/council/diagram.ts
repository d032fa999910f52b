// The collision diagram on the plan of the junction: an arrow a bundle, as wide as it has cases; a click on one, on its
// number or its line below lists the cases behind it.
import { html, nothing, svg, type SVGTemplateResult, type TemplateResult } from "lit";
import { classesOf } from "../../api/catalogue";
import type { Bundle, Junction } from "../../api/council";
import { dated, number, say, t } from "../../i18n/t";
import { layerOf, selection, stack } from "../../state/portal";
import { batch } from "../../state/store";
import { icon } from "../../ui/icons";
import { swatch } from "../../ui/legend";
import { View } from "../../ui/view";
import { attend, known, opened } from "./known";
import "./council.css";

const GROUND = ["block", "park", "water", "road", "building"];
const VIEW = [-50, -39, 100, 78] as const;
/** How many bundles are drawn; all are listed. */
const DRAWN = 6;

const nameOf = (one: Bundle) => `${one.key}|${one.first}`;
const kindOf = (family: string) =>
  ({ TO: "turn", TA: "turn", TS: "turn", UT: "turn", AN: "cross", HO: "cross", SO: "cross", PD: "foot", SV: "alone", RX: "alone" })[family] ?? "along";

export function diagram(now: Junction, choose: (one: Bundle) => void, open: string | null): TemplateResult {
  const most = Math.max(1, ...now.bundles.map((one) => one.count));
  const drawn = now.bundles.slice(0, DRAWN);
  const order = [...drawn].reverse();
  return html`<svg class="diagram" viewBox=${VIEW.join(" ")} role="group" aria-label=${t("diagram")}>
    <g class="ground">${GROUND.map((kind) => (now.ground[kind] ? svg`<path class=${kind} d=${now.ground[kind]} />` : ""))}</g>
    ${now.legs.map((leg) => legName(leg))}
    ${order.map((one) => arrows(one, most, choose, open))}
    <g class="north" aria-hidden="true" transform="translate(43 -31)"><circle r="5.4" /><path d="M0 -4l2.100 4.600L0 -.600l-2.100 1.200z" /><text y="4.300">N</text></g>
    <g class="bar20" aria-hidden="true" transform="translate(-46 35)"><path d="M0 -1.500v1.500h20v-1.500" /><text x="10" y="-1.400">20 ${t("diagram.metres")}</text></g>
  </svg>`;
}

function legName(leg: Junction["legs"][number]): SVGTemplateResult {
  const turn = ((leg.bearing % 360) + 360) % 360;
  const r = (turn * Math.PI) / 180;
  const reach = Math.min(46 / Math.max(Math.abs(Math.sin(r)), 0.01), 36 / Math.max(Math.abs(Math.cos(r)), 0.01)) - 9;
  const [u, v] = [Math.sin(r), -Math.cos(r)];
  const side = leg.width / 2 + 3.4;
  const upright = turn > 180 ? turn + 90 : turn - 90;
  return svg`<text class="leg" aria-hidden="true" transform="translate(${(u * reach + v * side).toFixed(1)} ${(v * reach - u * side).toFixed(1)}) rotate(${upright.toFixed(1)})">${say(leg.name)}</text>`;
}

function arrows(one: Bundle, most: number, choose: (one: Bundle) => void, open: string | null): SVGTemplateResult {
  const wide = 0.9 + 3.1 * Math.sqrt(one.count / most);
  const is = nameOf(one) === open;
  const act = () => choose(one);
  const key = (event: KeyboardEvent) => {
    if (!["Enter", " "].includes(event.key)) return;
    event.preventDefault();
    act();
  };
  const says = `${say(one.words)}：${t("diagram.cases", { n: one.count })}${one.sure ? "" : `（${t("diagram.unsure")}）`}`;
  return svg`<g class="bundle ${kindOf(one.family)} ${is ? "open" : ""}" data-key=${one.key} role="button" tabindex="0" aria-pressed=${is} aria-label=${says} @click=${act} @keydown=${key}>
    <title>${says}</title>
    ${[one.first, one.second].map((path, i) => (path ? arrow(path, i ? Math.max(0.9, wide * 0.62) : wide, i === 1) : ""))}
    <circle class="badge" cx=${one.badge[0]} cy=${one.badge[1]} r="4.300" />
    <text class="count" x=${one.badge[0]} y=${one.badge[1] + 1.6}>${one.count}</text>
    ${one.counts[0] ? svg`<path class="fatal" d="M${one.badge[0] + 5} ${one.badge[1] - 5.6}l2.600 2.600-2.600 2.600-2.600-2.600z" />` : ""}
  </g>`;
}

function arrow(path: string, wide: number, second: boolean): SVGTemplateResult {
  const numbers = path.match(/-?[\d.]+/g)!.map(Number);
  const [bx, by, ex, ey] = numbers.slice(-4) as [number, number, number, number];
  const far = Math.hypot(ex - bx, ey - by) || 1;
  const [u, v] = [(ex - bx) / far, (ey - by) / far];
  const half = wide * 0.9 + 1;
  const long = wide * 1.25 + 1.6;
  const head = `M${ex + u * long} ${ey + v * long}L${ex - v * half} ${ey + u * half}L${ex + v * half} ${ey - u * half}Z`;
  return svg`<path class="halo" d=${path} stroke-width=${wide + 1.3} /><path class="halo head" d=${head} />
    <path class="stem ${second ? "second" : ""}" d=${path} stroke-width=${wide} /><path class="head" d=${head} />`;
}

class Diagram extends View {
  #end: (() => void) | undefined;

  override connectedCallback(): void {
    super.connectedCallback();
    this.#end = attend();
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#end?.();
  }

  protected override render() {
    const now = known.value;
    if (now === "failed") return html`<p class="empty" role="alert">${t("detail.failed")}</p>`;
    if (now === null) return html`<div class="bones" aria-label=${t("loading")}><i></i><i></i><i></i></div>`;
    if (!now.bundles.length) return html`${standing(now)}`;
    const open = now.bundles.find((one) => nameOf(one) === opened.value);
    const choose = (one: Bundle) => (opened.value = opened.peek() === nameOf(one) ? null : nameOf(one));
    return html`${standing(now)}
      <h3>${t("diagram")} <small>${t("diagram.hint")}</small></h3>
      ${diagram(now, choose, opened.value)}
      <ul class="bundles">${now.bundles.map(
        (one) => html`<li><button class="plain ${kindOf(one.family)}" aria-pressed=${one === open} data-key=${one.key} @click=${() => choose(one)}>
          <svg viewBox="0 0 22 8" aria-hidden="true"><path d="M0 4H15" /><path class="head" d="M14 .5 21.500 4 14 7.500z" /></svg><span>${say(one.words)}</span><b>${number(one.count)}</b></button></li>`,
      )}</ul>
      ${now.bundles.some((one) => !one.sure) ? html`<p class="hint">${t("diagram.unsure.long")}</p>` : nothing}
      ${open ? cases(open) : nothing}`;
  }
}

function cases(one: Bundle): TemplateResult {
  const layer = layerOf("crashes");
  const classes = layer && classesOf(layer);
  const pick = (id: number) =>
    batch(() => {
      stack.value = [];
      selection.value = { layer: "crashes", id };
    });
  return html`<section class="cases" aria-label=${t("diagram.behind", { what: say(one.words) })}>
    <h3>${t("diagram.behind", { what: say(one.words) })} <small>${t("diagram.cases", { n: one.count })}</small>
      <button class="round" aria-label=${t("close")} @click=${() => (opened.value = null)}>${icon("close")}</button></h3>
    <ul class="latest">${one.cases.map((each) => {
      const entry = classes?.entries.find((e) => e.filter!.value === each.severity);
      return html`<li><button class="plain" @click=${() => pick(each.id)}>${entry ? swatch(entry) : nothing}<span>${dated(each.at, { dateStyle: "medium", timeStyle: "short" })}</span><small>${entry ? say(entry.label) : ""}</small></button></li>`;
    })}</ul>
  </section>`;
}

/** How the junction stands against those like it. */
function standing({ standing: { rank, excess, trend, sites } }: Junction): TemplateResult | typeof nothing {
  if (!excess) return nothing;
  const sign = (v: number) => `${v < 0 ? "−" : "+"}${number(Math.abs(v))}`;
  const yearly = trend ? `${sign((trend[0] - 1) * 100)}%` : null;
  const clear = trend && (trend[1] > 1 || trend[2] < 1);
  return html`<dl class="standing">
    <div><dt>${t("standing.excess")}</dt><dd><strong class=${excess.low > 0 ? "harm" : ""}>${sign(excess.excess)}</strong> <small>${t("standing.interval", { low: sign(excess.low), high: sign(excess.high) })}</small></dd></div>
    ${yearly ? html`<div><dt>${t("standing.trend")}</dt><dd><strong>${yearly}</strong> <small>${t(clear ? "standing.clear" : "standing.unclear")}</small></dd></div>` : nothing}
  </dl>
  <p class="hint">${rank ? t("standing.rank", { n: rank }) : ""}${t("standing.like", { n: number(sites), mean: number(excess.like) })}</p>`;
}

customElements.define("antu-diagram", Diagram);
