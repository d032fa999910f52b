import { expect, test } from "vitest";
import { drawn, inside } from "../src/work/explore/span";

test.each([
  ["new", [0, 23], 9, 7, true, [7, 9]],
  ["from", [16, 18], 16, 20, true, [20, 18]],
  ["from", [16, 18], 16, 20, false, [18, 18]],
  ["to", [16, 18], 18, 3, true, [16, 3]],
  ["move", [22, 4], 23, 1, true, [0, 6]],
  ["move", [16, 18], 17, 40, false, [21, 23]],
] as const)("%s of %j from %i to %i", (kind, span, start, at, round, wanted) => {
  expect(drawn(kind, span, start, at, 24, round)).toEqual(wanted);
});

test("a span over midnight holds both ends of the day", () => {
  expect([21, 22, 0, 4, 5].map((hour) => inside([22, 4], hour))).toEqual([false, true, true, true, false]);
});
