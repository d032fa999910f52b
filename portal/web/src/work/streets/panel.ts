// The panel of the open street or junction: what it is, how sure it is, its parameters, its history, a survey of it.
import { html, nothing, type TemplateResult } from "lit";
import { say, t } from "../../i18n/t";
import { signal } from "../../state/store";
import { icon } from "../../ui/icons";
import { undoButtons } from "../../ui/undo";
import { View } from "../../ui/view";
import { changed, choose, chosen, clash, failed, findings, mayEdit, piece, readOnly, survey, titleOf, unchanged, writing } from "./desk";
import { methodName, moment } from "./past";
import "./clash";
import "./cut";
import "./junction";
import "./posts";
import "./segment";
import "./survey";

type Face = "now" | "past" | "survey";
const face = signal<Face>("now");
const METHODS = ["tape", "rtk", "imagery", "plan"] as const;

class StreetPanel extends View {
  override connectedCallback(): void {
    super.connectedCallback();
    let last: string | null = null;
    this.when(() => {
      const name = piece.value?.object ?? null;
      if (name === null || name === last) return;
      last = name;
      face.value = face.peek() === "survey" && !name.startsWith("segment/") ? "now" : face.peek();
      requestAnimationFrame(() => {
        if (document.activeElement === document.body || document.activeElement instanceof HTMLCanvasElement) this.querySelector<HTMLElement>("h2")?.focus({ preventScroll: true });
      });
    });
  }

  protected override render(): TemplateResult | typeof nothing {
    const name = chosen.value;
    if (name === null) return nothing;
    const own = piece.value;
    if (!own) {
      return html`<section class="pane street" aria-label=${t("streets")}>${this.#head(t("streets.street"))}
        ${failed.value ? html`<p class="empty" role="alert">${failed.value}</p>` : html`<div class="bones" aria-label=${t("loading")}><i></i><i></i><i></i></div>`}</section>`;
    }
    const segment = own.object.startsWith("segment/");
    return html`<section class="pane street" aria-label=${t("streets")} data-object=${own.object} data-etag=${own.etag} data-writing=${String(writing.value)}>
      ${this.#head(titleOf(own.object, own.params))}
      <div class="facts-line">
        <span class="chip quiet ${own.state}">${t(`streets.state.${own.state}`)}</span>
        <span>${own.confirmed_at ? t("streets.confirmed.at", { when: moment(own.confirmed_at) }) : t("streets.confirmed.never")}</span>
        <span class="code">${own.object}</span>
      </div>
      <div class="switch faces" role="group" aria-label=${t("streets.faces")}>
        ${(["now", "past", ...(segment && !readOnly.value ? ["survey"] : [])] as Face[]).map((one) => html`<button aria-pressed=${face.value === one} @click=${() => (face.value = one)}>${t(`streets.face.${one}`)}</button>`)}
      </div>
      <div class="scroll">
        ${clash.value ? html`<antu-street-clash></antu-street-clash>` : nothing}
        ${this.#said()}
        ${face.value === "past" ? html`<antu-street-past></antu-street-past>` : face.value === "survey" && segment && !readOnly.value ? html`<antu-survey></antu-survey>` : segment ? html`<antu-segment></antu-segment>` : html`<antu-junction></antu-junction>`}
      </div>
      ${readOnly.value ? (mayEdit ? nothing : html`<footer><p class="hint">${t("streets.read-only")}</p></footer>`) : this.#foot(own.object)}
    </section>`;
  }

  #head(title: string): TemplateResult {
    return html`<header><h2 tabindex="-1">${title}</h2><button class="round close" aria-label=${t("close")} @click=${() => choose(null)}>${icon("close")}</button></header>`;
  }

  /** What the last edit changed, and what the rules have against it. */
  #said(): TemplateResult | typeof nothing {
    const wrong = findings.value;
    const done = changed.value;
    if (!wrong.length && !done.length) return nothing;
    const errors = wrong.some((one) => one.severity === "error");
    return html`<div class="told ${errors ? "bad" : ""}" role=${errors ? "alert" : "status"}>
      ${errors ? html`<p><b>${t("streets.refused")}</b></p>` : nothing}
      ${!errors && done.length ? html`<ul class="said">${done.slice(0, 6).map((one) => html`<li>${icon("check")}${say(one)}</li>`)}</ul>` : nothing}
      ${wrong.length ? html`<ul class="said">${wrong.slice(0, 6).map((one) => html`<li>${icon("warn")}<b>${one.rule}</b> ${say(one)}</li>`)}</ul>` : nothing}
    </div>`;
  }

  #foot(name: string): TemplateResult {
    const now = survey.value;
    const set = (next: Partial<typeof now>) => (survey.value = { ...survey.peek(), ...next });
    return html`<footer>
      <details class="method"><summary>${t("streets.method")}：${methodName(now.method)}${now.accuracy ? ` ± ${now.accuracy} m` : ""}</summary>
        <div class="numbers">
          <label>${t("streets.method")}<select @change=${(e: Event) => set({ method: (e.target as HTMLSelectElement).value })}>${METHODS.map((one) => html`<option value=${one} ?selected=${one === now.method}>${methodName(one)}</option>`)}</select></label>
          <label>${t("streets.accuracy")}<input type="number" min="0.01" max="100" step="0.01" .value=${now.accuracy === null ? "" : String(now.accuracy)} @change=${(e: Event) => set({ accuracy: Number((e.target as HTMLInputElement).value) || null })} /></label>
          <label>${t("streets.unit")}<input maxlength="80" .value=${now.unit} @change=${(e: Event) => set({ unit: (e.target as HTMLInputElement).value })} /></label>
          <label>${t("streets.note")}<input maxlength="2000" .value=${now.note} @change=${(e: Event) => set({ note: (e.target as HTMLInputElement).value })} /></label>
        </div>
      </details>
      <span class="acts">${undoButtons()}<button class="outlined" @click=${() => void unchanged(name)}>${icon("check")}${t("streets.unchanged")}</button></span>
    </footer>`;
  }
}

customElements.define("antu-street-panel", StreetPanel);
