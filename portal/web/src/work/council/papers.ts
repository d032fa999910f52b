// The left panel of the council: meetings and what is followed up, or one meeting with its agenda, running or at rest.
import { html, nothing, type TemplateResult } from "lit";
import { repeat } from "lit/directives/repeat.js";
import { follow, followed, plan, type Followed, type Item, type Meeting } from "../../api/council";
import { say, t } from "../../i18n/t";
import { pane, selection } from "../../state/portal";
import { batch, signal } from "../../state/store";
import { icon } from "../../ui/icons";
import { View } from "../../ui/view";
import { steps } from "../explore/pane";
import "./decide";
import { dossier, making } from "./dossier";
import { csrf, mayWrite, written } from "./known";
import { all, begin, finish, looked, move, now, openId, read, readAll, remove, to, tried } from "./run";
import { showSlides } from "./slides";
import "./council.css";

class Papers extends View {
  #followed = signal<readonly Followed[]>([]);
  #planning = signal(false);

  override connectedCallback(): void {
    super.connectedCallback();
    this.when(() => {
      void written.value;
      if (openId.value === null) void this.#lists();
    });
    this.when(() => {
      const id = openId.value;
      const shown = now.peek();
      if (id === null || (shown && shown !== "failed" && shown.id === id)) return;
      batch(() => {
        now.value = null;
        looked.value = null;
      });
      void read(id);
    });
  }

  async #lists(): Promise<void> {
    await readAll();
    this.#followed.value = (await tried(followed)) ?? [];
  }

  protected override render() {
    return html`<section class="council-papers" aria-label=${t("council")}>${openId.value === null ? this.#list() : this.#meeting()}</section>`;
  }

  #list(): TemplateResult {
    const found = all.value;
    return html`<header><h2 tabindex="-1">${t("council")}</h2>
        ${mayWrite ? html`<button class="plain adds" aria-expanded=${this.#planning.value} @click=${() => (this.#planning.value = !this.#planning.peek())}>${icon("plus")}${t("meeting.new")}</button>` : nothing}</header>
      ${this.#planning.value ? this.#plan() : nothing}
      ${found === null ? html`<div class="bones"><i></i><i></i></div>` : found === "failed" ? html`<p class="empty" role="alert">${t("server.away")}</p>` : html`<ul class="meetings" @keydown=${steps}>${found.map((one) => html`<li><button class="plain" data-meeting=${one.id} @click=${() => (pane.value = `meeting_${one.id}`)}>
          <b>${one.title}</b><span class="stands ${one.state}">${t(`meeting.${one.state}`)}</span>
          <small>${[one.held_on, t("meeting.items", { n: one.count }), one.decided ? t("meeting.decided", { n: one.decided }) : ""].filter(Boolean).join(" · ")}</small></button></li>`)}</ul>`}
      <h3>${t("followed")} <small>${this.#followed.value.length}</small></h3>
      ${this.#followed.value.length ? html`<ul class="followed">${this.#followed.value.map((one) => this.#follow(one))}</ul>` : html`<p class="hint">${t("followed.none")}</p>`}`;
  }

  #follow(one: Followed): TemplateResult {
    const set = (event: Event) =>
      void tried(() => follow(one.id, { standing: (event.target as HTMLSelectElement).value as "open" | "done" | "released" }, csrf)).then(() => (written.value += 1));
    return html`<li class="paper ${one.standing}"><p><button class="plain" @click=${() => one.junction && (selection.value = { layer: "junctions", id: one.junction })}><b>${one.title}</b></button><span class="stands ${one.standing}">${t(`stands.${one.standing}`)}</span></p>
      <p>${t(`outcome.${one.outcome}`)}${one.text ? `：${one.text}` : ""}</p>
      <p><small>${[one.unit, one.due ? t("due", { day: one.due }) : "", one.meeting].filter(Boolean).join(" · ")}</small>
      ${mayWrite ? html`<select aria-label=${t("stands.of", { title: one.title })} @change=${set}>${(["open", "done", "released"] as const).map((s) => html`<option value=${s} ?selected=${s === one.standing || (s === "open" && one.standing === "late")}>${t(`stands.${s}`)}</option>`)}</select>` : nothing}</p></li>`;
  }

  #plan(): TemplateResult {
    const send = (event: Event) => {
      event.preventDefault();
      const form = new FormData(event.target as HTMLFormElement);
      const said = (name: string) => String(form.get(name) ?? "").trim();
      void tried(() => plan({ title: said("title"), held_on: said("held_on"), place: said("place") }, csrf)).then((made) => {
        if (!made) return;
        this.#planning.value = false;
        pane.value = `meeting_${made.id}`;
      });
    };
    return html`<form class="paper-form card" @submit=${send}>
      <label>${t("meeting.title")}<input name="title" required maxlength="120" /></label>
      <p class="pair"><label>${t("meeting.day")}<input type="date" name="held_on" required /></label><label>${t("meeting.place")}<input name="place" maxlength="120" /></label></p>
      <p class="apply"><button class="filled">${t("meeting.save")}</button></p></form>`;
  }

  #meeting(): TemplateResult {
    const one = now.value;
    const back = html`<button class="plain back" @click=${() => (pane.value = null)}>${icon("left")}${t("council")}</button>`;
    if (one === null) return html`${back}<div class="bones"><i></i><i></i><i></i></div>`;
    if (one === "failed") return html`${back}<p class="empty" role="alert">${t("detail.failed")}</p>`;
    const items = one.items ?? [];
    const at = items.findIndex((item) => item.number === one.current);
    const item = items[at];
    return html`${back}
      <header><h2 tabindex="-1">${one.title}</h2><span class="stands ${one.state}">${t(`meeting.${one.state}`)}</span></header>
      <p class="hint">${[one.held_on, one.place, t("meeting.items", { n: items.length })].filter(Boolean).join(" · ")}</p>
      ${this.#acts(one)}
      ${item && mayWrite ? html`<section class="current" aria-live="polite"><h3>${t("meeting.now", { n: item.number, all: items.length })} <b>${item.title}</b></h3>
          ${item.note ? html`<p class="note">${item.note}</p>` : nothing}
          ${item.decisions.map((d) => decided(d))}
          <antu-decide .meeting=${one} .item=${item} .key=${String(item.id)}></antu-decide>
          <p class="apply"><button class="outlined" ?disabled=${at === 0} @click=${() => void to(one, items[at - 1]!.number)}>${icon("left")}${t("meeting.previous")}</button>
            <button class="filled next" ?disabled=${at === items.length - 1} @click=${() => void to(one, items[at + 1]!.number)}>${t("meeting.next")}${icon("right")}</button></p>
        </section>` : nothing}
      <ol class="agenda">${repeat(items, (each) => each.id, (each, i) => this.#item(one, each, i))}</ol>
      ${items.length ? nothing : html`<p class="hint">${t("meeting.empty")}</p>`}`;
  }

  #acts(one: Meeting): TemplateResult {
    const some = Boolean(one.items?.length);
    const progress = making.value;
    return html`<p class="acts-row">
      ${mayWrite && one.state === "planned" ? html`<button class="filled" ?disabled=${!some} @click=${() => void begin(one)}>${icon("play")}${t("meeting.start")}</button>` : nothing}
      ${mayWrite && one.state === "running" ? html`<button class="outlined" @click=${() => void finish(one)}>${icon("check")}${t("meeting.close")}</button>` : nothing}
      <button class="outlined" ?disabled=${!some} @click=${() => void showSlides(one)}>${icon("slides")}${t("meeting.present")}</button>
      <button class="outlined" ?disabled=${!some || progress !== null} @click=${() => void dossier(one)}>${icon("load")}${t("dossier")}</button></p>
      ${progress ? html`<p class="making"><label>${progress.words}<progress max=${progress.all} value=${progress.done}></progress></label></p>` : nothing}`;
  }

  #item(one: Meeting, item: Item, i: number): TemplateResult {
    const last = (one.items?.length ?? 0) - 1;
    const free = mayWrite && one.state === "planned";
    return html`<li class="paper ${item.number === one.current ? "now" : ""} ${item.decisions.length ? "decided" : ""}" data-item=${item.id}>
      <button class="plain item" aria-current=${item.number === one.current ? "step" : looked.value === item.id ? "true" : nothing} @click=${() => void to(one, item.number)}>
        <b class="place">${item.number}</b><span><b>${item.name ? say(item.name) : item.title}</b>${item.note ? html`<small>${item.note}</small>` : nothing}</span></button>
      ${item.decisions.map((d) => decided(d))}
      ${free ? html`<p class="order"><button class="round" aria-label=${t("meeting.up", { n: item.number })} ?disabled=${i === 0} @click=${() => void move(one, item, -1)}>${icon("up")}</button>
        <button class="round" aria-label=${t("meeting.down", { n: item.number })} ?disabled=${i === last} @click=${() => void move(one, item, 1)}>${icon("down")}</button>
        <button class="round" aria-label=${t("meeting.drop", { n: item.number })} @click=${() => void remove(one, item)}>${icon("bin")}</button></p>` : nothing}
    </li>`;
  }
}

function decided(d: Item["decisions"][number]): TemplateResult {
  return html`<p class="decision"><span class="stands ${d.standing}">${t(`outcome.${d.outcome}`)}</span> ${d.text} <small>${[d.unit, d.due ? t("due", { day: d.due }) : ""].filter(Boolean).join(" · ")}</small></p>`;
}

customElements.define("antu-papers", Papers);
