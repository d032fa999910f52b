// Conditions of one layer ⇄ CQL2 text. Lists of values are understood and shown as chips; whatever else a text
// says is kept word for word and sent along.
import type { Value } from "./catalogue";

export interface Among {
  field: string;
  values: readonly Value[];
}
export interface Condition {
  among: readonly Among[];
  rest: string | null;
}

export const NONE: Condition = { among: [], rest: null };

function literal(value: Value): string {
  return typeof value === "string" ? `'${value.replaceAll("'", "''")}'` : String(value);
}

export function toText(condition: Condition): string {
  const parts = condition.among
    .filter((a) => a.values.length)
    .map((a) => (a.values.length === 1 ? `${a.field} = ${literal(a.values[0]!)}` : `${a.field} IN (${a.values.map(literal).join(", ")})`));
  if (condition.rest) parts.push(parts.length ? `(${condition.rest})` : condition.rest);
  return parts.join(" AND ");
}

export function fromText(text: string): Condition {
  const among: Among[] = [];
  const rest: string[] = [];
  for (const part of conjuncts(text.trim())) {
    const found = readAmong(part);
    if (found) among.push(found);
    else if (part) rest.push(part);
  }
  return { among, rest: rest.length ? rest.join(" AND ") : null };
}

/** The parts between ANDs that stand outside of quotes and brackets; the AND of a BETWEEN belongs to it. */
function conjuncts(text: string): string[] {
  const tokens = text.match(/'(?:[^']|'')*'|[()]|[^\s()']+|\s+/g) ?? [];
  const parts: string[] = [];
  let part = "";
  let level = 0;
  let between = false;
  for (const token of tokens) {
    const word = token.toUpperCase();
    if (token === "(") level += 1;
    if (token === ")") level -= 1;
    if (level === 0 && word === "OR") return [text];
    if (level === 0 && word === "BETWEEN") between = true;
    if (level === 0 && word === "AND") {
      if (!between) {
        parts.push(part.trim());
        part = "";
        continue;
      }
      between = false;
    }
    part += token;
  }
  parts.push(part.trim());
  return parts.map(unwrapped);
}

/** Without one pair of brackets that holds all of it. */
function unwrapped(part: string): string {
  if (!part.startsWith("(") || !part.endsWith(")")) return part;
  let level = 0;
  for (const [at, token] of [...part.matchAll(/'(?:[^']|'')*'|[()]/g)].map((m) => [m.index, m[0]] as const)) {
    if (token === "(") level += 1;
    if (token === ")") level -= 1;
    if (level === 0 && at < part.length - 1) return part;
  }
  return part.slice(1, -1).trim();
}

const NAME = "([A-Za-z_][A-Za-z0-9_]*)";
const LITERAL = "('(?:[^']|'')*'|-?\\d+(?:\\.\\d+)?|true|false)";
const EQUAL = new RegExp(`^${NAME}\\s*=\\s*${LITERAL}$`, "i");
const IN = new RegExp(`^${NAME}\\s+IN\\s*\\(\\s*(${LITERAL}(?:\\s*,\\s*${LITERAL})*)\\s*\\)$`, "i");

function readAmong(part: string): Among | null {
  const equal = EQUAL.exec(part);
  if (equal) return { field: equal[1]!, values: [value(equal[2]!)] };
  const list = IN.exec(part);
  if (!list) return null;
  return { field: list[1]!, values: [...list[2]!.matchAll(new RegExp(LITERAL, "gi"))].map((m) => value(m[0])) };
}

function value(text: string): Value {
  if (text.startsWith("'")) return text.slice(1, -1).replaceAll("''", "'");
  if (/^(true|false)$/i.test(text)) return text.toLowerCase() === "true";
  return Number(text);
}

/** The condition with the field held to these values; an empty list lifts it. */
export function hold(condition: Condition, field: string, values: readonly Value[]): Condition {
  const among = condition.among.filter((a) => a.field !== field);
  return { ...condition, among: values.length ? [...among, { field, values }] : among };
}

export function heldTo(condition: Condition, field: string): readonly Value[] | null {
  return condition.among.find((a) => a.field === field)?.values ?? null;
}
