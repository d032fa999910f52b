// One more condition: a field, and what it must be. Codes and yes or no are chosen from their words, numbers are
// bounded from both sides.
import { html, nothing, type TemplateResult } from "lit";
import type { Field, Layer, Value } from "../../api/catalogue";
import { heldTo, hold } from "../../api/cql2";
import { say, t } from "../../i18n/t";
import { conditionOf, setCondition } from "../../state/portal";
import { signal } from "../../state/store";
import { icon } from "../../ui/icons";
import { reads } from "../../ui/values";
import { View } from "../../ui/view";

type Kind = "codes" | "boolean" | "number";

export function kindOf(field: Field): Kind | null {
  if (!field.filter || field.of || field.name === "hour") return null;
  if (field.codes) return "codes";
  if (field.type === "boolean") return "boolean";
  return field.type === "integer" || field.type === "number" ? "number" : null;
}

class AddCondition extends View {
  static override properties = { layer: {} };
  declare layer: Layer;
  #name = signal("");
  #value = signal("");
  #least = signal("");
  #most = signal("");

  protected override render() {
    const fields = this.layer.fields.filter(kindOf);
    const field = fields.find((one) => one.name === this.#name.value) ?? null;
    return html`<form class="add" aria-label=${t("condition.add")} @submit=${(e: Event) => this.#add(e, field)}>
      <select aria-label=${t("condition.field")} @change=${(e: Event) => this.#pick((e.target as HTMLSelectElement).value)}>
        <option value="" ?selected=${!field}>${t("condition.field")}</option>
        ${fields.map((one) => html`<option value=${one.name} ?selected=${one === field}>${say(one.title)}</option>`)}
      </select>
      ${field ? this.#asks(field) : nothing}
      <button class="outlined" ?disabled=${!field}>${icon("plus")}${t("condition.put")}</button>
    </form>`;
  }

  #pick(name: string): void {
    this.#name.value = name;
    this.#value.value = this.#least.value = this.#most.value = "";
  }

  #asks(field: Field): TemplateResult {
    if (kindOf(field) === "number") {
      const bound = (label: string, kept: { value: string }) => html`<input
        type="number" step="any" placeholder=${label} aria-label="${say(field.title)}：${label}" .value=${kept.value} @input=${(e: Event) => (kept.value = (e.target as HTMLInputElement).value)}
      />`;
      return html`<span class="bounds">${bound(t("condition.least"), this.#least)}–${bound(t("condition.most"), this.#most)}</span>`;
    }
    const values: Value[] = field.codes ? field.codes.map((code) => code.value) : [true, false];
    return html`<select aria-label=${say(field.title)} @change=${(e: Event) => (this.#value.value = (e.target as HTMLSelectElement).value)}>
      <option value="">${t("condition.value")}</option>
      ${values.map((value) => html`<option value=${JSON.stringify(value)} ?selected=${JSON.stringify(value) === this.#value.value}>${reads(field, value)}</option>`)}
    </select>`;
  }

  /** Another value of the same field is let in beside those that are. */
  #add(event: Event, field: Field | null): void {
    event.preventDefault();
    if (!field) return;
    const { layer } = this;
    const condition = conditionOf(layer.id);
    if (kindOf(field) === "number") {
      const [least, most] = [this.#least.peek(), this.#most.peek()];
      const said = least && most ? `${field.name} BETWEEN ${Number(least)} AND ${Number(most)}` : least ? `${field.name} >= ${Number(least)}` : most ? `${field.name} <= ${Number(most)}` : null;
      if (!said) return;
      setCondition(layer.id, { ...condition, rest: condition.rest ? `(${condition.rest}) AND ${said}` : said });
    } else {
      if (!this.#value.peek()) return;
      const value = JSON.parse(this.#value.peek()) as Value;
      const held = heldTo(condition, field.name) ?? [];
      setCondition(layer.id, hold(condition, field.name, held.includes(value) ? held : [...held, value]));
    }
    this.#pick("");
  }
}

customElements.define("antu-add-condition", AddCondition);
