// My saved views: keep what one sees under a name, open it again, hand it on, and put several in order as slides.
import { html, nothing, type TemplateResult } from "lit";
import { repeat } from "lit/directives/repeat.js";
import { Problem } from "../../api/http";
import { dated, t } from "../../i18n/t";
import { catalogue, shown } from "../../state/portal";
import { signal } from "../../state/store";
import { changeDeck, decks, deleteDeck, fetchDeck, fetchView, forget, makeDeck, mine, rename, save, type Deck, type InList, type Listed } from "../../share/kept";
import { show } from "../../share/open";
import { icon } from "../../ui/icons";
import { tell } from "../../ui/toasts";
import { View } from "../../ui/view";
import { paneHead } from "./pane";

interface Draft {
  id: string | null;
  version: number;
  title: string;
  slides: readonly { view: string; title: string; notes: string }[];
}

class Views extends View {
  #views = signal<readonly InList[] | "busy" | "failed">("busy");
  #decks = signal<readonly Listed[]>([]);
  #draft = signal<Draft | null>(null);
  #renaming = signal<string | null>(null);

  override connectedCallback(): void {
    super.connectedCallback();
    if (catalogue.viewer.name !== null) void this.#load();
  }

  async #load(): Promise<void> {
    try {
      [this.#views.value, this.#decks.value] = await Promise.all([mine(), decks()]);
    } catch {
      this.#views.value = "failed";
    }
  }

  /** Does something on the server and reads the lists again; what goes wrong is said in the server's words. */
  async #do<T>(work: () => Promise<T>): Promise<T | undefined> {
    try {
      const done = await work();
      await this.#load();
      return done;
    } catch (why) {
      tell(why instanceof Problem ? why.message : t("server.away"), "bad");
      return undefined;
    }
  }

  protected override render() {
    if (catalogue.viewer.name === null) {
      return html`<section class="pane" aria-label=${t("views")}>${paneHead(t("views"))}<p class="empty">${t("views.sign-in")} <a href="/accounts/sign-in/?next=/">${t("sign-in")}</a></p></section>`;
    }
    const draft = this.#draft.value;
    return html`<section class="pane views" aria-label=${t("views")}>
      ${paneHead(t(draft ? "slides" : "views"))}
      <div class="scroll">${draft ? this.#editor(draft) : html`${this.#keep()} ${this.#list()} ${this.#presentations()}`}</div>
    </section>`;
  }

  #keep(): TemplateResult {
    return html`<form class="keep" @submit=${this.#save}>
      <label for="view-name">${t("views.name")}</label>
      <input id="view-name" name="name" required maxlength="120" autocomplete="off" />
      <button class="filled">${icon("star")}${t("views.save")}</button>
    </form>`;
  }

  #save = (event: SubmitEvent) => {
    event.preventDefault();
    const form = event.currentTarget as HTMLFormElement;
    const name = String(new FormData(form).get("name") ?? "").trim();
    if (!name) return;
    void this.#do(() => save(name, shown.peek())).then((done) => {
      if (!done) return;
      form.reset();
      tell(t("views.saved", { name }));
    });
  };

  #list(): TemplateResult {
    const views = this.#views.value;
    if (views === "busy") return html`<div class="bones"><i></i><i></i></div>`;
    if (views === "failed") return html`<p class="empty" role="alert">${t("server.away")} <button class="outlined" @click=${() => void this.#load()}>${t("retry")}</button></p>`;
    if (!views.length) return html`<p class="hint">${t("views.none")}</p>`;
    return html`<ul class="rows">${repeat(views, (one) => one.id, (one) => this.#row(one))}</ul>`;
  }

  #row({ id, name, at }: InList): TemplateResult {
    if (this.#renaming.value === id) {
      return html`<li><form class="rename" @submit=${(e: SubmitEvent) => this.#rename(e, id)}>
        <input name="name" aria-label=${t("views.name")} required maxlength="120" .value=${name} @keydown=${(e: KeyboardEvent) => e.key === "Escape" && (e.preventDefault(), (this.#renaming.value = null))} />
        <button class="filled">${t("views.rename")}</button>
      </form></li>`;
    }
    return html`<li data-view=${id}>
      <button class="plain open" @click=${() => void this.#open(id)}><b>${name}</b><small>${dated(at, { dateStyle: "medium" })}</small></button>
      ${this.#act("link", t("copy.what", { what: name }), () => void this.#copy(`#v=${id}`, name))}
      ${this.#act("pen", t("views.rename.what", { what: name }), () => (this.#renaming.value = id))}
      ${this.#act("bin", t("views.forget", { what: name }), () => void this.#do(() => forget(id)))}
    </li>`;
  }

  #act(drawing: Parameters<typeof icon>[0], label: string, act: () => void, off = false): TemplateResult {
    return html`<button class="plain act" aria-label=${label} title=${label} ?disabled=${off} @click=${act}>${icon(drawing)}</button>`;
  }

  #rename(event: SubmitEvent, id: string): void {
    event.preventDefault();
    const name = String(new FormData(event.currentTarget as HTMLFormElement).get("name") ?? "").trim();
    if (name) void this.#do(() => rename(id, name)).then(() => (this.#renaming.value = null));
  }

  async #open(id: string): Promise<void> {
    try {
      show(await fetchView(id));
    } catch (why) {
      tell(why instanceof Problem ? why.message : t("server.away"), "bad");
    }
  }

  async #copy(hash: string, what: string): Promise<void> {
    const address = location.href.split("#")[0]! + hash;
    try {
      await navigator.clipboard.writeText(address);
      tell(t("copy.done", { what }));
    } catch {
      prompt(t("share.copy"), address);
    }
  }

  // slides

  #presentations(): TemplateResult {
    const views = this.#views.value;
    const some = typeof views !== "string" && views.length > 0;
    return html`<h3>${t("slides")}</h3>
      ${this.#decks.value.length
        ? html`<ul class="rows">${this.#decks.value.map(
            (one) => html`<li data-deck=${one.id}>
              <button class="plain open" @click=${() => void this.#show(one.id)}><b>${one.title}</b><small>${t("slides.count", { n: one.slides })}</small></button>
              ${this.#act("play", t("slides.show.what", { what: one.title }), () => void this.#show(one.id))}
              ${this.#act("link", t("copy.what", { what: one.title }), () => void this.#copy(`#p=${one.id}`, one.title))}
              ${this.#act("pen", t("slides.edit.what", { what: one.title }), () => void this.#edit(one.id))}
              ${this.#act("bin", t("slides.delete.what", { what: one.title }), () => void this.#do(() => deleteDeck(one.id)))}
            </li>`,
          )}</ul>`
        : html`<p class="hint">${t("slides.none")}</p>`}
      <button class="outlined" ?disabled=${!some} @click=${() => this.#begin()}>${icon("slides")}${t("slides.new")}</button>`;
  }

  #begin(): void {
    const views = this.#views.peek();
    if (typeof views === "string") return;
    // oldest first: the order in which the story was found
    const slides = [...views].reverse().map(({ id, name }) => ({ view: id, title: name, notes: "" }));
    this.#draft.value = { id: null, version: 0, title: t("slides.untitled"), slides };
  }

  async #edit(id: string): Promise<void> {
    const deck = await this.#do(() => fetchDeck(id));
    if (deck) this.#draft.value = { id, version: deck.version, title: deck.title, slides: deck.slides.map(({ view, title, notes }) => ({ view, title, notes })) };
  }

  async #show(id: string): Promise<void> {
    const { present } = await import("../../share/present");
    await present(id, 1);
  }

  #editor(draft: Draft): TemplateResult {
    const views = this.#views.value;
    const put = (change: Partial<Draft>) => (this.#draft.value = { ...this.#draft.peek()!, ...change });
    const at = (i: number, change: Partial<Draft["slides"][number]>) => put({ slides: this.#draft.peek()!.slides.map((one, k) => (k === i ? { ...one, ...change } : one)) });
    const move = (i: number, to: number) => {
      const slides = [...draft.slides];
      slides.splice(to, 0, ...slides.splice(i, 1));
      put({ slides });
    };
    return html`<label class="titled">${t("slides.title")}<input .value=${draft.title} maxlength="120" @input=${(e: Event) => put({ title: (e.target as HTMLInputElement).value })} /></label>
      <ol class="slides">${draft.slides.map(
        (one, i) => html`<li>
          <p><b>${i + 1}</b><input aria-label=${t("slides.slide", { n: i + 1 })} .value=${one.title} maxlength="120" @input=${(e: Event) => at(i, { title: (e.target as HTMLInputElement).value })} />
            ${this.#act("up", t("slides.up", { n: i + 1 }), () => move(i, i - 1), i === 0)}
            ${this.#act("down", t("slides.down", { n: i + 1 }), () => move(i, i + 1), i === draft.slides.length - 1)}
            ${this.#act("close", t("slides.remove", { n: i + 1 }), () => put({ slides: draft.slides.filter((_, k) => k !== i) }))}
          </p>
          <textarea rows="2" aria-label=${t("slides.notes.of", { n: i + 1 })} placeholder=${t("slides.notes")} .value=${one.notes} maxlength="4000" @input=${(e: Event) => at(i, { notes: (e.target as HTMLTextAreaElement).value })}></textarea>
        </li>`,
      )}</ol>
      ${typeof views !== "string" && views.length
        ? html`<select aria-label=${t("slides.add")} @change=${(e: Event) => this.#add(e.target as HTMLSelectElement)}>
            <option value="">${t("slides.add")}</option>
            ${views.map((one) => html`<option value=${one.id}>${one.name}</option>`)}
          </select>`
        : nothing}
      <p class="apply">
        <button class="filled" ?disabled=${!draft.slides.length || !draft.title.trim()} @click=${() => void this.#finish(true)}>${icon("play")}${t("slides.show")}</button>
        <button class="outlined" ?disabled=${!draft.slides.length || !draft.title.trim()} @click=${() => void this.#finish(false)}>${t("slides.save")}</button>
        <button class="plain" @click=${() => (this.#draft.value = null)}>${t("slides.back")}</button>
      </p>`;
  }

  #add(select: HTMLSelectElement): void {
    const views = this.#views.peek();
    const one = typeof views !== "string" && views.find(({ id }) => id === select.value);
    const draft = this.#draft.peek();
    if (one && draft) this.#draft.value = { ...draft, slides: [...draft.slides, { view: one.id, title: one.name, notes: "" }] };
    select.value = "";
  }

  async #finish(then: boolean): Promise<void> {
    const { id, version, title, slides } = this.#draft.peek()!;
    const deck: Deck | undefined = await this.#do(() => (id ? changeDeck(id, version, { title, slides }) : makeDeck({ title, slides })));
    if (!deck) return;
    this.#draft.value = null;
    if (then) await this.#show(deck.id);
    else tell(t("views.saved", { name: title }));
  }
}

customElements.define("antu-views", Views);
