// Photographs on their way to the server. Each is kept in the browser under the name that it will have there before
// anything is sent; the server takes a name once, so sending again neither loses nor doubles.
import type { Photo } from "../book";
import { dropPhoto, keepPhoto, photosOf, type Waiting } from "../kept";

export interface Way {
  owner: string;
  put: (one: Waiting) => Promise<Response>;
  renew: () => Promise<unknown>;
  arrived: (one: Waiting, photo: Photo) => void;
  /** What will never be taken, with the server's sentence. */
  refused: (one: Waiting, sentence: string) => void;
  changed: () => void;
}
const NEVER = [413, 415, 422];

export class Outbox {
  all: readonly Waiting[] = [];
  /** What waits, to be shown: `data:`, since the policy of the page allows no other address of this kind. */
  readonly pictures = new Map<string, string>();
  #running: Promise<void> | null = null;

  constructor(readonly way: Way) {}

  async load(): Promise<void> {
    const kept = await photosOf(this.way.owner);
    const here = new Set(this.all.map((one) => one.name));
    this.all = [...this.all, ...kept.filter((one) => !here.has(one.name))];
    for (const one of this.all) void this.#picture(one);
    this.way.changed();
    await this.flush();
  }

  async add(one: Waiting): Promise<void> {
    await keepPhoto(one);
    this.all = [...this.all, one];
    void this.#picture(one);
    this.way.changed();
    void this.flush();
  }

  /** A small one: originals of a whole scene are too much for the memory of a tablet. */
  async #picture(one: Waiting): Promise<void> {
    if (this.pictures.has(one.name)) return;
    const bitmap = await createImageBitmap(one.file, { resizeWidth: 160 }).catch(() => null); // no picture: the server will say so
    if (!bitmap) return;
    const canvas = Object.assign(document.createElement("canvas"), { width: bitmap.width, height: bitmap.height });
    canvas.getContext("2d")?.drawImage(bitmap, 0, 0);
    bitmap.close();
    this.pictures.set(one.name, canvas.toDataURL("image/jpeg", 0.7));
    this.way.changed();
  }

  flush(): Promise<void> {
    return (this.#running ??= this.#run().finally(() => (this.#running = null)));
  }

  async #run(): Promise<void> {
    let renewed = false;
    const queue = [...this.all];
    for (let next = queue.shift(); next; next = queue.shift()) {
      let response: Response;
      try {
        response = await this.way.put(next);
      } catch {
        return;
      }
      const said = (await response.json().catch(() => ({}))) as Photo & { detail?: string };
      if ([401, 403, 404].includes(response.status) && !renewed) {
        renewed = true;
        if (await this.way.renew().then(() => true, () => false)) queue.unshift(next);
        continue;
      }
      if (response.ok) this.way.arrived(next, said);
      else if (NEVER.includes(response.status)) this.way.refused(next, String(said.detail ?? response.statusText));
      else continue; // a scene that is closed just now, a server in trouble: it stays here
      await this.#done(next);
    }
  }

  async #done(one: Waiting): Promise<void> {
    await dropPhoto(one).catch(() => undefined); // still there: it is sent again and taken as the same
    this.all = this.all.filter((other) => other.name !== one.name);
    this.pictures.delete(one.name);
    this.way.changed();
  }
}
