// Numbers and moments are written by formatters that are made once: one costs as much as a hundred figures.
import { afterEach, expect, test, vi } from "vitest";
import { dated, lang, number } from "../src/i18n/t";

afterEach(() => vi.restoreAllMocks());

test("as the language writes them", () => {
  lang.value = "en";
  const day = { timeZone: "Asia/Taipei", day: "numeric", month: "long", year: "numeric" } as const;
  expect([number(1234.56), number(1234.56, 0), number(0.125, 2)]).toEqual(["1,234.6", "1,235", "0.13"]);
  expect(dated("2026-11-21T18:30:00Z", day)).toBe("November 22, 2026");
  expect(dated("2026-11-21T18:30:00Z", day, "sv-SE")).toBe("22 november 2026");
  lang.value = "zh";
  expect(dated(new Date("2026-11-21T18:30:00Z"), day)).toBe("2026年11月22日");
});

test("each is made once", () => {
  let made = 0;
  const { NumberFormat, DateTimeFormat } = Intl;
  const counted = (One: typeof NumberFormat | typeof DateTimeFormat) => function (...of: ConstructorParameters<typeof One>) { return made += 1, Reflect.construct(One, of); };
  vi.spyOn(Intl, "NumberFormat").mockImplementation(counted(NumberFormat));
  vi.spyOn(Intl, "DateTimeFormat").mockImplementation(counted(DateTimeFormat));
  const written = () => number(7.25, 3) + dated("2026-01-02T00:00:00Z", { month: "short" });
  const before = written();
  for (let i = 0; i < 50; i += 1) expect(written()).toBe(before);
  expect(made).toBe(2);
});
