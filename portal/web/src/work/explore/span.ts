// A stretch of a row: which places lie in it, and what drawing at its edges makes of it. Plain reckoning.
export type Span = readonly [from: number, to: number];
export type Drag = { kind: "new" | "from" | "to" | "move"; start: number; span: Span };

export function inside([from, to]: Span, at: number): boolean {
  return from <= to ? at >= from && at <= to : at >= from || at <= to;
}

/** The span after the edge `kind` has been drawn from `start` to `at`. */
export function drawn(kind: Drag["kind"], [from, to]: Span, start: number, at: number, size: number, round: boolean): Span {
  if (kind === "new") return [Math.min(start, at), Math.max(start, at)];
  if (kind === "from") return [round ? at : Math.min(at, to), to];
  if (kind === "to") return [from, round ? at : Math.max(at, from)];
  if (round) return [mod(from + at - start, size), mod(to + at - start, size)];
  const by = Math.min(size - 1 - to, Math.max(-from, at - start));
  return [from + by, to + by];
}

const mod = (n: number, size: number) => ((n % size) + size) % size;
