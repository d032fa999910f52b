// WGS 84 ⇄ TWD97 TM2 (central meridian 121° for Taiwan, 119° for Penghu and Kinmen), after Krüger to n⁴: better
// than a tenth of a millimetre. The two ellipsoids differ by less than that.

const A = 6378137;
const F = 1 / 298.257222101;
const N = F / (2 - F);
const K0 = 0.9999;
const EAST0 = 250000;
const RADIUS = (A / (1 + N)) * (1 + N ** 2 / 4 + N ** 4 / 64);
const ECC = Math.sqrt(F * (2 - F));
const RAD = Math.PI / 180;

const ALPHA = [
  N / 2 - (2 / 3) * N ** 2 + (5 / 16) * N ** 3 + (41 / 180) * N ** 4,
  (13 / 48) * N ** 2 - (3 / 5) * N ** 3 + (557 / 1440) * N ** 4,
  (61 / 240) * N ** 3 - (103 / 140) * N ** 4,
  (49561 / 161280) * N ** 4,
];
const BETA = [
  N / 2 - (2 / 3) * N ** 2 + (37 / 96) * N ** 3 - (1 / 360) * N ** 4,
  (1 / 48) * N ** 2 + (1 / 15) * N ** 3 - (437 / 1440) * N ** 4,
  (17 / 480) * N ** 3 - (37 / 840) * N ** 4,
  (4397 / 161280) * N ** 4,
];

export type Zone = 119 | 121;
export const zoneOf = (lon: number): Zone => (lon < 120 ? 119 : 121);

/** Where these coordinates are surveyed: Taiwan with Penghu, Kinmen and Matsu. Elsewhere the numbers mean nothing. */
export const surveyed = (lon: number, lat: number): boolean => lon >= 118 && lon <= 123 && lat >= 20.5 && lat <= 26.6;

export function toTwd97(lon: number, lat: number, zone: Zone = zoneOf(lon)): [east: number, north: number] {
  const sin = Math.sin(lat * RAD);
  const lambda = (lon - zone) * RAD;
  const tau = Math.sinh(Math.atanh(sin) - ECC * Math.atanh(ECC * sin));
  const xi = Math.atan2(tau, Math.cos(lambda));
  const eta = Math.atanh(Math.sin(lambda) / Math.hypot(1, tau));
  let x = xi;
  let y = eta;
  ALPHA.forEach((a, i) => {
    const j = 2 * (i + 1);
    x += a * Math.sin(j * xi) * Math.cosh(j * eta);
    y += a * Math.cos(j * xi) * Math.sinh(j * eta);
  });
  return [EAST0 + K0 * RADIUS * y, K0 * RADIUS * x];
}

export function toWgs84(east: number, north: number, zone: Zone = 121): [lon: number, lat: number] {
  const x = north / (K0 * RADIUS);
  const y = (east - EAST0) / (K0 * RADIUS);
  let xi = x;
  let eta = y;
  BETA.forEach((b, i) => {
    const j = 2 * (i + 1);
    xi -= b * Math.sin(j * x) * Math.cosh(j * y);
    eta -= b * Math.cos(j * x) * Math.sinh(j * y);
  });
  const conformal = Math.sin(xi) / Math.cosh(eta);
  let psi = Math.atanh(conformal);
  for (let i = 0; i < 8; i += 1) psi = Math.atanh(conformal) + ECC * Math.atanh(ECC * Math.tanh(psi));
  return [zone + Math.atan2(Math.sinh(eta), Math.cos(xi)) / RAD, Math.asin(Math.tanh(psi)) / RAD];
}
