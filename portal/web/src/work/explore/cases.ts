// The case list of police: crashes of one's own station whose scene is not approved, or any by its case number. A case
// is opened on the map, with what the form says of its people.
import { html, nothing, type TemplateResult } from "lit";
import { getJson, Latest } from "../../api/http";
import { number, t, type Key } from "../../i18n/t";
import { goTo } from "../../map/camera";
import { edits, layerOf, place, selection, shown, stack, switchLayer } from "../../state/portal";
import { batch, effect, signal } from "../../state/store";
import { swatch } from "../../ui/legend";
import { moment } from "../../ui/values";
import { View } from "../../ui/view";
import { paneHead, steps } from "./pane";

interface Case {
  id: number;
  case_no: string;
  severity: number;
  occurred_at: string;
  address: string;
  station: string;
  state: string | null;
  drawn_by: string;
  place: [number, number];
}
interface Cases {
  unit: string[];
  total: number;
  cases: Case[];
}

const REST = 250;
const PAGE = 50;
const CLOSE = 18;
const LAYER = "crashes";
const asked = signal("");
const mine = signal(true);
const done = signal(false);
const pages = signal(1);

class CaseList extends View {
  #found = signal<Cases | "failed" | null>(null);
  #latest = new Latest();
  #timer: ReturnType<typeof setTimeout> | undefined;
  #end: (() => void) | undefined;

  override connectedCallback(): void {
    super.connectedCallback();
    this.#end = effect(() => this.#follow());
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    clearTimeout(this.#timer);
    this.#latest.stop();
    this.#end?.();
  }

  #follow(): void {
    const wanted = { q: asked.value, of: mine.value ? "mine" : "all", done: String(done.value) };
    const count = pages.value;
    void edits.value[LAYER];
    clearTimeout(this.#timer);
    this.#timer = setTimeout(
      () =>
        void this.#latest.ask(
          async (abort) => {
            const found = await Promise.all(Array.from({ length: count }, (_, i) => getJson<Cases>("/api/crashes/cases", { ...wanted, skip: i * PAGE }, abort)));
            return { ...found[0]!, cases: found.flatMap((one) => one.cases) };
          },
          (found) => (this.#found.value = found),
          () => (this.#found.value = "failed"),
        ),
      REST,
    );
  }

  protected override render() {
    const now = this.#found.value;
    const known = now && now !== "failed" ? now : null;
    const check = (kept: { value: boolean }, words: Key) => html`<label class="check"><input type="checkbox" .checked=${kept.value} @change=${(e: Event) => batch(() => {
      kept.value = (e.target as HTMLInputElement).checked;
      pages.value = 1;
    })} /><span>${t(words)}</span></label>`;
    return html`<section class="pane cases" aria-label=${t("cases")}>
      ${paneHead(t("cases"), html`<input type="search" maxlength="40" .value=${asked.value} placeholder=${t("cases.find")} aria-label=${t("cases.find")} @input=${this.#search} />`)}
      <div class="scroll">
        <p class="choices">${check(mine, "cases.mine")} ${check(done, "cases.done")}</p>
        ${known ? html`<p class="hint" aria-live="polite">${t("cases.total", { n: number(known.total) })}${mine.value && !asked.value ? ` · ${known.unit.length ? known.unit.join("、") : t("cases.no-unit")}` : ""}</p>` : nothing}
        ${now === "failed" ? html`<p class="empty" role="alert">${t("detail.failed")}</p>` : known ? this.#rows(known) : html`<div class="bones" aria-label=${t("loading")}><i></i><i></i><i></i></div>`}
      </div>
    </section>`;
  }

  #search = (event: Event) =>
    batch(() => {
      asked.value = (event.target as HTMLInputElement).value.trim();
      pages.value = 1;
    });

  #rows({ cases, total }: Cases): TemplateResult {
    if (!cases.length) return html`<p class="empty">${t("cases.none")}</p>`;
    const legend = layerOf(LAYER)?.legend ?? [];
    return html`<ul class="rows" @keydown=${steps}>
      ${cases.map((one) => {
        const entry = legend.find((e) => e.filter?.field === "severity" && e.filter.value === one.severity);
        return html`<li><button class="case" data-case=${one.id} @click=${() => this.#open(one)}>
          ${entry ? swatch(entry) : nothing}<span><b>${one.case_no}</b><small>${[moment(one.occurred_at, true), one.station, one.address].filter(Boolean).join(" · ")}</small></span>
          <em class="state ${one.state ?? "none"}">${t(`cases.state.${one.state ?? "none"}` as Key)}</em>
        </button></li>`;
      })}
    </ul>
    ${cases.length < total ? html`<button class="outlined" @click=${() => (pages.value += 1)}>${t("cases.more")}</button>` : nothing}`;
  }

  #open(one: Case): void {
    batch(() => {
      if (!(LAYER in shown.peek())) switchLayer(LAYER, true);
      stack.value = [];
      selection.value = { layer: LAYER, id: one.id };
    });
    goTo(one.place, Math.max(place.peek().zoom, CLOSE));
  }
}

customElements.define("antu-cases", CaseList);
