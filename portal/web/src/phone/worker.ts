// The service worker of the phone page: the page and its files from the phone when there is no network, nothing else.
// Answers of the server are never kept; the address of a touch is opened by the page, which keeps the touch itself.
interface Waits extends Event {
  waitUntil(work: Promise<unknown>): void;
}
interface Asks extends Waits {
  readonly request: Request;
  respondWith(answer: Promise<Response>): void;
}
interface Own {
  readonly ANTU: { version: string; files: readonly string[] };
  readonly location: Location;
  readonly clients: { claim(): Promise<void> };
  skipWaiting(): Promise<void>;
  addEventListener(kind: "install" | "activate", heard: (event: Waits) => void): void;
  addEventListener(kind: "fetch", heard: (event: Asks) => void): void;
}
const own = self as unknown as Own;
const CACHE = `antu-phone-${own.ANTU.version}`;
const PAGE = "/patrol";

own.addEventListener("install", (event) => {
  event.waitUntil(
    caches
      .open(CACHE)
      .then((cache) => cache.addAll([...own.ANTU.files, PAGE]))
      .then(() => own.skipWaiting()),
  );
});

own.addEventListener("activate", (event) => {
  event.waitUntil(
    caches
      .keys()
      .then((names) => Promise.all(names.filter((n) => n.startsWith("antu-phone-") && n !== CACHE).map((n) => caches.delete(n))))
      .then(() => own.clients.claim()),
  );
});

const ours = (path: string): boolean => path === PAGE || path === "/n" || path.startsWith("/n/") || path.startsWith("/q/");

own.addEventListener("fetch", (event) => {
  const url = new URL(event.request.url);
  if (event.request.method !== "GET" || url.origin !== own.location.origin) return;
  if (event.request.mode === "navigate" && ours(url.pathname)) event.respondWith(page(event.request));
  else if (own.ANTU.files.includes(url.pathname)) event.respondWith(caches.match(event.request).then((kept) => kept ?? fetch(event.request)));
});

/** From the network, so that it knows who is signed in; after four seconds or without one, as it was kept. */
async function page(request: Request): Promise<Response> {
  try {
    const fresh = await fetch(request, { signal: AbortSignal.timeout(4000) });
    if (fresh.ok && new URL(request.url).pathname === PAGE) {
      const cache = await caches.open(CACHE);
      await cache.put(PAGE, fresh.clone());
    }
    return fresh;
  } catch (why) {
    const kept = await caches.match(PAGE);
    if (kept) return kept;
    throw why;
  }
}
