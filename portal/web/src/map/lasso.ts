// Drawing around an area: corner by corner with clicks, in one stroke with the pointer held, or by keyboard with the
// crosshair in the middle of the map. What comes out is the area that everything is then held to.
import type { Corner } from "../api/cql2";
import { area } from "../state/portal";
import { batch, signal } from "../state/store";
import { drawn, NOTHING } from "./marks";
import { centre, tool } from "./seen";
import { simplified } from "./simplify";

/** The corners so far; null while nothing is drawn. */
export const lasso = signal<readonly Corner[] | null>(null);

const FEWEST = 3;
/** A stroke is kept to so many corners that its text stays short enough for an address. */
const MOST = 80;

export function startLasso(): void {
  tool.value = { take: corner, trace: (path, done) => (done ? stroke(path) : show(path)) };
  show([]);
}

export function stopLasso(): void {
  batch(() => {
    tool.value = null;
    lasso.value = null;
    drawn.value = NOTHING;
  });
}

export function corner(at: Corner): void {
  const now = lasso.peek();
  if (!now) return;
  const last = now.at(-1);
  if (last && last[0] === at[0] && last[1] === at[1]) return;
  show([...now, at]);
}

/** A corner under the crosshair. */
export function cornerHere(): void {
  if (centre.peek()) corner(centre.peek()!);
}

export function cornerBack(): void {
  show((lasso.peek() ?? []).slice(0, -1));
}

export const closable = (): boolean => (lasso.value?.length ?? 0) >= FEWEST;

export function closeLasso(): void {
  const ring = lasso.peek();
  if (!ring || ring.length < FEWEST) return;
  batch(() => {
    area.value = { ring: ring.map(([lon, lat]) => [round(lon), round(lat)] as const) };
    stopLasso();
  });
}

function stroke(path: readonly Corner[]): void {
  const spread = Math.max(...path.map(([lon]) => lon)) - Math.min(...path.map(([lon]) => lon));
  let kept = path;
  for (let tolerance = spread / 200; kept.length > MOST || kept === path; tolerance *= 1.5) kept = simplified(path, tolerance);
  if (kept.length < FEWEST) return show([]);
  lasso.value = kept;
  closeLasso();
}

const round = (value: number) => Math.round(value * 1e6) / 1e6;

function show(corners: readonly Corner[]): void {
  const at = corners.map(([lon, lat]) => [lon, lat]);
  const feature = (geometry: GeoJSON.Geometry): GeoJSON.Feature => ({ type: "Feature", properties: {}, geometry });
  batch(() => {
    lasso.value = corners;
    drawn.value = {
      type: "FeatureCollection",
      features: [
        ...(at.length > 1 ? [feature({ type: "LineString", coordinates: at.length > 2 ? [...at, at[0]!] : at })] : []),
        ...(at.length <= MOST ? at.map((coordinates) => feature({ type: "Point", coordinates })) : []),
      ],
    };
  });
}
