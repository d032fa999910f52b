// Printing: a dialog with the sheet as it will be, and the PDF. The map of the preview is the one that is printed; for the
// paper it is drawn once more with as many pixels as paper can hold.
import { html, type TemplateResult } from "lit";
import { classesOf, type Layer } from "../api/catalogue";
import { heldTo, toText } from "../api/cql2";
import { Problem } from "../api/http";
import { lang, number, say, t } from "../i18n/t";
import { compose } from "../map/compose";
import { picture } from "../map/picture";
import { Engine } from "../map/library";
import { supplySymbols } from "../map/symbols";
import { inZoom } from "../state/counts";
import { area, asOf, bounds, catalogue, conditionOf, featured, hours, period, place, shownLayers } from "../state/portal";
import { batch, effect, signal } from "../state/store";
import { icon } from "../ui/icons";
import { tell } from "../ui/toasts";
import { styled, View } from "../ui/view";
import { areaRead, conditionWords, hoursRead } from "../work/explore/held";
import { fitScale, frameOf, ground, roundScale, scaleFor, SCALES, sizeOf, zoomFor, type Paper, type Turn } from "./paper";

/** A CSS pixel on paper, in millimetres. */
const PIXEL = 25.4 / 96;
const DOTS: Readonly<Record<Paper, number>> = { A4: 240, A3: 200 };
const LAYOUTS = [["A4", "landscape"], ["A4", "portrait"], ["A3", "landscape"], ["A3", "portrait"]] as const satisfies readonly (readonly [Paper, Turn])[];
const STILL = 120_000;

/** What meetings lay on the table; one's own choice is kept until the page is left. */
const paper = signal<Paper>("A3");
const turn = signal<Turn>("landscape");
const scale = signal<number | "fit">(5000);
const centre = signal<readonly [lon: number, lat: number]>([0, 0]);
const grid = signal(false);
const title = signal("");
const state = signal<"ready" | "drawing" | "setting">("ready");

export function openPrint(): void {
  const { lon, lat, zoom } = place.peek();
  batch(() => {
    centre.value = [lon, lat];
    scale.value = roundScale(scaleFor(zoom, lat, PIXEL));
    title.value = featured.peek().slice(0, 2).map((one) => say(one.title)).join(t("print.and")) || say(catalogue.city.name);
    state.value = "ready";
  });
  document.querySelector("antu-print")?.remove();
  document.body.append(document.createElement("antu-print"));
}

/** What fits the view of the screen into the frame. */
function fitting(): number {
  const box = bounds.peek();
  const frame = frameOf(paper.value, turn.value);
  if (!box) return 5000;
  const [west, south, east, north] = box;
  const metres = (degrees: number) => (degrees / 360) * 2 * Math.PI * 6378137 * ground((south + north) / 2);
  const high = (metres(north - south) / Math.cos((((south + north) / 2) * Math.PI) / 180));
  return fitScale(Math.max(metres(east - west) / (frame.width / 1000), high / (frame.height / 1000)));
}

const real = (): number => (scale.value === "fit" ? fitting() : scale.value);

class Print extends View {
  #map: Engine | undefined;
  #stops: (() => void)[] = [];
  #before = document.activeElement as HTMLElement | null;

  protected override firstUpdated(): void {
    this.querySelector("dialog")!.showModal();
    this.querySelector<HTMLElement>("input[name=title]")?.focus();
    this.#start(this.querySelector<HTMLElement>(".print-map")!);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#stops.splice(0).forEach((stop) => stop());
    this.#map?.remove();
    this.#before?.focus();
  }

  #start(container: HTMLElement): void {
    const drawn = () => compose({ ...picture(), theme: "light" });
    const map = new Engine({
      container, style: drawn(), center: [...centre.peek()] as [number, number], zoom: this.#zoom(), attributionControl: false, pixelRatio: 1, maxZoom: 24,
      refreshExpiredTiles: false, fadeDuration: 0, scrollZoom: false, doubleClickZoom: false, boxZoom: false, dragRotate: false, touchZoomRotate: false, keyboard: false,
      maxCanvasSize: [8192, 8192], canvasContextAttributes: { preserveDrawingBuffer: true },
    });
    this.#map = map;
    Object.assign(this, { map });
    supplySymbols(map, "light");
    map.getCanvas().setAttribute("aria-label", t("print.move"));
    map.getCanvas().addEventListener("keydown", (event) => {
      const by = { ArrowLeft: [-60, 0], ArrowRight: [60, 0], ArrowUp: [0, -60], ArrowDown: [0, 60] }[event.key] as [number, number] | undefined;
      if (!by) return;
      event.preventDefault();
      map.panBy(by, { animate: false });
    });
    map.on("dragend", () => this.#moved());
    map.on("moveend", () => this.#moved());
    map.on("idle", () => (this.querySelector<HTMLElement>("dialog")!.dataset.idle = "true"));
    map.on("dataloading", () => delete this.querySelector<HTMLElement>("dialog")!.dataset.idle);
    this.#stops.push(
      effect(() => {
        const zoom = this.#zoom();
        const [lon, lat] = centre.value;
        void this.updateComplete.then(() => {
          map.resize();
          map.jumpTo({ center: [lon, lat], zoom });
        });
      }),
    );
  }

  #moved(): void {
    const { lng, lat } = this.#map!.getCenter();
    const [lon, was] = centre.peek();
    if (Math.abs(lng - lon) > 1e-7 || Math.abs(lat - was) > 1e-7) centre.value = [lng, lat];
  }

  #size(): readonly [number, number] {
    const frame = frameOf(paper.value, turn.value);
    return [Math.round(frame.width / PIXEL), Math.round(frame.height / PIXEL)];
  }

  /** A pixel is what the frame gives it: the picture is stretched to the frame by a ten-thousandth at most. */
  #zoom(): number {
    const [wide] = this.#size();
    return zoomFor(real(), centre.value[1], frameOf(paper.value, turn.value).width / wide);
  }

  protected override render() {
    const busy = state.value !== "ready";
    return html`<dialog class="print" aria-label=${t("print")} @close=${() => this.remove()} @cancel=${(e: Event) => busy && e.preventDefault()}>
      <form method="dialog" class="print-form" @submit=${(e: Event) => (e.preventDefault(), void this.#print())}>
        <header><h2>${t("print")}</h2><button type="button" class="round" aria-label=${t("close")} @click=${() => this.querySelector("dialog")!.close()}>${icon("close")}</button></header>
        <label>${t("print.title")}<input name="title" required maxlength="120" .value=${title.value} @input=${(e: Event) => (title.value = (e.target as HTMLInputElement).value)} /></label>
        <fieldset><legend>${t("print.paper")}</legend><div class="papers">${LAYOUTS.map(([size, way]) => this.#layout(size, way))}</div></fieldset>
        <fieldset><legend>${t("print.scale")}</legend><div class="scales">
          ${SCALES.map((n) => this.#scale(n, html`<small>1 :</small> ${number(n)}`))}
          ${this.#scale("fit", t("print.fit", { n: number(fitting()) }))}
        </div></fieldset>
        <label class="check"><input type="checkbox" .checked=${grid.value} @change=${(e: Event) => (grid.value = (e.target as HTMLInputElement).checked)} />${t("print.grid")}</label>
        <p class="hint">${t("print.how")}</p>
        <button class="filled" ?disabled=${busy || !title.value.trim()}>${icon("print")}${t(busy ? (state.value === "drawing" ? "print.drawing" : "print.setting") : "print.pdf")}</button>
      </form>
      <div class="print-room" aria-label=${t("print.preview")}>${this.#sheet()}</div>
    </dialog>`;
  }

  #layout(size: Paper, way: Turn): TemplateResult {
    const chosen = paper.value === size && turn.value === way;
    return html`<label class=${chosen ? "chosen" : ""}>
      <input class="unseen" type="radio" name="layout" value="${size} ${way}" .checked=${chosen} @change=${() => batch(() => ((paper.value = size), (turn.value = way)))} />
      <i class="${size} ${way}"></i><span>${size} ${t(`print.${way}`)}</span>
    </label>`;
  }

  #scale(value: number | "fit", words: TemplateResult | string): TemplateResult {
    const chosen = scale.value === value;
    return html`<label class=${chosen ? "chosen" : ""}>
      <input class="unseen" type="radio" name="scale" value=${value} .checked=${chosen} @change=${() => (scale.value = value)} /><span>${words}</span>
    </label>`;
  }

  /** The sheet in its real size, made smaller as a whole. */
  #sheet(): TemplateResult {
    const [wide, high] = sizeOf(paper.value, turn.value);
    const frame = frameOf(paper.value, turn.value);
    const room = { width: Math.max(280, Math.min(innerWidth, 1500) - 420), height: Math.max(260, innerHeight - 130) };
    const small = Math.min(room.width / (wide / PIXEL), room.height / (high / PIXEL), 1);
    const mm = (n: number) => `${n / PIXEL}px`;
    const [mapWide, mapHigh] = this.#size();
    const legend = turn.value === "portrait"
      ? { left: mm(frame.x), top: mm(frame.y + frame.height + 3), width: mm(frame.width), height: mm(46) }
      : { left: mm(frame.x + frame.width + 3), top: mm(frame.y), width: mm(58), height: mm(frame.height) };
    return html`<div class="print-fit" ${styled({ width: `${(wide / PIXEL) * small}px`, height: `${(high / PIXEL) * small}px` })}>
      <div class="print-sheet" ${styled({ width: mm(wide), height: mm(high), transform: `scale(${small})` })}>
        <header ${styled({ left: mm(10), top: mm(9), width: mm(wide - 20), height: mm(15) })}><b>${title.value || " "}</b><span>1 : ${number(real())}</span></header>
        <div class="print-map" lang="zh-Hant-TW" ${styled({ left: mm(frame.x), top: mm(frame.y), width: `${mapWide}px`, height: `${mapHigh}px` })}></div>
        <div class="print-legend" ${styled(legend)}><b>${t("print.legend")}</b>${this.#layers().map((layer) => html`<span>${say(layer.title)}</span>`)}</div>
      </div>
    </div>`;
  }

  /** The layers that can be seen at this scale. */
  #layers(): Layer[] {
    const zoom = this.#zoom();
    const rank = (layer: Layer) => catalogue.groups.findIndex((group) => group.id === layer.group);
    return shownLayers.value.filter((layer) => inZoom(layer, zoom)).sort((a, b) => rank(a) - rank(b));
  }

  async #print(): Promise<void> {
    if (state.peek() !== "ready" || !title.peek().trim()) return;
    state.value = "drawing";
    try {
      const blob = await this.#picture();
      state.value = "setting";
      const form = new FormData();
      form.append("sheet", JSON.stringify(this.#asked()));
      form.append("picture", blob, "map.png");
      const response = await fetch("/api/print", { method: "POST", headers: { "x-csrftoken": catalogue.viewer.csrf }, body: form });
      if (!response.ok) throw new Problem(response.status, String(((await response.json().catch(() => ({}))) as { detail?: string }).detail ?? response.statusText));
      hand(await response.blob(), `${title.peek().trim()}.pdf`);
      tell(t("print.done"));
    } catch (why) {
      tell(why instanceof Problem ? why.message : t("print.failed"), "bad");
    } finally {
      state.value = "ready";
    }
  }

  /** The map with the pixels of paper, and then again with those of the screen. */
  async #picture(): Promise<Blob> {
    const map = this.#map!;
    const dots = DOTS[paper.peek()];
    const calm = new Promise<void>((done, late) => {
      const limit = setTimeout(() => late(new Error("The map does not come to rest.")), STILL);
      map.setPixelRatio(dots / 96);
      map.once("idle", () => (clearTimeout(limit), done()));
      map.triggerRepaint();
    });
    await calm;
    const blob = await new Promise<Blob | null>((done) => map.getCanvas().toBlob(done, "image/png"));
    map.setPixelRatio(1);
    if (!blob) throw new Error("The canvas gave no picture.");
    return blob;
  }

  #asked(): object {
    const [lon, lat] = centre.peek();
    const layers = this.#layers().map((layer) => {
      const condition = conditionOf(layer.id);
      const classes = classesOf(layer);
      const text = toText(condition);
      const words = text ? conditionWords({ [layer.id]: text }).map((one) => one.slice(say(layer.title).length + 1)) : [];
      return { id: layer.id, words, held: classes ? heldTo(condition, classes.field) : null };
    });
    const within = period.peek();
    const held = [within ? `${within.from} – ${within.to}` : t("filter.all"), ...(hours.peek() ? [hoursRead(hours.peek()!)] : []), ...(area.peek() ? [areaRead(area.peek()!)] : [])];
    return {
      title: title.peek().trim(), paper: paper.peek(), turn: turn.peek(), scale: real(), lon, lat, layers, held, grid: grid.peek(), lang: lang.peek(),
      ...(asOf.peek() ? { as_of: asOf.peek() } : {}),
    };
  }
}

/** Gives a file to whoever looks. */
function hand(blob: Blob, name: string): void {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(blob);
  link.download = name.replace(/[\\/:*?"<>|]/g, "_");
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}

customElements.define("antu-print", Print);
