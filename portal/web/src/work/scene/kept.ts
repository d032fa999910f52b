// Scenes in this browser: IndexedDB, a database of its own. One record a scene and a tab; what a tab that was closed
// left behind is taken over by the next that opens the scene.
import type { Kept } from "./book";

const NAME = "antu-scenes";
let opened: Promise<IDBDatabase> | undefined;

function open(): Promise<IDBDatabase> {
  return (opened ??= new Promise((resolve, reject) => {
    const asked = indexedDB.open(NAME, 1);
    asked.onupgradeneeded = () => ["scenes", "things"].forEach((store) => asked.result.createObjectStore(store));
    asked.onsuccess = () => resolve(asked.result);
    asked.onerror = () => reject(asked.error ?? new Error("IndexedDB"));
  }));
}

async function within<T>(store: "scenes" | "things", mode: IDBTransactionMode, work: (store: IDBObjectStore) => IDBRequest, durability?: "strict"): Promise<T> {
  const database = await open();
  return new Promise((resolve, reject) => {
    // "strict": what somebody drew is on the disk before it is said to be kept
    const transaction = database.transaction(store, mode, { durability: durability ?? (mode === "readwrite" && store === "scenes" ? "strict" : "relaxed") });
    const asked = work(transaction.objectStore(store));
    transaction.oncomplete = () => resolve(asked.result as T);
    transaction.onabort = () => reject(transaction.error ?? new Error("IndexedDB"));
  });
}

export const keep = (kept: Kept): Promise<unknown> => within("scenes", "readwrite", (s) => s.put(kept, [kept.told.crash, kept.client]));
export const forget = (crash: number, client: string): Promise<unknown> => within("scenes", "readwrite", (s) => s.delete([crash, client]));
export const thing = <T>(name: string): Promise<T | undefined> => within<T | undefined>("things", "readonly", (s) => s.get(name)).catch(() => undefined);
export const know = (name: string, value: unknown): Promise<unknown> => within("things", "readwrite", (s) => s.put(value, name)).catch(() => undefined);

/** A photograph on its way: the file itself, kept until the server has it. */
export interface Waiting {
  owner: string;
  crash: number;
  name: string;
  file: Blob;
  panorama: boolean;
  station: string | null;
}
const PHOTOS = IDBKeyRange.bound("photo ", "photo ~");
const nameOf = (one: Waiting) => `photo ${one.crash} ${one.name}`;
const onDisk = <T>(mode: IDBTransactionMode, work: (store: IDBObjectStore) => IDBRequest) => within<T>("things", mode, work, "strict");
/** Rejects where the browser keeps nothing: then it must not be said to be kept. */
export const keepPhoto = (one: Waiting): Promise<unknown> => onDisk("readwrite", (s) => s.put(one, nameOf(one)));
export const dropPhoto = (one: Waiting): Promise<unknown> => onDisk("readwrite", (s) => s.delete(nameOf(one)));
export async function photosOf(owner: string): Promise<Waiting[]> {
  const found = await onDisk<Waiting[]>("readonly", (s) => s.getAll(PHOTOS)).catch(() => []);
  return found.filter((one) => one.owner === owner);
}

/** Every scene of this person that is kept here. */
export async function all(owner: string): Promise<Kept[]> {
  const found = await within<Kept[]>("scenes", "readonly", (s) => s.getAll()).catch(() => []);
  return found.filter((one) => one.owner === owner);
}

/** Holds a name as long as the page lives; false where another tab holds it. */
export function hold(name: string): Promise<boolean> {
  if (!("locks" in navigator)) return Promise.resolve(true);
  return new Promise((resolve) => {
    void navigator.locks.request(name, { ifAvailable: true }, (lock) => {
      resolve(lock !== null);
      return lock ? new Promise(() => undefined) : undefined;
    });
  });
}
