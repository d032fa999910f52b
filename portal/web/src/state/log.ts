// The one list of what somebody has done, to be undone and done again without end: filters, edits, whatever a
// workspace registers. A command is plain data and a kind that knows how to apply it, so that the list outlives the page.
import { signal } from "./store";

export type Way = "do" | "undo";
export interface Command<D = unknown> {
  kind: string;
  /** What was done, in the words of both languages, for the buttons and for the message after undoing. */
  words: { zh: string; en: string };
  data: D;
  at: number;
  /** Commands of one kind that follow each other soon and merge under the same name are one step. */
  merge?: string | undefined;
}
export interface Kind<D = unknown> {
  apply: (data: D, way: Way) => void;
  /** Two steps as one: from before the first to after the second. */
  join?: (first: D, second: D) => D;
}
/** Where the list is kept. Writes are in the order of the calls. */
export interface Keeper {
  load: () => Promise<{ commands: Command[]; done: number } | null>;
  /** The list now has `command` at `n` and nothing behind it. */
  put: (n: number, command: Command) => void;
  /** So many commands are done; the rest may be done again. */
  point: (done: number) => void;
  /** Nothing is kept at `n` and behind it. */
  cut: (n: number) => void;
}

/** Steps within this time may be one: a slider that is moved, an arrow key held down. */
export const APART = 1200;

export class Log {
  #kinds = new Map<string, Kind>();
  #commands: Command[] = [];
  #done = signal(0);
  #length = signal(0);
  #keeper: Keeper | null = null;
  /** The next step may be joined to the last: nothing was undone between. */
  #open = false;

  constructor(readonly clock: () => number = () => Date.now()) {}

  register<D>(name: string, kind: Kind<D>): void {
    this.#kinds.set(name, kind as Kind);
  }

  /** Takes over what was kept. What has been done since the page began comes after it. */
  async keep(keeper: Keeper): Promise<void> {
    const kept = await keeper.load().catch(() => null);
    const early = this.#commands.slice(0, this.#done.peek());
    this.#commands = [...(kept?.commands.slice(0, early.length ? kept.done : undefined) ?? []), ...early];
    this.#keeper = keeper;
    const before = this.#commands.length - early.length;
    early.forEach((command, i) => keeper.put(before + i, command));
    this.#to(early.length ? this.#commands.length : (kept?.done ?? 0));
  }

  /** Does a command and keeps it. */
  run<D>(kind: string, words: Command["words"], data: D, merge?: string): void {
    this.#kind(kind).apply(data, "do");
    this.note(kind, words, data, merge);
  }

  /** Keeps a command that has been done already. */
  note<D>(kind: string, words: Command["words"], data: D, merge?: string): void {
    const at = this.clock();
    const n = this.#done.peek();
    const last = this.#commands[n - 1];
    const join = this.#kind(kind).join;
    const one = this.#open && join && merge !== undefined && last?.kind === kind && last.merge === merge && at - last.at <= APART;
    const command: Command = { kind, words, data: one ? join(last.data, data) : data, at, merge };
    const place = one ? n - 1 : n;
    this.#commands.splice(place, Infinity, command);
    this.#keeper?.put(place, command);
    this.#open = true;
    this.#to(place + 1);
  }

  undo(): Command | null {
    return this.#step("undo");
  }

  redo(): Command | null {
    return this.#step("do");
  }

  #step(way: Way): Command | null {
    const n = this.#done.peek();
    const command = this.#commands[way === "undo" ? n - 1 : n];
    if (!command) return null;
    this.#open = false;
    this.#kind(command.kind).apply(command.data, way);
    this.#to(way === "undo" ? n - 1 : n + 1);
    return command;
  }

  /** Changes what is kept of commands: somebody else's hand came between. */
  amend(kind: string, change: (data: unknown) => unknown): void {
    this.#commands.forEach((command, n) => {
      if (command.kind !== kind) return;
      const data = change(command.data);
      if (data === command.data) return;
      this.#commands[n] = { ...command, data };
    });
    if (!this.#keeper) return;
    const done = this.#done.peek();
    this.#commands.forEach((command, n) => this.#keeper!.put(n, command));
    this.#keeper.point(done);
  }

  /** Takes commands out that never came to be, or that became part of another. */
  remove(kind: string, which: (data: unknown) => boolean): void {
    const gone = (command: Command) => command.kind === kind && which(command.data);
    const done = this.#commands.slice(0, this.#done.peek()).filter((command) => !gone(command)).length;
    const first = this.#commands.findIndex(gone);
    if (first < 0) return;
    this.#commands = this.#commands.filter((command) => !gone(command));
    this.#open = false;
    this.#keeper?.cut(first);
    this.#commands.slice(first).forEach((command, i) => this.#keeper?.put(first + i, command));
    this.#to(done);
  }

  forget(): void {
    this.#commands = [];
    this.#keeper?.cut(0);
    this.#to(0);
  }

  /** What undoing or doing again would take back or bring back. */
  get last(): Command | null {
    return this.#commands[this.#done.value - 1] ?? null;
  }
  get next(): Command | null {
    return this.#length.value > this.#done.value ? this.#commands[this.#done.peek()]! : null;
  }
  get size(): number {
    return this.#length.value;
  }

  #kind(name: string): Kind {
    const kind = this.#kinds.get(name);
    if (!kind) throw new Error(`Nobody has said how “${name}” is done.`);
    return kind;
  }

  #to(done: number): void {
    this.#length.value = this.#commands.length;
    this.#done.value = done;
    this.#keeper?.point(done);
  }
}

export const log = new Log();
