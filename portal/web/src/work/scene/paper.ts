// The drawing: the street in one SVG, what is on it in another above it, so that dragging a vehicle does not paint the
// street again. An element is drawn anew only when it, what it hangs on, or the way one looks has changed.
import { html, nothing, render, svg, type TemplateResult } from "lit";
import { theme } from "../../state/portal";
import { View } from "../../ui/view";
import { book, chosen, doc, drawing, find, hint, live, shelf, sight, street, tool, visible, word } from "./desk";
import type { Document, Element, Point } from "./document";
import { draw, LAYERS, layerOf, slant, upright } from "./draw";
import { listen } from "./hands";
import { footprint, kindOf, path, placed, sizeOf } from "./shape";
import { matrix, toScreen, type Size } from "./stage";
import { lang } from "../../i18n/t";

export const size: Size = { width: 800, height: 600 };
/** The crosshair of whoever draws by keyboard, in pixels. */
export let aim: Point | null = null;
export const setAim = (at: Point | null): void => {
  aim = at;
  document.querySelector<Paper>("antu-scene-paper")?.requestUpdate();
};

/** Where the handle for turning a vehicle is, in metres: ahead of it, a finger's width away. */
export function turner(one: Element): Point {
  const [long] = one.type === "pedestrian" ? [0.6] : sizeOf(kindOf(shelf.peek()!, one), one);
  return placed(one.pose!, long / 2 + 44 / sight.peek().scale, 0);
}

export class Paper extends View {
  #drawn = new Map<string, { node: SVGGElement; key: readonly unknown[] }>();
  #watching: ResizeObserver | undefined;
  #deaf: (() => void) | undefined;

  override connectedCallback(): void {
    super.connectedCallback();
    this.#watching = new ResizeObserver(() => {
      size.width = this.clientWidth;
      size.height = this.clientHeight;
      this.requestUpdate();
    });
    this.#watching.observe(this);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#watching?.disconnect();
    this.#deaf?.();
    this.#drawn.clear();
  }

  protected override firstUpdated(): void {
    this.#deaf = listen(this);
  }

  /** The document as it is under the hand. */
  #doc(): Document {
    const now = doc()!;
    const moved = live.value;
    return Object.keys(moved).length ? { ...now, elements: now.elements.map((one) => moved[one.id] ?? one) } : now;
  }

  protected override updated(): void {
    if (!book.peek() || !shelf.peek()) return;
    const now = this.#doc();
    const sheet = { shelf: shelf.peek()!, doc: now, sight: sight.peek(), words: word };
    const byId = new Map(now.elements.map((one) => [one.id, one]));
    const seen = new Set<string>();
    for (const layer of LAYERS) {
      const group = this.querySelector<SVGGElement>(`[data-layer=${layer}]`)!;
      let after: SVGGElement | null = null;
      for (const one of now.elements) {
        if (layerOf(one) !== layer || !visible(one)) continue;
        seen.add(one.id);
        const hung = [one.start, one.end, one.a, one.b].map((anchor) => (typeof anchor === "string" ? byId.get(anchor.split(".")[0]!) : null));
        const key = [one, ...hung, sheet.sight.scale, sheet.sight.turn, now.parties.length, lang.peek(), sheet.shelf];
        let held = this.#drawn.get(one.id);
        if (!held) {
          held = { node: document.createElementNS("http://www.w3.org/2000/svg", "g"), key: [] };
          held.node.dataset.element = one.id;
          this.#drawn.set(one.id, held);
        }
        if (key.some((part, i) => part !== held.key[i])) {
          render(draw(sheet, one), held.node as unknown as HTMLElement);
          held.key = key;
        }
        const next: Node | null = after ? after.nextSibling : group.firstChild;
        if (held.node.parentNode !== group || next !== held.node) group.insertBefore(held.node, next);
        after = held.node;
      }
    }
    for (const [id, { node }] of this.#drawn) {
      if (seen.has(id)) continue;
      node.remove();
      this.#drawn.delete(id);
    }
  }

  protected override render() {
    if (!doc() || !shelf.value) return nothing;
    void [theme.value, live.value, hint.value, lang.value];
    const at = matrix(sight.value, size);
    return html`<svg class="ground" aria-hidden="true"><g transform=${at}>${this.#street()}</g></svg>
      <svg class="sheet" tabindex="0" role="application" aria-label=${word("drawing")} aria-describedby="scene-keys">
        <g transform=${at}>
          ${LAYERS.map((layer) => svg`<g data-layer=${layer}></g>`)}
          <g class="over">${this.#fits()}${this.#chosen()}${this.#drawing()}</g>
        </g>
        ${aim ? svg`<path class="aim-cross" d="M${aim[0] - 14} ${aim[1]}h28M${aim[0]} ${aim[1] - 14}v28"/>` : nothing}
      </svg>
      <p id="scene-keys" class="unseen">${word("keys")}</p>`;
  }

  #ground: { of: unknown; drawn: unknown } = { of: null, drawn: null };
  #street(): unknown {
    const hides = new Set(doc()!.elements.map((one) => one.hides).filter(Boolean));
    if (this.#ground.of !== street.value || hides.size) {
      this.#ground = {
        of: street.value,
        drawn: svg`<rect x="-400" y="-400" width="800" height="800" class="land"/>${street.value.shown.filter((one) => !hides.has(one.id)).map((one) => svg`<path d=${one.d} class="g-${one.kind} ${one.color}" fill-rule="evenodd" vector-effect="non-scaling-stroke"/>`)}`,
      };
    }
    const names = street.value.names.map(({ text, at, angle }) => {
      const b: Point = [at[0] + Math.cos((angle * Math.PI) / 180), at[1] + Math.sin((angle * Math.PI) / 180)];
      return svg`<g transform=${upright(sight.value, at)}><text class="street-name" text-anchor="middle" transform="rotate(${slant(sight.value, at, b)})">${text}</text></g>`;
    });
    return [this.#ground.drawn, names];
  }

  /** Where the readings put a vehicle, with the ellipse of its error. */
  #fits(): TemplateResult[] {
    const now = book.value!;
    return now.told.fits.filter((fit) => find(fit.element) && visible(find(fit.element)!)).map((fit) => {
      const [long, short, azimuth] = fit.ellipse;
      return svg`<g class="fit ${fit.flagged.length ? "odd" : ""}" transform="translate(${fit.x} ${fit.y})">
        <ellipse rx=${Math.max(short, 0.01)} ry=${Math.max(long, 0.01)} transform="rotate(${-azimuth})" vector-effect="non-scaling-stroke"/>
        <path d="M-0.150 0H0.150M0-0.150V0.150" vector-effect="non-scaling-stroke"/></g>`;
    });
  }

  #chosen(): unknown {
    return chosen.value.map((id) => {
      const one = live.value[id] ?? find(id);
      if (!one) return nothing;
      if (one.pose) {
        const ring = footprint(shelf.value!, one);
        const handle = turner(one);
        return svg`<path class="chosen" d=${path(ring, true)} vector-effect="non-scaling-stroke"/>
          ${ring.map((p) => svg`<g transform=${upright(sight.value, p)}><circle class="corner" r="5.500"/></g>`)}
          ${one.locked ? nothing : svg`<path class="chosen" d=${path([[one.pose.x, one.pose.y], handle])} vector-effect="non-scaling-stroke"/>
          <g class="turner" transform=${upright(sight.value, handle)}><circle r="16"/><path d="M6-4A7 7 0 1 0 7 2M7-8v5h-5"/></g>`}`;
      }
      const corners = one.path ?? one.area ?? one.approach;
      if (corners) return corners.map((p) => svg`<g transform=${upright(sight.value, p)}><circle class="corner" r="7"/></g>`);
      return one.at ? svg`<g transform=${upright(sight.value, one.at)}><circle class="chosen" r="20"/></g>` : nothing;
    });
  }

  #drawing(): unknown {
    const now = tool.value;
    const points = drawing.value.map((one) => one.at);
    if (!now || !points.length) return nothing;
    return svg`<path class="drawing" d=${path(points, now.how === "area")} vector-effect="non-scaling-stroke"/>${points.map((p) => svg`<g transform=${upright(sight.value, p)}><circle class="corner" r="6"/></g>`)}`;
  }
}

export const onScreen = (p: Point): Point => toScreen(sight.peek(), size, p);

customElements.define("antu-scene-paper", Paper);
