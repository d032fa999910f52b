// Symbols are drawn for the map when it first misses one, and drawn anew when the theme changes.
import type { Map as Engine } from "maplibre-gl";
import type { Theme } from "../api/catalogue";
import { theme } from "../state/portal";
import { effect } from "../state/store";
import { symbol } from "../style/palette";

const RATIO = 3;

async function draw(name: string, within: Theme): Promise<ImageData | null> {
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
