// A value as a person reads it: its code's words, its unit, its time in the city's zone.
import type { Field, Layer } from "../api/catalogue";
import { dated, lang, number, say, t } from "../i18n/t";
import { catalogue } from "../state/portal";

export const ZONE = catalogue.city.zone ?? "Asia/Taipei";

export function reads(field: Field, value: unknown): string {
  if (value === null || value === undefined || value === "") return "—";
  if (field.codes) {
    const code = field.codes.find((one) => String(one.value) === String(value));
    if (code) return say(code.label);
  }
  switch (field.type) {
    case "boolean":
      return t(value ? "yes" : "no");
    case "datetime":
      return moment(value, true);
    case "date":
      return moment(value, false);
    case "integer":
    case "number": {
      if (typeof value !== "number") return String(value);
      const plain = field.type === "integer" && !field.unit && /(^|_)(id|year|number)$/.test(field.name);
      const text = plain ? String(value) : number(value);
      return field.unit ? `${text}${unit(field.unit)}` : text;
    }
    case "json":
      return Array.isArray(value) ? value.join("、") : JSON.stringify(value);
    default:
      return String(value);
  }
}

function unit(text: string): string {
  const zh: Record<string, string> = { m: " 公尺", "/km": "／公里", "km/h": " km/h", min: " 分", km: " 公里" };
  return lang.value === "zh" ? (zh[text] ?? ` ${text}`) : text.startsWith("/") ? text : ` ${text}`;
}

/** Tiles carry days since 1970; everything else is ISO 8601. */
export function moment(value: unknown, clock: boolean): string {
  const when = typeof value === "number" ? new Date(value * 86_400_000) : new Date(String(value));
  if (Number.isNaN(when.getTime())) return String(value);
  const timeZone = typeof value === "number" || !clock ? "UTC" : ZONE;
  const day = dated(when, { timeZone, year: "numeric", month: "2-digit", day: "2-digit" }, "en-CA");
  if (!clock || typeof value === "number") return day;
  const week = dated(when, { timeZone, weekday: "short" }).replace("週", "");
  const time = dated(when, { timeZone, hour: "2-digit", minute: "2-digit" }, "en-GB");
  return lang.value === "zh" ? `${day}（${week}）${time}` : `${day} (${week}) ${time}`;
}

/** The first few things worth saying of a feature, in words. */
export function factsOf(layer: Layer, properties: Readonly<Record<string, unknown>>, most: number): string[] {
  return layer.fields
    .filter((f) => f.popup && !f.of && f.name !== layer.label && !f.name.endsWith("_en") && properties[f.name] !== undefined && properties[f.name] !== null && properties[f.name] !== "")
    .slice(0, most)
    .map((f) => (f.codes || f.type === "datetime" ? reads(f, properties[f.name]) : `${say(f.title)} ${reads(f, properties[f.name])}`));
}

/** What a feature is called: its label, in English where there is one, or layer and number. */
export function nameOf(layer: { title: { zh: string; en: string }; label: string | null }, id: unknown, properties: Readonly<Record<string, unknown>>): string {
  const english = lang.value === "en" && layer.label ? properties[`${layer.label}_en`] : undefined;
  const own = english || (layer.label ? properties[layer.label] : undefined);
  return own ? String(own) : t("detail.name", { layer: say(layer.title), id: id === undefined ? "" : String(id) }).trim();
}
