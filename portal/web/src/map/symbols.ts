// Symbols are drawn for the map when it first misses one, and drawn anew when the theme changes.
import type { Map as Engine } from "maplibre-gl";
import type { Theme } from "../api/catalogue";
import { theme } from "../state/portal";
import { effect } from "../state/store";
import { symbol } from "../style/palette";

const RATIO = 3;

/** The name of a short text as an image: digits and signs, which must not shrink as letters of a line do. */
export const marking = (text: unknown, ink: unknown, halo = ""): unknown[] => ["concat", "mark|", text, "|", ink, `|${halo}`];

function written(name: string): ImageData | null {
  const [, text = "", ink = "", halo = ""] = name.split("|");
  const canvas = document.createElement("canvas");
  canvas.width = canvas.height = 22 * RATIO;
  const context = canvas.getContext("2d", { willReadFrequently: true });
  if (!context) return null;
  context.font = `700 ${(text.length > 2 ? 9.5 : 12) * RATIO}px "Noto Sans TC", "Noto Sans CJK TC", system-ui, sans-serif`;
  context.textAlign = "center";
  context.textBaseline = "middle";
  context.lineJoin = "round";
  const middle = canvas.width / 2;
  if (halo) {
    context.strokeStyle = halo;
    context.lineWidth = 3.4 * RATIO;
    context.strokeText(text, middle, middle + RATIO / 2);
  }
  context.fillStyle = ink;
  context.fillText(text, middle, middle + RATIO / 2);
  return context.getImageData(0, 0, canvas.width, canvas.height);
}

async function draw(name: string, within: Theme): Promise<ImageData | null> {
  if (name.startsWith("mark|")) return written(name);
  const address = symbol(name, within);
  if (!address) return null;
  const image = new Image();
  image.src = address;
  await image.decode();
  const canvas = document.createElement("canvas");
  canvas.width = image.naturalWidth;
  canvas.height = image.naturalHeight;
  const context = canvas.getContext("2d", { willReadFrequently: true });
  if (!context) return null;
  context.drawImage(image, 0, 0);
  return context.getImageData(0, 0, canvas.width, canvas.height);
}

/** `always` is the theme of a map that does not follow the page. */
export function supplySymbols(map: Engine, always?: Theme): void {
  const supplied = new Set<string>();
  map.setMissingStyleImageResolver(async (name) => {
    const drawn = await draw(name, always ?? theme.peek());
    if (!drawn || map.hasImage(name)) return;
    supplied.add(name);
    map.addImage(name, drawn, { pixelRatio: RATIO });
  });
  if (always) return;
  effect(() => {
    const now = theme.value;
    for (const name of supplied) {
      void draw(name, now).then((drawn) => {
        if (drawn && map.hasImage(name)) map.updateImage(name, drawn);
      });
    }
  });
}
