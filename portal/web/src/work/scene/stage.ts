// Where one looks from: metres of the scene ⇄ pixels of the screen, by zoom, turn and place.
import type { Point } from "./document";

const RAD = Math.PI / 180;
export const LEAST = 1.5;
export const MOST = 400;

export interface Sight {
  /** The place in the middle of the screen. */
  x: number;
  y: number;
  /** Pixels a metre. */
  scale: number;
  /** Degrees by which up is turned clockwise from grid north. */
  turn: number;
}
export interface Size {
  width: number;
  height: number;
}

export function toScreen({ x, y, scale, turn }: Sight, { width, height }: Size, [px, py]: Point): Point {
  const [s, c] = [Math.sin(turn * RAD), Math.cos(turn * RAD)];
  const [dx, dy] = [px - x, py - y];
  return [width / 2 + scale * (dx * c - dy * s), height / 2 - scale * (dx * s + dy * c)];
}

export function toScene({ x, y, scale, turn }: Sight, { width, height }: Size, [sx, sy]: Point): Point {
  const [s, c] = [Math.sin(turn * RAD), Math.cos(turn * RAD)];
  const [u, v] = [(sx - width / 2) / scale, -(sy - height / 2) / scale];
  return [x + u * c + v * s, y - u * s + v * c];
}

/** The matrix of the drawing: metres, north up, to pixels. */
export function matrix({ x, y, scale, turn }: Sight, { width, height }: Size): string {
  const [s, c] = [Math.sin(turn * RAD) * scale, Math.cos(turn * RAD) * scale];
  const [e, f] = [width / 2 - (x * c - y * s), height / 2 + (x * s + y * c)];
  return `matrix(${c} ${-s} ${-s} ${-c} ${e} ${f})`;
}

/** Zooms and turns so that what is under a point of the screen stays there. */
export function about(sight: Sight, size: Size, at: Point, by: number, turn = 0): Sight {
  const held = toScene(sight, size, at);
  const next = { ...sight, scale: Math.min(MOST, Math.max(LEAST, sight.scale * by)), turn: ((sight.turn + turn + 540) % 360) - 180 };
  const now = toScene(next, size, at);
  return { ...next, x: next.x + held[0] - now[0], y: next.y + held[1] - now[1] };
}
