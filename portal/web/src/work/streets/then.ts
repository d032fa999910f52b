// The streets of another day on the map: derived by the server from the parameters that held then, in place of today's.
import type { LayerSpecification } from "maplibre-gl";
import { laid } from "../../map/laid";
import { asOf, bounds, catalogue, place, theme } from "../../state/portal";
import { effect } from "../../state/store";
import { colour } from "../../style/palette";
import { planAddress } from "./server";

const NEAR = 16;
/** Degrees: so wide are the pieces that are asked for, so that a step aside asks for nothing new. */
const GRID = 0.004;
const TODAYS = new Set(catalogue.layers.filter((layer) => layer.id.startsWith("street_")).map((layer) => layer.id));

/** Roads as mere lines would lie over the carriageways. */
const ALL = new Set([...TODAYS, "roads"]);
const CLOSE = { sources: {}, layers: [], instead: new Set(["roads"]) };

/** Until it is ended. */
export function drawThen(): () => void {
  const end = effect(() => {
    const day = asOf.value;
    const box = bounds.value;
    const close = box && place.value.zoom >= NEAR;
    if (!day) return void (laid.value = close ? CLOSE : null);
    if (!close) return void (laid.value = { sources: {}, layers: [], instead: TODAYS });
    const out = [Math.floor(box[0] / GRID), Math.floor(box[1] / GRID), Math.ceil(box[2] / GRID), Math.ceil(box[3] / GRID)].map((v) => v * GRID);
    laid.value = { sources: { then: { type: "geojson", data: planAddress(out, day) } }, layers: dress(theme.value), instead: ALL };
  });
  return () => {
    end();
    laid.value = null;
  };
}

function dress(now: "light" | "dark"): LayerSpecification[] {
  const ink = (token: string) => colour(token, now);
  const part = (...parts: string[]) => ["in", ["get", "part"], ["literal", parts]];
  const side = ["match", ["get", "kind"], ["sidewalk", "arcade"], ink("walk"), "marked_walk", ink("paint_green"), ["median", "buffer"], ink("median"), "verge", ink("park"), ink("asphalt")];
  const paint = ["match", ["get", "colour"], "yellow", ink("paint_yellow"), "red", ink("paint_red"), "green", ink("paint_green"), ink("paint_white")];
  return [
    { id: "then-road", type: "fill", source: "then", filter: part("carriageway", "junction"), paint: { "fill-color": ink("asphalt") } },
    { id: "then-side", type: "fill", source: "then", filter: part("side"), paint: { "fill-color": side } },
    { id: "then-lane", type: "line", source: "then", filter: part("lane"), minzoom: 17, paint: { "line-color": ink("kerb"), "line-width": 0.6, "line-opacity": 0.5 } },
    { id: "then-paint", type: "fill", source: "then", filter: part("marking"), paint: { "fill-color": paint, "fill-antialias": true } },
  ] as unknown as LayerSpecification[];
}
