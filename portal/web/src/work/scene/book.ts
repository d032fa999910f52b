// A scene with its edits on their way to the server. Every edit is kept in the browser before anything else, goes out
// in order under a name of its own, and is done once however often it is sent. What others did comes back with the
// answer, and what has not gone out yet is laid over it again.
import { apply, inverse, type Document, type Edit, type Op } from "./document";

export interface Check {
  rule: string;
  zh: string;
  en: string;
  ok: boolean;
  must: boolean;
  element: string;
}
export interface Residual {
  reading: string;
  part: string;
  off: number;
  normal: number;
  flagged: boolean;
  seen: number | null;
}
export interface Fit {
  element: string;
  x: number;
  y: number;
  heading: number | null;
  ellipse: readonly [number, number, number];
  heading_sigma: number | null;
  rms: number;
  redundancy: number;
  residuals: readonly Residual[];
  warnings: readonly string[];
  flagged: readonly string[];
}
export interface Remark {
  text: string;
  element: string;
}
/** Left, top, right, bottom as parts of the upright picture. */
export type Box = readonly [number, number, number, number];
export interface Photo {
  name: string;
  width: number;
  height: number;
  panorama: boolean;
  party: string;
  areas: readonly string[];
  caption: string;
  blurs: readonly Box[];
}
/** The scene as the server tells it. */
export interface Told {
  crash: number;
  case: { id: number; case_no: string; severity: number; occurred_at: string; place: string; state: string | null };
  state: "draft" | "submitted" | "returned" | "approved" | "locked";
  version: number;
  digest: string;
  document: Document;
  plates: Readonly<Record<string, string>>;
  drawn_by: string;
  reviewed_by: string;
  checklist: readonly Check[];
  ready: boolean;
  fits: readonly Fit[];
  photos: readonly Photo[];
  steps: readonly { id: number; at: string; actor: string; before: string; after: string; remarks: readonly Remark[] }[];
}
export interface Step {
  words: string;
  forth: readonly Edit[];
  back: readonly Edit[];
}
/** All that outlives the page. */
export interface Kept {
  owner: string;
  client: string;
  told: Told;
  /** Numbered without gaps; a number is never given twice. */
  pending: readonly Op[];
  steps: readonly Step[];
  done: number;
  count: number;
}
export interface Answer {
  version: number;
  results: readonly { id: string; outcome: "applied" | "rival" | "revived" | "refused"; sentences: readonly string[] }[];
  operations: readonly { actor: string; client: string }[];
  scene: Told;
}
export type Reply = { status: number; body: (Partial<Answer> & { detail?: string }) | null };
export interface Ground {
  keep: (kept: Kept) => Promise<unknown>;
  /** Throws when there is no server. */
  send: (body: { since: number; operations: readonly Op[]; whole: true }) => Promise<Reply>;
  renew: () => Promise<unknown>;
  changed: () => void;
  /** What a person has to know: refused, met another's, others worked here. */
  say: (what: "refused" | "rival" | "others" | "closed" | "odd", sentences: readonly string[]) => void;
}
export type Net = "saved" | "saving" | "away" | "refused";
const AT_ONCE = 100;

export class Book {
  doc: Document;
  net: Net = "saved";
  #running: Promise<void> | null = null;
  #again = false;
  /** While a hand is on the drawing, answers wait. */
  #held = 0;
  #arrived: Told | null = null;
  #keeping: Promise<unknown> = Promise.resolve();

  constructor(
    public kept: Kept,
    readonly ground: Ground,
  ) {
    this.doc = over(kept.told.document, kept.pending);
  }

  get pending(): number {
    return this.kept.pending.length;
  }
  get told(): Told {
    return this.kept.told;
  }
  get open(): boolean {
    return this.told.state === "draft" || this.told.state === "returned";
  }
  /** When all that was done until now is kept in the browser. */
  get settled(): Promise<unknown> {
    return this.#keeping;
  }
  get canUndo(): Step | null {
    return this.kept.steps[this.kept.done - 1] ?? null;
  }
  get canRedo(): Step | null {
    return this.kept.steps[this.kept.done] ?? null;
  }

  /** One step of somebody's work. Resolves when it is kept in the browser. */
  commit(words: string, edits: readonly Edit[]): Promise<unknown> {
    if (!edits.length || !this.open) return Promise.resolve();
    const back = this.#put(edits);
    const steps = back ? [...this.kept.steps.slice(0, this.kept.done), { words, forth: edits, back }] : this.kept.steps;
    this.kept = { ...this.kept, steps, done: back ? steps.length : this.kept.done };
    return this.#after();
  }

  undo(): Step | null {
    const step = this.canUndo;
    if (!step || !this.open) return null;
    this.#put(step.back);
    this.kept = { ...this.kept, done: this.kept.done - 1 };
    void this.#after();
    return step;
  }

  redo(): Step | null {
    const step = this.canRedo;
    if (!step || !this.open) return null;
    this.#put(step.forth);
    this.kept = { ...this.kept, done: this.kept.done + 1 };
    void this.#after();
    return step;
  }

  /** Applies edits and gives what takes them back, last first; null where something cannot be taken back. */
  #put(edits: readonly Edit[]): Edit[] | null {
    const back: Edit[] = [];
    let whole = true;
    let { count } = this.kept;
    const pending = [...this.kept.pending];
    for (const edit of edits) {
      const undone = inverse(this.doc, edit);
      if (undone) back.unshift(undone);
      else whole = false;
      this.doc = apply(this.doc, edit);
      count += 1;
      pending.push({ ...edit, id: `${this.kept.client}-${String(count).padStart(6, "0")}`, client: this.kept.client, base: this.told.version });
    }
    this.kept = { ...this.kept, pending, count };
    return whole ? back : null;
  }

  #after(): Promise<unknown> {
    const kept = this.#keep();
    this.ground.changed();
    void kept.then(() => this.flush());
    return kept;
  }

  /** Writes are in order; a browser that keeps nothing still sends. */
  #keep(): Promise<unknown> {
    return (this.#keeping = this.#keeping.then(() => this.ground.keep(this.kept)).catch(() => undefined));
  }

  hold(): void {
    this.#held += 1;
  }

  release(): void {
    this.#held = Math.max(0, this.#held - 1);
    if (this.#held === 0 && this.#arrived) this.#take(this.#arrived);
  }

  /** Sends what waits, and asks what others did. */
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
    let few = AT_ONCE;
    let renewed = false;
    do {
      const operations = this.kept.pending.slice(0, few);
      if (operations.length) this.#net("saving");
      let reply: Reply;
      try {
        reply = await this.ground.send({ since: this.told.version, operations, whole: true });
      } catch {
        return this.#net("away");
      }
      const { status, body } = reply;
      if (status >= 500 || status === 429) return this.#net("away");
      if (status === 200 && body?.scene) {
        this.#answered(operations, body as Answer);
        few = AT_ONCE;
        continue;
      }
      if ([401, 403, 404].includes(status)) {
        // the session may have run out: to who is not signed in there are no scenes
        if (renewed || !(await this.ground.renew().then(() => true, () => false))) return this.#net("refused");
        renewed = true;
        continue;
      }
      if (status === 409 || !operations.length) {
        this.ground.say("closed", [body?.detail ?? `HTTP ${status}`]);
        return this.#net("refused");
      }
      if (operations.length > 1) {
        few = 1; // one of them cannot be read: the others shall not wait for it
        continue;
      }
      this.ground.say("refused", [body?.detail ?? `HTTP ${status}`]);
      this.kept = { ...this.kept, pending: this.kept.pending.slice(1) };
      this.doc = over(this.told.document, this.kept.pending);
      await this.#keep();
    } while (this.pending);
    this.#net("saved");
  }

  #answered(sent: readonly Op[], answer: Answer): void {
    const gone = new Set(sent.map((op) => op.id));
    this.kept = { ...this.kept, pending: this.kept.pending.filter((op) => !gone.has(op.id)) };
    for (const { outcome, sentences } of answer.results) {
      if (outcome === "refused" || outcome === "rival") this.ground.say(outcome, sentences);
    }
    const others = answer.operations.filter((one) => one.client !== this.kept.client);
    if (others.length) this.ground.say("others", [...new Set(others.map((one) => one.actor))]);
    if (this.#held) {
      this.kept = { ...this.kept, told: answer.scene };
      this.#arrived = answer.scene;
    } else this.#take(answer.scene);
    void this.#keep();
  }

  #take(told: Told): void {
    this.#arrived = null;
    this.kept = { ...this.kept, told };
    this.doc = over(told.document, this.kept.pending);
    this.ground.changed();
  }

  /** The scene as it came by another way: a step of the review, a plate. */
  learn(told: Told): void {
    if (told.version < this.told.version) return;
    this.#take(told);
    void this.#keep();
  }

  #net(net: Net): void {
    if (this.net === net) return;
    this.net = net;
    this.ground.changed();
  }
}

export const over = (doc: Document, ops: readonly Edit[]): Document => ops.reduce(apply, doc);
