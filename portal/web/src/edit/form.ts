// One field of a feature as a person writes it: a list for codes, a number with its unit, a day, a moment in the city's
// zone; and what is wrong with it, in words, before the server has to say so.
import { html, nothing, type TemplateResult } from "lit";
import type { Field, Layer } from "../api/catalogue";
import { dated, say, t } from "../i18n/t";
import { ZONE } from "../ui/values";
import type { Rule } from "./draft";

/** The fields of a layer that a person writes. */
export function written(layer: Layer, of: Readonly<Record<string, Rule>>): Field[] {
  return layer.fields.filter((f) => !of[f.name]?.readOnly && f.type !== "json" && f.name !== "origin");
}

/** What is against a value, or null. */
export function against(field: Field, value: unknown, rule: Rule, required: boolean): string | null {
  if (value === null || value === undefined || value === "") return required ? t("edit.required") : null;
  if (field.type === "integer" || field.type === "number") {
    if (typeof value !== "number" || !Number.isFinite(value)) return t("edit.number");
    if (field.type === "integer" && !Number.isInteger(value)) return t("edit.whole.number");
    if (rule.minimum !== undefined && value < rule.minimum) return t("edit.low", { n: rule.minimum });
    if (rule.maximum !== undefined && value > rule.maximum) return t("edit.high", { n: rule.maximum });
  }
  if ((field.type === "date" || field.type === "datetime") && Number.isNaN(Date.parse(String(value)))) return t("edit.date");
  if (typeof value === "string" && rule.maxLength !== undefined && [...value].length > rule.maxLength) return t("edit.long", { n: rule.maxLength, now: [...value].length });
  return null;
}

/** A moment as `datetime-local` shows it, and back. */
export function toLocal(iso: unknown, zone = ZONE): string {
  const when = new Date(String(iso));
  if (!iso || Number.isNaN(when.getTime())) return "";
  const parts = dated(when, { timeZone: zone, dateStyle: "short", timeStyle: "medium" }, "sv-SE");
  return parts.replace(" ", "T").slice(0, 16);
}
export function fromLocal(text: string, zone = ZONE): string | null {
  if (!text) return null;
  const asUtc = Date.parse(`${text}Z`);
  if (Number.isNaN(asUtc)) return text;
  // how far the zone is from UTC at that moment
  const shown = Date.parse(`${toLocal(new Date(asUtc).toISOString(), zone)}Z`);
  return new Date(asUtc - (shown - asUtc)).toISOString();
}

interface Asked {
  field: Field;
  value: unknown;
  rule: Rule;
  required: boolean;
  wrong: string | null;
  locked: boolean;
  change: (value: unknown) => void;
}

export function input(asked: Asked): TemplateResult {
  const { field, required, wrong } = asked;
  const id = `edit-${field.name}`;
  const unit = field.unit ? ` (${field.unit})` : "";
  if (field.type === "boolean") {
    return html`<div class="entry"><label class="check"><input id=${id} type="checkbox" .checked=${asked.value === true} ?disabled=${asked.locked} @change=${(e: Event) => asked.change((e.target as HTMLInputElement).checked)} />${say(field.title)}</label>${told(id, wrong)}</div>`;
  }
  return html`<div class="entry">
    <label for=${id}>${say(field.title)}${unit}${required ? html`<span class="must" aria-hidden="true">*</span>` : nothing}</label>
    ${control(asked, id)}
    ${field.description ? html`<small class="hint">${say(field.description)}</small>` : nothing}
    ${told(id, wrong)}
  </div>`;
}

const told = (id: string, wrong: string | null) => (wrong ? html`<p class="wrong" id="${id}-wrong" role="alert">${wrong}</p>` : nothing);

function control({ field, value, rule, required, wrong, locked, change }: Asked, id: string): TemplateResult {
  const invalid = wrong ? "true" : "false";
  const by = wrong ? `${id}-wrong` : nothing;
  const must = required ? "true" : nothing;
  if (field.codes) {
    const known = field.codes.some((code) => String(code.value) === String(value));
    const pick = (e: Event) => {
      const text = (e.target as HTMLSelectElement).value;
      change(text === "" ? null : (field.codes!.find((code) => String(code.value) === text)?.value ?? text));
    };
    return html`<select id=${id} aria-invalid=${invalid} aria-describedby=${by} aria-required=${must} ?disabled=${locked} @change=${pick}>
      <option value="" ?selected=${value === null || value === undefined || value === ""}>${required ? t("edit.pick") : "—"}</option>
      ${!known && value !== null && value !== undefined && value !== "" ? html`<option value=${String(value)} selected>${String(value)}</option>` : nothing}
      ${field.codes.map((code) => html`<option value=${String(code.value)} ?selected=${String(code.value) === String(value)}>${say(code.label)}</option>`)}
    </select>`;
  }
  const [type, shown, read]: [string, string, (text: string) => unknown] =
    field.type === "integer" || field.type === "number"
      ? ["text", value === null || value === undefined ? "" : String(value), (text) => (text.trim() === "" ? null : Number.isFinite(Number(text)) ? Number(text) : text)]
      : field.type === "date"
        ? ["date", String(value ?? "").slice(0, 10), (text) => text || null]
        : field.type === "datetime"
          ? ["datetime-local", toLocal(value), fromLocal]
          : ["text", String(value ?? ""), (text) => text];
  const mode = field.type === "integer" ? "numeric" : field.type === "number" ? "decimal" : nothing;
  const write = (e: Event) => change(read((e.target as HTMLInputElement).value));
  return html`<input id=${id} type=${type} inputmode=${mode} autocomplete="off" .value=${shown} aria-invalid=${invalid} aria-describedby=${by} aria-required=${must} ?disabled=${locked} data-most=${rule.maxLength ?? nothing} @input=${write} />`;
}

