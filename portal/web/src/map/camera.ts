// Where one looks, without needing the map's own program: the engine hands itself in when it has started.
import { catalogue, place } from "../state/portal";

export interface Camera {
  fly(center: readonly [number, number], zoom: number): void;
  by(zooms: number): void;
  north(): void;
}

let camera: Camera | undefined;

export function hand(in_: Camera): void {
  camera = in_;
}

export function goTo(center: readonly [number, number], zoom: number): void {
  if (camera) camera.fly(center, zoom);
  else place.value = { zoom, lat: center[1], lon: center[0] };
}

export const zoomBy = (zooms: number): void => camera?.by(zooms);
export const northUp = (): void => camera?.north();
export const home = (): void => goTo(catalogue.city.center, catalogue.city.zoom);
