// Somebody else changed the same values meanwhile: both versions, and what would come of putting them together.
import { html, type TemplateResult } from "lit";
import { t } from "../../i18n/t";
import { signal } from "../../state/store";
import { icon } from "../../ui/icons";
import { View } from "../../ui/view";
import { clash, drop, settle, writing } from "./desk";

class Clash extends View {
  /** Places where the other's value is kept. */
  #theirs = signal<ReadonlySet<string>>(new Set());

  protected override render(): TemplateResult {
    const now = clash.value;
    const all = now?.objects.flatMap((one) => one.conflicts.map((conflict) => ({ ...conflict, key: `${one.object}${conflict.path}`, object: one.object }))) ?? [];
    return html`<section class="clash" role="alertdialog" aria-label=${t("streets.clash")}>
      <h3>${icon("warn")}${t("streets.clash")}</h3>
      <p class="hint">${t("streets.clash.how")}</p>
      ${all.map((one) => {
        const theirs = this.#theirs.value.has(one.key);
        const pick = (which: boolean) => {
          const next = new Set(this.#theirs.peek());
          if (which) next.add(one.key);
          else next.delete(one.key);
          this.#theirs.value = next;
        };
        return html`<fieldset class="differ contradicts" data-path=${one.path}>
          <legend>${one.path.replace(/^\//, "")}<del> ${text(one.base)}</del></legend>
          <label class="pick-one"><input type="radio" name=${one.key} .checked=${!theirs} @change=${() => pick(false)} /><small>${t("streets.mine")}</small><span>${text(one.mine)}</span></label>
          <label class="pick-one"><input type="radio" name=${one.key} .checked=${theirs} @change=${() => pick(true)} /><small>${t("streets.theirs")}</small><span>${text(one.theirs)}</span></label>
        </fieldset>`;
      })}
      <p class="acts">
        <button class="filled" ?disabled=${writing.value} @click=${() => void settle(this.#theirs.peek())}>${icon("merge")}${t("streets.clash.merge")}</button>
        <button class="outlined" @click=${drop}>${t("streets.clash.drop")}</button>
      </p>
    </section>`;
  }
}

function text(value: unknown): string {
  if (value === null || value === undefined || value === "") return "–";
  return typeof value === "object" ? JSON.stringify(value) : String(value);
}

customElements.define("antu-street-clash", Clash);
