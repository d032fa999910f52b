import { describe, expect, test } from "vitest";
import type { Layer } from "../src/api/catalogue";
import { downloadUrl, elementOf, FORMATS, frameOf, itemsUrl, tilesUrl, type Wanted } from "../src/api/links";

const wanted: Wanted = {
  layer: { id: "crashes", kind: "vector" } as Layer,
  filter: "severity IN (1, 2)",
  datetime: "2024-01-01/2024-03-31",
  bbox: [120.4, 23.4, 120.5, 23.5],
};
const asked = (url: string) => Object.fromEntries(new URL(url, "http://antu").searchParams);
const format = (id: string) => FORMATS.find((one) => one.id === id)!;

describe("addresses for other programs", () => {
  test("an OGC API request says all that the map is held to", () => {
    const url = itemsUrl("http://antu", wanted);
    expect(new URL(url).pathname).toBe("/ogc/collections/crashes/items");
    expect(asked(url)).toEqual({ f: "json", bbox: "120.400000,23.400000,120.500000,23.500000", datetime: wanted.datetime, filter: wanted.filter });
  });

  test("a file is in the coordinates that were asked for, if its format has them", () => {
    expect(asked(downloadUrl(wanted, format("gpkg"), 3826)).crs).toBe("http://www.opengis.net/def/crs/EPSG/0/3826");
    expect(asked(downloadUrl(wanted, format("kml"), 3826)).crs).toBeUndefined();
    expect(asked(downloadUrl({ ...wanted, bbox: null, datetime: null, filter: "" }, format("csv"), 4326))).toEqual({ f: "csv" });
  });

  test("tiles have places for their numbers", () => {
    expect(tilesUrl("http://antu", wanted)).toContain("/tiles/crashes/{z}/{x}/{y}.mvt?datetime=");
  });

  test("a frame's address cannot end its attribute", () => {
    const code = frameOf("http://antu", '#1?q=crashes~a%20=%201&l="x', "A & B");
    const frame = /^<iframe src="([^"]*)" title="([^"]*)" [^<>]*><\/iframe>$/.exec(code);
    expect(frame?.[1]).toBe("http://antu/embed#1?q=crashes~a%20=%201&amp;l=&quot;x");
    expect(frame?.[2]).toBe("A &amp; B");
  });

  test("writes an element that keeps its quotes to itself", () => {
    const code = elementOf("http://antu", '#1?q=crashes~a%20=%201&l="x', "A & B");
    expect(code).toBe('<script src="http://antu/embed.js" async></script>\n<antu-map view="#1?q=crashes~a%20=%201&amp;l=&quot;x" label="A &amp; B"></antu-map>');
  });
});
