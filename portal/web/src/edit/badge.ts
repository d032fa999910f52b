// How many changes are still here, and what they wait for: the network, a person who signs in again, a decision.
import { html, nothing, type TemplateResult } from "lit";
import { t } from "../i18n/t";
import { editing } from "../state/editing";
import { icon } from "../ui/icons";
import { View } from "../ui/view";
import { giveUp, outbox } from "./work";
import { draft } from "./draft";

class Waiting extends View {
  protected override render() {
    const items = outbox.items.value.filter((item) => item.command !== draft.value?.sent || outbox.away.value || outbox.signedOut.value);
    const waiting = items.filter((item) => item.state === "waiting").length;
    const conflicts = items.filter((item) => item.state === "conflict");
    const refused = items.filter((item) => item.state === "refused");
    const held = outbox.away.value || outbox.signedOut.value || conflicts.length > 0;
    const resolving = Boolean(editing.value?.conflict);
    if (!(waiting && held) && (!conflicts.length || resolving) && !refused.length) return nothing;
    return html`<div class="outbox" role="status">
      ${waiting && held ? html`<p>${icon("time")}<strong>${t("edit.waiting", { n: waiting })}</strong> ${this.#why()}</p>` : nothing}
      ${conflicts.length && !resolving
        ? html`<p>${icon("warn")}<strong>${t("edit.conflicts", { n: conflicts.length })}</strong><button class="outlined" @click=${() => (editing.value = { layer: conflicts[0]!.layer, id: null, conflict: conflicts[0]!.key })}>${t("edit.resolve")}</button></p>`
        : nothing}
      ${refused.map((item) => html`<p>${icon("warn")}<span>${t("edit.refused", { why: item.why ?? "" })}</span><button class="outlined" @click=${() => void giveUp(item)}>${t("edit.drop")}</button></p>`)}
    </div>`;
  }

  #why(): TemplateResult | string | typeof nothing {
    if (outbox.signedOut.value) return html`${t("edit.signed-out")} <a class="filled" href="/accounts/sign-in/?next=/accounts/" target="_blank" rel="noopener">${t("edit.sign-in")}</a>`;
    return outbox.away.value ? t("edit.waiting.how") : nothing;
  }
}

customElements.define("antu-outbox", Waiting);
