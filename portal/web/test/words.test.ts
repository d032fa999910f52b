// The words of the first picture are in the files that come first; both languages say the same things.
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { expect, test } from "vitest";

const SRC = resolve(import.meta.dirname, "../src");
const FIRST = ["main.ts", "map/engine.ts", "work/explore/room.ts"];

const words = (name: string): Record<string, string> => JSON.parse(readFileSync(join(SRC, "i18n", `${name}.json`), "utf8"));
const blanks = (text: string): string[] => [...new Set([...text.matchAll(/\{\w+\}/g)].map((m) => m[0]))].sort();

/** A file and all that it imports at once. */
function together(file: string, found = new Set<string>()): Set<string> {
  if (found.has(file) || !existsSync(file)) return found;
  found.add(file);
  for (const [, from] of readFileSync(file, "utf8").matchAll(/^(?:import|export)\s+(?!type\b)(?:[^;]*?from\s+)?"(\.[^"]+)"/gm)) together(resolve(dirname(file), `${from}.ts`), found);
  return found;
}

test.each([["zh-Hant", "en"], ["more.zh-Hant", "more.en"]])("%s and %s have the same keys and blanks", (zh, en) => {
  const [a, b] = [words(zh), words(en)];
  expect(Object.keys(a).sort()).toEqual(Object.keys(b).sort());
  for (const key of Object.keys(a)) expect([key, blanks(a[key]!)]).toEqual([key, blanks(b[key]!)]);
});

test("what is loaded first uses none of the words that come later", () => {
  const later = words("more.zh-Hant");
  const files = FIRST.reduce((all, name) => together(join(SRC, name), all), new Set<string>());
  expect(files.size).toBeGreaterThan(50);
  const early = [...files].flatMap((file) => [...readFileSync(file, "utf8").matchAll(/\b(?:t|both)\(\s*["`]([a-z][\w.-]*)/g)].filter(([, key]) => key! in later).map(([, key]) => `${file.slice(SRC.length + 1)}: ${key}`));
  expect(early).toEqual([]);
});

test("no word waits in vain", () => {
  const text = readdirSync(SRC, { recursive: true, encoding: "utf8" }).filter((name) => name.endsWith(".ts")).map((name) => readFileSync(join(SRC, name), "utf8")).join("\n");
  const built = [...text.matchAll(/[`"]([a-z][\w.-]*\.)\$\{/g)].map((m) => m[1]!);
  const unused = Object.keys({ ...words("zh-Hant"), ...words("more.zh-Hant") }).filter((key) => !text.includes(`"${key}"`) && !text.includes(`\`${key}\``) && !built.some((start) => key.startsWith(start)));
  expect(unused).toEqual([]);
});
