import { expect, test } from "vitest";
import { Book, over, type Ground, type Kept, type Reply, type Told } from "../src/work/scene/book";
import { apply, element, inverse, removal, type Document, type Edit, type Element, type Op } from "../src/work/scene/document";
import { about, matrix, toScene, toScreen } from "../src/work/scene/stage";

const EMPTY: Document = {
  origin: [0, 0], north: "map", short: false, street: { as_of: null, bbox: null, state: null, note: "" },
  frame: { center: [0, 0], rotation: 0, scale: 200, paper: "A4" }, summary: "", parties: [], elements: [], readings: [], rivals: [],
};

/** A server as ours is: an edit is done once, in the order of its arrival. It can be away, and its answers can be lost. */
class Server {
  doc = EMPTY;
  log: Op[] = [];
  away = false;
  loses = false;

  told(): Told {
    return { crash: 1, case: { id: 1, case_no: "", severity: 2, occurred_at: "", place: "", state: "draft" }, state: "draft", version: this.log.length, digest: "", document: JSON.parse(JSON.stringify(this.doc)) as Document, plates: {}, drawn_by: "", reviewed_by: "", checklist: [], ready: false, fits: [], photos: [], steps: [] };
  }

  send({ since, operations }: { since: number; operations: readonly Op[] }): Promise<Reply> {
    if (this.away) return Promise.reject(new TypeError("Failed to fetch"));
    for (const op of operations) {
      if (this.log.some((one) => one.id === op.id)) continue;
      this.log.push(op);
      this.doc = apply(this.doc, op);
    }
    if (this.loses) return Promise.reject(new TypeError("Failed to fetch"));
    const asked = new Set(operations.map((op) => op.id));
    return Promise.resolve({ status: 200, body: { version: this.log.length, results: operations.map(({ id }) => ({ id, outcome: "applied", sentences: [] })), operations: this.log.slice(since).filter((op) => !asked.has(op.id)).map(({ client }) => ({ client, actor: "other" })), scene: this.told() } });
  }
}

function pad(server: Server, disk: { kept: Kept | null }, client = "pad"): Book {
  const ground: Ground = {
    keep: (kept) => Promise.resolve(void (disk.kept = JSON.parse(JSON.stringify(kept)) as Kept)),
    send: (body) => server.send(body), renew: () => Promise.resolve(), changed: () => undefined, say: () => undefined,
  };
  return new Book(disk.kept ?? { owner: "me", client, told: server.told(), pending: [], steps: [], done: 0, count: 0 }, ground);
}

/** The same numbers every time. */
function dice(seed: number): (n: number) => number {
  let now = seed * 2654435761;
  return (n) => {
    now = (Math.imul(now ^ (now >>> 15), 2246822507) + 0x9e3779b9) | 0;
    return (now >>> 0) % n;
  };
}

function edit(doc: Document, roll: (n: number) => number, name: string): Edit[] {
  const some = doc.elements[roll(doc.elements.length || 1)];
  const way = roll(4);
  if (!some || way === 0) return [{ op: "add", where: "elements", body: element({ id: name, type: "impact", at: [roll(50), roll(50)] }) }];
  if (way === 1) return removal(doc, [some.id]);
  if (way === 2 && some.type === "impact") return [{ op: "add", where: "elements", body: element({ id: name, type: "dimension", a: some.id, b: [roll(9), 0] }) }];
  return [{ op: "set", where: "elements", target: some.id, fields: some.type === "impact" ? { at: [roll(50), roll(50)] } : { offset: roll(9) } }];
}

test("200 random sequences of edits, undoing, lost networks and reloads: the server has what was drawn, each edit once", async () => {
  for (let seed = 1; seed <= 200; seed++) {
    const roll = dice(seed);
    const server = new Server();
    const disk: { kept: Kept | null } = { kept: null };
    let book = pad(server, disk);
    for (let n = 0; n < 40; n++) {
      const what = roll(10);
      if (what < 6) await book.commit("x", edit(book.doc, roll, `e${seed}-${n}`));
      else if (what === 6) book.undo();
      else if (what === 7) book.redo();
      else if (what === 8) [server.away, server.loses] = [roll(2) === 0, roll(3) === 0];
      else {
        await book.flush();
        await book.settled;
        const before = book.doc;
        book = pad(server, disk); // the page is closed and opened again
        expect(book.doc).toEqual(before);
      }
    }
    [server.away, server.loses] = [false, false];
    await book.flush();
    await book.flush();
    expect(book.pending).toBe(0);
    expect(server.doc).toEqual(JSON.parse(JSON.stringify(book.doc)));
    expect(server.log.map((op) => op.id)).toEqual([...new Set(server.log.map((op) => op.id))]);
    expect(server.log).toHaveLength(book.kept.count);
    expect(server.log.map((op) => op.id)).toEqual([...server.log.map((op) => op.id)].sort());
  }
}, 120_000);

test("everything undone is what there was, everything done again is what there is", async () => {
  for (let seed = 1; seed <= 8; seed++) {
    const roll = dice(seed + 1000);
    const disk: { kept: Kept | null } = { kept: null };
    const server = new Server();
    server.away = true;
    let book = pad(server, disk);
    for (let n = 0; n < 100; n++) await book.commit("x", edit(book.doc, roll, `e${n}`));
    const whole = book.doc;
    await book.settled;
    book = pad(server, disk);
    while (book.undo());
    expect(book.doc.elements).toEqual([]);
    while (book.redo());
    expect(book.doc).toEqual(whole);
  }
}, 120_000);

test("two tablets end with the same drawing", async () => {
  const server = new Server();
  const [one, other] = [pad(server, { kept: null }, "one"), pad(server, { kept: null }, "two")];
  await one.commit("x", [{ op: "add", where: "elements", body: element({ id: "a", type: "impact", at: [1, 1] }) }]);
  await other.commit("x", [{ op: "add", where: "elements", body: element({ id: "b", type: "impact", at: [2, 2] }) }]);
  await one.flush();
  await other.flush();
  await one.flush();
  expect(one.doc).toEqual(other.doc);
  expect(one.doc.elements.map((e) => e.id).sort()).toEqual(["a", "b"]);
});

test("what is taken away takes along what hangs on it, and comes back whole", () => {
  const start = over(EMPTY, [
    { op: "add", where: "elements", body: element({ id: "f", type: "fixed", kind: "pole", at: [0, 0] }) },
    { op: "add", where: "elements", body: element({ id: "l", type: "baseline", start: "f", end: [9, 0] }) },
    { op: "add", where: "readings", body: { id: "r", type: "offset", of: "i", line: "l", s: 1, d: 1 } },
  ]);
  const edits = removal(start, ["f"]);
  expect(edits.map((one) => "target" in one && one.target)).toEqual(["r", "l", "f"]);
  const back: Edit[] = [];
  const gone = edits.reduce((doc, one) => (back.unshift(inverse(doc, one)!), apply(doc, one)), start);
  expect([gone.elements, gone.readings]).toEqual([[], []]);
  expect(over(gone, back)).toEqual(start);
});

test("screen and scene are each other's inverse, however one looks", () => {
  const size = { width: 900, height: 700 };
  for (const turn of [-170, -30, 0, 45, 120]) {
    const sight = { x: 3, y: -7, scale: 17, turn };
    const [sx, sy] = toScreen(sight, size, [12, 5]);
    const back = toScene(sight, size, [sx, sy]);
    expect(back[0]).toBeCloseTo(12, 9);
    expect(back[1]).toBeCloseTo(5, 9);
    const [a, b, c, d, e, f] = matrix(sight, size).slice(7, -1).split(" ").map(Number) as [number, number, number, number, number, number];
    expect(a * 12 + c * 5 + e).toBeCloseTo(sx, 6);
    expect(b * 12 + d * 5 + f).toBeCloseTo(sy, 6);
    const next = about(sight, size, [200, 300], 1.7, 12);
    const [held, now] = [toScene(sight, size, [200, 300]), toScene(next, size, [200, 300])];
    expect(now[0]).toBeCloseTo(held[0], 9);
    expect(now[1]).toBeCloseTo(held[1], 9);
  }
});

export type { Element };
