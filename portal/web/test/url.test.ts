import { describe, expect, test } from "vitest";
import { decode, EMPTY, encode, type View } from "../src/state/url";

describe("the address of a view", () => {
  test("says where, what, when, held to what and what is chosen", () => {
    const view: View = {
      ...EMPTY,
      place: { zoom: 16.05, lat: 24.14215, lon: 120.67935 },
      layers: { crashes: 100, heat: 55 },
      period: { from: "2022-01", to: "2024-12" },
      hours: { from: 22, to: 4 },
      area: { layer: "wards", id: 12 },
      filters: { crashes: "severity IN (1, 2)" },
      selection: { layer: "junctions", id: 417 },
    };
    expect(encode(view)).toBe(
      "#1/16.05/24.14215/120.67935?l=crashes,heat:55&t=2022-01..2024-12&h=22..4&in=wards.12&q=crashes~severity%20IN%20(1,%202)&sel=junctions.417",
    );
    expect(decode(encode(view))).toEqual({ view, strange: [] });
  });

  test("is short at first visit", () => {
    expect(encode(EMPTY)).toBe("#1");
    expect(decode("")).toEqual({ view: EMPTY, strange: [] });
  });

  test("keeps and reports what it does not know", () => {
    const { view, strange } = decode("#1/15.00/23.48000/120.45000?story=7&t=2024-12..2022-01&l=crashes");
    expect(strange).toEqual(["story", "t"]);
    expect(view.unknown).toEqual({ story: "7" });
    expect(view.period).toBeNull();
    expect(view.layers).toEqual({ crashes: 100 });
    expect(encode(view)).toContain("story=7");
  });

  test.each(["#2/1/2/3", "#1/99/2/3", "#1/a/b/c", "#1?sel=%%%.1", "#1?q=~~~", "#1?l=a:1000", "#1?d=a~2024-13-01", "#<script>"])("survives %s", (hash) => {
    expect(() => decode(hash)).not.toThrow();
    expect(decode(hash).strange.length).toBeGreaterThan(0);
  });

  // links that people have: each stays whole for ever. Add one whenever the address learns a new part.
  test.each([
    "#1",
    "#1/13.40/23.47950/120.44730",
    "#1/15.00/23.48000/120.44700?l=crashes,roads:55&t=2023-01..2023-06&q=crashes~severity%20=%202",
    "#1/15.50/23.47950/120.44730?h=16..18",
    "#1?h=21..1&q=crashes~speed_limit%20%3E=%2050",
    "#1/16.00/23.47950/120.44730?in=wards.12&sel=junctions.417&p=rank",
    "#1?in=120.44,23.474;120.455,23.474;120.45,23.486&p=list",
    "#1/14.50/23.48000/120.44700?t=2023-01..2023-12&cmp=swipe:30:2022-01..2022-12",
    "#1/14.50/23.48000/120.44700?cmp=twin:50::crashes~severity%20=%203",
    "#1?q=crashes~severity%20IN%20(1,%202);road_defects~state%20=%20'open'&lang=en",
    "#1?w=patrol&sel=patrol_boxes.B-07&as=2026-11-21T09:30Z",
    "#1?w=streets&sel=street_lines.segment/a&as=2026-11-21T09:30:07.250Z",
    "#1/17.00/23.48000/120.44700?l=crashes,own_7:80&story=7",
  ])("%s opens as it did and is written as it was", (hash) => {
    const { view, strange } = decode(hash);
    expect(strange).toEqual(hash.includes("story") ? ["story"] : []);
    expect(encode(view)).toBe(hash);
  });

  test("comes back the same ten thousand times", () => {
    let seed = 7;
    const random = () => (seed = (seed * 16807) % 2147483647) / 2147483647;
    const pick = <T>(...of: T[]): T => of[Math.floor(random() * of.length)]!;
    const text = () => Array.from({ length: 1 + Math.floor(random() * 20) }, () => pick(..."aZ9 '%&#;~+=?/()路口é<>.,\"".split(""))).join("");
    for (let i = 0; i < 10_000; i += 1) {
      const view: View = {
        place: pick(null, { zoom: Math.round(random() * 2200) / 100, lat: Math.round(random() * 8e6) / 1e5, lon: Math.round(random() * 18e6) / 1e5 }),
        layers: pick<View["layers"]>(null, {}, { crashes: 100 }, { a_b: Math.floor(random() * 101), wards: 100 }),
        period: pick(null, { from: "2022-03", to: "2023-11" }),
        hours: pick(null, { from: Math.floor(random() * 24), to: Math.floor(random() * 24) }),
        area: pick<View["area"]>(null, { layer: "wards", id: Math.floor(random() * 1e4) }, { ring: Array.from({ length: 3 + Math.floor(random() * 9) }, () => [Math.round(random() * 1.8e8) / 1e6, Math.round(random() * -8e7) / 1e6] as const) }),
        filters: pick<View["filters"]>({}, { crashes: text().trim() || "x" }),
        selection: pick(null, { layer: "roads", id: Math.floor(random() * 1e6) }, { layer: "roads", id: `K-${text()}` }),
        days: pick<View["days"]>({}, { crash_forecast: "2024-11-06" }, { a: "2024-01-31", b_c: "2023-12-01" }),
        pane: pick(null, "take"),
        compare: pick<View["compare"]>(null, { at: Math.floor(random() * 1000) / 10, period: { from: "2021-01", to: "2021-12" } }, { at: 50, period: null, filters: { crashes: text().trim() || "x" }, mode: "twin" }, { at: 0, period: { from: "2021-01", to: "2021-12" }, filters: {} }),
        work: pick(null, "patrol"),
        lang: pick(null, "en" as const),
        as: pick(null, "2026-11-21T09:30Z"),
        unknown: pick<View["unknown"]>({}, { story: text() }),
      };
      const back = decode(encode(view));
      expect(back.view).toEqual(view);
      expect(encode(back.view)).toBe(encode(view));
    }
  });
});
