// Signals: values that know who reads them. A computed value is worked out when it is read; an effect runs
// again, once per batch, when something that it read last time has changed.

type Watcher = { sources: Set<Set<Watcher>>; stale: () => void };

let reading: Watcher | undefined;
let depth = 0;
const waiting = new Set<() => void>();

export interface Readable<T> {
  readonly value: T;
  /** The value, without becoming a reader of it. */
  peek(): T;
}
export interface Signal<T> extends Readable<T> {
  value: T;
}

function read(readers: Set<Watcher>): void {
  if (!reading) return;
  readers.add(reading);
  reading.sources.add(readers);
}

function leave(watcher: Watcher): void {
  for (const readers of watcher.sources) readers.delete(watcher);
  watcher.sources.clear();
}

function track<T>(watcher: Watcher, work: () => T): T {
  leave(watcher);
  const before = reading;
  reading = watcher;
  try {
    return work();
  } finally {
    reading = before;
  }
}

export function batch(work: () => void): void {
  depth += 1;
  try {
    work();
  } finally {
    depth -= 1;
    if (depth === 0) flush();
  }
}

function flush(): void {
  while (waiting.size) {
    const [job] = waiting;
    waiting.delete(job!);
    job!();
  }
}

export function signal<T>(initial: T): Signal<T> {
  let now = initial;
  const readers = new Set<Watcher>();
  return {
    get value() {
      read(readers);
      return now;
    },
    set value(next: T) {
      if (Object.is(next, now)) return;
      now = next;
      batch(() => [...readers].forEach((reader) => reader.stale()));
    },
    peek: () => now,
  };
}

export function computed<T>(work: () => T): Readable<T> {
  let now: T;
  let fresh = false;
  const readers = new Set<Watcher>();
  const watcher: Watcher = {
    sources: new Set(),
    stale() {
      if (!fresh) return;
      fresh = false;
      [...readers].forEach((reader) => reader.stale());
    },
  };
  const current = () => {
    if (!fresh) {
      now = track(watcher, work);
      fresh = true;
    }
    return now;
  };
  return {
    get value() {
      read(readers);
      return current();
    },
    peek: current,
  };
}

/** Runs the work now and whenever what it read has changed, until the returned function is called. */
export function effect(work: () => void): () => void {
  const run = () => track(watcher, work);
  const watcher: Watcher = { sources: new Set(), stale: () => waiting.add(run) };
  run();
  return () => {
    waiting.delete(run);
    leave(watcher);
  };
}

/** Runs the work once, under watch: `changed` is called the first time that something it read has changed. */
export function watch(changed: () => void): { run: <T>(work: () => T) => T; stop: () => void } {
  const watcher: Watcher = { sources: new Set(), stale: () => waiting.add(changed) };
  return {
    run: (work) => track(watcher, work),
    stop() {
      waiting.delete(changed);
      leave(watcher);
    },
  };
}
