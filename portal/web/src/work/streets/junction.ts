// The panel of a junction: control and corner radii, what is painted at each arm, movements, and others like it.
import { html, nothing, type TemplateResult } from "lit";
import { number, say, t, type Key } from "../../i18n/t";
import { goTo } from "../../map/camera";
import { signal } from "../../state/store";
import { icon } from "../../ui/icons";
import { View } from "../../ui/view";
import { carry, choose, did, nodesOf, piece, readOnly, street } from "./desk";
import { copies } from "./copies";
import { azimuth, line, type Arm, type Corner, type End, type Movement, type Node, type Segment } from "./model";
import * as server from "./server";
import type { Hit, Operation } from "./server";

const WINDS = ["n", "ne", "e", "se", "s", "sw", "w", "nw"] as const;
const CONTROLS = ["none", "stop", "yield", "flash", "signal"] as const;
const TURNS = ["left", "through", "right", "uturn"] as const;

export interface Leg {
  segment: Segment;
  end: End;
  azimuth: number;
  name: string;
  arm: Arm | null;
}
interface Number_ {
  field: string;
  label: Key;
  usual: number;
  least: number;
  most: number;
}
/** What may stand at an arm: a switch each, with its measures. */
const PARTS: readonly { key: "crosswalk" | "stop" | "box"; label: Key; numbers: readonly Number_[] }[] = [
  { key: "crosswalk", label: "streets.arm.crosswalk", numbers: [{ field: "setback", label: "streets.arm.setback", usual: 3, least: 0, most: 30 }, { field: "depth", label: "streets.arm.depth", usual: 3, least: 2, most: 8 }] },
  { key: "stop", label: "streets.arm.stop", numbers: [{ field: "gap", label: "streets.arm.gap", usual: 2, least: 0, most: 30 }, { field: "width", label: "streets.arm.thick", usual: 0.3, least: 0.3, most: 0.4 }] },
  { key: "box", label: "streets.arm.box", numbers: [{ field: "width", label: "streets.arm.wide", usual: 3, least: 1, most: 12 }, { field: "depth", label: "streets.arm.depth", usual: 1.8, least: 0.8, most: 6 }] },
];
const DEPTHS = [
  { key: "waiting", label: "streets.arm.waiting", measure: "streets.arm.depth", usual: 4, least: 2.5, most: 6 },
  { key: "left_wait", label: "streets.arm.left-wait", measure: "streets.arm.length", usual: 6, least: 3, most: 40 },
] as const;

export function legs(node: Node): Leg[] {
  const found = street.value?.document;
  const where = nodesOf(found);
  return (found?.segments ?? [])
    .flatMap((segment) =>
      (["a", "b"] as const).filter((end) => segment[end] === node.id).map((end): Leg => {
        const path = line(segment, where);
        const out = path.length ? azimuth(path, end) : 0;
        const name = segment.name || t("streets.segment.unnamed");
        return { segment, end, azimuth: out, name: `${t(`streets.wind.${WINDS[Math.round(out / 45) % 8]!}`)} ${name}`, arm: found?.arms?.find((arm) => arm.segment === segment.id && arm.end === end) ?? null };
      }),
    )
    .sort((a, b) => b.azimuth - a.azimuth);
}

class JunctionPanel extends View {
  #open = signal<string | null>(null);
  #hits = signal<{ of: string; list: readonly Hit[] } | "busy" | string | null>(null);

  protected override render(): TemplateResult | typeof nothing {
    const own = piece.value;
    const node = own?.params as Node | undefined;
    if (!own || !node?.at) return nothing;
    const all = legs(node);
    return html`
      <div class="numbers">
        <label>${t("streets.control")}<select ?disabled=${readOnly.value} @change=${(e: Event) => this.#set("control", (e.target as HTMLSelectElement).value, "streets.did.control")}>
          ${CONTROLS.map((one) => html`<option value=${one} ?selected=${one === (node.control ?? "none")}>${t(`streets.control.${one}`)}</option>`)}
        </select></label>
        <label>${t("streets.radius")}<input type="number" min="0" max="60" step="0.5" placeholder=${t("streets.radius.usual")} ?disabled=${readOnly.value} .value=${node.radius === null || node.radius === undefined ? "" : String(node.radius)}
          @change=${(e: Event) => this.#set("radius", (e.target as HTMLInputElement).value === "" ? null : Number((e.target as HTMLInputElement).value), "streets.did.radius")} /></label>
      </div>
      <h3>${t("streets.arms")}<span class="hint">${t("streets.arms.n", { n: all.length })}</span></h3>
      <ul class="arms">${all.map((leg) => this.#leg(leg, all))}</ul>
      ${all.length > 1 ? this.#corners(node, all) : nothing}
      ${this.#movements(node, all)}
      <antu-heads></antu-heads>
      ${copies("junction")}
      ${all.length > 2 ? this.#similar(own.object) : nothing}
    `;
  }

  #leg(leg: Leg, all: readonly Leg[]): TemplateResult {
    const key = `${leg.segment.id}/${leg.end}`;
    const open = this.#open.value === key;
    const arm = leg.arm;
    const has = [...PARTS.filter((part) => arm?.[part.key]).map((part) => t(part.label)), ...DEPTHS.filter((one) => arm?.[one.key]).map((one) => t(one.label))];
    const off = readOnly.value;
    return html`<li data-arm=${key}>
      <button class="plain arm-head" aria-expanded=${open} @click=${() => (this.#open.value = open ? null : key)}><span>${leg.name}</span><small>${has.join("、") || t("streets.arm.bare")}</small>${icon("down")}</button>
      ${open
        ? html`<div class="arm-body">
            ${PARTS.map((part) => {
              const now = arm?.[part.key] as Record<string, number | string> | null | undefined;
              return html`<fieldset><legend class="unseen">${t(part.label)}</legend>
                <label class="check"><input type="checkbox" .checked=${Boolean(now)} ?disabled=${off} @change=${(e: Event) => this.#arm(leg, part.key, (e.target as HTMLInputElement).checked ? this.#usual(part, leg, all) : null)} />${t(part.label)}</label>
                ${now
                  ? html`<span class="measures">${part.numbers.map((one) => this.#number(t(one.label), Number(now[one.field] ?? one.usual), one.least, one.most, (value) => this.#arm(leg, part.key, { ...now, [one.field]: value })))}
                      ${part.key === "box" ? this.#serves(leg, all, String(now.serves ?? ""), (serves) => this.#arm(leg, "box", { ...now, serves })) : nothing}</span>`
                  : nothing}
              </fieldset>`;
            })}
            ${DEPTHS.map((one) => {
              const now = arm?.[one.key];
              return html`<fieldset><legend class="unseen">${t(one.label)}</legend>
                <label class="check"><input type="checkbox" .checked=${Boolean(now)} ?disabled=${off} @change=${(e: Event) => this.#arm(leg, one.key, (e.target as HTMLInputElement).checked ? one.usual : null)} />${t(one.label)}</label>
                ${now ? html`<span class="measures">${this.#number(t(one.measure), now, one.least, one.most, (value) => this.#arm(leg, one.key, value))}</span>` : nothing}
              </fieldset>`;
            })}
            <label class="check"><input type="checkbox" .checked=${arm?.arrows ?? true} ?disabled=${off} @change=${(e: Event) => this.#arm(leg, "arrows", (e.target as HTMLInputElement).checked)} />${t("streets.arm.arrows")}</label>
            <label class="check"><input type="checkbox" .checked=${arm?.give_way ?? false} ?disabled=${off} @change=${(e: Event) => this.#arm(leg, "give_way", (e.target as HTMLInputElement).checked)} />${t("streets.arm.give-way")}</label>
            <p class="acts"><button class="outlined" @click=${() => choose(`segment/${leg.segment.id}`)}>${icon("right")}${t("streets.arm.segment")}</button></p>
            ${arm || !off ? copies("arm", `arm/${key}`, leg.name, Boolean(arm)) : nothing}
          </div>`
        : nothing}
    </li>`;
  }

  #usual(part: (typeof PARTS)[number], leg: Leg, all: readonly Leg[]): Record<string, number | string> {
    const made: Record<string, number | string> = Object.fromEntries(part.numbers.map((one) => [one.field, one.usual]));
    return part.key === "box" ? { ...made, serves: all.length > 4 ? leg.segment.id : "" } : made;
  }

  #number(label: string, value: number, least: number, most: number, set: (value: number) => void): TemplateResult {
    return html`<label>${label}<input type="number" step="0.1" min=${least} max=${most} .value=${String(value)} ?disabled=${readOnly.value} @change=${(e: Event) => {
      const input = e.target as HTMLInputElement;
      if (input.value !== "" && Number(input.value) >= least && Number(input.value) <= most) set(Number(input.value));
      else input.value = String(value);
    }} /><span aria-hidden="true">m</span></label>`;
  }

  #serves(leg: Leg, all: readonly Leg[], now: string, set: (id: string) => void): TemplateResult {
    return html`<label>${t("streets.arm.serves")}<select ?disabled=${readOnly.value} @change=${(e: Event) => set((e.target as HTMLSelectElement).value)}>
      <option value="" ?selected=${!now}>${t("streets.auto")}</option>
      ${all.filter((one) => one !== leg).map((one) => html`<option value=${one.segment.id} ?selected=${now === one.segment.id}>${one.name}</option>`)}
    </select></label>`;
  }

  #corners(node: Node, all: readonly Leg[]): TemplateResult {
    const rules = node.corners ?? [];
    return html`<h3>${t("streets.corners")}</h3>
      <ul class="corners">${all.map((leg, i) => {
        const next = all[(i + 1) % all.length]!;
        const rule = rules.find((one) => one.after === leg.segment.id && one.before === next.segment.id);
        const set = (text: string) => {
          const rest: Corner[] = rules.filter((one) => one !== rule);
          this.#set("corners", text === "" ? rest : [...rest, { after: leg.segment.id, before: next.segment.id, radius: Number(text) }], "streets.did.corner");
        };
        return html`<li><label><span>${leg.name}<i aria-hidden="true"> ⟲ </i>${next.name}</span>
          <input type="number" min="0" max="60" step="0.5" placeholder=${t("streets.radius.usual")} aria-label=${t("streets.corner.of", { a: leg.name, b: next.name })} .value=${rule ? String(rule.radius) : ""} ?disabled=${readOnly.value}
            @change=${(e: Event) => set((e.target as HTMLInputElement).value)} /></label></li>`;
      })}</ul>`;
  }

  #movements(node: Node, all: readonly Leg[]): TemplateResult {
    const list = (street.value?.document.movements ?? []).filter((one) => one.node === node.id);
    const off = readOnly.value;
    const lanes = (out: boolean) =>
      all.flatMap((leg) => {
        const section = leg.end === "a" ? leg.segment.sections[0]! : leg.segment.sections.at(-1)!;
        const outwards = leg.end === "a" ? 1 : -1;
        return section.strips.filter((strip) => (strip.dir ?? 0) === (out ? outwards : -outwards)).map((strip) => ({ value: `${leg.segment.id}/${leg.end}/${strip.id}`, label: `${leg.name} · ${strip.id} ${t(`streets.kind.${strip.kind}`)}` }));
      });
    const said = (end: Movement["source"]) => `${all.find((leg) => leg.segment.id === end.segment && leg.end === end.end)?.name ?? end.segment} · ${end.strip}`;
    return html`<h3>${t("streets.movements")}<span class="hint">${list.length ? t("streets.movements.n", { n: list.length }) : t("streets.movements.auto")}</span></h3>
      ${list.length
        ? html`<ul class="moves">${list.map((one) => html`<li><span>${said(one.source)} → ${said(one.target)}</span><small>${t(`streets.turn.${one.turn as (typeof TURNS)[number]}`)}</small>
            ${off ? nothing : html`<button class="round" aria-label=${t("streets.movement.remove", { what: `${said(one.source)} → ${said(one.target)}` })} @click=${() => this.#unmove(one)}>${icon("bin")}</button>`}</li>`)}</ul>`
        : nothing}
      ${off || all.length < 2
        ? nothing
        : html`<details class="adding"><summary>${t("streets.movement.add")}</summary><form @submit=${(e: SubmitEvent) => this.#move(e, node)}>
            <label>${t("streets.movement.from")}<select name="source">${lanes(false).map((one) => html`<option value=${one.value}>${one.label}</option>`)}</select></label>
            <label>${t("streets.movement.to")}<select name="target">${lanes(true).map((one) => html`<option value=${one.value}>${one.label}</option>`)}</select></label>
            <label>${t("streets.movement.turn")}<select name="turn">${TURNS.map((one) => html`<option value=${one}>${t(`streets.turn.${one}`)}</option>`)}</select></label>
            <button class="outlined">${icon("plus")}${t("streets.movement.add")}</button>
          </form></details>`}`;
  }

  #move(event: SubmitEvent, node: Node): void {
    event.preventDefault();
    const said = new FormData(event.target as HTMLFormElement);
    const [source, target] = ["source", "target"].map((name) => String(said.get(name)));
    if (!source || !target) return;
    const end = (text: string) => {
      const [segment, at, strip] = text.split("/");
      return { segment, end: at, strip };
    };
    const params = { node: node.id, source: end(source), target: end(target), turn: String(said.get("turn")) };
    this.#do([{ op: "put", object: `movement/${node.id}/${source}/${target}`, params }], "streets.did.movement");
  }

  #unmove(one: Movement): void {
    const at = (end: Movement["source"]) => `${end.segment}/${end.end}/${end.strip}`;
    this.#do([{ op: "remove", object: `movement/${one.node}/${at(one.source)}/${at(one.target)}` }], "streets.did.movement");
  }

  #similar(name: string): TemplateResult {
    const now = this.#hits.value;
    const mine = now && typeof now === "object" && now.of === name ? now.list : null;
    return html`<h3>${t("streets.similar")}</h3>
      <p class="acts"><button class="outlined similar" ?disabled=${now === "busy"} @click=${() => void this.#ask(name)}>${icon("search")}${t("streets.similar.find")}</button></p>
      ${typeof now === "string" && now !== "busy" ? html`<p class="wrong" role="alert">${now}</p>` : nothing}
      ${mine
        ? html`<ol class="hits" aria-label=${t("streets.similar")}>${mine.map(
            (hit, i) => html`<li>
              <button class="plain hit" @click=${() => this.#visit(hit)}><b>${i + 1}</b><span>${hit.mirrored ? t("streets.similar.mirrored") : t("streets.similar.same-way")} · ${t("streets.similar.distance", { distance: number(hit.distance, 2) })}</span></button>
              <ul>${hit.differs.map((one) => html`<li>${say(one)} <del>${this.#value(one.here)}</del> → <ins>${this.#value(one.there)}</ins></li>`)}</ul>
            </li>`,
          )}</ol>${mine.length ? nothing : html`<p class="hint">${t("streets.similar.none")}</p>`}`
        : nothing}`;
  }

  #value(value: unknown): string {
    return typeof value === "number" ? number(value, 2) : value === null || value === undefined ? "–" : typeof value === "object" ? JSON.stringify(value) : String(value);
  }

  async #ask(of: string): Promise<void> {
    this.#hits.value = "busy";
    try {
      this.#hits.value = { of, list: await server.similar(of) };
    } catch (why) {
      this.#hits.value = why instanceof Error ? why.message : t("streets.failed");
    }
  }

  #visit(hit: Hit): void {
    if (hit.place) goTo(hit.place, 19);
    choose(hit.junction);
  }

  #arm(leg: Leg, field: string, value: unknown): void {
    const object = `arm/${leg.segment.id}/${leg.end}`;
    this.#do([leg.arm ? { op: "set", object, values: [{ path: field, value }] } : { op: "put", object, params: { segment: leg.segment.id, end: leg.end, [field]: value } }], "streets.did.arm");
  }

  #set(path: string, value: unknown, words: Parameters<typeof did>[0]): void {
    const own = piece.peek();
    if (own) this.#do([{ op: "set", object: own.object, values: [{ path, value }] }], words);
  }

  #do(operations: readonly Operation[], words: Parameters<typeof did>[0]): void {
    void carry(operations, did(words)).then((done) => done || this.requestUpdate());
  }
}

customElements.define("antu-junction", JunctionPanel);
