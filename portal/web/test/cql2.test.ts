import { describe, expect, test } from "vitest";
import { fromText, heldFrom, heldText, hold, heldTo, NONE, toText } from "../src/api/cql2";

describe("conditions and CQL2 text", () => {
  test("a list of values becomes IN, a single one =", () => {
    expect(toText({ among: [{ field: "severity", values: [1, 2] }, { field: "type", values: ["O'Neil"] }], rest: null })).toBe(
      "severity IN (1, 2) AND type = 'O''Neil'",
    );
  });

  test.each([
    ["severity = 1", [{ field: "severity", values: [1] }], null],
    ["severity IN (1, 2) AND motorcycle = true", [{ field: "severity", values: [1, 2] }, { field: "motorcycle", values: [true] }], null],
    ["kind IN ('a AND b', 'c''d')", [{ field: "kind", values: ["a AND b", "c'd"] }], null],
    ["(severity = 1) AND age BETWEEN 1 AND 9", [{ field: "severity", values: [1] }], "age BETWEEN 1 AND 9"],
    ["severity = 1 OR severity = 2", [], "severity = 1 OR severity = 2"],
    ["", [], null],
  ])("%s is understood", (text, among, rest) => expect(fromText(text)).toEqual({ among, rest }));

  test("what is not understood is kept and sent along", () => {
    const held = hold(fromText("age > 65 OR child = true"), "severity", [1]);
    expect(toText(held)).toBe("severity = 1 AND (age > 65 OR child = true)");
    expect(fromText(toText(held))).toEqual(held);
  });

  test("holding a field to nothing lifts the condition", () => {
    const held = hold(NONE, "severity", [1]);
    expect(heldTo(held, "severity")).toEqual([1]);
    expect(toText(hold(held, "severity", []))).toBe("");
  });

  test("an OR beside other conditions keeps its brackets", () => {
    expect(toText(fromText("(age > 65 OR child = true) AND depth > 3"))).toBe("(age > 65 OR child = true) AND depth > 3");
  });

  test.each([
    ["hour BETWEEN 16 AND 18", { hours: { from: 16, to: 18 }, area: null }],
    ["(hour >= 22 OR hour <= 4)", { hours: { from: 22, to: 4 }, area: null }],
    ["S_INTERSECTS(geom, feature('wards', 12))", { hours: null, area: { layer: "wards", id: 12 } }],
    ["S_INTERSECTS(geom, POLYGON((120.1 23.5, 120.2 23.5, 120.2 23.6, 120.1 23.5)))", { hours: null, area: { ring: [[120.1, 23.5], [120.2, 23.5], [120.2, 23.6]] } }],
  ])("%s is understood as hours and area", (text, found) => {
    const held = heldFrom(text);
    expect(held).toEqual({ condition: NONE, ...found });
    expect(heldText(held)).toBe(text);
  });

  test("conditions, hours and area are told apart and put together again", () => {
    const text = "severity IN (1, 2) AND (age > 65 OR child = true) AND hour BETWEEN 7 AND 9 AND S_INTERSECTS(geom, feature('wards', 3))";
    const held = heldFrom(text);
    expect(held.condition).toEqual({ among: [{ field: "severity", values: [1, 2] }], rest: "age > 65 OR child = true" });
    expect(heldText(held)).toBe(text);
  });

  test("what bounds the hours in another way stays as it was written", () => {
    expect(heldFrom("hour BETWEEN 9 AND 7").condition.rest).toBe("hour BETWEEN 9 AND 7");
    expect(heldFrom("hour > 3").hours).toBeNull();
  });
});
