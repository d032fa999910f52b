// What outlives the page in this browser: IndexedDB, a few stores of plain values. Where it is refused (a private window,
// a full disk) everything goes on without it, until the page is closed.
const NAME = "antu";
const STORES = ["log", "outbox", "facts"] as const;
export type Store = (typeof STORES)[number];
type Key = string | readonly (string | number)[];

let opened: Promise<IDBDatabase> | undefined;

function open(): Promise<IDBDatabase> {
  return (opened ??= new Promise((resolve, reject) => {
    const asked = indexedDB.open(NAME, 1);
    asked.onupgradeneeded = () => STORES.forEach((store) => asked.result.createObjectStore(store));
    asked.onsuccess = () => resolve(asked.result);
    asked.onerror = () => reject(asked.error ?? new Error("IndexedDB"));
  }));
}

async function within<T>(store: Store, mode: IDBTransactionMode, work: (store: IDBObjectStore) => IDBRequest<T> | undefined): Promise<T | undefined> {
  const database = await open();
  return new Promise((resolve, reject) => {
    const transaction = database.transaction(store, mode, { durability: "relaxed" });
    const asked = work(transaction.objectStore(store));
    transaction.oncomplete = () => resolve(asked?.result);
    transaction.onabort = () => reject(transaction.error ?? new Error("IndexedDB"));
  });
}

const valid = (key: Key): IDBValidKey => (typeof key === "string" ? key : [...key]);

export const put = (store: Store, key: Key, value: unknown): Promise<unknown> => within(store, "readwrite", (s) => s.put(value, valid(key)));
export const get = <T>(store: Store, key: Key): Promise<T | undefined> => within<T>(store, "readonly", (s) => s.get(valid(key)) as IDBRequest<T>);
export const drop = (store: Store, key: Key): Promise<unknown> => within(store, "readwrite", (s) => s.delete(valid(key)) as IDBRequest<unknown>);
/** All values whose key begins with the part, in the order of keys. */
export const all = async <T>(store: Store, part: string): Promise<T[]> => (await within<T[]>(store, "readonly", (s) => s.getAll(among(part)) as IDBRequest<T[]>)) ?? [];
export const keys = async (store: Store): Promise<IDBValidKey[]> => (await within(store, "readonly", (s) => s.getAllKeys())) ?? [];
/** Deletes what begins with the part, from a number on. */
export const dropFrom = (store: Store, part: string, from = 0): Promise<unknown> =>
  within(store, "readwrite", (s) => s.delete(IDBKeyRange.bound([part, from], [part, Infinity])) as IDBRequest<unknown>);

const among = (part: string) => IDBKeyRange.bound([part], [part, []]);
