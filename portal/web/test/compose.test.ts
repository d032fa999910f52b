import { validateStyleMin } from "@maplibre/maplibre-gl-style-spec";
import { describe, expect, test } from "vitest";
import type { Catalogue, Layer } from "../src/api/catalogue";
import { compose, outsideOf, times, type Picture } from "../src/map/compose";

const words = (zh: string) => ({ zh, en: zh });

function layer(id: string, more: Partial<Layer> = {}): Layer {
  const circle = { id: `${id}/0.0`, type: "circle", source: id, "source-layer": id, metadata: { tier: 60 }, paint: { "circle-radius": 4 } } as const;
  return {
    id, theme: id, group: "harm", title: words(id), description: words(id), kind: "vector", geometry: "point", zoom: [0, 22], visible: true,
    tilejson: "", items: "", page: "", time: null, label: null, fields: [], legend: [], style: { light: [circle], dark: [circle] },
    attribution: words("x"), licence: "", editable: false, ...more,
  };
}

function picture(layers: Layer[], more: Partial<Picture> = {}): Picture {
  const city = { name: words("c"), council: words("c"), center: [120, 23] as const, zoom: 13, bounds: [0, 0, 1, 1] as const };
  const catalogue: Catalogue = { version: "1", product: words("p"), city, viewer: { name: null, clearance: "public", roles: [], csrf: "" }, groups: [], layers };
  return {
    catalogue, theme: "light", lang: "zh", shown: Object.fromEntries(layers.map((l) => [l.id, 100])), filter: () => "", datetime: () => null, warmth: {}, edits: {},
    marked: null, enclosed: null, drawn: { type: "FeatureCollection", features: [] }, colour: () => "#123456", origin: "http://antu", ...more,
  };
}

const tilesOf = (style: ReturnType<typeof compose>, id: string) => (style.sources[id] as { tiles: string[] }).tiles[0];

describe("the style of a picture", () => {
  test("is a valid MapLibre style", () => {
    const point: GeoJSON.Point = { type: "Point", coordinates: [120, 23] };
    expect(validateStyleMin(compose(picture([layer("crashes"), layer("roads", { group: "base" })], { marked: point })))).toEqual([]);
  });

  test("takes the ground in one source and every other layer in its own", () => {
    const style = compose(picture([layer("crashes"), layer("roads", { group: "base" }), layer("parks", { group: "base" })]));
    expect(Object.keys(style.sources)).toEqual(["ground", "crashes", "marked", "drawn"]);
    expect(tilesOf(style, "ground")).toBe("http://antu/tiles/roads,parks/{z}/{x}/{y}.mvt");
  });

  test("asks the server for the period and the condition", () => {
    const style = compose(
      picture([layer("crashes", { time: "at" })], {
        datetime: () => "2024-01-01/2024-01-31",
        filter: () => "severity IN (1, 2)",
        edits: { crashes: 3 },
      }),
    );
    expect(tilesOf(style, "crashes")).toBe("http://antu/tiles/crashes/{z}/{x}/{y}.mvt?datetime=2024-01-01%2F2024-01-31&filter=severity+IN+%281%2C+2%29&v=3");
  });

  test("draws by tier, and what stands higher in the tree later", () => {
    const ids = compose(picture([layer("first"), layer("second")])).layers.map((l) => l.id);
    expect(ids.indexOf("second/0.0")).toBeLessThan(ids.indexOf("first/0.0"));
  });

  test("lets what lies outside of the area step back", () => {
    const ring = [[120, 23], [121, 23], [121, 24], [120, 23]];
    const style = compose(picture([layer("crashes")], { enclosed: { type: "Polygon", coordinates: [ring] } }));
    expect(validateStyleMin(style)).toEqual([]);
    expect(outsideOf({ type: "MultiPolygon", coordinates: [[ring], [ring, ring]] }).coordinates.slice(1)).toEqual([ring, ring]);
    expect(style.layers.findIndex((l) => l.id === "outside")).toBeGreaterThan(style.layers.findIndex((l) => l.id === "crashes/0.0"));
  });

  test("warms the heat of what a filter leaves", () => {
    const heat = { id: "crashes/0.0", type: "heatmap", source: "crashes", paint: { "heatmap-intensity": ["interpolate", ["linear"], ["zoom"], 9, 0.1, 13, 1] } } as const;
    const style = compose(picture([layer("crashes", { style: { light: [heat], dark: [heat] } as unknown as Layer["style"] })], { warmth: { crashes: 4 } }));
    expect((style.layers.find((l) => l.type === "heatmap") as { paint: unknown }).paint).toEqual({ "heatmap-intensity": ["interpolate", ["linear"], ["zoom"], 9, 0.4, 13, 4] });
  });

  test("leaves out what is off", () => {
    const style = compose(picture([layer("crashes")], { shown: {} }));
    expect(style.layers.some((l) => l.id.startsWith("crashes"))).toBe(false);
  });

  test("fades curves without moving zoom inwards", () => {
    expect(times(["interpolate", ["linear"], ["zoom"], 10, 0.8, 14, 0], 0.5)).toEqual(["interpolate", ["linear"], ["zoom"], 10, 0.4, 14, 0]);
    expect(times(["get", "o"], 0.5)).toEqual(["*", ["get", "o"], 0.5]);
  });
});
