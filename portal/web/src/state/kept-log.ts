// Keeps the list of commands in this browser: one list a tab, of one person; it is there again after a reload and
// gone for the next person who signs in here.
import { catalogue } from "./portal";
import type { Command, Keeper } from "./log";
import { drop, dropFrom, get, all, keys, put } from "./kept";

const TAB = "antu-tab";
const DAYS = 7;
interface Head {
  owner: string;
  done: number;
  at: number;
}

let own: string | undefined;

/** The name of this tab. In the frame of another page nothing may be kept: there it lasts as long as the page. */
export function tab(): string {
  if (own) return own;
  own = crypto.randomUUID();
  try {
    own = sessionStorage.getItem(TAB) ?? own;
    sessionStorage.setItem(TAB, own);
  } catch (refused) {
    if (!(refused instanceof DOMException)) throw refused;
  }
  return own;
}

export function browserKeeper(): Keeper {
  const mine = tab();
  const owner = catalogue.viewer.name ?? "";
  // one after the other; a browser that keeps nothing must not stop anybody from working
  let queue: Promise<unknown> = Promise.resolve();
  const then = (work: () => Promise<unknown>) => void (queue = queue.then(work).catch(() => undefined));
  return {
    async load() {
      await tidy();
      const head = await get<Head>("facts", ["log", mine]);
      if (!head || head.owner !== owner) {
        await dropFrom("log", mine);
        return null;
      }
      const commands = await all<Command>("log", mine);
      return { commands, done: Math.min(head.done, commands.length) };
    },
    put: (n, command) =>
      then(async () => {
        await dropFrom("log", mine, n);
        await put("log", [mine, n], command);
      }),
    point: (done) => then(() => put("facts", ["log", mine], { owner, done, at: Date.now() } satisfies Head)),
    cut: (n) => then(() => dropFrom("log", mine, n)),
  };
}

/** Lists of tabs that were closed long ago. */
async function tidy(): Promise<void> {
  for (const key of await keys("facts")) {
    if (!Array.isArray(key) || key[0] !== "log") continue;
    const name = key[1] as string;
    const head = await get<Head>("facts", ["log", name]);
    if (!head || Date.now() - head.at < DAYS * 86_400_000) continue;
    await dropFrom("log", name);
    await drop("facts", ["log", name]);
  }
}
