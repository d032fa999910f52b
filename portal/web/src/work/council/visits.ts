// Site visits: those there were, and a new one along the checklist. Points that nobody answered stay unanswered.
import { html, nothing, type TemplateResult } from "lit";
import type { Words } from "../../api/catalogue";
import { checklist, visit, visits, type Visit } from "../../api/council";
import { say, t } from "../../i18n/t";
import { dayOf } from "../../state/portal";
import { signal } from "../../state/store";
import { icon } from "../../ui/icons";
import { tell } from "../../ui/toasts";
import { View } from "../../ui/view";
import { csrf, written } from "./known";
import { tried } from "./run";

const STATES = ["good", "bad", "none"] as const;
const points = signal<Readonly<Record<string, Words>> | null>(null);

class Visits extends View {
  static override properties = { junction: {}, adding: { type: Boolean } };
  declare junction: number;
  declare adding: boolean;
  #found = signal<readonly Visit[]>([]);
  #asked = "";

  #read(): void {
    const key = `${this.junction} ${written.value}`;
    if (key === this.#asked) return;
    this.#asked = key;
    if (!points.peek()) checklist().then((found) => (points.value = found), () => undefined); // the visits themselves still show
    visits(this.junction).then((found) => (this.#found.value = found), () => (this.#found.value = []));
  }

  async #send(event: Event): Promise<void> {
    event.preventDefault();
    const form = new FormData(event.target as HTMLFormElement);
    const said = (name: string) => String(form.get(name) ?? "").trim();
    const checks = Object.fromEntries(
      Object.keys(points.peek() ?? {}).flatMap((id) => (said(`state-${id}`) ? [[id, { state: said(`state-${id}`) as (typeof STATES)[number], remark: said(`remark-${id}`) }]] : [])),
    );
    const done = await tried(() => visit(this.junction, { held_on: said("held_on"), who: said("who"), summary: said("summary"), checks, item: null }, csrf));
    if (!done) return;
    tell(t("visit.saved"));
    written.value += 1;
    this.dispatchEvent(new CustomEvent("done", { bubbles: true }));
  }

  protected override render() {
    this.#read();
    const known = points.value;
    return html`${this.adding && known ? this.#form(known) : nothing}
      ${this.#found.value.map((one) => {
        const bad = Object.entries(one.checks).filter(([, check]) => check.state === "bad");
        return html`<article class="paper"><p><b>${one.held_on}</b> <small>${one.who}</small></p>
          ${one.summary ? html`<p>${one.summary}</p>` : nothing}
          ${bad.length ? html`<ul class="bad">${bad.map(([id, check]) => html`<li>${icon("warn")}${known?.[id] ? say(known[id]) : id}${check.remark ? `：${check.remark}` : ""}</li>`)}</ul>` : nothing}
        </article>`;
      })}`;
  }

  #form(known: Readonly<Record<string, Words>>): TemplateResult {
    return html`<form class="paper-form card" @submit=${(e: Event) => void this.#send(e)}>
      <p class="pair"><label>${t("visit.day")}<input type="date" name="held_on" required .defaultValue=${dayOf(new Date().toISOString())} /></label>
        <label>${t("visit.who")}<input name="who" maxlength="400" /></label></p>
      ${Object.entries(known).map(([id, words]) => html`<fieldset class="check-point"><legend>${say(words)}</legend>
        ${STATES.map((state) => html`<label class="tick ${state}"><input type="radio" name="state-${id}" value=${state} />${t(`visit.${state}`)}</label>`)}
        <input name="remark-${id}" maxlength="300" aria-label=${t("visit.remark")} placeholder=${t("visit.remark")} /></fieldset>`)}
      <label>${t("visit.summary")}<textarea name="summary" rows="3" maxlength="2000"></textarea></label>
      <p class="apply"><button class="filled">${t("visit.save")}</button></p>
    </form>`;
  }
}

customElements.define("antu-visits", Visits);
