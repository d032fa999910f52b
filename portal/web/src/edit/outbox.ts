// Changes on their way to the server. Each is kept in the browser until the server has answered, goes out in order, and
// carries a key by which the server knows it again: however often it is sent, it is done once.
import type { Feature } from "../api/questions";
import { signal } from "../state/store";

export interface State {
  geometry?: GeoJSON.Geometry | null;
  properties?: Readonly<Record<string, unknown>>;
}
/** A feature by its number, or by the name that a new one has here; null is: there was none, or there is none. */
export interface Change {
  ref: string;
  before: State | null;
  after: State | null;
}
export interface Item {
  key: string;
  owner: string;
  layer: string;
  /** The command that this does or takes back. */
  command: string;
  way: "do" | "undo";
  changes: readonly Change[];
  at: number;
  state: "waiting" | "conflict" | "refused";
  why?: string;
  fields?: Readonly<Record<string, readonly string[]>>;
  conflicts?: readonly Conflict[];
}
export interface Conflict {
  index: number;
  id: number;
  current: Feature | null;
  version: number | null;
}
export interface Reply {
  status: number;
  body: {
    features?: readonly { id: number; version: number | null }[];
    conflicts?: readonly Conflict[];
    detail?: string;
    code?: string;
    fields?: Readonly<Record<string, readonly string[]>>;
  } | null;
}
/** What the outbox stands on: a place that outlives the page, and a way to the server that throws when there is none. */
export interface Ground {
  owner: string;
  all: () => Promise<Item[]>;
  put: (item: Item) => Promise<unknown>;
  drop: (item: Item) => Promise<unknown>;
  fact: <T>(name: string) => Promise<T | undefined>;
  know: (name: string, value: unknown) => Promise<unknown>;
  send: (layer: string, body: unknown) => Promise<Reply>;
  /** New marks of the session; says who is signed in now. */
  renew: () => Promise<string | null>;
  done?: (item: Item) => void;
}

const isNew = (ref: string) => ref.startsWith("new-");

export class Outbox {
  readonly items = signal<readonly Item[]>([]);
  readonly signedOut = signal(false);
  readonly away = signal(false);
  #facts = new Map<string, unknown>();
  #running: Promise<void> | null = null;
  #again = false;

  constructor(readonly ground: Ground) {}

  /** What a former page did not get off. */
  async load(): Promise<void> {
    const kept = await this.ground.all().catch(() => []);
    const here = new Set(this.items.peek().map((item) => item.key));
    this.items.value = [...kept.filter((item) => item.owner === this.ground.owner && !here.has(item.key)), ...this.items.peek()];
  }

  add(item: Omit<Item, "owner" | "state" | "at">): void {
    const whole: Item = { ...item, owner: this.ground.owner, at: Date.now(), state: "waiting" };
    this.items.value = [...this.items.peek(), whole];
    void this.#safe(this.ground.put(whole));
    void this.flush();
  }

  /** The version that was seen; changes are held against it. */
  async saw(layer: string, ref: string, version: number | null): Promise<void> {
    await this.#know(await this.#version(layer, ref), version);
  }

  /** The number of a feature, once the server has given it one. */
  async idOf(layer: string, ref: string): Promise<number | null> {
    return isNew(ref) ? ((await this.#fact<number>(`id ${layer} ${ref}`)) ?? null) : Number(ref);
  }

  async versionOf(layer: string, ref: string): Promise<number | null | undefined> {
    return this.#fact<number | null>(await this.#version(layer, ref));
  }

  /** A feature has one version, whether it is called by its number or by the name that it began with. */
  async #version(layer: string, ref: string): Promise<string> {
    return `version ${layer} ${(await this.idOf(layer, ref)) ?? ref}`;
  }

  /** Sends what waits, in order; what depends on something that is held up waits with it. */
  flush(): Promise<void> {
    if (this.#running) {
      this.#again = true;
      return this.#running;
    }
    return (this.#running = this.#run().finally(() => {
      this.#running = null;
      if (!this.#again) return;
      this.#again = false;
      void this.flush();
    }));
  }

  async #run(): Promise<void> {
    if (this.signedOut.peek() && this.items.peek().length) {
      // somebody may have signed in meanwhile: somebody else must not answer for these changes
      const who = await this.ground.renew().catch(() => null);
      if (who !== this.ground.owner) return;
      this.signedOut.value = false;
    }
    const held = new Set<string>();
    for (const { key } of this.items.peek()) {
      const item = this.items.peek().find((one) => one.key === key);
      if (!item) continue;
      const touches = item.changes.map((change) => `${item.layer} ${change.ref}`);
      if (item.state !== "waiting" || touches.some((one) => held.has(one))) {
        touches.forEach((one) => held.add(one));
        continue;
      }
      if (!(await this.#one(item))) return;
      if (this.items.peek().some((one) => one.key === key)) touches.forEach((one) => held.add(one));
    }
  }

  /** Whether it makes sense to go on. */
  async #one(item: Item, renewed = false): Promise<boolean> {
    let reply: Reply;
    try {
      reply = await this.ground.send(item.layer, { key: item.key, changes: await Promise.all(item.changes.map((change) => this.#told(item.layer, change))) });
    } catch {
      this.away.value = true;
      return false;
    }
    this.away.value = reply.status >= 502 && reply.status <= 504;
    if (reply.status >= 500 || reply.status === 429) return false;
    const lost = reply.status === 401 || (reply.status === 403 && reply.body?.code === "csrf") || (renewed && this.signedOut.peek());
    if (lost && !renewed) {
      const who = await this.ground.renew().catch(() => undefined);
      if (who === undefined) return false;
      this.signedOut.value = who !== item.owner;
      return this.signedOut.peek() ? false : this.#one(item, true);
    }
    if (lost) return false;
    this.signedOut.value = false;
    const { body } = reply;
    if (reply.status === 200) await this.#done(item, body?.features ?? []);
    else if (reply.status === 412) this.#change(item, { state: "conflict", conflicts: body?.conflicts ?? [] });
    else this.#change(item, { state: "refused", why: body?.detail ?? `HTTP ${reply.status}`, ...(body?.fields ? { fields: body.fields } : {}) });
    return true;
  }

  async #told(layer: string, { ref, before, after }: Change): Promise<unknown> {
    const id = await this.idOf(layer, ref);
    const version = await this.versionOf(layer, ref);
    if (!after) return { id, version, delete: true };
    const { geometry, properties } = after;
    if (!before) return { ...(id === null ? {} : { id, restore: true }), properties, geometry };
    return { id, version, properties: properties ?? {}, ...(geometry ? { geometry } : {}) };
  }

  async #done(item: Item, features: readonly { id: number; version: number | null }[]): Promise<void> {
    for (const [i, { ref }] of item.changes.entries()) {
      const found = features[i];
      if (!found) continue;
      if (isNew(ref)) await this.#know(`id ${item.layer} ${ref}`, found.id);
      await this.saw(item.layer, ref, found.version);
    }
    this.#remove(item);
    this.ground.done?.(item);
  }

  /** After a conflict: what shall be, instead of what was wanted. It goes out again under a new key. */
  async settle(item: Item, changes: readonly Change[], key: string): Promise<void> {
    for (const conflict of item.conflicts ?? []) {
      const change = item.changes[conflict.index];
      if (change) await this.saw(item.layer, change.ref, conflict.version);
    }
    const { conflicts: _, why: __, fields: ___, ...rest } = item;
    const next: Item = { ...rest, key, changes, state: "waiting" };
    this.items.value = this.items.peek().map((one) => (one.key === item.key ? next : one));
    await this.#safe(this.ground.drop(item));
    await this.#safe(this.ground.put(next));
    await this.flush();
  }

  /** Gives a change up. The version that the others made is then the one that was seen. */
  async giveUp(item: Item): Promise<void> {
    for (const conflict of item.conflicts ?? []) {
      const change = item.changes[conflict.index];
      if (change) await this.saw(item.layer, change.ref, conflict.version);
    }
    this.#remove(item);
    await this.flush();
  }

  #change(item: Item, more: Partial<Item>): void {
    const next = { ...item, ...more };
    this.items.value = this.items.peek().map((one) => (one.key === item.key ? next : one));
    void this.#safe(this.ground.put(next));
  }

  #remove(item: Item): void {
    this.items.value = this.items.peek().filter((one) => one.key !== item.key);
    void this.#safe(this.ground.drop(item));
  }

  async #know(name: string, value: unknown): Promise<void> {
    this.#facts.set(name, value);
    await this.#safe(this.ground.know(name, value));
  }

  async #fact<T>(name: string): Promise<T | undefined> {
    if (this.#facts.has(name)) return this.#facts.get(name) as T;
    return this.ground.fact<T>(name).catch(() => undefined);
  }

  /** A browser that keeps nothing still sends. */
  async #safe(work: Promise<unknown>): Promise<void> {
    await work.catch(() => undefined);
  }
}
