// What the map tells the page: how it is, what is under the pointer. Apart from the engine, so that the page does
// not wait for the engine's program.
import type { Layer } from "../api/catalogue";
import { signal } from "../state/store";

export interface Hover {
  x: number;
  y: number;
  layer: Layer;
  properties: Readonly<Record<string, unknown>>;
}
export type MapState = "starting" | "busy" | "idle" | "lost";

export const mapState = signal<MapState>("starting");
export const bearing = signal(0);
export const centre = signal<readonly [lon: number, lat: number] | null>(null);
export const hover = signal<Hover | null>(null);
export const pointer = signal<readonly [lon: number, lat: number] | null>(null);
/** Where on the map the selection is, in pixels. */
export const markedAt = signal<{ x: number; y: number } | null>(null);
type At = readonly [lon: number, lat: number];
/** What takes the pointer for itself while it is on: clicks, and strokes if it wants them. */
export interface Tool {
  take: (at: At) => void;
  trace?: (path: readonly At[], done: boolean) => void;
}
/** Whether the crosshair is shown: somebody draws by keyboard. */
export const aiming = signal(false);
export const tool = signal<Tool | null>(null);
