import { expect, test } from "vitest";
import { Outbox, type Change, type Ground, type Item, type Reply } from "../src/edit/outbox";

/** A server as ours is: versions, keys that it knows again, all or nothing. It can be away, and its answers can be lost. */
class Server {
  rows = new Map<number, { version: number; properties: Record<string, unknown> }>([[7, { version: 1, properties: { a: 0 } }]]);
  receipts = new Map<string, Reply>();
  away = false;
  loses = 0;
  who: string | null = "me";
  got = 0;

  async send(_: string, body: unknown): Promise<Reply> {
    if (this.away) throw new TypeError("Failed to fetch");
    const reply = this.#take(body as { key: string; changes: Record<string, unknown>[] });
    if (this.loses-- > 0) throw new TypeError("Failed to fetch");
    return JSON.parse(JSON.stringify(reply)) as Reply;
  }

  #take({ key, changes }: { key: string; changes: Record<string, unknown>[] }): Reply {
    this.got++;
    if (this.who === null) return { status: 401, body: { code: "signed-out" } };
    const known = this.receipts.get(key);
    if (known) return known;
    const conflicts = changes.flatMap(({ id, version, restore }, index) => {
      const row = this.rows.get(Number(id));
      if (id === undefined || restore || row?.version === version) return [];
      return [{ index, id: Number(id), version: row?.version ?? null, current: row ? ({ type: "Feature", id, geometry: null, properties: { ...row.properties } } as never) : null }];
    });
    if (conflicts.length) return { status: 412, body: { conflicts } };
    const features = changes.map((change) => {
      const id = change.id === undefined ? 100 + this.rows.size : Number(change.id);
      if (change.delete) return this.rows.delete(id), { id, version: null };
      const row = this.rows.get(id) ?? { version: 0, properties: {} };
      this.rows.set(id, { version: row.version + 1, properties: { ...row.properties, ...(change.properties as object) } });
      return { id, version: row.version + 1 };
    });
    const reply = { status: 200, body: { features } };
    this.receipts.set(key, reply);
    return reply;
  }
}

class Browser {
  items = new Map<string, string>();
  facts = new Map<string, unknown>();

  ground(server: Server): Ground {
    return {
      owner: "me",
      all: async () => [...this.items.values()].map((text) => JSON.parse(text) as Item),
      put: async (item) => this.items.set(item.key, JSON.stringify(item)),
      drop: async (item) => this.items.delete(item.key),
      fact: async <T>(name: string) => this.facts.get(name) as T | undefined,
      know: async (name, value) => this.facts.set(name, value),
      send: (layer, body) => server.send(layer, body),
      renew: async () => server.who,
    };
  }
}

let keys = 0;
const set = (a: number, before = 0): Change => ({ ref: "7", before: { properties: { a: before } }, after: { properties: { a } } });
const item = (...changes: Change[]) => ({ key: `key-${keys++}`, layer: "spots", command: "c", way: "do" as const, changes });

async function opened(server: Server, browser = new Browser()): Promise<Outbox> {
  const box = new Outbox(browser.ground(server));
  await box.load();
  return box;
}

test("what was made without the server arrives once, in order, also after the page was loaded anew", async () => {
  const server = new Server();
  const browser = new Browser();
  let box = await opened(server, browser);
  await box.saw("spots", "7", 1);
  server.away = true;
  box.add(item(set(1)));
  box.add(item(set(2, 1)));
  box.add(item({ ref: "new-x", before: null, after: { properties: { a: 9 } } }));
  await box.flush();
  expect([box.items.peek().length, box.away.peek()]).toEqual([3, true]);
  box = await opened(server, browser);
  expect(box.items.peek()).toHaveLength(3);
  server.away = false;
  await box.flush();
  expect(box.items.peek()).toHaveLength(0);
  expect(server.rows.get(7)).toEqual({ version: 3, properties: { a: 2 } });
  expect(server.rows.size).toBe(2);
  expect(browser.items.size).toBe(0);
});

test("an answer that was lost on the way does not make a second feature", async () => {
  const server = new Server();
  const box = await opened(server);
  server.loses = 2;
  box.add(item({ ref: "new-x", before: null, after: { properties: { a: 9 } } }));
  await box.flush();
  await box.flush();
  await box.flush();
  expect([server.got, server.rows.size, box.items.peek().length]).toEqual([3, 2, 0]);
});

test("a new feature that is taken back and made again keeps its number", async () => {
  const server = new Server();
  const box = await opened(server);
  const made: Change = { ref: "new-x", before: null, after: { properties: { a: 9 } } };
  const gone: Change = { ref: "new-x", before: made.after, after: null };
  for (const change of [made, gone, made]) {
    box.add(item(change));
    await box.flush();
  }
  expect([...server.rows.keys()]).toEqual([7, 101]);
});

test("a conflict holds up only what stands on it, and goes out again as it was settled", async () => {
  const server = new Server();
  const box = await opened(server);
  await box.saw("spots", "7", 1);
  server.rows.set(7, { version: 5, properties: { a: 50, b: "theirs" } });
  box.add(item(set(1)));
  box.add(item(set(2, 1)));
  box.add(item({ ref: "new-y", before: null, after: { properties: { a: 3 } } }));
  await box.flush();
  await box.flush();
  const [first, second, ...rest] = box.items.peek();
  expect([first!.state, second!.state, rest.length, server.rows.size]).toEqual(["conflict", "waiting", 0, 2]);
  expect(first!.conflicts![0]!.current!.properties).toEqual({ a: 50, b: "theirs" });
  await box.settle(first!, [set(1, 50)], "settled");
  await box.flush();
  expect(server.rows.get(7)).toEqual({ version: 7, properties: { a: 2, b: "theirs" } });
  expect(box.items.peek()).toHaveLength(0);
});

test("what is given up is gone, and the next change goes on from theirs", async () => {
  const server = new Server();
  const box = await opened(server);
  await box.saw("spots", "7", 1);
  server.rows.set(7, { version: 5, properties: { a: 50 } });
  box.add(item(set(1)));
  await box.flush();
  await box.giveUp(box.items.peek()[0]!);
  box.add(item(set(60, 50)));
  await box.flush();
  expect(server.rows.get(7)).toEqual({ version: 6, properties: { a: 60 } });
});

test("a lost session keeps the change; it goes out once the same person is back, and not for another", async () => {
  const server = new Server();
  const box = await opened(server);
  await box.saw("spots", "7", 1);
  server.who = null;
  box.add(item(set(1)));
  await box.flush();
  expect([box.signedOut.peek(), box.items.peek().length]).toEqual([true, 1]);
  server.who = "somebody else";
  await box.flush();
  expect([box.signedOut.peek(), box.items.peek().length, server.rows.get(7)!.version]).toEqual([true, 1, 1]);
  server.who = "me";
  await box.flush();
  expect([box.signedOut.peek(), box.items.peek().length, server.rows.get(7)!.version]).toEqual([false, 0, 2]);
});
