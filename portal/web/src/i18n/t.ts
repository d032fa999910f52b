// The portal's own words: those of the first picture, and in files of their own those of all that is opened later.
// Both languages hold exactly the same keys, or the build fails.
import type { Lang, Words } from "../api/catalogue";
import { signal } from "../state/store";
import type en from "./en.json";
import type moreEn from "./more.en.json";
import type moreZh from "./more.zh-Hant.json";
import type zh from "./zh-Hant.json";

type First = keyof typeof zh;
type Later = keyof typeof moreZh;
export type Key = First | Later;
type Same<A, B, T> = [Exclude<A, B>] extends [never] ? ([Exclude<B, A>] extends [never] ? T : never) : never;
type FirstWords = Same<keyof typeof en, First, Record<First, string>>;
type LaterWords = Same<keyof typeof moreEn, Later, Record<Later, string>>;

const WORDS: Record<Lang, Partial<Record<Key, string>>> = { zh: {}, en: {} };
const FIRST: Record<Lang, () => Promise<{ default: FirstWords }>> = { zh: () => import("./zh-Hant.json"), en: () => import("./en.json") };
const LATER: Record<Lang, () => Promise<{ default: LaterWords }>> = { zh: () => import("./more.zh-Hant.json"), en: () => import("./more.en.json") };
const known = new Set<unknown>();
/** The language that is wanted, also while its words are on their way; and whether the later words are. */
let wanted: Lang = "zh";
let opened = false;

export const lang = signal<Lang>("zh");
/** Counts what was learnt, so that what shows words shows those that came later. */
const learnt = signal(0);

async function learn(one: Lang, file: () => Promise<{ default: FirstWords | LaterWords }>): Promise<void> {
  if (known.has(file)) return;
  Object.assign(WORDS[one], (await file()).default);
  known.add(file);
  learnt.value++;
}

/** The words of all that is opened later, in the language of now: whoever opens something waits for them. */
export async function more(): Promise<void> {
  opened = true;
  await learn(wanted, LATER[wanted]);
}

/** Both languages whole, for what is kept and may be read in the other. */
export async function everything(): Promise<void> {
  for (const one of ["zh", "en"] as const) for (const files of [FIRST, LATER]) await learn(one, files[one]);
}

/** From now on in this language. */
export async function speak(one: Lang): Promise<void> {
  wanted = one;
  await learn(one, FIRST[one]);
  if (opened) await learn(one, LATER[one]);
  if (wanted === one) lang.value = one;
}

function find(key: Key, one: Lang): string {
  return WORDS[one][key] ?? WORDS[one === "zh" ? "en" : "zh"][key] ?? "";
}

export function t(key: Key, values: Readonly<Record<string, string | number>> = {}): string {
  void learnt.value;
  return find(key, lang.value).replace(/\{(\w+)\}/g, (_, name: string) => String(values[name] ?? ""));
}

/** The same in both languages, for what is kept and may be read in the other. */
export function both(key: Key, values: Readonly<Record<string, string | number | Words>> = {}): Words {
  const fill = (one: Lang) =>
    find(key, one).replace(/\{(\w+)\}/g, (_, name: string) => {
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

// To make one of the browser's formatters takes a hundred times as long as to use it: each is made once.
const numbers = new Map<string, Intl.NumberFormat>();
const dates = new Map<string, Intl.DateTimeFormat>();

export function number(value: number, digits = 1): string {
  const locale = tag();
  const key = `${locale} ${digits}`;
  let made = numbers.get(key);
  if (!made) numbers.set(key, (made = new Intl.NumberFormat(locale, { maximumFractionDigits: digits })));
  return made.format(value);
}

/** A moment as the reader's language writes it, or as another one does. */
export function dated(at: Date | string, options: Intl.DateTimeFormatOptions, locale = tag()): string {
  const key = `${locale} ${JSON.stringify(options)}`;
  let made = dates.get(key);
  if (!made) dates.set(key, (made = new Intl.DateTimeFormat(locale, options)));
  return made.format(typeof at === "string" ? new Date(at) : at);
}

/** For the middle of an English sentence: “Road crashes” → “road crashes”. */
export function inline(words: Words): string {
  const text = say(words);
  return lang.value === "en" && !/^[A-Z]{2}/.test(text) ? text.charAt(0).toLowerCase() + text.slice(1) : text;
}
