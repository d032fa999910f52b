// Draws one element of a scene as SVG, in metres; what only points at things is drawn in pixels and stays upright.
// Vehicles are drawn about their own middle, so that dragging one changes a single attribute.
import { nothing, svg, type SVGTemplateResult } from "lit";
import type { Document, Element, Point } from "./document";
import { far, kindOf, lengthOf, mid, path, place, placed, sizeOf, symbolOf, type Shelf } from "./shape";
import type { Sight } from "./stage";

export const PARTY = ["#0b5a8e", "#b9530c", "#2a7a4b", "#7a3f98", "#8a6d00", "#a02c2c"];
export interface Sheet {
  shelf: Shelf;
  doc: Document;
  sight: Sight;
  words: (name: string) => string;
}
const RAD = Math.PI / 180;

export const colorOf = (doc: Document, party: string | null | undefined): string => PARTY[Math.max(0, doc.parties.findIndex((p) => p.id === party)) % PARTY.length]!;

/** A group whose inside is pixels, upright, at a place of the scene. */
export function upright({ scale, turn }: Sight, [x, y]: Point): string {
  const [s, c] = [Math.sin(turn * RAD) / scale, Math.cos(turn * RAD) / scale];
  return `translate(${x} ${y}) matrix(${c} ${-s} ${-s} ${-c} 0 0)`;
}

/** The angle on the screen of a line, turned so that words on it are not upside down. */
export function slant({ turn }: Sight, a: Point, b: Point): number {
  const angle = -Math.atan2(b[1] - a[1], b[0] - a[0]) / RAD - turn;
  const level = ((angle % 360) + 540) % 360 - 180;
  return level > 90 ? level - 180 : level <= -90 ? level + 180 : level;
}

const thin = (d: string, name: string, extra = ""): SVGTemplateResult => svg`<path d=${d} class="${name} ${extra}" vector-effect="non-scaling-stroke"/>`;

function said(sheet: Sheet, at: Point, text: string, name: string, { dx = 0, dy = 0, angle = 0, color = "", anchor = "middle" } = {}): SVGTemplateResult {
  return svg`<g transform=${upright(sheet.sight, at)}><text class="said ${name}" transform=${angle ? `rotate(${angle})` : nothing} x=${dx} y=${dy} text-anchor=${anchor} fill=${color || nothing}>${text}</text></g>`;
}

function head(sheet: Sheet, a: Point, b: Point, name: string, color = ""): SVGTemplateResult {
  const { turn } = sheet.sight;
  const angle = -Math.atan2(b[1] - a[1], b[0] - a[0]) / RAD - turn;
  return svg`<g transform=${upright(sheet.sight, b)}><path transform="rotate(${angle})" d="M0 0L-11 -4.200L-11 4.200Z" class="${name}" fill=${color || nothing}/></g>`;
}

/** The transform of what is drawn about its own middle. */
export const posed = ({ pose }: Element): string => `translate(${pose!.x} ${pose!.y}) rotate(${-pose!.heading})`;

export function body(sheet: Sheet, one: Element): SVGTemplateResult {
  const kind = kindOf(sheet.shelf, one);
  const [long, wide] = one.type === "pedestrian" ? [0, 0] : sizeOf(kind, one);
  const symbol = sheet.shelf.symbols[symbolOf(kind, one)];
  if (!symbol?.outlines) return svg`<rect x=${-wide / 2} y=${-long / 2} width=${wide} height=${long} class="stand-in"/>`;
  const across = long ? (wide / symbol.width) * (one.posture === "left" ? -1 : 1) : 1;
  const scale = long ? long / symbol.length : 1;
  return svg`<g opacity=${one.role && one.role !== "rest" ? 0.45 : 1}>${symbol.outlines.map(
    (o) => svg`<path d=${o.rings.map((ring) => path(ring.map(([r, f]): Point => [r * across, f * scale]), o.closed)).join("")} fill=${o.closed ? o.fill : "none"} stroke=${o.stroke} stroke-width=${o.width} fill-rule="evenodd"/>`,
  )}</g>`;
}

/** The letter of the party, beside the vehicle in its own frame. */
function letter(sheet: Sheet, one: Element): SVGTemplateResult | typeof nothing {
  if (!one.party) return nothing;
  const [, wide] = one.type === "pedestrian" ? [0, 0.5] : sizeOf(kindOf(sheet.shelf, one), one);
  const at = placed({ ...one.pose!, x: 0, y: 0 }, 0, wide / 2 + 24 / sheet.sight.scale);
  return svg`<g transform=${upright(sheet.sight, at)} class="letter"><circle r="14" fill=${colorOf(sheet.doc, one.party)}/><text y="5" text-anchor="middle">${one.party}</text></g>
    ${one.still ? said(sheet, at, sheet.words("still"), "still", { dy: 30 }) : nothing}`;
}

export function draw(sheet: Sheet, one: Element): SVGTemplateResult {
  const { doc, shelf } = sheet;
  switch (one.type) {
    case "vehicle":
    case "pedestrian":
      return svg`<g transform="translate(${one.pose!.x} ${one.pose!.y})" class="moves"><g transform="rotate(${-one.pose!.heading})" class="turns">${body(sheet, one)}</g>${letter(sheet, one)}</g>`;
    case "impact":
      return svg`${one.certainty === "estimated" && one.sigma ? svg`<circle cx=${one.at![0]} cy=${one.at![1]} r=${one.sigma} class="unsure" vector-effect="non-scaling-stroke"/>` : nothing}
        <g transform=${upright(sheet.sight, one.at!)}><path class="cross under" d="M-11-11 11 11M-11 11 11-11"/><path class="cross" d="M-11-11 11 11M-11 11 11-11"/></g>
        ${said(sheet, one.at!, one.label || sheet.words(one.certainty === "definite" ? "impact" : "impact.estimated"), "harm", { dx: 18, dy: 20, anchor: "start" })}`;
    case "travel": {
      const color = colorOf(doc, one.party);
      const way = one.approach!;
      const exit = one.exit ?? [];
      return svg`<path d=${path(way)} class="way" stroke=${color} vector-effect="non-scaling-stroke"/>${head(sheet, way.at(-2)!, way.at(-1)!, "", color)}
        ${exit.length > 1 ? svg`<path d=${path(exit)} class="way on" stroke=${color} vector-effect="non-scaling-stroke"/>${head(sheet, exit.at(-2)!, exit.at(-1)!, "", color)}` : nothing}
        ${said(sheet, way[0]!, `${one.party} ${sheet.words(`source.${one.source}`)}`, "", { dy: -8, color })}`;
    }
    case "mark": {
      const [a, b] = longest(one.path!);
      const width = { skid: 0.18, yaw: 0.16, scratch: 0.08, drag: 0.2 }[one.kind as "skid"] ?? 0.16;
      const dash = { skid: one.broken ? "0.6 0.4" : "", yaw: "0.72 0.1 0.12 0.1", scratch: "", drag: "0.16 0.1" }[one.kind as "skid"];
      return svg`<path d=${path(one.path!)} class="mark" stroke-width=${width} stroke-dasharray=${dash || nothing}/>
        ${said(sheet, mid(a, b), [one.party, one.label || sheet.words(`mark.${one.kind}`), `${lengthOf(one.path!).toFixed(2)} m`].filter(Boolean).join(" "), "", { dy: -8, angle: slant(sheet.sight, a, b) })}`;
    }
    case "debris":
    case "fluid":
      return svg`<path d=${path(one.area!, true)} class="${one.type} ${one.kind}" vector-effect="non-scaling-stroke"/>${said(sheet, middle(one.area!), one.label || sheet.words(`${one.type}.${one.kind}`), "")}`;
    case "fixed":
      return svg`<g transform=${upright(sheet.sight, one.at!)} class="fixed"><circle r="9"/><circle r="3.500" class="dot"/><path d="M-14 0h5M9 0h5M0-14v5M0 9v5"/></g>
        ${said(sheet, one.at!, one.label || sheet.words(`fixed.${one.kind}`), "", { dx: 18, dy: 4, anchor: "start" })}`;
    case "baseline":
    case "dimension": {
      const [from, to] = one.type === "baseline" ? [one.start!, one.end!] : [one.a!, one.b!];
      const [a, b] = [place(shelf, doc, from), place(shelf, doc, to)];
      if (!a || !b || far(a, b) < 1e-6) return svg``;
      if (one.type === "baseline") {
        return svg`${thin(path([a, b]), "baseline")}${head(sheet, a, b, "blue")}${said(sheet, mid(a, b), one.label || sheet.words("baseline"), "blue", { dy: -7, angle: slant(sheet.sight, a, b) })}`;
      }
      const long = far(a, b);
      const off = (one.offset ?? 0) / long;
      const shift: Point = [-(b[1] - a[1]) * off, (b[0] - a[0]) * off];
      const [p, q]: [Point, Point] = [[a[0] + shift[0], a[1] + shift[1]], [b[0] + shift[0], b[1] + shift[1]]];
      const text = one.label || long.toFixed(2);
      const wide = text.length * 7.600 + 14;
      return svg`${off ? thin(path([a, p]) + path([b, q]), "aid") : nothing}${thin(path([p, q]), "dimension")}${head(sheet, q, p, "blue")}${head(sheet, p, q, "blue")}
        <g transform=${upright(sheet.sight, mid(p, q))}><g transform="rotate(${slant(sheet.sight, p, q)})" class="length"><rect x=${-wide / 2} y="-11" width=${wide} height="22" rx="5"/><text y="4.500" text-anchor="middle">${text}</text></g></g>`;
    }
    case "note":
      return svg`${one.to ? thin(path([one.at!, one.to]), "leader") : nothing}<g transform=${upright(sheet.sight, one.at!)} class="note">${(one.text ?? "").split("\n").slice(0, 20).map((line, i) => svg`<text class="said" x="4" y=${i * 17 - 3}>${line}</text>`)}<circle r="2"/></g>`;
    case "station": {
      const [dx, dy] = placed({ x: 0, y: 0, heading: one.heading ?? 0 }, 26 / sheet.sight.scale, 0);
      return svg`${thin(path([one.at!, [one.at![0] + dx, one.at![1] + dy]]), "aim")}<g transform=${upright(sheet.sight, one.at!)} class="station"><circle r="12"/><path d="M-6-3.500h3l1.500-2h3l1.500 2h3v8h-12z"/><circle r="2.200" cy="0.500" class="lens"/></g>
        ${said(sheet, one.at!, one.label ?? "", "warn", { dx: 16, dy: 4, anchor: "start" })}`;
    }
    default:
      return svg`<path d=${path(one.path ?? [])} class="override ${one.kind} ${one.color}"/>`;
  }
}

function longest(points: readonly Point[]): [Point, Point] {
  let best: [Point, Point] = [points[0]!, points[1] ?? points[0]!];
  points.slice(1).forEach((b, i) => far(points[i]!, b) > far(...best) && (best = [points[i]!, b]));
  return best;
}

export const middle = (ring: readonly Point[]): Point => [ring.reduce((s, p) => s + p[0], 0) / ring.length, ring.reduce((s, p) => s + p[1], 0) / ring.length];

export const LAYERS = ["street", "fixed", "evidence", "movement", "vehicles", "measure", "notes"] as const;
export type Layer = (typeof LAYERS)[number];
export const layerOf = (one: Element): Layer =>
  ({ vehicle: "vehicles", pedestrian: "vehicles", impact: "evidence", travel: "movement", mark: "evidence", debris: "evidence", fluid: "evidence", fixed: "fixed", baseline: "measure", dimension: "measure", note: "notes", station: "notes", override: "street" } as const)[one.type];
