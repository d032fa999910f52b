import { expect, test } from "vitest";
import { surveyed, toTwd97, toWgs84, zoneOf } from "../src/map/twd97";

// [lon, lat, zone, east, north], worked out with PROJ for EPSG:3826 and EPSG:3825
const KNOWN: [number, number, 119 | 121, number, number][] = [
  [120.4473, 23.4795, 121, 193542.96486, 2597489.67625],
  [121.5654, 25.033, 121, 307056.81898, 2769551.83686],
  [120.2, 22.9, 121, 167928.01381, 2533432.86758],
  [121.0, 24.0, 121, 250000.00000, 2655023.12496],
  [119.5663, 23.5654, 119, 307808.74773, 2607007.99205],
  [118.3171, 24.4321, 119, 180753.53209, 2703049.01118],
];

test.each(KNOWN)("%d, %d lies where PROJ puts it in zone %d", (lon, lat, zone, east, north) => {
  const [e, n] = toTwd97(lon, lat, zone);
  expect(Math.abs(e - east)).toBeLessThan(1e-4);
  expect(Math.abs(n - north)).toBeLessThan(1e-4);
});

test("there and back loses less than a tenth of a millimetre", () => {
  for (let i = 0; i < 2_000; i += 1) {
    const lon = 118 + ((i * 37) % 4200) / 1000;
    const lat = 21.5 + ((i * 53) % 4500) / 1000;
    const zone = zoneOf(lon);
    const [east, north] = toTwd97(lon, lat, zone);
    const [x, y] = toWgs84(east, north, zone);
    expect(Math.hypot(x - lon, y - lat)).toBeLessThan(1e-9);
  }
});

test("coordinates are shown where they are surveyed, islands included, and nowhere else", () => {
  for (const [lon, lat] of [[120.45, 23.48], [118.32, 24.44], [119.95, 26.16], [121.55, 22.05]] as const) expect(surveyed(lon, lat)).toBe(true);
  for (const [lon, lat] of [[0, 0], [-120.45, -23.48], [139.7, 35.7], [114.2, 22.3]] as const) expect(surveyed(lon, lat)).toBe(false);
});
