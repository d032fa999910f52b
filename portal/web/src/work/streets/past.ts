// What an object was: each version with what it changed, by whom and how; a look at the map of then; the way back.
import { html, nothing, type TemplateResult } from "lit";
import { aborted, Latest } from "../../api/http";
import { both, dated, say, t } from "../../i18n/t";
import { asOf } from "../../state/portal";
import { signal } from "../../state/store";
import { icon } from "../../ui/icons";
import { View } from "../../ui/view";
import { tell } from "../../ui/toasts";
import { ZONE } from "../../ui/values";
import { accepted, carry, mayAccept, mayEdit, piece, round } from "./desk";
import * as server from "./server";
import type { Entry, History } from "./server";

export function moment(at: string): string {
  return dated(at, { timeZone: ZONE, dateStyle: "medium", timeStyle: "short" });
}

/** The next thousandth of a second, as an address writes it: what began then is there, and what began after it in the same minute is not. */
export const justAfter = (at: string): string => new Date(Date.parse(at) + 1).toISOString();

class StreetPast extends View {
  static override properties = { name: {} };
  declare name: string;
  #history = signal<History | "busy" | "failed">("busy");
  #latest = new Latest();

  override connectedCallback(): void {
    super.connectedCallback();
    let of = "";
    this.when(() => {
      const name = piece.value?.object;
      void round.value;
      void piece.value?.etag;
      if (!name) return;
      if (name !== of) this.#history.value = "busy";
      of = name;
      void this.#latest.ask(
        (abort) => server.history(name, abort),
        (found) => (this.#history.value = found),
        (why) => aborted(why) || (this.#history.value = "failed"),
      );
    });
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#latest.stop();
  }

  protected override render(): TemplateResult {
    const found = this.#history.value;
    if (found === "busy") return html`<div class="bones" aria-label=${t("loading")}><i></i><i></i></div>`;
    if (found === "failed") return html`<p class="empty" role="alert">${t("streets.failed")}</p>`;
    return html`
      ${found.confirmations.length
        ? html`<h3>${t("streets.confirmations")}</h3><ul class="confirmed">${found.confirmations.slice(0, 5).map((one) => html`<li>${icon("check")}${moment(one.at)}${one.who ? html` <small>${name(one.who)}${one.note ? `：${one.note}` : ""}</small>` : nothing}</li>`)}</ul>`
        : nothing}
      <h3>${t("streets.versions")}<span class="hint">${found.versions.length}</span></h3>
      <ol class="states" aria-label=${t("streets.versions")}>${found.versions.map((one, i) => this.#version(one, i === 0))}</ol>`;
  }

  #version(one: Entry, newest: boolean): TemplateResult {
    const { changeset } = one;
    return html`<li class="state" data-version=${one.etag}>
      <div><strong>${moment(changeset.at)}</strong><span class="chip quiet">${t(`streets.state.${changeset.state}`)}</span></div>
      <small>${[changeset.who ? name(changeset.who) : "", changeset.unit, methodName(changeset.method), changeset.accuracy ? `± ${changeset.accuracy} m` : "", changeset.note].filter(Boolean).join(" · ")}</small>
      <ul class="said">${one.changes.map((change) => html`<li>${say(change)}</li>`)}${one.changes.length ? nothing : html`<li class="hint">${t("streets.version.moved")}</li>`}</ul>
      <span class="acts">
        <button class="outlined" @click=${() => (asOf.value = justAfter(one.valid_from))}>${icon("past")}${t("streets.version.look")}</button>
        ${newest || !mayEdit ? nothing : html`<button class="outlined" @click=${() => void this.#restore(one)}>${icon("undo")}${t("streets.version.restore")}</button>`}
        ${newest && changeset.state === "reported" && mayAccept ? html`<button class="filled" @click=${() => void accepted(changeset.id)}>${icon("check")}${t("streets.accept")}</button>` : nothing}
      </span>
    </li>`;
  }

  /** The parameters of then become those of now: an edit like any other. */
  async #restore(one: Entry): Promise<void> {
    const own = piece.peek();
    if (!own) return;
    const after = (at: string) => new Date(Date.parse(at) + 1).toISOString(); // answers are cut off at the millisecond
    const then = await server.object<Record<string, unknown>>(own.object, { as_of: after(one.valid_from), known: after(one.known_from) }).catch(() => null);
    const now = await server.object<Record<string, unknown>>(own.object, {}).catch(() => null); // one may be looking at another day
    if (!then || !now) return tell(t("streets.failed"), "bad");
    asOf.value = null;
    const said = (then.params as { name?: string }).name;
    const words = both("streets.did.restored", { name: said ? { zh: said, en: said } : both("streets.street") });
    await carry([{ op: "put", object: own.object, params: then.params }], words, { [own.object]: now.etag });
  }
}

/** `user:name` as the log writes it → the name. */
export const name = (actor: string): string => actor.replace(/^\w+:/, "");

const METHODS = ["rtk", "tape", "imagery", "osm", "plan", "lines", "template", "undo"] as const;
export const methodName = (method: string): string => {
  const known = METHODS.find((one) => one === method);
  return known ? t(`streets.method.${known}`) : method;
};

customElements.define("antu-street-past", StreetPast);
