// Symbols are drawn for the map when it first misses one, and drawn anew when the theme changes.
import type { Map as Engine } from "maplibre-gl";
import { theme } from "../state/portal";
import { effect } from "../state/store";
import { symbol } from "../style/palette";

const RATIO = 3;

async function draw(name: string): Promise<ImageData | null> {
  const address = symbol(name, theme.peek());
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

export function supplySymbols(map: Engine): void {
  const supplied = new Set<string>();
  map.setMissingStyleImageResolver(async (name) => {
    const drawn = await draw(name);
    if (!drawn || map.hasImage(name)) return;
    supplied.add(name);
    map.addImage(name, drawn, { pixelRatio: RATIO });
  });
  effect(() => {
    void theme.value;
    for (const name of supplied) {
      void draw(name).then((drawn) => {
        if (drawn && map.hasImage(name)) map.updateImage(name, drawn);
      });
    }
  });
}
