// The printed sheet in millimetres, as `gis/sharing/sheet.py` has it, and the zoom at which a map is true to scale on it.
// Pure functions; a test holds both files against each other.

export type Paper = "A4" | "A3";
export type Turn = "portrait" | "landscape";
export interface Frame {
  x: number;
  y: number;
  width: number;
  height: number;
}

export const SIZES = { A4: [210, 297], A3: [297, 420] } as const;
export const MARGIN = 10;
export const HEAD = 17;
export const FOOT = 9;
export const GAP = 3;
export const LEGEND = { portrait: 46, landscape: 58 } as const;
export const SCALES = [200, 500, 1000, 2000, 2500, 5000, 10000, 25000] as const;

export function sizeOf(paper: Paper, turn: Turn): readonly [width: number, height: number] {
  const [short, long] = SIZES[paper];
  return turn === "portrait" ? [short, long] : [long, short];
}

export function frameOf(paper: Paper, turn: Turn): Frame {
  const [width, height] = sizeOf(paper, turn);
  const wide = width - 2 * MARGIN;
  const high = height - 2 * MARGIN - HEAD - FOOT;
  const at = { x: MARGIN, y: MARGIN + HEAD };
  return turn === "portrait" ? { ...at, width: wide, height: high - LEGEND.portrait - GAP } : { ...at, width: wide - LEGEND.landscape - GAP, height: high };
}

const RADIUS = 6378137;
const ECCENTRICITY2 = 0.00669437999014;

/** Metres on the ground per metre of Web Mercator: the mean of both directions, which differ by half a percent. */
export function ground(lat: number): number {
  const sine = Math.sin((lat * Math.PI) / 180);
  const cosine = Math.cos((lat * Math.PI) / 180);
  const bend = 1 - ECCENTRICITY2 * sine * sine;
  return Math.sqrt((cosine / Math.sqrt(bend)) * ((cosine * (1 - ECCENTRICITY2)) / bend ** 1.5));
}

const WORLD = 2 * Math.PI * RADIUS;
const TILE = 512;

/** The zoom at which a pixel that is so many millimetres wide on paper covers what it should. */
export function zoomFor(scale: number, lat: number, pixel: number): number {
  return Math.log2((WORLD * ground(lat)) / (TILE * ((pixel / 1000) * scale)));
}

export function scaleFor(zoom: number, lat: number, pixel: number): number {
  return (WORLD * ground(lat)) / (TILE * 2 ** zoom * (pixel / 1000));
}

/** The round scale that is closest to one, by ratio. */
export function roundScale(scale: number): number {
  return [...SCALES].sort((a, b) => Math.abs(Math.log(a / scale)) - Math.abs(Math.log(b / scale)))[0]!;
}

/** Up to two figures: what has to fit still fits. */
export function fitScale(scale: number): number {
  const power = 10 ** (Math.floor(Math.log10(scale)) - 1);
  return Math.max(200, Math.ceil(scale / power) * power);
}
