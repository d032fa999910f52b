// A stretch of a row of bars, chosen by dragging over them or, by keyboard, with a slider at either end. A row that
// closes on itself (the hours of a day) may be chosen over its end: from 22 to 4.
import { html, nothing, type TemplateResult } from "lit";
import { styled, View } from "../../ui/view";
import { drawn, inside, type Drag, type Span } from "./span";

/** How near to an edge, in pixels, a press takes hold of it. */
const REACH = 9;

export class Brush extends View {
  static override properties = { size: {}, leap: {}, span: {}, other: {}, round: {}, picture: {}, ends: {}, says: {} };
  declare size: number;
  /** How far Page Up and Page Down go. */
  declare leap: number;
  /** What is chosen; null is all of it. */
  declare span: Span | null;
  /** A stretch that is shown beside it and not moved. */
  declare other: Span | null;
  declare round: boolean;
  /** Draws the bars, given which of them stand back. */
  declare picture: (dimmed: (at: number) => boolean) => TemplateResult;
  /** The names of the two sliders, and what a place on them is called. */
  declare ends: readonly [from: string, to: string];
  declare says: (at: number) => string;
  #draft: Span | null = null;
  #drag: Drag | null = null;

  get #now(): Span {
    return this.#draft ?? this.span ?? [0, this.size - 1];
  }

  protected override render() {
    const now = this.#now;
    const share = (n: number) => `${(n / this.size) * 100}%`;
    const pieces: Span[] = now[0] <= now[1] ? [now] : [[now[0], this.size - 1], [0, now[1]]];
    return html`<div class="strip" @pointerdown=${this.#grab} @pointermove=${this.#move} @pointerup=${this.#drop} @pointercancel=${this.#drop} @dblclick=${() => this.#say("choose", null)}>
      ${this.picture((at) => !inside(now, at) && !(this.other && inside(this.other, at)))}
      ${this.other ? html`<div class="brush other" ${styled({ left: share(this.other[0]), width: share(this.other[1] - this.other[0] + 1) })}></div>` : nothing}
      ${pieces.map(([from, to]) => html`<div class="brush ${now[0] > now[1] ? (from ? "opens" : "closes") : ""}" ${styled({ left: share(from), width: share(to - from + 1) })}></div>`)}
      ${this.#slider("from", now[0])} ${this.#slider("to", now[1])}
    </div>`;
  }

  #slider(end: "from" | "to", at: number): TemplateResult | typeof nothing {
    return html`<input
      type="range" class="handle ${end}" min="0" max=${this.size - 1} .value=${String(at)} aria-label=${this.ends[end === "from" ? 0 : 1]} aria-valuetext=${this.says(at)}
      ${styled({ left: `${((at + (end === "to" ? 1 : 0)) / this.size) * 100}%` })} @input=${(e: Event) => this.#slide(end, Number((e.target as HTMLInputElement).value))} @keydown=${(e: KeyboardEvent) => this.#leap(e, end, at)}
    />`;
  }

  #slide(end: "from" | "to", at: number): void {
    this.#choose(drawn(end, this.#now, at, at, this.size, this.round));
  }

  /** A year or a quarter of a day at once, from the end that has the focus. */
  #leap(event: KeyboardEvent, end: "from" | "to", at: number): void {
    const by = { PageUp: this.leap, PageDown: -this.leap }[event.key];
    if (!by) return;
    event.preventDefault();
    this.#slide(end, Math.min(this.size - 1, Math.max(0, at + by)));
  }

  #choose(span: Span): void {
    const all = span[0] <= span[1] ? span[1] - span[0] + 1 === this.size : span[0] - span[1] === 1;
    this.#say("choose", all ? null : span);
  }

  #say(name: "choose" | "draft" | "grab", span: Span | null): void {
    this.dispatchEvent(new CustomEvent<Span | null>(name, { detail: span }));
  }

  #at(event: PointerEvent): number {
    const box = (event.currentTarget as HTMLElement).getBoundingClientRect();
    return Math.min(this.size - 1, Math.max(0, Math.floor(((event.clientX - box.left) / box.width) * this.size)));
  }

  #sketch(span: Span | null): void {
    this.#draft = span;
    this.#say("draft", span);
    this.requestUpdate();
  }

  #grab = (event: PointerEvent) => {
    if (event.button !== 0 || !this.size) return;
    this.#say("grab", null);
    const strip = event.currentTarget as HTMLElement;
    const at = this.#at(event);
    const span = this.#now;
    const box = strip.getBoundingClientRect();
    const near = (edge: number) => Math.abs(event.clientX - box.left - (edge / this.size) * box.width) < REACH;
    const whole = this.span === null;
    const kind = whole ? "new" : near(span[0]) ? "from" : near(span[1] + 1) ? "to" : inside(span, at) ? "move" : "new";
    this.#drag = { kind, start: at, span };
    if (kind === "new") this.#sketch([at, at]);
    strip.setPointerCapture(event.pointerId);
    event.preventDefault();
  };

  #move = (event: PointerEvent) => {
    if (!this.#drag) return;
    const { kind, start, span } = this.#drag;
    this.#sketch(drawn(kind, span, start, this.#at(event), this.size, this.round));
  };

  #drop = () => {
    const drag = this.#drag;
    const draft = this.#draft;
    this.#drag = null;
    if (!drag) return;
    // a press inside the chosen stretch that went nowhere chooses the one bar
    const still = drag.kind === "move" && (!draft || (draft[0] === drag.span[0] && draft[1] === drag.span[1]));
    this.#sketch(null);
    if (still) this.#choose([drag.start, drag.start]);
    else if (draft) this.#choose(draft);
  };
}

customElements.define("antu-brush", Brush);
