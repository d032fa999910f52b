import { describe, expect, test } from "vitest";
import { decode, encode, named } from "../src/state/url";
import { fitScale, frameOf, ground, roundScale, scaleFor, sizeOf, zoomFor } from "../src/share/paper";

describe("a comparison in the address", () => {
  test.each([
    ["#1?cmp=swipe:50:2022-01..2022-12", { at: 50, period: { from: "2022-01", to: "2022-12" } }],
    ["#1?cmp=twin:50:2022-01..2022-12", { at: 50, period: { from: "2022-01", to: "2022-12" }, mode: "twin" }],
    ["#1?cmp=swipe:12.5::crashes~severity%20=%201", { at: 12.5, period: null, filters: { crashes: "severity = 1" } }],
    ["#1?cmp=twin:50::", { at: 50, period: null, filters: {}, mode: "twin" }],
    ["#1?cmp=swipe:0:2022-01..2022-12:wards~name%20=%20'a:b%3B~'", { at: 0, period: { from: "2022-01", to: "2022-12" }, filters: { wards: "name = 'a:b;~'" } }],
  ])("%s", (hash, compare) => {
    const { view, strange } = decode(hash);
    expect(strange).toEqual([]);
    expect(view.compare).toEqual(compare);
    expect(encode(view)).toBe(hash);
  });

  test.each(["swipe:50:", "swipe:200:2022-01..2022-12", "fold:50:2022-01..2022-12", "swipe:50:2022-13..2023-01", "swipe:50::BAD~x"])("says that it does not understand %s", (text) => {
    expect(decode(`#1?cmp=${text}`).strange).toEqual(["cmp"]);
  });
});

test("the moment of a link is a moment or nothing", () => {
  expect(decode("#1?as=2026-11-21T09:30Z").view.as).toBe("2026-11-21T09:30Z");
  for (const wrong of ["yesterday", "2026-11-21", "2026-99-99T09:30Z"]) expect(decode(`#1?as=${wrong}`).strange).toEqual(["as"]);
});

test("names of what is kept on the server are told from views", () => {
  expect(named("#v=abcdefghij23")).toEqual({ kind: "view", id: "abcdefghij23", at: 1 });
  expect(named("#p=abcdefghij23/7")).toEqual({ kind: "slides", id: "abcdefghij23", at: 7 });
  for (const other of ["#1?v=abcdefghij23", "#v=short", "#v=<script>xxxx", "#1"]) expect(named(other)).toBeNull();
});

describe("paper", () => {
  test("a zoom gives its scale back, at any latitude", () => {
    for (const lat of [0, 23.5, 60]) for (const scale of [200, 1000, 25000]) expect(scaleFor(zoomFor(scale, lat, 0.2646), lat, 0.2646)).toBeCloseTo(scale, 6);
  });

  test("the frame lies within the sheet", () => {
    for (const paper of ["A4", "A3"] as const) {
      for (const turn of ["portrait", "landscape"] as const) {
        const [wide, high] = sizeOf(paper, turn);
        const frame = frameOf(paper, turn);
        expect(frame.x + frame.width).toBeLessThanOrEqual(wide - 10);
        expect(frame.y + frame.height).toBeLessThanOrEqual(high - 10);
      }
    }
  });

  test("scales are round, and what has to fit fits", () => {
    expect([180, 1100, 4100, 90000].map(roundScale)).toEqual([200, 1000, 5000, 25000]);
    for (const scale of [201, 1234, 5001, 87654]) {
      expect(fitScale(scale)).toBeGreaterThanOrEqual(scale);
      expect(fitScale(scale) / scale).toBeLessThan(1.1);
    }
    expect(fitScale(10)).toBe(200);
  });

  test("the ground shrinks towards the poles", () => expect(ground(60)).toBeLessThan(ground(0)));
});
