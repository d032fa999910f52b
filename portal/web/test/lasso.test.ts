import { expect, test } from "vitest";
import { simplified } from "../src/map/simplify";

test("a stroke keeps its turns and loses what lies between them", () => {
  const side = (n: number, at: (share: number) => readonly [number, number]) => Array.from({ length: n }, (_, i) => at(i / n));
  const path = [...side(50, (s) => [s, 0]), ...side(50, (s) => [1, s]), ...side(50, (s) => [1 - s, 1 + Math.sin(s * 9) * 0.001]), [0, 1] as const];
  expect(simplified(path, 0.01)).toEqual([[0, 0], [1, 0], [1, 1], [0, 1]]);
});

test("a stroke that ends where it began is no point", () => {
  const round = Array.from({ length: 100 }, (_, i) => [Math.cos((i / 99) * 2 * Math.PI), Math.sin((i / 99) * 2 * Math.PI)] as const);
  const kept = simplified(round, 0.02);
  expect(kept.length).toBeGreaterThan(8);
  expect(kept.length).toBeLessThan(40);
});
