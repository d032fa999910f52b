// What was done at a junction and what came of it: measures with their effect as intervals, the method in words, reviews;
// junctions like it; and what the council has had to say.
import { html, nothing, type TemplateResult } from "lit";
import type { Effect, Junction, Measure } from "../../api/council";
import { interval, type Whisker } from "../../chart/interval";
import { number, say, t } from "../../i18n/t";
import { pane, selection, stack, work } from "../../state/portal";
import { batch, signal } from "../../state/store";
import { icon } from "../../ui/icons";
import { View } from "../../ui/view";
import { attend, known, mayWrite } from "./known";
import { loadView } from "./run";
import "./measure";
import "./visits";

class Review extends View {
  #end: (() => void) | undefined;
  #method = signal<number | null>(null);
  #adding = signal<"measure" | "visit" | null>(null);

  override connectedCallback(): void {
    super.connectedCallback();
    this.#end = attend();
    this.addEventListener("done", () => (this.#adding.value = null));
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#end?.();
  }

  protected override render() {
    const now = known.value;
    if (!now || now === "failed") return nothing;
    return html`<section class="effects"><h3>${t("effect")} ${this.#add("measure")}</h3>
        ${this.#adding.value === "measure" ? html`<antu-measure .junction=${now.id}></antu-measure>` : nothing}
        ${now.measures.length ? now.measures.map((one) => this.#measure(one)) : html`<p class="hint">${t("effect.none")}</p>`}
      </section>
      ${this.#similar(now)}
      <section class="papers-of"><h3>${t("council.said")} <small>${now.agenda.length}</small></h3>
        ${now.agenda.length ? now.agenda.map((one) => html`<article class="paper ${one.decisions.at(-1)?.standing ?? "new"}">
          <p><button class="plain" @click=${() => this.#meeting(one.meeting)}><b>${t("council.item", { meeting: one.meeting_title, n: one.number })}</b></button>
            ${one.decisions.map((d) => html`<span class="stands ${d.standing}">${t(`stands.${d.standing}`)}</span>`)}</p>
          ${one.decisions.map((d) => html`<p>${t(`outcome.${d.outcome}`)}${d.text ? `：${d.text}` : ""} <small>${[d.unit, d.due ? t("due", { day: d.due }) : ""].filter(Boolean).join(" · ")}</small></p>`)}
          ${one.note ? html`<p class="note">${one.note}</p>` : nothing}
          ${one.view ? html`<button class="plain act" @click=${() => void loadView(one.view, null)}>${icon("star")}${t("council.view")}</button>` : nothing}
        </article>`) : html`<p class="hint">${t("council.said.none")}</p>`}
        <h3>${t("visits")} <small>${now.visits}</small> ${this.#add("visit")}</h3>
        <antu-visits .junction=${now.id} .adding=${this.#adding.value === "visit"}></antu-visits>
      </section>`;
  }

  #add(what: "measure" | "visit"): TemplateResult | typeof nothing {
    if (!mayWrite) return nothing;
    const on = this.#adding.value === what;
    return html`<button class="plain adds" aria-expanded=${on} @click=${() => (this.#adding.value = on ? null : what)}>${icon(on ? "close" : "plus")}${t(on ? "council.cancel" : `${what}.new`)}</button>`;
  }

  #meeting(id: number): void {
    batch(() => {
      selection.value = null;
      pane.value = `meeting_${id}`;
      work.value = "council";
    });
  }

  #measure(one: Measure): TemplateResult {
    const open = this.#method.value === one.id;
    const when = one.done_on ? t("effect.since", { day: one.done_on }) : t(`measure.${one.state}`);
    return html`<article class="measure" data-measure=${one.id}>
      <p class="measure-head"><b>${one.name}</b> <small>${when}${one.unit ? ` · ${one.unit}` : ""}</small>
        ${one.effect ? html`<button class="plain adds" aria-expanded=${open} @click=${() => this.#show(one.id)}>${t("effect.method")}</button>` : nothing}</p>
      ${one.effect ? shown(one.effect, open) : html`<p class="hint">${t("effect.early")}</p>`}
      ${one.reviews.length ? html`<p class="reviews">${one.reviews.map((each) => html`<span title=${say(each.result.sentence)}>${t("effect.months", { n: each.months })} <b>${each.result.rows[0] ? signed(each.result.rows[0].theta) : ""}</b></span>`)}${one.frozen ? html`<small>${t("effect.frozen")}</small>` : nothing}</p>` : nothing}
      ${one.pictures.length ? html`<p class="pictures">${one.pictures.map((each) => html`<a href="/api/council/pictures/${each.id}.jpg" target="_blank"><img src="/api/council/pictures/${each.id}.jpg" loading="lazy" alt=${each.caption || t(each.after ? "measure.after" : "measure.before")} /><small>${t(each.after ? "measure.after" : "measure.before")}</small></a>`)}</p>` : nothing}
      ${mayWrite ? html`<antu-pictures .measure=${one.id}></antu-pictures>` : nothing}
    </article>`;
  }

  #show(id: number): void {
    this.#method.value = this.#method.peek() === id ? null : id;
    void this.updateComplete.then(() => this.querySelector(".method")?.scrollIntoView({ block: "nearest" }));
  }

  #similar({ similar }: Junction): TemplateResult | typeof nothing {
    if (!similar.length) return nothing;
    const go = (id: number) =>
      batch(() => {
        stack.value = [];
        selection.value = { layer: "junctions", id };
      });
    return html`<section><h3>${t("similar")} <small>${t("similar.hint")}</small></h3>
      <ul class="latest">${similar.map((one) => html`<li><button class="plain" @click=${() => go(one.id)}><span>${say(one.name)}</span><small>${t("diagram.cases", { n: one.count })} · ${number(one.alike * 100, 0)}%</small></button></li>`)}</ul></section>`;
  }
}

const signed = (theta: number) => `${theta < 1 ? "−" : "+"}${number(Math.abs(theta - 1) * 100, 0)}%`;

/** Lines, the sentence, and the method on asking. */
export function shown(effect: Effect, open: boolean): TemplateResult {
  const rows: Whisker[] = effect.rows.map((row) => ({ label: say(row.title), value: row.theta, low: row.low, high: row.high, kind: row.name === "comparison" ? "quiet" : "main" }));
  return html`${interval(rows, { caption: t("effect"), none: t("effect.no"), value: t("effect.ratio"), low: t("effect.low"), high: t("effect.high") })}
    <p class="sentence">${say(effect.sentence)}</p>
    ${open ? html`<div class="method"><p>${say(effect.method)}</p>
      <p>${t("effect.naive", { before: effect.naive.before, after: effect.naive.after, change: signed(effect.naive.theta) })}</p>
      ${effect.sites ? html`<p>${t("effect.sites", { n: effect.sites.length, before: effect.sites.reduce((sum, s) => sum + s.before, 0), after: effect.sites.reduce((sum, s) => sum + s.after, 0) })}</p>` : nothing}
    </div>` : nothing}`;
}

customElements.define("antu-review", Review);
