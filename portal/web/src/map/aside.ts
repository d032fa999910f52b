// A second map over the first, held to another period and cut off at the divider. It moves with the first one, takes
// no pointer of its own, and ends when the comparison does.
import { compare } from "../state/portal";
import { effect } from "../state/store";
import { compose } from "./compose";
import { picture } from "./engine";
import { Engine } from "./library";
import { lay } from "./pick";
import { supplySymbols } from "./symbols";

export function startAside(main: Engine): () => void {
  const container = document.createElement("div");
  container.className = "map aside";
  main.getContainer().after(container);
  const map = new Engine({
    container,
    style: compose(picture(compare.peek()?.period)),
    center: main.getCenter(),
    zoom: main.getZoom(),
    bearing: main.getBearing(),
    interactive: false,
    attributionControl: false,
    refreshExpiredTiles: false,
    fadeDuration: 0,
    canvasContextAttributes: { powerPreference: "default" },
  });
  map.getCanvas().setAttribute("aria-hidden", "true");
  map.getCanvas().removeAttribute("role");
  map.getCanvas().tabIndex = -1;
  Object.assign(container, { map });
  supplySymbols(map);
  const follow = () => map.jumpTo({ center: main.getCenter(), zoom: main.getZoom(), bearing: main.getBearing() });
  main.on("move", follow);
  map.on("idle", () => (container.dataset.idle = "true"));
  map.on("dataloading", () => delete container.dataset.idle);
  let first = true;
  const stopStyle = effect(() => {
    const style = compose(picture(compare.value?.period));
    if (first) first = false;
    else map.setStyle(style, { diff: true });
  });
  const stopCut = effect(() => {
    container.style.clipPath = `inset(0 ${100 - (compare.value?.at ?? 50)}% 0 0)`;
  });
  lay({ map, until: () => (container.clientWidth * (compare.peek()?.at ?? 0)) / 100 });
  return () => {
    lay(null);
    stopStyle();
    stopCut();
    main.off("move", follow);
    map.remove();
    container.remove();
  };
}
