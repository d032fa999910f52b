// The registry's colours and symbols, for what is drawn outside of CSS.
import palette from "@registry/palette.json";
import type { Theme } from "../api/catalogue";

type Token = keyof typeof palette.light;
const files = import.meta.glob<string>("../../../../layers/registry/icons/*.svg", { query: "?raw", import: "default", eager: true });
const drawings = new Map(Object.entries(files).map(([path, svg]) => [path.slice(path.lastIndexOf("/") + 1, -4), svg]));

export function colour(token: string, theme: Theme): string {
  return palette[theme][token as Token] ?? palette[theme].muted;
}

const made = new Map<string, string>();

/** The address of a symbol such as `camera/box`: a drawing in a colour of the palette. */
export function symbol(name: string, theme: Theme): string | null {
  const key = `${theme}:${name}`;
  const [icon = "", token = "ink"] = name.split("/");
  const drawing = drawings.get(icon);
  if (!drawing) return null;
  if (!made.has(key)) {
    const halo = palette[theme].halo;
    const svg = drawing.replaceAll("currentColor", colour(token, theme)).replaceAll(/#fff\b/gi, halo).replace("<svg ", '<svg width="72" height="72" ');
    made.set(key, `data:image/svg+xml,${encodeURIComponent(svg)}`);
  }
  return made.get(key)!;
}
