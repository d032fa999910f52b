// Signs along a street and signal heads at a junction: set up, moved, retyped, taken down; by number or at a place picked
// on the map.
import { html, nothing, type TemplateResult } from "lit";
import { number, t } from "../../i18n/t";
import { icon } from "../../ui/icons";
import { View } from "../../ui/view";
import { askPlace, asked, drop, post } from "./choose";
import { carry, did, nodesOf, piece, readOnly, street } from "./desk";
import { legs, type Leg } from "./junction";
import { along, anchored, HEADS, length, line, looking, windOf, type Head, type HeadKind, type Node, type Point, type Segment, type Sign } from "./model";
import type { Operation } from "./server";

const CODES = [["遵1", "stop"], ["遵2", "yield"], ["限5", "speed"]] as const;
const fresh = (of: string): string => `${of}-${crypto.randomUUID().slice(0, 8)}`.slice(-60);

abstract class Posts extends View {
  override disconnectedCallback(): void {
    super.disconnectedCallback();
    if (asked.peek()?.startsWith("post")) drop();
  }

  protected put(operation: Operation, words: Parameters<typeof did>[0]): void {
    void carry([operation], did(words)).then((done) => done || this.requestUpdate());
  }

  protected pick(what: string, take: (at: Point) => void): TemplateResult {
    const name = `post ${what}`;
    return html`<button class="outlined" aria-pressed=${asked.value === name} @click=${(e: MouseEvent) => askPlace(name, take, e.detail === 0)}>${icon("pin")}${t(what === "new" ? "streets.post.new" : "streets.post.move")}</button>`;
  }

  protected measure(label: string, value: number, least: number, most: number, set: (value: number) => void, unit = "m"): TemplateResult {
    return html`<label>${label}<input type="number" inputmode="decimal" step="0.1" min=${least} max=${most} ?disabled=${readOnly.value} .value=${String(value)} @change=${(e: Event) => {
      const input = e.target as HTMLInputElement;
      const next = Number(input.value);
      if (input.value !== "" && next >= least && next <= most) set(next);
      else input.value = String(value);
    }} /><span aria-hidden="true">${unit}</span></label>`;
  }

  protected gone(object: string, title: string): TemplateResult {
    return html`<button class="outlined danger" aria-label=${t("streets.post.remove.of", { name: title })} @click=${() => this.put({ op: "remove", object }, "streets.did.post.removed")}>${icon("bin")}${t("streets.post.remove")}</button>`;
  }

  protected set(object: string, values: readonly { path: string; value: unknown }[], words: Parameters<typeof did>[0]): void {
    this.put({ op: "set", object, values }, words);
  }

  protected list(title: string, rows: readonly TemplateResult[], add: TemplateResult): TemplateResult {
    return html`<h3>${title}<span class="hint">${rows.length ? number(rows.length) : t("streets.post.none")}</span></h3>
      ${rows.length ? html`<ul class="posts">${rows}</ul>` : nothing}
      ${readOnly.value ? nothing : html`<p class="acts">${add}</p>`}`;
  }
}

class Signs extends Posts {
  protected override render(): TemplateResult | typeof nothing {
    const segment = piece.value?.params as Segment | undefined;
    if (!segment?.sections) return nothing;
    const path = line(segment, nodesOf(street.value?.document));
    if (!path.length) return nothing;
    const mine = (street.value?.document.signs ?? []).filter((one) => one.anchor.segment === segment.id);
    const add = (at: Point) => {
      const id = fresh(segment.id);
      const found = along(at, path);
      this.put({ op: "put", object: `sign/${id}`, params: { id, code: CODES[0][0], ...anchored(segment.id, found.s, found.t, length(path)) } }, "streets.did.sign.new");
    };
    return this.list(t("streets.signs"), mine.map((one, i) => this.#row(one, i, segment, path)), this.pick("new", add));
  }

  #row(one: Sign, i: number, segment: Segment, path: readonly Point[]): TemplateResult {
    const object = `sign/${one.id}`;
    const title = `${i + 1} ${one.code}`;
    const { end, s, t: off } = one.anchor;
    const put = (from: number, side: number) => this.set(object, Object.entries(anchored(segment.id, from, side, length(path))).map(([path_, value]) => ({ path: path_, value })), "streets.did.post.moved");
    const here = end === "a" ? s : length(path) - s;
    return html`<li data-post=${object} class=${post.value === object ? "here" : ""}><fieldset><legend>${title}</legend>
      <span class="measures">
        <label>${t("streets.sign.code")}<input list="sign-codes" maxlength="80" ?disabled=${readOnly.value} .value=${one.code} @change=${(e: Event) => {
          const code = (e.target as HTMLInputElement).value.trim();
          if (code) this.set(object, [{ path: "code", value: code }], "streets.did.post.kind");
          else (e.target as HTMLInputElement).value = one.code;
        }} /></label>
        ${this.measure(t("streets.sign.along", { wind: t(`streets.wind.${windOf(path, "a")}`) }), Math.round(here * 10) / 10, 0, Math.floor(length(path) * 10) / 10, (value) => put(value, off))}
        ${this.measure(t("streets.sign.aside"), Math.round(off * 10) / 10, -60, 60, (value) => put(here, value))}
        ${this.measure(t("streets.sign.face"), one.face ?? 0, -360, 360, (value) => this.set(object, [{ path: "face", value }], "streets.did.post.moved"), "°")}
        ${this.measure(t("streets.post.height"), one.height ?? 2.1, 0, 20, (value) => this.set(object, [{ path: "height", value }], "streets.did.post.moved"))}
      </span>
      <datalist id="sign-codes">${CODES.map(([code, key]) => html`<option value=${code}>${t(`streets.sign.${key}`)}</option>`)}</datalist>
      ${readOnly.value ? nothing : html`<span class="acts">${this.pick(object, (at) => { const found = along(at, path); put(found.s, found.t); })}${this.gone(object, title)}</span>`}
    </fieldset></li>`;
  }
}

class Heads extends Posts {
  protected override render(): TemplateResult | typeof nothing {
    const node = piece.value?.params as Node | undefined;
    if (!node?.at) return nothing;
    const all = legs(node);
    const mine = (street.value?.document.heads ?? []).filter((one) => one.node === node.id);
    const add = (at: Point) => {
      const id = fresh(node.id);
      const leg = looking(at, node.at, all);
      this.put({ op: "put", object: `head/${id}`, params: { id, node: node.id, at, ...(leg ? { faces: [leg.segment.id, leg.end] } : {}) } }, "streets.did.head.new");
    };
    return this.list(t("streets.heads"), mine.map((one, i) => this.#row(one, i, all)), this.pick("new", add));
  }

  #row(one: Head, i: number, all: readonly Leg[]): TemplateResult {
    const object = `head/${one.id}`;
    const kind = one.kind ?? "vehicle";
    const title = `${i + 1} ${t(`streets.head.${kind}`)}`;
    const faces = one.faces ? one.faces.join("/") : "";
    return html`<li data-post=${object} class=${post.value === object ? "here" : ""}><fieldset><legend>${title}</legend>
      <span class="measures">
        <label>${t("streets.head.kind")}<select ?disabled=${readOnly.value} @change=${(e: Event) => this.set(object, [{ path: "kind", value: (e.target as HTMLSelectElement).value as HeadKind }], "streets.did.post.kind")}>
          ${HEADS.map((each) => html`<option value=${each} ?selected=${each === kind}>${t(`streets.head.${each}`)}</option>`)}</select></label>
        <label>${t("streets.head.faces")}<select ?disabled=${readOnly.value} @change=${(e: Event) => {
          const said = (e.target as HTMLSelectElement).value;
          const [segment, end] = [said.slice(0, -2), said.slice(-1)];
          this.set(object, [{ path: "faces", value: said ? [segment, end] : null }], "streets.did.post.moved");
        }}><option value="" ?selected=${!faces}>${t("streets.head.nobody")}</option>
          ${all.map((leg) => html`<option value=${`${leg.segment.id}/${leg.end}`} ?selected=${faces === `${leg.segment.id}/${leg.end}`}>${leg.name}</option>`)}</select></label>
        ${this.measure(t("streets.post.height"), one.height ?? 4.6, 0, 20, (value) => this.set(object, [{ path: "height", value }], "streets.did.post.moved"))}
      </span>
      ${readOnly.value ? nothing : html`<span class="acts">${this.pick(object, (at) => this.set(object, [{ path: "at", value: at }], "streets.did.post.moved"))}${this.gone(object, title)}</span>`}
    </fieldset></li>`;
  }
}

customElements.define("antu-signs", Signs);
customElements.define("antu-heads", Heads);
