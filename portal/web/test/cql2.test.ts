import { describe, expect, test } from "vitest";
import { fromText, hold, heldTo, NONE, toText } from "../src/api/cql2";

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
});
