// The portal's own words. Both files hold exactly the same keys, or the build fails.
import type { Lang, Words } from "../api/catalogue";
import { signal } from "../state/store";
import en from "./en.json";
import zh from "./zh-Hant.json";

export type Key = keyof typeof zh;
type Same = [Exclude<keyof typeof en, Key>] extends [never] ? Record<Lang, Record<Key, string>> : never;
const WORDS: Same = { zh, en };

export const lang = signal<Lang>("zh");

export function t(key: Key, values: Readonly<Record<string, string | number>> = {}): string {
  return WORDS[lang.value][key].replace(/\{(\w+)\}/g, (_, name: string) => String(values[name] ?? ""));
}

/** The same in both languages, for what is kept and may be read in the other. */
export function both(key: Key, values: Readonly<Record<string, string | number | Words>> = {}): Words {
  const fill = (one: Lang) =>
    WORDS[one][key].replace(/\{(\w+)\}/g, (_, name: string) => {
      const value = values[name];
      return value === undefined ? "" : typeof value === "object" ? value[one] || value.zh : String(value);
    });
  return { zh: fill("zh"), en: fill("en") };
}

export function say(words: Words): string {
  return words[lang.value] || words.zh;
}

/** The language as browsers write it. */
export function tag(): string {
  return lang.value === "zh" ? "zh-Hant-TW" : "en";
}

export function number(value: number, digits = 1): string {
  return new Intl.NumberFormat(tag(), { maximumFractionDigits: digits }).format(value);
}

/** For the middle of an English sentence: “Road crashes” → “road crashes”. */
export function inline(words: Words): string {
  const text = say(words);
  return lang.value === "en" && !/^[A-Z]{2}/.test(text) ? text.charAt(0).toLowerCase() + text.slice(1) : text;
}
