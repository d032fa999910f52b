// Layers coloured by another field than the one that they are declared with: the legend, the map, the counts and the
// charts follow, since all of them read the layer. Values that are seldom share one colour.
import type { CircleLayerSpecification, ExpressionSpecification, LayerSpecification } from "maplibre-gl";
import type { Field, Layer, LegendEntry, Theme, Value, Words } from "../api/catalogue";
import { summary, type Cell } from "../api/questions";
import { colour } from "../style/palette";
import { admit, catalogue, layerOf, looks } from "./portal";
import { effect } from "./store";

const COLOURS = ["a2", "box", "camera", "a1", "route", "corridor", "paint_yellow"] as const;
const REST = "dim";
const RAMP = ["corridor", "a2", "camera", "a1"] as const;
const OTHERS: Words = { zh: "其餘", en: "the rest" };
const PARTS: readonly (readonly [from: number, to: number, label: Words])[] = [
  [0, 5, { zh: "0–6 時", en: "0:00–6:00" }],
  [6, 11, { zh: "6–12 時", en: "6:00–12:00" }],
  [12, 17, { zh: "12–18 時", en: "12:00–18:00" }],
  [18, 23, { zh: "18–24 時", en: "18:00–24:00" }],
];

/** The fields that a layer of points can be coloured by. */
export const tints = (layer: Layer): readonly Field[] => (layer.geometry === "point" ? layer.fields.filter((field) => field.tint) : []);

/** The layers as they came, which is what one goes back to. */
const plain = new Map<string, Layer>();

export function look(layer: Layer, field: string | null): void {
  const { [layer.id]: _, ...rest } = looks.peek();
  looks.value = field ? { ...rest, [layer.id]: field } : rest;
}

/** Keeps the layers as they are to look, from now on. */
export function startLooks(): void {
  const worn = new Map<string, string>();
  effect(() => {
    const wanted = looks.value;
    for (const { id } of [...catalogue.layers]) {
      const field = wanted[id] ?? "";
      if ((worn.get(id) ?? "") === field) continue;
      worn.set(id, field);
      void dress(id, field, () => worn.get(id) === field);
    }
  });
}

async function dress(id: string, name: string, still: () => boolean): Promise<void> {
  const now = layerOf(id);
  if (!now) return;
  if (!plain.has(id)) plain.set(id, now);
  const layer = plain.get(id)!;
  const field = tints(layer).find((one) => one.name === name);
  if (!field) return admit(layer);
  try {
    const cells = field.codes ? ((await summary(layer, { by: [field.name] })).by[field.name] ?? []) : [];
    if (still()) admit(coloured(layer, field, cells));
  } catch {
    if (still()) look(layer, null); // the layer stays as it is, and the choice says so
  }
}

/** The layer in the colours of a field; `cells` are its values and how often each is. */
export function coloured(layer: Layer, field: Field, cells: readonly Cell[]): Layer {
  const { legend, match, rest } = field.codes ? byCodes(field, cells) : byParts(field);
  const icons = new Set(layer.legend.filter((entry) => entry.filter).map((entry) => entry.filter!.field));
  const kept = layer.legend.filter((entry) => !entry.filter || !icons.has(entry.filter.field));
  const style = { light: drawn(layer, match, "light"), dark: drawn(layer, match, "dark") };
  const asked = [...layer.fields.filter((one) => one.tile).map((one) => one.name), field.name];
  return { ...layer, legend: [...legend, ...kept], style, asked: [...new Set(asked)], rest };
}

type Match = (theme: Theme) => ExpressionSpecification;

function byCodes(field: Field, cells: readonly Cell[]): { legend: LegendEntry[]; match: Match; rest: Value[] } {
  const often = [...cells].filter(([value]) => value !== null && value !== "").sort((a, b) => Number(b[1]) - Number(a[1])).map(([value]) => value as Value);
  const few = new Set(often.slice(0, COLOURS.length).map(String));
  const shown = field.codes!.filter((code) => few.has(String(code.value))).map((code, i) => ({ ...code, token: COLOURS[i % COLOURS.length]! }));
  const rest = [...new Set([...field.codes!.map((code) => code.value), ...cells.map(([value]) => (value ?? "") as Value)])].filter((value) => !few.has(String(value)));
  const legend: LegendEntry[] = shown.map(({ value, label, token }) => ({ label, icon: `dot/${token}`, filter: { field: field.name, value } }));
  if (rest.length) legend.push({ label: OTHERS, icon: `dot/${REST}` });
  const match: Match = (theme) =>
    shown.length
      ? (["match", ["get", field.name], ...shown.flatMap(({ value, token }) => [value as string | number, colour(token, theme)]), colour(REST, theme)] as unknown as ExpressionSpecification)
      : (["literal", colour(REST, theme)] as unknown as ExpressionSpecification);
  return { legend, match, rest };
}

/** Hours of the day in four parts; which hours are shown is for the brush to say. */
function byParts(field: Field): { legend: LegendEntry[]; match: Match; rest: Value[] } {
  const legend: LegendEntry[] = PARTS.map(([, , label], i) => ({ label, icon: `dot/${RAMP[i]!}` }));
  const match: Match = (theme) =>
    ["step", ["coalesce", ["get", field.name], 0], colour(RAMP[0], theme), ...PARTS.slice(1).flatMap(([from], i) => [from, colour(RAMP[i + 1]!, theme)])] as unknown as ExpressionSpecification;
  return { legend, match, rest: [] };
}

/** Discs instead of the layer's own marks, as large and from the same zoom on. */
function drawn(layer: Layer, match: Match, theme: Theme): LayerSpecification[] {
  const own = layer.style[theme];
  const marks = own.filter((style) => style.type === "circle" || (style.type === "symbol" && !(style.layout as Record<string, unknown> | undefined)?.["text-field"]));
  const like = marks.find((style) => style.type === "circle") ?? marks[0];
  if (!like) return [...own];
  const disc = {
    id: `${layer.id}/look.0`,
    type: "circle",
    source: layer.id,
    "source-layer": layer.id,
    metadata: like.metadata,
    minzoom: Math.min(...marks.map((style) => style.minzoom ?? 0)),
    maxzoom: 24,
    paint: {
      "circle-color": match(theme),
      "circle-radius": ["interpolate", ["linear"], ["zoom"], 12, 2.2, 15, 4.4, 18, 8],
      "circle-stroke-color": colour("halo", theme),
      "circle-stroke-width": ["interpolate", ["linear"], ["zoom"], 12, 0.4, 16, 1.2],
    },
  } as unknown as CircleLayerSpecification;
  return [...own.filter((style) => !marks.includes(style)), disc];
}
