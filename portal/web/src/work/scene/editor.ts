// The scene editor: bar on top with what is kept where, tools on the left, stamps below, the drawing in the middle,
// figures on the right. It lies over the whole portal while a scene is open.
import { html, nothing, svg, type TemplateResult } from "lit";
import { dated, lang, number, t } from "../../i18n/t";
import { selection } from "../../state/portal";
import { signal } from "../../state/store";
import { icon, type IconName } from "../../ui/icons";
import { tell } from "../../ui/toasts";
import { styled, View } from "../../ui/view";
import { book, chosen, doc, drawing, fileOf, hidden, hint, isOpen, leave, redo, setScene, shelf, sheetOpen, sight, step, street, tool, trouble, turn, turnToRoad, undo, viewing, waiting, word } from "./desk";
import { element } from "./document";
import { body, LAYERS } from "./draw";
import { zoom } from "./hands";
import "./panel";
import "./paper";
import { size } from "./paper";
import { path, placed, symbolOf, kindOf, sizeOf } from "./shape";
import { toScene } from "./stage";
import { finish, GROUPS, same, stamps, titleOf, type Group, type Tool } from "./tools";

const group = signal<Group | null>(null);
const layersOpen = signal(false);
const ICONS: Record<Group, IconName> = { people: "car", marks: "skid", measures: "span", lines: "lanes", fixed: "base", photos: "photo", words: "letters" };
const SCALES = [100, 200, 250, 500];

class Editor extends View {
  #behind: Element[] = [];

  override connectedCallback(): void {
    super.connectedCallback();
    // what is behind the editor is out of reach
    this.#behind = [...document.querySelectorAll(".bar, .rail, .left, .right, antu-stage > .stage, antu-asof, .dock")];
    this.#behind.forEach((one) => one.setAttribute("inert", ""));
    document.addEventListener("keydown", this.#key, true);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#behind.forEach((one) => one.removeAttribute("inert"));
    document.removeEventListener("keydown", this.#key, true);
  }

  #key = (event: KeyboardEvent) => {
    if (viewing.peek()) return; // the viewer has keys of its own
    const typing = (event.target as HTMLElement).closest?.("input:not([type=checkbox], [type=radio]), textarea, select");
    const letter = event.key.toLowerCase();
    if (!typing && (event.ctrlKey || event.metaKey) && (letter === "z" || letter === "y")) {
      event.preventDefault();
      event.stopPropagation();
      if (letter === "y" || event.shiftKey) redo();
      else undo();
    }
    if (event.key !== "Escape") return;
    event.preventDefault();
    event.stopPropagation();
    if (sheetOpen.peek()) sheetOpen.value = false;
    else if (layersOpen.peek()) layersOpen.value = false;
    else if (drawing.peek().length) drawing.value = [];
    else if (tool.peek()) tool.value = null;
    else if (typing) (event.target as HTMLElement).blur();
    else if (chosen.peek().length) chosen.value = [];
  };

  protected override render() {
    void turn.value;
    if (trouble.value) return html`<div class="scene"><header class="scene-bar">${this.#back()}</header><p class="empty" role="alert">${trouble.value}</p></div>`;
    const now = book.value;
    if (!now || !shelf.value) return html`<div class="scene"><header class="scene-bar">${this.#back()}</header><p class="empty">${t("loading")}…</p></div>`;
    const { told } = now;
    const open = isOpen();
    return html`<div class="scene" data-pending=${now.pending + waiting().length} data-net=${now.net} data-version=${told.version} data-state=${told.state}>
      <header class="scene-bar">
        ${this.#back()}
        <h1>${told.case.place || told.case.case_no}</h1>
        <p class="scene-case">${told.case.case_no} · ${dated(told.case.occurred_at, { dateStyle: "medium", timeStyle: "short" })}</p>
        ${this.#net()}
        ${told.state === "draft" ? nothing : html`<span class="state ${told.state}">${word(`state.${told.state}`)}</span>`}
        <span class="scene-gap"></span>
        <button class="round step-back" aria-label=${t("undo")} title=${now.canUndo?.words ?? t("undo")} ?disabled=${!open || !now.canUndo} @click=${undo}>${icon("undo")}</button>
        <button class="round step-on" aria-label=${t("redo")} title=${now.canRedo?.words ?? t("redo")} ?disabled=${!open || !now.canRedo} @click=${redo}>${icon("redo")}</button>
        <button class="round" aria-label=${word("layers")} aria-expanded=${layersOpen.value} @click=${() => (layersOpen.value = !layersOpen.peek())}>${icon("layers")}</button>
        <button class="filled export" @click=${() => this.#export()}>${t("scene.export", { scale: doc()!.frame.scale })}</button>
        ${layersOpen.value ? this.#layers() : nothing}
      </header>
      <nav class="scene-tools" aria-label=${word("tools")}>
        <button aria-pressed=${!tool.value && !group.value} @click=${() => { tool.value = null; group.value = null; drawing.value = []; }}>${icon("arrow")}<span>${word("select")}</span></button>
        ${GROUPS.map((one) => html`<button aria-pressed=${group.value === one} ?disabled=${!open} @click=${() => this.#group(one)}>${icon(ICONS[one])}<span>${word(`group.${one}`)}</span></button>`)}
      </nav>
      <section class="scene-middle" aria-label=${word("drawing")}>
        <antu-scene-paper class=${tool.value ? "busy" : ""}></antu-scene-paper>
        ${hint.value ? html`<p class="scene-hint" role="status"><i></i><b>${hint.value.title}</b> ${hint.value.text}</p>` : tool.value ? this.#how(tool.value) : nothing}
        <div class="scene-turns">
          <button class="north" aria-label=${word("turn")} title=${word("turn")} @click=${turnToRoad}><span ${styled({ transform: `rotate(${-sight.value.turn}deg)` })}>${icon("north")}</span>${word("north.sign")}</button>
          <button class="round" aria-label=${t("map.in")} @click=${() => zoom(1.4)}>${icon("plus")}</button>
          <button class="round" aria-label=${t("map.out")} @click=${() => zoom(1 / 1.4)}>${icon("minus")}</button>
        </div>
        ${this.#foot()}
        ${open ? this.#stamps() : nothing}
      </section>
      <aside class="scene-side" aria-label=${word("figures")}><antu-scene-panel></antu-scene-panel></aside>
      ${sheetOpen.value ? this.#sheet() : nothing}
      ${this.#photo()}
    </div>`;
  }

  #back(): TemplateResult {
    return html`<button class="round to-cases" aria-label=${word("back")} @click=${() => (selection.value = null)}>${icon("left")}</button>`;
  }

  #net(): TemplateResult {
    const { net } = book.value!;
    const pending = book.value!.pending + waiting().length;
    const text = net === "away" ? t("scene.net.away", { n: pending }) : net === "refused" ? word("net.refused") : pending ? t("scene.net.saving", { n: pending }) : word("net.saved");
    return html`<p class="scene-net ${net}" role="status"><i></i>${text}</p>`;
  }

  #group(one: Group): void {
    group.value = group.peek() === one ? null : one;
    tool.value = null;
    drawing.value = [];
    const only = group.peek() ? stamps(group.peek()) : [];
    // where there is little to choose, the first is taken at once
    if (only.length && only.length <= 2) tool.value = only[0]!;
  }

  #how(now: Tool): TemplateResult {
    return html`<p class="scene-hint" role="status"><i></i><b>${titleOf(now)}</b> ${word(`how.${now.how}`)}
      ${drawing.value.length > 1 ? html`<button class="filled" @click=${finish}>${word("finish")}</button>` : nothing}
      <button class="round" aria-label=${word("cancel")} @click=${() => { tool.value = null; drawing.value = []; }}>${icon("close")}</button></p>`;
  }

  #stamps(): TemplateResult {
    return html`<div class="scene-stamps" role="toolbar" aria-label=${word("stamps")}>${stamps(group.value).map((one) => html`<button aria-pressed=${same(tool.value, one)} @click=${() => this.#take(one)}>${picture(one)}<span>${titleOf(one)}</span></button>`)}</div>`;
  }

  #take(one: Tool): void {
    drawing.value = [];
    chosen.value = [];
    tool.value = same(tool.peek(), one) ? null : one;
    if (tool.peek()) this.querySelector<SVGElement>(".sheet")?.focus({ preventScroll: true });
  }

  #layers(): TemplateResult {
    const change = (layer: (typeof LAYERS)[number]) => {
      const next = new Set(hidden.peek());
      if (!next.delete(layer)) next.add(layer);
      hidden.value = next;
    };
    return html`<div class="scene-layers menu" role="group" aria-label=${word("layers")}>${LAYERS.map((layer) => html`<label class="check"><input type="checkbox" .checked=${!hidden.value.has(layer)} @change=${() => change(layer)} />${word(`layer.${layer}`)}</label>`)}</div>`;
  }

  #foot(): TemplateResult {
    const wanted = 110 / sight.value.scale;
    const power = 10 ** Math.floor(Math.log10(wanted));
    const round = ([5, 2, 1].find((n) => n * power <= wanted) ?? 1) * power;
    const [x, y] = toScene(sight.value, size, [size.width / 2, size.height / 2]);
    const [e, n] = doc()!.origin;
    return html`<p class="scene-foot"><span class="bar" ${styled({ width: `${Math.round(round * sight.value.scale)}px` })}></span> ${number(round, 2)} ${t("metres")} <span>1:${doc()!.frame.scale}</span> <span class="far">TWD97 ${number(e + x)} E · ${number(n + y)} N</span></p>`;
  }

  /** The viewer of photographs comes when one is looked at. */
  #photo(): TemplateResult | typeof nothing {
    if (!viewing.value) return nothing;
    void import("./photos/viewer").catch(() => {
      viewing.value = null;
      tell(t("part.missing"), "bad");
    });
    return html`<antu-photo></antu-photo>`;
  }

  // the sheet, and handing it in

  #export(): void {
    const { scale, rotation } = doc()!.frame;
    const turned = Math.round(sight.peek().turn * 10) / 10;
    if (isOpen() && !rotation && turned) setScene({ frame: { ...doc()!.frame, scale, rotation: turned } });
    sheetOpen.value = true;
    void this.#download();
    requestAnimationFrame(() => requestAnimationFrame(() => this.querySelector<HTMLElement>(".sheet-window .submit, .sheet-window .close")?.focus()));
  }

  async #download(): Promise<void> {
    await book.peek()!.flush();
    if (book.peek()!.net === "away") return;
    const link = document.createElement("a");
    link.href = fileOf("pdf");
    link.download = `scene-${book.peek()!.told.case.case_no}.pdf`;
    link.click();
  }

  #sheet(): TemplateResult {
    const now = book.value!;
    const frame = doc()!.frame;
    const missing = now.told.checklist.filter((one) => one.must && !one.ok);
    const submit = async () => {
      if (await step("submit")) sheetOpen.value = false;
    };
    return html`<div class="sheet-window" role="dialog" aria-modal="true" aria-labelledby="sheet-title">
      <header><h2 id="sheet-title">${word("sheet")}</h2><button class="round close" aria-label=${t("close")} @click=${() => (sheetOpen.value = false)}>${icon("close")}</button></header>
      <div class="sheet-view">${now.net === "away" ? html`<p class="empty">${word("away.sheet")}</p>` : html`<img alt=${word("sheet")} src=${fileOf("svg", `?v=${now.told.version}`)} />`}</div>
      <div class="sheet-side">
        <label class="datum"><span>${word("scale")}</span><select ?disabled=${!now.open} @change=${(e: Event) => setScene({ frame: { ...frame, scale: Number((e.target as HTMLSelectElement).value) } })}>${SCALES.map((n) => html`<option value=${n} ?selected=${n === frame.scale}>1:${n}</option>`)}</select></label>
        <label class="datum"><span>${word("paper")}</span><select ?disabled=${!now.open} @change=${(e: Event) => setScene({ frame: { ...frame, paper: (e.target as HTMLSelectElement).value as "A4" } })}>${["A4", "A3"].map((n) => html`<option ?selected=${n === frame.paper}>${n}</option>`)}</select></label>
        <p class="row-ends">${["pdf", "svg", "dxf", "geojson"].map((kind) => html`<a class="outlined" href=${fileOf(kind)} download="scene-${now.told.case.case_no}.${kind}">${kind.toUpperCase()}</a>`)}</p>
        ${missing.length ? html`<p class="hint">${word("missing")}</p><ul class="missing">${missing.map((one) => html`<li>${lang.value === "zh" ? one.zh : one.en}</li>`)}</ul>` : nothing}
        ${now.open ? html`<button class="filled submit" ?disabled=${missing.length > 0} @click=${submit}>${word("submit")}</button>` : html`<p class="hint">${word(`state.${now.told.state}`)}</p>`}
        <button class="plain" @click=${leave}>${word("to.map")}</button>
      </div></div>`;
  }
}

/** A stamp as it will look, lying on its side as on a shelf. */
function picture(one: Tool): TemplateResult {
  const base = element({ id: "x", type: one.type, ...(one.kind ? { kind: one.kind } : {}), pose: { x: 0, y: 0, heading: 90 } } as Parameters<typeof element>[0]);
  if (one.type === "vehicle" || one.type === "pedestrian") {
    const kind = kindOf(shelf.value!, base);
    const long = one.type === "pedestrian" ? 0.62 : sizeOf(kind, base)[0];
    const k = Math.min(one.type === "pedestrian" ? 40 : 24, 40 / long);
    return html`<svg class="stamp" viewBox="-22 -12 44 24" aria-hidden="true" data-symbol=${symbolOf(kind, base)}>${svg`<g transform="scale(${k} ${-k}) rotate(-90)">${body({ shelf: shelf.value!, doc: doc()!, sight: sight.value, words: word }, base)}</g>`}</svg>`;
  }
  return html`<svg class="stamp line" viewBox="-22 -12 44 24" aria-hidden="true">${SIGNS[`${one.type}.${one.kind}`] ?? SIGNS[one.type] ?? svg`<path d="M-14 0h28"/>`}</svg>`;
}

const SIGNS: Record<string, unknown> = {
  impact: svg`<path class="harm" d="M-8-8 8 8M-8 8 8-8"/>`,
  "mark.skid": svg`<path d="M-17-4h34M-17 4h34" stroke-dasharray="6 3"/>`,
  "mark.scratch": svg`<path d="M-10-9-3 2-9 9M-4-9 3 2-3 9"/>`,
  "mark.yaw": svg`<path d="M-17 6Q0 4 15-8M-17 10Q4 8 18-5" stroke-dasharray="8 2"/>`,
  "mark.drag": svg`<path d="M-17 2C-8-8 4 12 17-2" stroke-dasharray="3 3"/>`,
  travel: svg`<path d="M-17 6Q2 6 13-5M13-5l-7 0M13-5l-1 7"/>`,
  fixed: svg`<circle r="8"/><circle r="3" fill="currentColor"/>`,
  dimension: svg`<path d="M-16 0h32M-16 0l5-4M-16 0l5 4M16 0l-5-4M16 0l-5 4"/>`,
  baseline: svg`<path d="M-17 0h34" stroke-dasharray="9 2 2 2"/><path d="M17 0l-6-4v8z" fill="currentColor"/>`,
  note: svg`<path d="M-9-8h18M0-8V9"/>`,
  station: svg`<path d="M-10-5h5l2-3h6l2 3h5v12h-20z"/><circle r="3.500" cy="1"/>`,
  debris: svg`<path d="M-9 5l4-8 3 8zM1 7l3-6 4 6zM0-2l3-6 3 6z"/>`,
  fluid: svg`<path d="M-14 2c0-8 10-10 14-7s14-2 14 5-10 8-14 6-14 4-14-4z"/>`,
  override: svg`<path d="M-17 0h34" stroke-dasharray="10 5" stroke-width="3"/>`,
};

customElements.define("antu-scene", Editor);
export { path, placed, street };
