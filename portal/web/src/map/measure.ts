// Measuring a distance: a click adds a corner, the length is on the sphere.
import { signal } from "../state/store";
import { drawn, NOTHING } from "./marks";
import { tool } from "./seen";

const EARTH = 6371008.8;
const RAD = Math.PI / 180;
type Corner = readonly [lon: number, lat: number];

/** Metres so far; null while nothing is measured. */
export const measured = signal<number | null>(null);

export function metres(corners: readonly Corner[]): number {
  return corners.slice(1).reduce((sum, b, i) => sum + between(corners[i]!, b), 0);
}

function between([lon1, lat1]: Corner, [lon2, lat2]: Corner): number {
  const h = Math.sin(((lat2 - lat1) * RAD) / 2) ** 2 + Math.cos(lat1 * RAD) * Math.cos(lat2 * RAD) * Math.sin(((lon2 - lon1) * RAD) / 2) ** 2;
  return 2 * EARTH * Math.asin(Math.min(1, Math.sqrt(h)));
}

export function startMeasuring(): void {
  const corners: Corner[] = [];
  measured.value = 0;
  const take = (at: Corner) => {
    corners.push(at);
    measured.value = metres(corners);
    const feature = (geometry: GeoJSON.Geometry): GeoJSON.Feature => ({ type: "Feature", properties: {}, geometry });
    drawn.value = {
      type: "FeatureCollection",
      features: [
        ...(corners.length > 1 ? [feature({ type: "LineString", coordinates: corners.map((c) => [...c]) })] : []),
        ...corners.map((c) => feature({ type: "Point", coordinates: [...c] })),
      ],
    };
  };
  tool.value = { take };
}

export function stopMeasuring(): void {
  tool.value = null;
  measured.value = null;
  drawn.value = NOTHING;
}
