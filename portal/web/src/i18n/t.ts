// The portal's own words. Both files hold exactly the same keys, or the build fails.
import type { Lang, Words } from "../api/catalogue";
import { signal } from "../state/store";
import type en from "./en.json";
import type zh from "./zh-Hant.json";

export type Key = keyof typeof zh;
type Dictionary = Record<Key, string>;
type Same = [Exclude<keyof typeof en, Key>] extends [never] ? [Exclude<Key, keyof typeof en>] extends [never] ? Dictionary : never : never;
const WORDS: Partial<Record<Lang, Dictionary>> = {};

/** A language is a file of its own: who reads one does not wait for the other. */
export async function learn(one: Lang): Promise<void> {
  WORDS[one] ??= (one === "en" ? await import("./en.json") : await import("./zh-Hant.json")).default satisfies Same;
}

export const lang = signal<Lang>("zh");

/** From now on in this language. */
export async function speak(one: Lang): Promise<void> {
  await learn(one);
  lang.value = one;
}

const words = (one: Lang): Dictionary => (WORDS[one] ?? WORDS.zh ?? WORDS.en)!;

export function t(key: Key, values: Readonly<Record<string, string | number>> = {}): string {
  return words(lang.value)[key].replace(/\{(\w+)\}/g, (_, name: string) => String(values[name] ?? ""));
}

/** The same in both languages, for what is kept and may be read in the other. */
export function both(key: Key, values: Readonly<Record<string, string | number | Words>> = {}): Words {
  const fill = (one: Lang) =>
    words(one)[key].replace(/\{(\w+)\}/g, (_, name: string) => {
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
