import { expect, test } from "vitest";
import { between } from "../src/work/explore/months";
import { facing } from "../src/state/facing";

const months = between("2022-01", "2024-12");

test.each([
  [null, { from: "2024-01", to: "2024-12" }, { from: "2023-01", to: "2023-12" }],
  [{ from: "2023-07", to: "2023-12" }, { from: "2023-07", to: "2023-12" }, { from: "2023-01", to: "2023-06" }],
  [{ from: "2022-04", to: "2022-12" }, { from: "2022-04", to: "2022-12" }, { from: "2022-01", to: "2022-03" }],
  [{ from: "2022-01", to: "2022-06" }, { from: "2022-01", to: "2022-06" }, { from: "2022-07", to: "2022-12" }],
])("%j faces the time just before it", (chosen, right, left) => expect(facing(chosen, months)).toEqual({ right, left }));

test("one month cannot be compared with itself", () => expect(facing(null, ["2024-01"])).toBeNull());
