// What was done and has not arrived: kept in the phone's own database under the event's number, sent in order, taken out
// only when the server has answered for that number. The server writes an event once, however often it is sent.
export interface Kept {
  event: string;
  kind: "signin" | "fault";
  path: string;
  body: Record<string, unknown>;
  /** Whose it is: another officer on the same phone does not send it. */
  who: string;
  at: number;
  /** The steady clock when it was made, and which run of the page that clock belongs to. */
  steady: number;
  run: string;
}

const NAME = "antu-phone";
const STORE = "outbox";
export const RUN = crypto.randomUUID();

function opened(): Promise<IDBDatabase> {
  return new Promise((done, failed) => {
    const asked = indexedDB.open(NAME, 1);
    asked.onupgradeneeded = () => {
      asked.result.createObjectStore(STORE, { keyPath: "event" });
      asked.result.createObjectStore("kept");
    };
    asked.onsuccess = () => done(asked.result);
    asked.onerror = () => failed(asked.error);
  });
}

async function within<T>(store: string, mode: IDBTransactionMode, work: (store: IDBObjectStore) => IDBRequest<T>): Promise<T> {
  const db = await opened();
  try {
    return await new Promise<T>((done, failed) => {
      const transaction = db.transaction(store, mode, { durability: "strict" });
      const asked = work(transaction.objectStore(store));
      transaction.oncomplete = () => done(asked.result);
      transaction.onerror = transaction.onabort = () => failed(transaction.error);
    });
  } finally {
    db.close();
  }
}

export const keep = (one: Kept): Promise<unknown> => within(STORE, "readwrite", (s) => s.put(one));
export const drop = (event: string): Promise<unknown> => within(STORE, "readwrite", (s) => s.delete(event));
export async function waiting(who: string): Promise<Kept[]> {
  const all = (await within(STORE, "readonly", (s) => s.getAll())) as Kept[];
  return all.filter((one) => one.who === who).sort((a, b) => a.at - b.at);
}

/** Small things to know without a network: tonight's list. */
export const remember = (key: string, value: unknown): Promise<unknown> => within("kept", "readwrite", (s) => s.put(value, key));
export const recall = <T>(key: string): Promise<T | undefined> => within("kept", "readonly", (s) => s.get(key) as IDBRequest<T | undefined>);

/** The body as it is sent now: how long ago it was by the steady clock, where that clock still runs. */
export function body(one: Kept): Record<string, unknown> {
  if (one.kind !== "signin") return one.body;
  const waited = one.run === RUN ? Math.max(0, (performance.now() - one.steady) / 1000) : null;
  return { ...one.body, online: false, ...(waited === null ? {} : { waited_s: Math.round(waited * 10) / 10 }) };
}
