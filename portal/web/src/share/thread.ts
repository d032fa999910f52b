// One thread of comments, and the box in which one writes: @ offers people and roles. What somebody wrote is text, always.
import { html, nothing, type TemplateResult } from "lit";
import { Problem } from "../api/http";
import { dated, t, say as words } from "../i18n/t";
import { goTo } from "../map/camera";
import { catalogue, layerOf, place, selection, shown, switchLayer } from "../state/portal";
import { batch, signal } from "../state/store";
import { icon } from "../ui/icons";
import { tell } from "../ui/toasts";
import { View } from "../ui/view";
import { answer, people, reading, say, settle, takeBack, type Person, type Said, type Target, type Thread } from "./words";

export const when = (at: string): string => dated(at, { dateStyle: "medium", timeStyle: "short" });

export async function attempt<T>(work: () => Promise<T>): Promise<T | undefined> {
  try {
    return await work();
  } catch (why) {
    tell(why instanceof Problem ? why.message : t("server.away"), "bad");
    return undefined;
  }
}

const AT = /@([^\s@]{0,24})$/;

/** Writes: a new comment on `target`, or an answer to `parent`. */
class Write extends View {
  static override properties = { target: { attribute: false }, parent: { attribute: false }, label: {} };
  declare target: Target | null;
  declare parent: number | null;
  declare label: string;
  #offered = signal<readonly Person[]>([]);
  #at = signal(0);
  #busy = signal(false);

  protected override render() {
    const offered = this.#offered.value;
    const levels = this.parent === null || this.parent === undefined ? this.#levels() : [];
    return html`<form class="write" @submit=${this.#send}>
      <div class="write-box">
        <textarea
          rows="2" required maxlength="4000" aria-label=${this.label} placeholder=${t("talk.how")} aria-autocomplete="list" aria-controls=${offered.length ? `offered-${this.parent ?? "new"}` : nothing}
          @input=${(e: Event) => void this.#look(e.target as HTMLTextAreaElement)} @keydown=${this.#key} @blur=${() => setTimeout(() => (this.#offered.value = []), 150)}
        ></textarea>
        ${offered.length
          ? html`<div class="offered" id="offered-${this.parent ?? "new"}" role="listbox" aria-label=${t("talk.people")}>${offered.map(
              (one, i) => html`<button type="button" class="plain" role="option" aria-selected=${i === this.#at.value} tabindex="-1" @click=${() => this.#name(one)}><b>${one.name}</b><small>@${one.handle}</small></button>`,
            )}</div>`
          : nothing}
      </div>
      <p>
        ${levels.length > 1
          ? html`<select name="clearance" aria-label=${t("talk.readers")}>${levels.map((one) => html`<option value=${one} ?selected=${one === "council"}>${t(`talk.to.${one}`)}</option>`)}</select>`
          : html`<span></span>`}
        <button class="filled" ?disabled=${this.#busy.value}>${t("talk.send")}</button>
      </p>
    </form>`;
  }

  /** Those whom one may choose as readers: nobody with more clearance than one's own, nor with less than the layer asks. */
  #levels(): ("public" | "council" | "police" | "restricted")[] {
    const all = ["public", "council", "police", "restricted"] as const;
    return all.slice(1, all.indexOf(catalogue.viewer.clearance as (typeof all)[number]) + 1);
  }

  async #look(box: HTMLTextAreaElement): Promise<void> {
    const begun = AT.exec(box.value.slice(0, box.selectionStart))?.[1];
    if (begun === undefined) return void (this.#offered.value = []);
    const known = await people().catch(() => []);
    const text = begun.toLowerCase();
    this.#at.value = 0;
    this.#offered.value = known.filter((one) => one.handle.toLowerCase().startsWith(text) || one.name.toLowerCase().includes(text)).slice(0, 7);
  }

  #key = (event: KeyboardEvent) => {
    const offered = this.#offered.peek();
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
      event.preventDefault();
      return this.querySelector("form")!.requestSubmit();
    }
    if (!offered.length) return;
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step) this.#at.value = (this.#at.peek() + step + offered.length) % offered.length;
    else if (event.key === "Enter" || event.key === "Tab") this.#name(offered[this.#at.peek()]!);
    else if (event.key === "Escape") this.#offered.value = [];
    else return;
    event.preventDefault();
    event.stopPropagation();
  };

  #name(one: Person): void {
    const box = this.querySelector("textarea")!;
    const before = box.value.slice(0, box.selectionStart).replace(AT, `@${one.handle} `);
    const after = box.value.slice(box.selectionStart);
    box.value = before + after;
    box.setSelectionRange(before.length, before.length);
    box.focus();
    this.#offered.value = [];
  }

  #send = (event: SubmitEvent) => {
    event.preventDefault();
    const form = event.currentTarget as HTMLFormElement;
    const box = form.querySelector("textarea")!;
    const text = box.value.trim();
    if (!text || this.#busy.peek()) return;
    const level = form.querySelector("select")?.value ?? null;
    this.#busy.value = true;
    void attempt(() => (this.parent ? answer(text, this.parent) : say(text, this.target!, level))).then((done) => {
      this.#busy.value = false;
      if (!done) return; // what was written stays in the box
      box.value = "";
      if (done.unreached.length) tell(t("talk.unreached", { who: done.unreached.join("、") }), "bad");
      this.dispatchEvent(new CustomEvent("said", { detail: done, bubbles: true }));
    });
  };
}

customElements.define("antu-write", Write);

/** A thread as it stands in a list. */
export function thread(one: Thread, where: boolean): TemplateResult {
  const open = reading.value === one.id;
  const layer = one.layer ? layerOf(one.layer) : undefined;
  return html`<article class="thread ${one.state} ${open ? "open" : ""}" data-thread=${one.id}>
    ${spoken(one)}
    ${one.state === "done" ? html`<p class="settled">${icon("check")}${t("talk.settled", { who: one.settled_by ?? "—", when: one.settled_at ? when(one.settled_at) : "" })}</p>` : nothing}
    ${one.replies.length ? html`<div class="replies">${one.replies.map((reply) => spoken(reply))}</div>` : nothing}
    <p class="acts">
      ${where
        ? html`<button class="plain" @click=${() => visit(one)}>${icon("pin")}${layer && one.feature ? words(layer.title) : t("talk.place")}</button>`
        : nothing}
      <button class="plain" aria-expanded=${open} @click=${() => (reading.value = open ? null : one.id)}>${t("talk.answer")}</button>
      <button class="plain" @click=${() => void attempt(() => settle(one.id, one.state === "open" ? "done" : "open"))}>${icon(one.state === "open" ? "check" : "undo")}${t(one.state === "open" ? "talk.settle" : "talk.reopen")}</button>
    </p>
    ${open ? html`<antu-write .parent=${one.id} .target=${null} .label=${t("talk.answer")}></antu-write>` : nothing}
  </article>`;
}

function spoken(one: Said): TemplateResult {
  return html`<div class="said">
    <p class="who"><b>${one.by}</b> <time datetime=${one.at}>${when(one.at)}</time>
      ${one.own && !one.withdrawn ? html`<button class="plain act" aria-label=${t("talk.take-back")} title=${t("talk.take-back")} @click=${() => void attempt(() => takeBack(one.id))}>${icon("bin")}</button>` : nothing}
    </p>
    <p class="text">${one.withdrawn ? html`<em>${t("talk.withdrawn")}</em>` : marked(one.text)}</p>
  </div>`;
}

/** The text with its mentions made bold; all of it goes in as text. */
function marked(text: string): (string | TemplateResult)[] {
  return text.split(/(@[^\s@、，。；：,;:!?！？()（）]+)/).map((part) => (part.startsWith("@") && part.length > 1 ? html`<b class="named">${part}</b>` : part));
}

function visit(one: Thread): void {
  reading.value = one.id;
  goTo([one.lon, one.lat], Math.max(place.peek().zoom, 16.5));
  const layer = one.layer;
  if (layer && one.feature && layerOf(layer)) {
    batch(() => {
      if (!(layer in shown.peek())) switchLayer(layer, true);
      selection.value = { layer, id: /^\d{1,15}$/.test(one.feature!) ? Number(one.feature) : one.feature! };
    });
  }
}
