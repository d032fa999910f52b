// The list of cases: what was returned first, then what one is drawing, then crashes that nobody has drawn yet.
import { html, nothing } from "lit";
import { getJson, Latest } from "../../api/http";
import { dated, t } from "../../i18n/t";
import { catalogue, selection, work } from "../../state/portal";
import { signal } from "../../state/store";
import { icon } from "../../ui/icons";
import { View } from "../../ui/view";
import { word } from "./desk";
import * as store from "./kept";

interface Case {
  id: number;
  case_no: string;
  severity: number;
  occurred_at: string;
  place: string;
  state: string | null;
  waiting?: number;
}

class Cases extends View {
  #cases = signal<readonly Case[] | "busy">("busy");
  #away = signal(false);
  #sought = "";
  #one = new Latest();

  override connectedCallback(): void {
    super.connectedCallback();
    this.when(() => {
      if (work.value === "scene" && !selection.value) this.#ask();
    });
  }

  #ask(): void {
    void this.#one.ask(
      (abort) => getJson<Case[]>("/api/crashes/scenes", { q: this.#sought }, abort),
      async (found) => {
        this.#away.value = false;
        const kept = await store.all(catalogue.viewer.name ?? "");
        this.#cases.value = found.map((one) => ({ ...one, waiting: kept.filter((k) => k.told.crash === one.id).reduce((n, k) => n + k.pending.length, 0) }));
        void store.know("cases", found);
      },
      async () => {
        this.#away.value = true;
        const kept = await store.all(catalogue.viewer.name ?? "");
        this.#cases.value = kept.map((one) => ({ ...one.told.case, waiting: one.pending.length }));
      },
    );
  }

  protected override render() {
    const all = this.#cases.value;
    return html`<div class="cases"><h2>${word("cases")}</h2>
      <label class="seek">${icon("search")}<span class="unseen">${word("cases.find")}</span><input type="search" placeholder=${word("cases.find")} @change=${(e: Event) => { this.#sought = (e.target as HTMLInputElement).value; this.#ask(); }} /></label>
      ${this.#away.value ? html`<p class="hint">${word("cases.away")}</p>` : nothing}
      ${all === "busy" ? html`<p class="empty">${t("loading")}…</p>` : all.length ? html`<ul>${all.map((one) => html`<li><button data-case=${one.id} @click=${() => (selection.value = { layer: "crashes", id: one.id })}>
        <span class="a${one.severity}">A${one.severity}</span><b>${one.place || one.case_no}</b><small>${one.case_no} · ${dated(one.occurred_at, { dateStyle: "short", timeStyle: "short" })}</small>
        <em class="state ${one.state ?? ""}">${one.state ? word(`state.${one.state}`) : word("state.none")}${one.waiting ? html` · ${t("scene.waiting", { n: one.waiting })}` : nothing}</em></button></li>`)}</ul>` : html`<p class="empty">${word("cases.none")}</p>`}</div>`;
  }
}

customElements.define("antu-cases", Cases);
