// Pointing at a street or a junction, by mouse, by touch, or by keyboard with the crosshair in the middle of the map.
import { aborted, Latest } from "../../api/http";
import { t } from "../../i18n/t";
import { aiming, centre, tool, type Tool } from "../../map/seen";
import { toTwd97 } from "../../map/twd97";
import { effect, signal } from "../../state/store";
import { tell } from "../../ui/toasts";
import { boxAround, choose, when } from "./desk";
import { postAt, under, type Point } from "./model";
import * as server from "./server";

const NEAR = 30;
/** Metres within which a click means a sign or a signal head. */
const REACH = 1.5;
/** The sign or signal head that was pointed at. */
export const post = signal<string | null>(null);
/** For what a place is to be picked, and by whom. */
export const asked = signal<string | null>(null);
let asking: Tool | null = null;
const latest = new Latest();

async function pick([lon, lat]: readonly [number, number]): Promise<void> {
  const at: Point = toTwd97(lon, lat, 121);
  await latest.ask(
    (abort) => server.around(boxAround(at, NEAR), when(), abort),
    ({ document }) => {
      const found = postAt(at, document, REACH);
      post.value = found?.name ?? null;
      choose(found?.bearer ?? under(at, document));
    },
    (why) => aborted(why) || tell(t("streets.failed"), "bad"),
  );
}

const mine: Tool = { take: (at) => void pick(at) };

/** The next click on the map, or Enter at its crosshair, is the place; asked again for the same, it is dropped. */
export function askPlace(what: string, take: (at: Point) => void, byKey = false): void {
  const again = asked.peek() === what;
  drop();
  if (again) return;
  asking = {
    take: ([lon, lat]) => {
      drop();
      const [x, y] = toTwd97(lon, lat, 121);
      take([Math.round(x * 1000) / 1000, Math.round(y * 1000) / 1000]);
    },
  };
  asked.value = what;
  tool.value = asking;
  tell(t(byKey ? "streets.pick.keys" : "streets.pick.how"));
  if (!byKey) return;
  aiming.value = true;
  document.querySelector<HTMLElement>(".maplibregl-canvas")?.focus();
}

export function drop(): void {
  const mine_ = asking;
  asking = null;
  asked.value = null;
  if (mine_ && tool.peek() === mine_) tool.value = null;
}

/** The pointer chooses streets until it is ended; a measurement or a lasso borrows it. */
export function pointing(): () => void {
  const end = effect(() => {
    if (tool.value === null) tool.value = mine;
  });
  const key = (event: KeyboardEvent) => {
    if (event.key === "Escape" && asked.peek()) {
      event.stopImmediatePropagation();
      return drop();
    }
    const now = tool.peek();
    if (!(event.target instanceof HTMLCanvasElement) || now === null || (now !== mine && now !== asking)) return;
    if (event.key.startsWith("Arrow")) aiming.value = true;
    if (event.key !== "Enter" && event.key !== " ") return;
    event.preventDefault();
    aiming.value = true;
    if (centre.peek()) now.take(centre.peek()!);
  };
  document.addEventListener("keydown", key, true);
  return () => {
    end();
    document.removeEventListener("keydown", key, true);
    drop();
    latest.stop();
    aiming.value = false;
    if (tool.peek() === mine) tool.value = null;
  };
}
