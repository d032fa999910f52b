// One photograph, large: an ordinary picture or a panorama to look around in, its boxes to blur, and what it shows.
// Only the derivative that the server draws is ever loaded.
import { html, nothing, type TemplateResult } from "lit";
import { createRef, ref } from "lit/directives/ref.js";
import { number, t } from "../../../i18n/t";
import { signal } from "../../../state/store";
import { icon } from "../../../ui/icons";
import { View } from "../../../ui/view";
import type { Photo } from "../book";
import { book, doc, hang, isOpen, photoOf, stationOf, turn, viewing, word } from "../desk";
import { turned } from "../document";
import { charts } from "./areas";
import { touchUp } from "./touch";
import * as blur from "./boxes";
import { Sphere, START, type Look } from "./sphere";
import "./viewer.css";

class Viewer extends View {
  #mode = signal<"look" | "blur">("look");
  /** Why the panorama is shown flat; nothing while it is not. */
  #flat = signal<"lost" | "asked" | null>(null);
  #look = signal<Look>(START);
  #said = signal("");
  #saving = signal(false);
  #dialog = createRef<HTMLDialogElement>();
  #sphere: Sphere | null = null;
  #shown = "";
  #back: Element | null = null;

  override connectedCallback(): void {
    super.connectedCallback();
    this.#back = document.activeElement;
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#end();
    if (this.#back?.isConnected) (this.#back as HTMLElement).focus();
  }

  #end(): void {
    this.#sphere?.end();
    this.#sphere = null;
    this.#shown = "";
  }

  protected override updated(): void {
    const dialog = this.#dialog.value;
    if (dialog && !dialog.open) dialog.showModal();
    const canvas = this.querySelector("canvas");
    if (!canvas) return this.#end();
    if (canvas.dataset.src === this.#shown) return;
    this.#end();
    const src = (this.#shown = canvas.dataset.src!);
    const image = new Image();
    image.src = src;
    image.decode().then(
      () => {
        if (this.#shown !== src) return;
        try {
          this.#sphere = new Sphere(canvas, image, (look) => (this.#look.value = look), () => (this.#flat.value = "lost"));
          canvas.dataset.ready = "";
        } catch {
          this.#flat.value = "lost";
        }
      },
      () => (this.#said.value = word("photo.broken")),
    );
  }

  #photos = (): readonly Photo[] => book.value?.told.photos ?? [];

  #go(by: number): void {
    const all = this.#photos();
    const n = all.findIndex((one) => one.name === viewing.peek());
    const next = all[n + by];
    if (!next || this.#mode.peek() === "blur") return;
    this.#said.value = "";
    this.#flat.value = null;
    viewing.value = next.name;
  }

  #close = (event?: Event) => {
    event?.preventDefault();
    if (this.#mode.peek() === "blur") this.#mode.value = "look";
    else viewing.value = null;
  };

  #key = (event: KeyboardEvent) => {
    if ((event.target as HTMLElement).closest("input, select")) return;
    if (this.#mode.peek() === "blur" && (event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "z") {
      event.preventDefault();
      blur.undo();
    } else if (event.key === "PageUp" || event.key === "ArrowLeft") this.#go(-1);
    else if (event.key === "PageDown" || event.key === "ArrowRight") this.#go(1);
  };

  async #write(photo: Photo, fields: Parameters<typeof touchUp>[1], done = word("photo.saved")): Promise<boolean> {
    this.#saving.value = true;
    const wrong = await touchUp(photo.name, fields);
    this.#saving.value = false;
    this.#said.value = wrong ?? done;
    return !wrong;
  }

  protected override render() {
    void turn.value;
    const all = this.#photos();
    const n = all.findIndex((one) => one.name === viewing.value);
    const photo = all[n];
    if (!photo) return nothing;
    const open = isOpen();
    const blurring = this.#mode.value === "blur";
    return html`<dialog ${ref(this.#dialog)} class="photo-window" aria-labelledby="photo-title" @cancel=${this.#close} @keydown=${this.#key}>
      <header><h2 id="photo-title">${word(photo.panorama ? "panorama" : "photo")} ${n + 1}／${all.length}</h2><p>${photo.caption}</p>
        ${blurring ? this.#blurBar(photo) : this.#bar(photo, n, all.length, open)}
        <button class="round close" aria-label=${blurring ? word("cancel") : t("close")} @click=${() => this.#close()}>${icon("close")}</button></header>
      <div class="photo-view">${this.#picture(photo, blurring)}</div>
      <aside class="photo-side" aria-label=${word("figures")}>${blurring ? html`<p class="hint">${word("blur.how")}</p>` : this.#about(photo, open)}</aside>
      <p class="photo-said" role="status">${this.#said.value}</p>
    </dialog>`;
  }

  #bar(photo: Photo, n: number, count: number, open: boolean): TemplateResult {
    return html`<button class="round" aria-label=${word("photo.before")} aria-disabled=${n === 0} @click=${() => this.#go(-1)}>${icon("left")}</button>
      <button class="round" aria-label=${word("photo.next")} aria-disabled=${n === count - 1} @click=${() => this.#go(1)}>${icon("right")}</button>
      ${photo.panorama ? html`<button class="outlined" aria-pressed=${this.#flat.value !== null} @click=${() => (this.#flat.value = this.#flat.peek() ? null : "asked")}>${word("photo.flat")}</button>` : nothing}
      ${open ? html`<button class="outlined blur-start" @click=${() => { blur.begin(photo.blurs); this.#said.value = ""; this.#mode.value = "blur"; }}>${word("blur")}${photo.blurs.length ? ` ${photo.blurs.length}` : ""}</button>` : nothing}`;
  }

  #blurBar(photo: Photo): TemplateResult {
    const save = async () => {
      if (await this.#write(photo, { blurs: blur.boxes.peek(), was: photo.blurs }, word("blur.saved"))) this.#mode.value = "look";
    };
    return html`<button class="outlined box-add" @click=${() => this.#added()}>${icon("plus")}${word("blur.add")}</button>
      <button class="round" aria-label=${word("blur.remove")} ?disabled=${blur.picked.value < 0} @click=${() => blur.remove()}>${icon("bin")}</button>
      <button class="round" aria-label=${t("undo")} ?disabled=${!blur.canUndo()} @click=${blur.undo}>${icon("undo")}</button>
      <button class="filled blur-save" ?disabled=${this.#saving.value} @click=${save}>${word("blur.save")}</button>`;
  }

  #added(): void {
    blur.add();
    requestAnimationFrame(() => requestAnimationFrame(() => this.querySelector<SVGElement>(".boxes .picked")?.focus()));
  }

  #picture(photo: Photo, blurring: boolean): TemplateResult {
    const src = photoOf(photo.name, photo.panorama ? 4096 : 2560);
    const station = stationOf(photo.name);
    const said = [word(photo.panorama ? "panorama" : "photo"), photo.caption, photo.party && `${word("party")} ${photo.party}`, station?.label].filter(Boolean).join("，");
    if (photo.panorama && !blurring && this.#flat.value === null) {
      const { yaw, pitch } = this.#look.value;
      const heading = turned(Math.round((station?.heading ?? 0) + yaw));
      const which = t(station ? "scene.photo.heading" : "scene.photo.yaw", { n: station ? number(heading) : number(Math.round(yaw)), up: number(Math.round(pitch)) });
      return html`<canvas data-src=${src} tabindex="0" role="application" aria-label=${said} aria-describedby="photo-keys"></canvas><p class="photo-heading">${which}</p><p id="photo-keys" class="unseen">${word("photo.keys")}</p>
        <div class="photo-zoom"><button class="round" aria-label=${t("map.in")} @click=${() => this.#sphere?.look({ fov: this.#look.peek().fov / 1.25 })}>${icon("plus")}</button><button class="round" aria-label=${t("map.out")} @click=${() => this.#sphere?.look({ fov: this.#look.peek().fov * 1.25 })}>${icon("minus")}</button></div>`;
    }
    return html`<div class="photo-flat"><img src=${src} alt=${said} draggable="false" @load=${() => this.requestUpdate()} @error=${() => (this.#said.value = word("photo.broken"))} />${blurring ? this.#boxes() : nothing}</div>
      ${this.#flat.value === "lost" && photo.panorama ? html`<p class="photo-heading" role="alert">${word("photo.lost")}</p>` : nothing}`;
  }

  /** Over the picture as it lies upright; its size is that of what is shown. */
  #boxes(): TemplateResult | typeof nothing {
    const image = this.querySelector<HTMLImageElement>(".photo-flat img");
    return image?.naturalWidth ? blur.drawn(image.naturalWidth, image.naturalHeight) : nothing;
  }

  #about(photo: Photo, open: boolean): TemplateResult {
    const stations = doc()!.elements.filter((one) => one.type === "station");
    const pick = (name: string, value: string, options: readonly (readonly [string, string])[], write: (v: string) => void) =>
      html`<label class="datum"><span>${word(name)}</span><select name=${name} ?disabled=${!open} @change=${(e: Event) => write((e.target as HTMLSelectElement).value)}><option value="">–</option>${options.map(([v, s]) => html`<option value=${v} ?selected=${v === value}>${s}</option>`)}</select></label>`;
    const party = (p: string) => {
      // other people have other parts
      void this.#write(photo, { party: p, areas: [] });
    };
    return html`<label class="words"><span>${word("photo.caption")}</span><input name="caption" maxlength="200" .value=${photo.caption} ?readonly=${!open} @change=${(e: Event) => void this.#write(photo, { caption: (e.target as HTMLInputElement).value.trim() })} /></label>
      ${pick("station", stationOf(photo.name)?.id ?? "", stations.map((one, n) => [one.id, one.label || `${word("station")} ${n + 1}`]), (v) => hang(photo.name, v))}
      ${pick("party", photo.party, doc()!.parties.map((p) => [p.id, p.id]), party)}
      <label class="check"><input type="checkbox" name="panorama" .checked=${photo.panorama} ?disabled=${!open} @change=${(e: Event) => void this.#write(photo, { panorama: (e.target as HTMLInputElement).checked })} />${word("photo.is")}</label>
      ${photo.party ? charts(photo.party, photo.areas, open, (areas) => void this.#write(photo, { areas })) : html`<p class="hint">${word("area.party")}</p>`}`;
  }
}

customElements.define("antu-photo", Viewer);
