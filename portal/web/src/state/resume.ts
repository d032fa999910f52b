// What a former page left: the list of commands, and changes or a draft that need the program of editing.
import type { Edit } from "../edit/work";
import { everything } from "../i18n/t";
import { keys } from "./kept";
import { browserKeeper, tab } from "./kept-log";
import { log } from "./log";

/** Until editing is loaded, its commands wait for it. */
function lazily(): void {
  log.register<Edit>("edit", { apply: (data, way) => void import("../edit/work").then((edit) => (void edit.start(), edit.apply(data, way))) });
  log.register<{ id: string; last: number }>("street", { apply: (data) => void import("../work/streets/desk").then((desk) => desk.reverse(data)) });
  log.register("draft", { apply: (data, way) => void import("../edit/draft").then((edit) => edit.applyStep(data, way)) });
}

export async function resume(): Promise<void> {
  lazily();
  await log.keep(browserKeeper());
  try {
    const left = (await keys("outbox")).length > 0;
    const drafted = (await keys("facts")).some((key) => Array.isArray(key) && key[0] === "draft" && key[1] === tab());
    if (!left && !drafted) return;
    await everything(); // what is said of an edit is kept in both languages
    await import("../edit/panel");
    const [{ start }, draft] = await Promise.all([import("../edit/work"), import("../edit/draft")]);
    await draft.resume();
    await start();
  } catch {
    // a browser that keeps nothing has left nothing
  }
}
