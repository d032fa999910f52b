// A second map, of another period or filtered otherwise. With a divider it lies over the first and is cut off there,
// and takes no pointer of its own; side by side it is a map like the first, and either moves the other.
import { compare, period } from "../state/portal";
import { leftCondition } from "../state/compare";
import { effect } from "../state/store";
import { compose } from "./compose";
import { picture } from "./picture";
import { Engine } from "./library";
import { attend, lay } from "./pick";
import { supplySymbols } from "./symbols";

const other = () => picture(compare.value?.period ?? period.value, leftCondition);

export function startAside(main: Engine, twin: boolean): () => void {
  const stage = main.getContainer().parentElement!;
  const container = document.createElement("div");
  container.className = "map aside";
  main.getContainer().after(container);
  stage.classList.toggle("twin", twin);
  const map = new Engine({
    container,
    style: compose(other()),
    center: main.getCenter(),
    zoom: main.getZoom(),
    bearing: main.getBearing(),
    interactive: twin,
    attributionControl: false,
    pitchWithRotate: false,
    touchPitch: false,
    refreshExpiredTiles: false,
    fadeDuration: 0,
    canvasContextAttributes: { powerPreference: "default" },
  });
  map.getCanvas().setAttribute("aria-hidden", "true");
  map.getCanvas().removeAttribute("role");
  map.getCanvas().tabIndex = -1;
  Object.assign(container, { map });
  supplySymbols(map);
  let led = false;
  const lead = (from: Engine, to: Engine) => () => {
    if (led) return;
    led = true;
    to.jumpTo({ center: from.getCenter(), zoom: from.getZoom(), bearing: from.getBearing() });
    led = false;
  };
  const follow = lead(main, map);
  main.on("move", follow);
  if (twin) {
    map.on("move", lead(map, main));
    attend(map);
  } else {
    lay({ map, until: () => (container.clientWidth * (compare.peek()?.at ?? 0)) / 100 });
  }
  map.on("idle", () => (container.dataset.idle = "true"));
  map.on("dataloading", () => delete container.dataset.idle);
  let first = true;
  const stopStyle = effect(() => {
    const style = compose(other());
    if (first) first = false;
    else map.setStyle(style, { diff: true });
  });
  const stopCut = effect(() => {
    if (!twin) container.style.clipPath = `inset(0 ${100 - (compare.value?.at ?? 50)}% 0 0)`;
  });
  return () => {
    lay(null);
    stopStyle();
    stopCut();
    main.off("move", follow);
    map.remove();
    container.remove();
    stage.classList.remove("twin");
  };
}
