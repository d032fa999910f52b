// The picture of a cross-section, to scale, as seen from above: strips, the markings between them, directions, widths.
// A boundary is a slider: it is dragged, or moved with the arrow keys; Alt moves it without the strip on its other side.
import { html, nothing, svg, type SVGTemplateResult, type TemplateResult } from "lit";
import { number, t } from "../../i18n/t";
import { View } from "../../ui/view";
import { carry, did, draft, piece, readOnly } from "./desk";
import { centimetres, kerbs, lineAt, moved, total, TRAVEL, wide, widthsSet, type Kind, type Line, type Segment, type Strip } from "./model";

const WIDE = 424;
const ROAD = 112;
const TOP = 18;
const HIGH = TOP + ROAD + 40;
const STEP = 0.05;
const PATIENCE = 900;

export const kindName = (kind: Kind): string => t(`streets.kind.${kind}`);

class CrossSection extends View {
  static override properties = { section: { type: Number } };
  declare section: number;
  #grip: { k: number; from: number; scale: number; strips: readonly Strip[] } | null = null;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor() {
    super();
    this.section = 0;
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    if (this.#timer) this.#commit();
  }

  get #segment(): Segment {
    return piece.value!.params as Segment;
  }

  /** What is written, and what is in the hand. */
  #strips(): readonly Strip[] {
    const now = draft.value;
    return now && now.section === this.section ? now.strips : this.#segment.sections[this.section]!.strips;
  }

  protected override render(): TemplateResult | typeof nothing {
    const section = (piece.value?.params as Segment | undefined)?.sections?.[this.section];
    if (!section) return nothing;
    const strips = this.#strips();
    const scale = this.#grip?.scale ?? WIDE / Math.max(1, total(strips));
    const at: number[] = [0];
    for (const one of strips) at.push(at.at(-1)! + wide(one) * scale);
    const edges = section.edges ?? ["auto", "auto"];
    const [from, to] = kerbs(strips);
    const road = this.#segment.road_class ?? "residential";
    const said = strips.map((one) => `${kindName(one.kind)} ${number(wide(one), 2)} m`).join("、");
    return html`<figure class="section">
      <svg viewBox="0 0 ${WIDE} ${HIGH}" role="group" aria-label=${t("streets.picture", { what: said })}>
        ${strips.map((one, i) => this.#strip(one, i, at[i]!, at[i + 1]! - at[i]!))}
        ${at.map((x, k) => this.#line(lineAt(strips, k, edges, road), x, scale, k === from ? 1 : k === to ? -1 : 0, strips, k))}
        ${this.#kerb(at[from]!)}${this.#kerb(at[to]!)}
        ${this.#whole(strips, at, from, to)}
        ${readOnly.value ? nothing : at.map((x, k) => this.#handle(strips, x, k))}
      </svg>
    </figure>`;
  }

  #strip(one: Strip, i: number, x: number, width: number): SVGTemplateResult {
    const middle = x + width / 2;
    const dir = one.dir ?? 0;
    const size = Math.min(11, width * 0.42);
    return svg`<g class="lane-strip">
      <rect class="ground ${one.kind}" x=${x} y=${TOP} width=${Math.max(0.5, width)} height=${ROAD}><title>${kindName(one.kind)}</title></rect>
      ${TRAVEL.has(one.kind) && dir ? this.#arrow(middle, dir, size) : nothing}
      ${width >= 20 ? svg`<text class="width" x=${middle} y=${TOP + ROAD + 14}>${number(wide(one), 2)}</text>` : nothing}
      ${width >= 9 ? svg`<text class="nth" x=${middle} y=${TOP + ROAD + 27}>${i + 1}</text>` : nothing}
    </g>`;
  }

  #arrow(x: number, dir: number, size: number): SVGTemplateResult {
    const y = TOP + ROAD / 2;
    const [head, tail] = dir > 0 ? [y - 20, y + 18] : [y + 20, y - 18];
    const back = head + (dir > 0 ? size * 1.5 : -size * 1.5);
    return svg`<path class="arrow" d="M${x} ${tail}V${back}" stroke-width=${Math.max(1, size * 0.28)} /><path class="head" d="M${x} ${head}L${x - size * 0.6} ${back}H${x + size * 0.6}Z" />`;
  }

  #kerb(x: number): SVGTemplateResult {
    return svg`<path class="kerb" d="M${x} ${TOP}v${ROAD}" />`;
  }

  /** Painted widths are true to scale, but never thinner than can be seen. */
  #line(code: Line, x: number, scale: number, inward: number, strips: readonly Strip[], k: number): SVGTemplateResult | typeof nothing {
    if (!code) return nothing;
    const thick = Math.max(1.3, (code === "edge_line" ? 0.15 : 0.1) * scale);
    const y = TOP;
    const one = (dx: number, colour: string, dash = "") => svg`<path class="paint ${colour}" d="M${x + dx} ${y}v${ROAD}" stroke-width=${thick} stroke-dasharray=${dash || "none"} />`;
    const off = Math.max(thick, 0.3 * scale);
    switch (code) {
      case "double_yellow":
        return svg`${one(-thick, "yellow")}${one(thick, "yellow")}`;
      case "no_lane_change":
        return svg`${one(-thick, "white")}${one(thick, "white")}`;
      case "centre_line":
        return one(0, "yellow", "22 15");
      case "lane_line":
        return one(0, "white", "22 15");
      case "no_stopping":
        return one(inward * off, "red");
      case "no_parking":
        return one(inward * off, "yellow");
      case "edge_line":
        return one(inward * off, "white");
      case "median_yellow":
      case "median_white":
        return one((TRAVEL.has(strips[k - 1]!.kind) ? -1 : 1) * off, code === "median_yellow" ? "yellow" : "white");
      default:
        return one(0, "white");
    }
  }

  #whole(strips: readonly Strip[], at: readonly number[], from: number, to: number): SVGTemplateResult {
    const [a, b] = [at[from]!, at[to]!];
    const road = total(strips.slice(from, to));
    return svg`<path class="measure" d="M${a + 1} 7v6M${a + 1} 10H${b - 1}M${b - 1} 7v6" />
      <text class="whole" x=${(a + b) / 2} y="13"><tspan class="back">${t("streets.kerb-to-kerb", { width: number(road, 2) })}</tspan></text>`;
  }

  #handle(strips: readonly Strip[], x: number, k: number): SVGTemplateResult {
    const [left, right] = [strips[k - 1], strips[k]];
    const side = (one: Strip | undefined) => (one ? `${kindName(one.kind)} ${number(wide(one), 2)} m` : t("streets.outside"));
    const here = centimetres(total(strips.slice(0, k)));
    const shown = Math.max(1, Math.min(WIDE - 1, x));
    return svg`<g class="boundary" role="slider" tabindex="0" data-boundary=${k} aria-label=${t("streets.boundary", { n: k })}
        aria-valuemin="0" aria-valuemax=${centimetres(total(strips)) + 5} aria-valuenow=${here} aria-valuetext=${`${side(left)}｜${side(right)}`}
        @pointerdown=${(e: PointerEvent) => this.#take(e, k)} @pointermove=${(e: PointerEvent) => this.#drag(e)} @pointerup=${(e: PointerEvent) => this.#let(e)} @pointercancel=${() => this.#forget()}
        @keydown=${(e: KeyboardEvent) => this.#key(e, k)}>
      <rect class="reach" x=${shown - 9} y="0" width="18" height=${HIGH} />
      <path class="grip" d="M${shown} ${TOP - 2}v${ROAD + 4}" /><circle class="knob" cx=${shown} cy=${TOP + ROAD} r="4.5" />
    </g>`;
  }

  #take(event: PointerEvent, k: number): void {
    if (event.button !== 0) return;
    event.preventDefault();
    (event.currentTarget as SVGElement).setPointerCapture(event.pointerId);
    (event.currentTarget as SVGElement).focus();
    const box = this.querySelector("svg")!.getBoundingClientRect();
    const strips = this.#strips();
    this.#grip = { k, from: event.clientX, scale: WIDE / Math.max(1, total(strips)), strips };
    this.#pixels = WIDE / box.width;
  }

  #pixels = 1;

  #drag(event: PointerEvent): void {
    const grip = this.#grip;
    if (!grip) return;
    const by = ((event.clientX - grip.from) * this.#pixels) / grip.scale;
    const fine = event.shiftKey ? 0.01 : STEP;
    const step = Math.round(by / fine) * fine;
    draft.value = { section: this.section, strips: moved(grip.strips, grip.k, centimetres(step), event.altKey) };
    this.requestUpdate();
  }

  #let(event: PointerEvent): void {
    if (!this.#grip) return;
    (event.currentTarget as SVGElement).releasePointerCapture(event.pointerId);
    this.#grip = null;
    this.#commit();
    this.requestUpdate();
  }

  #forget(): void {
    this.#grip = null;
    draft.value = null;
  }

  #key(event: KeyboardEvent, k: number): void {
    if (event.key === "Escape" && draft.peek()) {
      event.preventDefault();
      event.stopPropagation();
      clearTimeout(this.#timer);
      this.#timer = undefined;
      return this.#forget();
    }
    if (event.key === "Enter" && draft.peek()) {
      event.preventDefault();
      return this.#commit();
    }
    const way = { ArrowLeft: -1, ArrowDown: -1, ArrowRight: 1, ArrowUp: 1 }[event.key];
    if (!way) return;
    event.preventDefault();
    const by = way * (event.shiftKey ? 0.5 : STEP);
    draft.value = { section: this.section, strips: moved(this.#strips(), k, by, event.altKey) };
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#commit(), PATIENCE);
  }

  #commit(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const now = draft.peek();
    const own = piece.peek();
    if (!now || !own) return;
    const values = widthsSet(now.section, (own.params as Segment).sections[now.section]!.strips, now.strips);
    if (!values.length) draft.value = null;
    else void carry([{ op: "set", object: own.object, values }], did("streets.did.width"));
  }
}

customElements.define("antu-section", CrossSection);
