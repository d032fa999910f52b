import { expect, test } from "vitest";
import { APART, Log, type Command, type Keeper } from "../src/state/log";

type Doc = Record<string, number>;
interface Step {
  name: string;
  before: number | null;
  after: number | null;
}

/** What a browser keeps: everything goes through text, as it would through a disk. */
class Disk implements Keeper {
  commands: string[] = [];
  done = 0;
  async load() {
    return { commands: this.commands.map((text) => JSON.parse(text) as Command), done: this.done };
  }
  put = (n: number, command: Command) => void this.commands.splice(n, Infinity, JSON.stringify(command));
  point = (done: number) => void (this.done = done);
  cut = (n: number) => void this.commands.splice(n, Infinity);
}

function random(seed: number): () => number {
  let a = seed;
  return () => {
    a = (a + 0x6d2b79f5) | 0;
    let t = Math.imul(a ^ (a >>> 15), 1 | a);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

const words = { zh: "改", en: "change" };

function open(doc: Doc, clock: () => number): Log {
  const log = new Log(clock);
  log.register<Step>("set", {
    apply({ name, before, after }, way) {
      const to = way === "do" ? after : before;
      if (to === null) delete doc[name];
      else doc[name] = to;
    },
    join: (first, second) => ({ name: first.name, before: first.before, after: second.after }),
  });
  return log;
}

/** The document as text, its parts in order. */
const text = (doc: Doc) => JSON.stringify(Object.entries(doc).sort());

test("200 scripts of 500 steps: all undone is the beginning, all done again is the end, also over a reload", async () => {
  for (let seed = 1; seed <= 200; seed++) {
    const chance = random(seed);
    const doc: Doc = { kept: seed };
    let now = 0;
    const disk = new Disk();
    let log = open(doc, () => now);
    await log.keep(disk);
    const first = text(doc);
    for (let step = 0; step < 500; step++) {
      now += Math.floor(chance() * 3) * APART;
      if (chance() < 0.15) log.undo();
      else if (chance() < 0.1) log.redo();
      else {
        const name = `k${Math.floor(chance() * 6)}`;
        const after = chance() < 0.2 ? null : Math.floor(chance() * 1000);
        log.run<Step>("set", words, { name, before: doc[name] ?? null, after }, chance() < 0.5 ? name : undefined);
      }
      if (step === 250 || chance() < 0.01) {
        log = open(doc, () => now); // the page is loaded anew: the document is there, the list comes from the disk
        await log.keep(disk);
      }
    }
    while (log.redo());
    const last = text(doc);
    while (log.undo());
    expect(text(doc)).toBe(first);
    while (log.redo());
    expect(text(doc)).toBe(last);
    log = open(doc, () => now);
    await log.keep(disk);
    while (log.undo());
    expect(text(doc)).toBe(first);
  }
});

test("a slider that is moved is one step, and two that lie apart are two", () => {
  const doc: Doc = {};
  let now = 0;
  const log = open(doc, () => now);
  const set = (after: number) => log.run<Step>("set", words, { name: "a", before: doc.a ?? null, after }, "a");
  set(1);
  now += 100;
  set(2);
  now += APART + 1;
  set(3);
  expect(log.size).toBe(2);
  log.undo();
  expect(doc.a).toBe(2);
  log.undo();
  expect(doc.a).toBeUndefined();
});

test("after something was undone, the next step is one of its own and ends what could be done again", () => {
  const doc: Doc = {};
  const log = open(doc, () => 0);
  const set = (after: number) => log.run<Step>("set", words, { name: "a", before: doc.a ?? null, after }, "a");
  set(1);
  log.undo();
  set(2);
  expect([log.size, log.next, doc.a]).toEqual([1, null, 2]);
});

test("what was done before the list was read comes after what was kept", async () => {
  const disk = new Disk();
  const doc: Doc = {};
  const before = open(doc, () => 0);
  await before.keep(disk);
  before.run<Step>("set", words, { name: "a", before: null, after: 1 });
  const log = open(doc, () => 10_000);
  log.run<Step>("set", words, { name: "a", before: 1, after: 2 });
  await log.keep(disk);
  expect(log.size).toBe(2);
  log.undo();
  log.undo();
  expect(doc).toEqual({});
  expect(disk.commands).toHaveLength(2);
});

test("a browser that keeps nothing stops nobody", async () => {
  const doc: Doc = {};
  const log = open(doc, () => 0);
  await log.keep({ load: () => Promise.reject(new Error("private window")), put: () => undefined, point: () => undefined, cut: () => undefined });
  log.run<Step>("set", words, { name: "a", before: null, after: 1 });
  log.undo();
  expect(doc).toEqual({});
});

test("commands that never came to be are taken out, here and on the disk", async () => {
  const disk = new Disk();
  const doc: Doc = {};
  const log = open(doc, () => 0);
  await log.keep(disk);
  for (const [i, name] of ["a", "b", "c", "b", "d"].entries()) log.run<Step>("set", words, { name, before: doc[name] ?? null, after: i });
  log.undo();
  log.remove("set", (data) => (data as Step).name === "b");
  expect([log.size, disk.commands.length, disk.done]).toEqual([3, 3, 2]);
  log.redo();
  expect(doc.d).toBe(4);
  while (log.undo());
  expect(doc).toEqual({ b: 3 });
});
