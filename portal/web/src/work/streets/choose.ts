// Pointing at a street or a junction, by mouse, by touch, or by keyboard with the crosshair in the middle of the map.
import { aborted, Latest } from "../../api/http";
import { t } from "../../i18n/t";
import { aiming, centre, tool, type Tool } from "../../map/seen";
import { toTwd97 } from "../../map/twd97";
import { effect } from "../../state/store";
import { tell } from "../../ui/toasts";
import { boxAround, choose, when } from "./desk";
import { under, type Point } from "./model";
import * as server from "./server";

const NEAR = 30;
const latest = new Latest();

async function pick([lon, lat]: readonly [number, number]): Promise<void> {
  const at: Point = toTwd97(lon, lat, 121);
  await latest.ask(
    (abort) => server.around(boxAround(at, NEAR), when(), abort),
    ({ document }) => choose(under(at, document)),
    (why) => aborted(why) || tell(t("streets.failed"), "bad"),
  );
}

const mine: Tool = { take: (at) => void pick(at) };

/** The pointer chooses streets until it is ended; a measurement or a lasso borrows it. */
export function pointing(): () => void {
  const end = effect(() => {
    if (tool.value === null) tool.value = mine;
  });
  const key = (event: KeyboardEvent) => {
    if (!(event.target instanceof HTMLCanvasElement) || tool.peek() !== mine) return;
    if (event.key.startsWith("Arrow")) aiming.value = true;
    if (event.key !== "Enter" && event.key !== " ") return;
    event.preventDefault();
    aiming.value = true;
    if (centre.peek()) void pick(centre.peek()!);
  };
  document.addEventListener("keydown", key);
  return () => {
    end();
    document.removeEventListener("keydown", key);
    latest.stop();
    aiming.value = false;
    if (tool.peek() === mine) tool.value = null;
  };
}
