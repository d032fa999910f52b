// The service worker of the phone page: the page and its files from the phone when there is no network, nothing else.
// Answers of the server are never kept; the address of a touch is opened by the page, which keeps the touch itself.
interface Waits extends Event {
  waitUntil(work: Promise<unknown>): void;
}
interface Asks extends Waits {
  readonly request: Request;
  respondWith(answer: Promise<Response>): void;
}
interface Page {
  readonly url: string;
  focus(): Promise<unknown>;
}
interface Pushed extends Waits {
  readonly data: { json(): unknown } | null;
}
interface Clicked extends Waits {
  readonly notification: { close(): void };
}
interface Own {
  readonly ANTU: { version: string; files: readonly string[] };
  readonly location: Location;
  readonly clients: { claim(): Promise<void>; matchAll(what: { type: "window" }): Promise<readonly Page[]>; openWindow(url: string): Promise<unknown> };
  readonly registration: { showNotification(title: string, options: object): Promise<void> };
  readonly navigator: { readonly language: string };
  skipWaiting(): Promise<void>;
  addEventListener(kind: "install" | "activate", heard: (event: Waits) => void): void;
  addEventListener(kind: "fetch", heard: (event: Asks) => void): void;
  addEventListener(kind: "push", heard: (event: Pushed) => void): void;
  addEventListener(kind: "notificationclick", heard: (event: Clicked) => void): void;
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

interface Note {
  id: number;
  zh: string;
  en: string;
  box: string;
}

// A phone that is woken must show something, so that what cannot be read says at least that there is something.
own.addEventListener("push", (event) => {
  let told: Note = { id: 0, zh: "有新的提示，請開啟巡簽。", en: "There is a note; open the sign-in page.", box: "" };
  try {
    told = (event.data?.json() as Note | undefined) ?? told;
  } catch {
    // not JSON: the general words stand
  }
  const english = own.navigator.language.startsWith("en");
  const body = english ? told.en : told.zh;
  event.waitUntil(own.registration.showNotification(told.box || (english ? "Antu sign-in" : "安圖巡簽"), { body, tag: `antu-${told.id}`, requireInteraction: true }));
});

own.addEventListener("notificationclick", (event) => {
  event.notification.close();
  event.waitUntil(
    own.clients.matchAll({ type: "window" }).then((pages) => {
      const open = pages.find((p) => ours(new URL(p.url).pathname));
      return open ? open.focus() : own.clients.openWindow(PAGE);
    }),
  );
});
