// The panel of a street between two junctions: its cross-sections with a picture, strip by strip, and what belongs to all of it.
import { html, nothing, type TemplateResult } from "lit";
import { number, t } from "../../i18n/t";
import { signal } from "../../state/store";
import { icon } from "../../ui/icons";
import { View } from "../../ui/view";
import { carry, did, draft, nodesOf, piece, readOnly, street } from "./desk";
import { azimuth, centimetres, KINDS, line, TRAVEL, USUAL, wide, type Dir, type Edge, type Kind, type Segment, type Strip } from "./model";
import { kindName } from "./picture";
import { copies } from "./copies";

const nth = signal(0);
const WINDS = ["n", "ne", "e", "se", "s", "sw", "w", "nw"] as const;
const EDGES: readonly Edge[] = ["auto", "white", "yellow", "red", "none"];
const LINES = ["", "lane_line", "centre_line", "double_yellow", "no_lane_change", "fast_slow", "edge_line", "bay", "none"] as const;

class SegmentPanel extends View {
  #opened = signal<string | null>(null);

  protected override render(): TemplateResult | typeof nothing {
    const segment = piece.value?.params as Segment | undefined;
    if (!segment?.sections) return nothing;
    const k = Math.min(nth.value, segment.sections.length - 1);
    const section = segment.sections[k]!;
    const strips = draft.value?.section === k ? draft.value.strips : section.strips;
    const path = line(segment, nodesOf(street.value?.document));
    const towards = path.length ? WINDS[Math.round(azimuth(path, "a") / 45) % 8]! : null;
    return html`
      <h3>${t("streets.section")}<span class="hint">${towards ? t("streets.facing", { wind: t(`streets.wind.${towards}`) }) : nothing}</span></h3>
      ${segment.sections.length > 1
        ? html`<div class="switch sections" role="group" aria-label=${t("streets.sections")}>${segment.sections.map(
            (one, i) => html`<button aria-pressed=${i === k} @click=${() => (nth.value = i)}>${t("streets.nth", { n: i + 1, from: `${one.end} ${number(one.s)} m` })}</button>`,
          )}</div>`
        : nothing}
      <antu-section .section=${k}></antu-section>
      ${readOnly.value ? nothing : html`<p class="hint">${t("streets.section.how")}</p>`}
      <ol class="strips" aria-label=${t("streets.strips")}>${strips.map((one, i) => this.#strip(one, i, k, strips))}</ol>
      ${this.#edges(section.edges ?? ["auto", "auto"], k)}
      <h3>${t("streets.all")}</h3>
      ${this.#whole(segment)}
      <antu-signs></antu-signs>
      ${copies("section")}
      ${readOnly.value ? nothing : html`<antu-cut></antu-cut>`}
    `;
  }

  #strip(one: Strip, i: number, k: number, strips: readonly Strip[]): TemplateResult {
    const off = readOnly.value;
    const name = t("streets.nth-strip", { n: i + 1, kind: kindName(one.kind) });
    const open = this.#opened.value === one.id;
    const ids = strips.map((strip) => strip.id);
    const swap = (to: number) => {
      const order = [...ids];
      [order[i], order[to]] = [order[to]!, order[i]!];
      this.#do({ op: "reorder_strips", section: k, order }, "streets.did.order");
    };
    return html`<li class="strip-row" data-strip=${one.id}>
      <span class="nth-of">${i + 1}</span>
      <select aria-label=${t("streets.kind.of", { name })} ?disabled=${off} @change=${(e: Event) => this.#retype(one, k, (e.target as HTMLSelectElement).value as Kind)}>
        ${KINDS.map((kind) => html`<option value=${kind} ?selected=${kind === one.kind}>${kindName(kind)}</option>`)}
      </select>
      <select class="dir" aria-label=${t("streets.dir.of", { name })} ?disabled=${off || !TRAVEL.has(one.kind)}
        @change=${(e: Event) => this.#do({ op: "retype_strip", section: k, strip: one.id, kind: one.kind, dir: Number((e.target as HTMLSelectElement).value) }, "streets.did.dir")}>
        ${([1, -1, 0] as const).map((dir) => html`<option value=${dir} ?selected=${dir === (one.dir ?? 0)}>${{ "1": "↑", "-1": "↓", "0": "–" }[`${dir}`]}</option>`)}
      </select>
      <label class="metres"><input type="number" inputmode="decimal" step="0.05" min="0.1" max="60" aria-label=${t("streets.width.of", { name })} ?disabled=${off} .value=${String(centimetres(wide(one)))}
        @change=${(e: Event) => this.#width(one, k, e.target as HTMLInputElement)} /><span aria-hidden="true">m</span></label>
      <button class="plain more-of" aria-label=${t("streets.strip.more", { name })} aria-expanded=${open} @click=${() => (this.#opened.value = open ? null : one.id)}>${icon("more")}</button>
      ${open
        ? html`<div class="strip-acts">
            ${off
              ? nothing
              : html`<span class="acts">
                  <button class="outlined" ?disabled=${i === 0} @click=${() => swap(i - 1)}>${icon("left")}${t("streets.strip.left")}</button>
                  <button class="outlined" ?disabled=${i === strips.length - 1} @click=${() => swap(i + 1)}>${icon("right")}${t("streets.strip.right")}</button>
                  <button class="outlined" @click=${() => this.#insert(one, i, k)}>${icon("plus")}${t("streets.strip.insert")}</button>
                  <button class="outlined danger" ?disabled=${strips.length === 1} @click=${() => this.#do({ op: "remove_strip", section: k, strip: one.id }, "streets.did.removed")}>${icon("bin")}${t("streets.strip.remove")}</button>
                </span>`}
            <label class="line-left">${t("streets.line")}<select ?disabled=${off} @change=${(e: Event) => this.#set(`sections/${k}/strips/${one.id}/line`, (e.target as HTMLSelectElement).value, "streets.did.line")}>
              ${LINES.map((code) => html`<option value=${code} ?selected=${code === (one.line ?? "")}>${t(`streets.line.${code || "auto"}`)}</option>`)}
            </select></label>
          </div>`
        : nothing}
    </li>`;
  }

  #edges(edges: readonly [Edge, Edge], k: number): TemplateResult {
    const one = (side: 0 | 1) => html`<label>${t(side ? "streets.edge.right" : "streets.edge.left")}
      <select ?disabled=${readOnly.value} @change=${(e: Event) => {
        const next: [Edge, Edge] = [...edges];
        next[side] = (e.target as HTMLSelectElement).value as Edge;
        this.#set(`sections/${k}/edges`, next, "streets.did.edge");
      }}>${EDGES.map((edge) => html`<option value=${edge} ?selected=${edge === edges[side]}>${t(`streets.edge.${edge}`)}</option>`)}</select></label>`;
    return html`<div class="numbers">${one(0)}${one(1)}</div>`;
  }

  #whole(segment: Segment): TemplateResult {
    return html`<div class="numbers">
      <label>${t("streets.name")}<input .value=${segment.name ?? ""} maxlength="80" ?disabled=${readOnly.value} @change=${(e: Event) => this.#set("name", (e.target as HTMLInputElement).value.trim(), "streets.did.name")} /></label>
      <label>${t("streets.speed")}<input type="number" min="5" max="130" step="5" .value=${segment.speed ? String(segment.speed) : ""} ?disabled=${readOnly.value}
        @change=${(e: Event) => this.#set("speed", Number((e.target as HTMLInputElement).value) || null, "streets.did.speed")} /></label>
    </div>`;
  }

  #retype(one: Strip, k: number, kind: Kind): void {
    const dir: Dir | undefined = TRAVEL.has(kind) ? undefined : 0;
    this.#do({ op: "retype_strip", section: k, strip: one.id, kind, ...(dir === undefined ? {} : { dir }) }, "streets.did.kind");
  }

  #width(one: Strip, k: number, input: HTMLInputElement): void {
    const width = centimetres(Number(input.value));
    if (!(width > 0 && width <= 60)) return void (input.value = String(wide(one)));
    this.#set(`sections/${k}/strips/${one.id}/width`, width, "streets.did.width");
  }

  #insert(after: Strip, i: number, k: number): void {
    const kind: Kind = TRAVEL.has(after.kind) ? after.kind : "sidewalk";
    const strip = { kind, width: TRAVEL.has(after.kind) ? centimetres(wide(after)) : USUAL[kind], dir: TRAVEL.has(kind) ? (after.dir ?? 0) : 0 };
    this.#do({ op: "insert_strip", section: k, at: i + 1, strip }, "streets.did.inserted");
  }

  #set(path: string, value: unknown, words: Parameters<typeof did>[0]): void {
    this.#do({ op: "set", values: [{ path, value }] }, words);
  }

  #do(operation: Record<string, unknown> & { op: string }, words: Parameters<typeof did>[0]): void {
    const own = piece.peek();
    if (own) void carry([{ ...operation, object: own.object }], did(words)).then((done) => done || this.requestUpdate());
  }
}

customElements.define("antu-segment", SegmentPanel);
