// Surveyed points against the boundaries of a street: pasted or from a file, fitted by the server, shown with residuals
// on the map and in a list; the widths are written only when somebody holds to them.
import { html, nothing, type TemplateResult } from "lit";
import { both, number, t } from "../../i18n/t";
import { drawn, NOTHING } from "../../map/marks";
import { toTwd97 } from "../../map/twd97";
import { signal } from "../../state/store";
import { icon } from "../../ui/icons";
import { View } from "../../ui/view";
import { carry, piece, placed, survey } from "./desk";
import { centimetres, wide, type Segment } from "./model";
import * as server from "./server";
import { Refusal, type Fit } from "./server";

export interface Surveyed {
  x: number;
  y: number;
  code?: number;
}

/** Lines of `x, y[, boundary]`: TWD97 metres, or longitude and latitude; what is no point is counted. */
export function points(text: string): { found: Surveyed[]; strange: number } {
  const found: Surveyed[] = [];
  let strange = 0;
  for (const row of text.split(/\r?\n/)) {
    if (!row.trim() || row.trim().startsWith("#")) continue;
    const cells = row.trim().split(/[\s,;，；]+/).map(Number);
    const [p, q, code] = cells;
    if (p === undefined || q === undefined || !Number.isFinite(p) || !Number.isFinite(q)) {
      strange += 1;
      continue;
    }
    const degrees = Math.abs(p) <= 180 && Math.abs(q) <= 90;
    const [x, y] = degrees ? toTwd97(p, q, 121) : [p, q];
    found.push({ x, y, ...(code !== undefined && Number.isInteger(code) && code >= 0 && code <= 60 ? { code } : {}) });
  }
  return { found, strange };
}

class StreetSurvey extends View {
  #text = signal("");
  #accuracy = signal(0.02);
  #fit = signal<{ fit: Fit; points: readonly Surveyed[] } | "busy" | string | null>(null);

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    drawn.value = NOTHING;
  }

  protected override render(): TemplateResult {
    const now = this.#fit.value;
    const { found, strange } = points(this.#text.value);
    return html`<p class="hint" id="survey-how">${t("streets.survey.how")}</p>
      <textarea rows="5" aria-label=${t("streets.survey.points")} aria-describedby="survey-how" placeholder="193568.003, 2597460.687, 2" .value=${this.#text.value} @input=${(e: Event) => (this.#text.value = (e.target as HTMLTextAreaElement).value)}></textarea>
      <div class="numbers">
        <label>${t("streets.survey.file")}<input type="file" accept=".csv,.txt,text/csv,text/plain" @change=${(e: Event) => void this.#file(e.target as HTMLInputElement)} /></label>
        <label>${t("streets.survey.accuracy")}<input type="number" min="0.005" max="5" step="0.005" .value=${String(this.#accuracy.value)} @change=${(e: Event) => (this.#accuracy.value = Number((e.target as HTMLInputElement).value) || 0.02)} /></label>
      </div>
      <p class="acts"><button class="filled" ?disabled=${found.length < 3 || now === "busy"} @click=${() => void this.#ask(found)}>${icon("target")}${t("streets.survey.fit")}</button>
        <span role="status" class="hint">${t("streets.survey.read", { n: found.length })}${strange ? t("streets.survey.strange", { n: strange }) : ""}</span></p>
      ${typeof now === "string" && now !== "busy" ? html`<p class="wrong" role="alert">${now}</p>` : nothing}
      ${now && typeof now === "object" ? this.#result(now.fit, now.points) : nothing}`;
  }

  #result(fit: Fit, given: readonly Surveyed[]): TemplateResult {
    const strips = (piece.value?.params as Segment).sections[0]!.strips;
    const out = new Set(fit.outliers ?? []);
    const rows = Object.entries(fit.widths);
    return html`<p class=${fit.apply ? "fits" : "wrong"} role="status">${fit.apply ? t("streets.survey.good", { rms: number((fit.rms ?? 0) * 100, 1) }) : fit.why}</p>
      ${rows.length
        ? html`<table class="fitted"><caption class="unseen">${t("streets.survey.widths")}</caption><thead><tr><th scope="col">${t("streets.strip")}</th><th scope="col">${t("streets.survey.now")}</th><th scope="col">${t("streets.survey.fitted")}</th></tr></thead>
            <tbody>${rows.map(([id, width]) => {
              const one = strips.find((strip) => strip.id === id)!;
              return html`<tr><th scope="row">${strips.indexOf(one) + 1} ${t(`streets.kind.${one.kind}`)}</th><td>${number(wide(one), 2)}</td><td><b>${number(width, 2)}</b> m</td></tr>`;
            })}</tbody></table>`
        : nothing}
      <details class="adding"><summary>${t("streets.survey.residuals", { n: given.length })}</summary>
        <table class="fitted residuals"><thead><tr><th scope="col">#</th><th scope="col">${t("streets.survey.on")}</th><th scope="col">${t("streets.survey.residual")}</th></tr></thead>
          <tbody>${given.map((_, i) => html`<tr class=${out.has(i) ? "out" : ""}><th scope="row">${i + 1}</th><td>${fit.codes?.[i] !== undefined && fit.codes[i]! >= 0 ? t("streets.boundary", { n: fit.codes[i]! }) : "–"}</td><td>${fit.residuals[i] === null || fit.residuals[i] === undefined ? "–" : `${number(fit.residuals[i]! * 100, 1)} cm`}${out.has(i) ? ` ${t("streets.survey.out")}` : ""}</td></tr>`)}</tbody></table>
      </details>
      ${fit.apply && rows.length ? html`<p class="acts"><button class="filled" @click=${() => void this.#hold(fit)}>${icon("check")}${t("streets.survey.hold")}</button></p>` : nothing}`;
  }

  async #file(input: HTMLInputElement): Promise<void> {
    const file = input.files?.[0];
    if (file) this.#text.value = await file.text();
  }

  async #ask(found: readonly Surveyed[]): Promise<void> {
    const own = piece.peek();
    if (!own) return;
    this.#fit.value = "busy";
    try {
      const fit = await server.fit(own.object, { points: found, accuracy: this.#accuracy.peek() });
      this.#fit.value = { fit, points: found };
      const out = new Set(fit.outliers ?? []);
      drawn.value = {
        type: "FeatureCollection",
        features: found.map((one, i) => ({ type: "Feature", properties: { out: out.has(i) }, geometry: { type: "Point", coordinates: placed([one.x, one.y]) } })),
      };
    } catch (why) {
      this.#fit.value = why instanceof Refusal ? why.message : t("streets.failed");
    }
  }

  async #hold(fit: Fit): Promise<void> {
    const own = piece.peek();
    if (!own) return;
    const before = survey.peek();
    survey.value = { ...before, method: "rtk", accuracy: this.#accuracy.peek(), note: before.note || `RMS ${centimetres((fit.rms ?? 0) * 100)} cm` };
    const name = (own.params as Segment).name;
    const words = both("streets.did.surveyed", { name: name ? { zh: name, en: name } : both("streets.street") });
    const values = Object.entries(fit.widths).map(([id, width]) => ({ path: `sections/0/strips/${id}/width`, value: width }));
    const done = await carry([{ op: "set", object: own.object, values }], words);
    survey.value = before;
    if (done) this.#fit.value = null;
  }
}

customElements.define("antu-survey", StreetSurvey);
