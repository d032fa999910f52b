// The workspace on the map: routes with arrows and numbered stops, what the change gained or lost, unsigned boxes, cars.
import type { LayerSpecification, SourceSpecification } from "maplibre-gl";
import { overlay } from "../../map/marks";
import { marking } from "../../map/symbols";
import { theme } from "../../state/portal";
import { effect } from "../../state/store";
import { colour } from "../../style/palette";
import { candidates, chosen, coverage, plan, task, unit } from "./state";
import { dragged } from "./drag";
import { cars, driven, driving, picked, presence, reached, units, unsigned } from "./watching";

const INKS = ["route", "corridor", "a2_text", "camera", "box", "risk3"];
export const ink = (order: number): string => colour(INKS[order % INKS.length]!, theme.value);
export const HIT = "patrol-hit";
export const STOPS = "patrol-stop";

const point = (lon: number, lat: number, properties: GeoJSON.GeoJsonProperties): GeoJSON.Feature => ({ type: "Feature", geometry: { type: "Point", coordinates: [lon, lat] }, properties });
const collection = (features: readonly GeoJSON.Feature[]): SourceSpecification => ({ type: "geojson", data: { type: "FeatureCollection", features: [...features] } });
type Loose = Record<string, unknown>;
const whole = { "icon-allow-overlap": true, "icon-ignore-placement": true };

export function drawing(): () => void {
  const stop = effect(() => {
    const sources: Record<string, SourceSpecification> = {};
    const layers: Loose[] = [];
    if (task.value === "plan") planned(sources, layers);
    else if (task.value === "watch") {
      if (!driving.value) watched(sources, layers);
      moving(sources, layers, driving.value);
    } else {
      if (!cars.value) moving(sources, layers, false);
      motored(sources, layers);
    }
    overlay.value = { sources, layers: layers as unknown as LayerSpecification[] };
  });
  return () => {
    stop();
    overlay.value = null;
  };
}

function planned(sources: Record<string, SourceSpecification>, layers: Loose[]): void {
  const now = plan.value;
  const c = (token: string) => colour(token, theme.value);
  const round = { "line-cap": "round", "line-join": "round" };
  const seen = coverage.value;
  if (seen) {
    sources["patrol-cells"] = { type: "geojson", data: seen.cells };
    const fill = ["match", ["get", "state"], "gained", c("camera"), "lost", c("a1"), "both", c("accent"), c("muted")];
    layers.push({ id: "patrol-cells", type: "fill", source: "patrol-cells", paint: { "fill-color": fill, "fill-opacity": ["+", 0.1, ["*", 0.55, ["sqrt", ["get", "heat"]]]], "fill-antialias": false } });
    sources["patrol-before"] = collection([{ type: "Feature", properties: {}, geometry: { type: "MultiLineString", coordinates: seen.lines.map((l) => l.map((p) => [...p])) } }]);
    layers.push({ id: "patrol-before", type: "line", source: "patrol-before", layout: round, paint: { "line-color": c("ink"), "line-width": 2, "line-dasharray": [1, 2], "line-opacity": 0.7 } });
  }
  if (!now) return;
  const only = unit.value;
  const shown = now.units.filter((u) => u.line);
  sources["patrol-lines"] = collection(shown.map((u) => ({ type: "Feature", geometry: u.line!, properties: { unit: u.order, ink: ink(u.order), on: only === null || only === u.order } })));
  const on = ["get", "on"];
  layers.push(
    { id: "patrol-halo", type: "line", source: "patrol-lines", layout: round, paint: { "line-color": c("halo"), "line-width": 9, "line-opacity": ["case", on, 0.9, 0.3] } },
    { id: "patrol-line", type: "line", source: "patrol-lines", layout: round, paint: { "line-color": ["get", "ink"], "line-width": 5, "line-opacity": ["case", on, 1, 0.28] } },
    {
      id: "patrol-arrows", type: "symbol", source: "patrol-lines", filter: ["==", on, true],
      layout: { "symbol-placement": "line", "symbol-spacing": 90, "icon-image": marking("▶", ["get", "ink"], c("halo")), "icon-rotation-alignment": "map", ...whole },
    },
    { id: HIT, type: "line", source: "patrol-lines", filter: ["==", on, true], layout: round, paint: { "line-color": c("ink"), "line-width": 22, "line-opacity": 0 } },
  );
  const stops: GeoJSON.Feature[] = [];
  for (const u of shown) {
    if (only !== null && only !== u.order) continue;
    let n = 0;
    for (const s of u.stops) {
      if (!s.via) n += 1;
      stops.push(point(s.lon, s.lat, { stop: s.stop, unit: u.order, n: s.via ? "" : String(n), ink: ink(u.order), via: s.via, spot: s.stop < 0 && !s.via, chosen: chosen.value === s.stop, rank: n }));
    }
  }
  sources["patrol-stops"] = collection(stops);
  const radius = ["case", ["get", "via"], 5, ["get", "chosen"], 15, 11];
  layers.push(
    { id: STOPS, type: "circle", source: "patrol-stops", layout: { "circle-sort-key": ["-", 0, ["get", "rank"]] }, paint: { "circle-radius": radius, "circle-color": ["case", ["get", "via"], ["get", "ink"], ["get", "spot"], c("risk0"), c("halo")], "circle-stroke-color": ["case", ["get", "via"], c("halo"), ["get", "ink"]], "circle-stroke-width": ["case", ["get", "chosen"], 4, 2.4] } },
    { id: "patrol-number", type: "symbol", source: "patrol-stops", filter: ["!=", ["get", "n"], ""], layout: { "icon-image": marking(["get", "n"], c("ink")), ...whole } },
  );
  const found = candidates.value;
  if (found?.length) {
    sources["patrol-found"] = collection(found.slice(0, 12).map((one, i) => point(one.lon, one.lat, { n: String(i + 1) })));
    layers.push(
      { id: "patrol-found", type: "circle", source: "patrol-found", paint: { "circle-radius": 12, "circle-color": c("a2"), "circle-stroke-color": c("halo"), "circle-stroke-width": 2.4 } },
      { id: "patrol-found-n", type: "symbol", source: "patrol-found", layout: { "icon-image": marking(["get", "n"], "#1D1208"), ...whole } },
    );
  }
  const drag = dragged.value;
  if (drag) {
    sources["patrol-drag"] = collection([{ type: "Feature", properties: {}, geometry: { type: "LineString", coordinates: drag.map((p) => [...p]) } }]);
    layers.push({ id: "patrol-drag", type: "line", source: "patrol-drag", layout: round, paint: { "line-color": c("ink"), "line-width": 3, "line-dasharray": [1, 1.6] } });
  }
}

function watched(sources: Record<string, SourceSpecification>, layers: Loose[]): void {
  const c = (token: string) => colour(token, theme.value);
  const spots = presence.value?.spots ?? [];
  sources["patrol-spots"] = collection(spots.map((s) => point(s.lon, s.lat, { visits: s.visits, weight: s.weight / (spots[0]?.weight || 1) })));
  layers.push({
    id: "patrol-spots", type: "circle", source: "patrol-spots",
    paint: { "circle-radius": ["interpolate", ["linear"], ["get", "weight"], 0, 10, 1, 34], "circle-color": ["case", [">", ["get", "visits"], 0], c("camera"), c("risk3")], "circle-opacity": 0.25, "circle-stroke-color": ["case", [">", ["get", "visits"], 0], c("camera"), c("risk3")], "circle-stroke-width": 2 },
  });
  const now = unsigned.value;
  sources["patrol-unsigned"] = collection((now?.boxes ?? []).map((b) => point(b.lon, b.lat, { box: b.id, due: b.due !== null, on: picked.value === b.id })));
  sources["patrol-failed"] = collection((now?.failed ?? []).filter((f) => f.lon !== null).map((f) => point(f.lon!, f.lat!, { id: f.id })));
  layers.push(
    { id: "patrol-unsigned", type: "circle", source: "patrol-unsigned", paint: { "circle-radius": ["case", ["get", "on"], 11, ["get", "due"], 8, 6], "circle-color": ["case", ["get", "due"], c("a1"), c("halo")], "circle-stroke-color": c("a1"), "circle-stroke-width": 2.4 } },
    { id: "patrol-failed", type: "symbol", source: "patrol-failed", layout: { "icon-image": marking("✕", c("warn"), c("halo")), ...whole } },
  );
}

/** The ways driven over the plan's lines, and every car and unit where it is now. */
function moving(sources: Record<string, SourceSpecification>, layers: Loose[], ways: boolean): void {
  const c = (token: string) => colour(token, theme.value);
  const round = { "line-cap": "round", "line-join": "round" };
  if (ways && driven.value) {
    sources["patrol-planned"] = collection((plan.value?.units ?? []).filter((u) => u.line).map((u) => ({ type: "Feature", geometry: u.line!, properties: { ink: ink(u.order) } })));
    sources["patrol-driven"] = collection(driven.value.map((d) => ({ type: "Feature", properties: { ink: ink(d.unit) }, geometry: { type: "MultiLineString", coordinates: d.lines.map((l) => l.map((p) => [...p])) } })));
    const marks = { signed: "✓", passed: "○", late: "!", missed: "✕", ahead: "·" };
    sources["patrol-made"] = collection(driven.value.flatMap((d) => d.stops.map((s) => point(s.lon, s.lat, { mark: marks[s.state], bad: s.state === "missed" || s.state === "late" }))));
    layers.push(
      { id: "patrol-planned", type: "line", source: "patrol-planned", layout: round, paint: { "line-color": ["get", "ink"], "line-width": 2.4, "line-dasharray": [1, 2], "line-opacity": 0.8 } },
      { id: "patrol-driven-halo", type: "line", source: "patrol-driven", layout: round, paint: { "line-color": c("halo"), "line-width": 7, "line-opacity": 0.9 } },
      { id: "patrol-driven", type: "line", source: "patrol-driven", layout: round, paint: { "line-color": ["get", "ink"], "line-width": 4 } },
      { id: "patrol-made", type: "circle", source: "patrol-made", paint: { "circle-radius": 9, "circle-color": c("halo"), "circle-stroke-color": ["case", ["get", "bad"], c("a1"), c("camera")], "circle-stroke-width": 2.4 } },
      { id: "patrol-made-n", type: "symbol", source: "patrol-made", layout: { "icon-image": marking(["get", "mark"], c("ink")), ...whole } },
    );
  }
  sources["patrol-units"] = collection([...units.value.values()].map((u) => point(u.x, u.y, { id: u.id, n: u.n })));
  layers.push(
    { id: "patrol-units", type: "circle", source: "patrol-units", paint: { "circle-radius": 9, "circle-color": c("accent"), "circle-stroke-color": c("halo"), "circle-stroke-width": 3 } },
    { id: "patrol-units-n", type: "symbol", source: "patrol-units", layout: { "icon-image": marking(["get", "n"], c("ink"), c("halo")), "icon-offset": [0, 18], "icon-allow-overlap": false } },
  );
}

function motored(sources: Record<string, SourceSpecification>, layers: Loose[]): void {
  const c = (token: string) => colour(token, theme.value);
  const now = reached.value;
  if (now) {
    sources["patrol-reach"] = { type: "geojson", data: now.ground };
    sources["patrol-place"] = collection([point(now.at[0], now.at[1], {})]);
    layers.push(
      { id: "patrol-reach", type: "fill", source: "patrol-reach", paint: { "fill-color": c("route"), "fill-opacity": 0.14 } },
      { id: "patrol-reach-line", type: "line", source: "patrol-reach", paint: { "line-color": c("route"), "line-width": 3 } },
      { id: "patrol-place", type: "circle", source: "patrol-place", paint: { "circle-radius": 8, "circle-color": c("a1"), "circle-stroke-color": c("halo"), "circle-stroke-width": 3 } },
    );
  }
  sources["patrol-cars"] = collection((cars.value ?? []).map((one, i) => point(one.lon, one.lat, { n: now ? String(i + 1) : "", on: picked.value === one.id })));
  layers.push(
    { id: "patrol-cars", type: "circle", source: "patrol-cars", paint: { "circle-radius": ["case", ["get", "on"], 15, 12], "circle-color": c("accent"), "circle-stroke-color": c("halo"), "circle-stroke-width": 2.4 } },
    { id: "patrol-cars-n", type: "symbol", source: "patrol-cars", filter: ["!=", ["get", "n"], ""], layout: { "icon-image": marking(["get", "n"], c("on_accent")), ...whole } },
  );
}
