import { expect, test } from "vitest";
import { apart, corners, crossesItself, drawnAs, inserted, middles, moved, shifted, step, without, type At, type Shape } from "../src/edit/shape";
import { snap, targets } from "../src/edit/snap";

const holed: Shape = {
  type: "MultiPolygon",
  coordinates: [
    [
      [[0, 0], [4, 0], [4, 4], [0, 4], [0, 0]],
      [[1, 1], [1, 2], [2, 2], [1, 1]],
    ],
    [[[10, 10], [11, 10], [11, 11], [10, 10]]],
  ],
};
const rings = (shape: Shape) => (shape as GeoJSON.MultiPolygon).coordinates.flat();

test("corners of parts and holes are all there, and a closing corner is none", () => {
  expect(corners(holed).map((c) => c.path.join("."))).toEqual(["0.0.0", "0.0.1", "0.0.2", "0.0.3", "0.1.0", "0.1.1", "0.1.2", "1.0.0", "1.0.1", "1.0.2"]);
  expect(middles(holed)).toHaveLength(10);
});

test("a ring stays closed whatever is done to its corners", () => {
  const steps = [moved(holed, [0, 0, 0], [-1, -1]), inserted(holed, [0, 0, 4], [-2, 2]), without(holed, [0, 0, 0])!, shifted(holed, [1, 1])];
  for (const shape of steps) for (const ring of rings(shape)) expect(ring[0]).toEqual(ring.at(-1));
  expect(corners(inserted(holed, [0, 0, 4], [-2, 2]))[4]!.at).toEqual([-2, 2]);
  expect(rings(holed)[0]![0]).toEqual([0, 0]); // nothing was changed in place
});

test("a shape that would be none is refused", () => {
  expect(without(holed, [1, 0, 1])).toBeNull();
  expect(without({ type: "LineString", coordinates: [[0, 0], [1, 1]] }, [0])).toBeNull();
  expect(without({ type: "Point", coordinates: [0, 0] }, [])).toBeNull();
  expect(drawnAs("line", [[0, 0]])).toBeNull();
  expect(drawnAs("polygon", [[0, 0], [1, 0]])).toBeNull();
});

test("a step is as long as it says", () => {
  const at: At = [120.447, 23.48];
  for (const [east, north] of [[0.1, 0], [0, -1], [1, 0]] as const) {
    const [lon, lat] = step(at[1], east, north);
    expect(apart(at, [at[0] + lon, at[1] + lat])).toBeCloseTo(Math.hypot(east, north), 4);
  }
});

test("an area whose sides cross is noticed, one with a hole is not", () => {
  expect(crossesItself(holed)).toBe(false);
  expect(crossesItself({ type: "Polygon", coordinates: [[[0, 0], [1, 1], [1, 0], [0, 1], [0, 0]]] })).toBe(true);
});

test("a corner wins over a nearer side; beyond reach there is nothing; what is found lies on the target to a millimetre", () => {
  const line: GeoJSON.LineString = { type: "LineString", coordinates: [[120.447, 23.48], [120.448, 23.4805]] };
  const all = targets([line]);
  const [lon, lat] = step(23.48, 1.2, 0.1);
  expect(snap([120.447 + lon, 23.48 + lat], all, 2)).toMatchObject({ to: "corner", at: [120.447, 23.48] });
  const middle: At = [120.4475, 23.48025];
  const [e, n] = step(23.48, 0.4, -0.5);
  const found = snap([middle[0] + e, middle[1] + n], all, 2)!;
  expect(found.to).toBe("side");
  const share = (found.at[0] - 120.447) / 0.001;
  expect(apart(found.at, [120.447 + share * 0.001, 23.48 + share * 0.0005])).toBeLessThan(0.001);
  expect(snap([120.4475, 23.49], all, 2)).toBeNull();
});
