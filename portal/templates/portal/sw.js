// The service worker of Antu. It keeps the program and the frame of the map page; what is on the map is always asked
// of the server. The frame of somebody who signed in goes when they sign out, and when their session would have ended.
const PROGRAM = "antu-program-{{ version }}";
const FRAME = "antu-frame";
const FILES = {{ files|safe }};

addEventListener("install", (event) => {
  event.waitUntil(
    caches
      .open(PROGRAM)
      .then((kept) => Promise.all([kept.addAll(FILES), kept.add(new Request("/offline", { credentials: "omit", cache: "reload" }))]))
      .then(() => skipWaiting()),
  );
});

addEventListener("activate", (event) => {
  event.waitUntil(
    caches
      .keys()
      .then((names) => Promise.all(names.filter((name) => name.startsWith("antu-program-") && name !== PROGRAM).map((name) => caches.delete(name))))
      .then(() => clients.claim()),
  );
});

addEventListener("message", (event) => {
  if (event.data === "forget") event.waitUntil(caches.delete(FRAME));
});

addEventListener("fetch", (event) => {
  const { request } = event;
  const { origin, pathname } = new URL(request.url);
  if (origin !== location.origin) return;
  if (request.method === "POST" && pathname === "/accounts/sign-out/") {
    event.respondWith(caches.delete(FRAME).then(() => fetch(request)));
  } else if (request.method !== "GET") {
    return;
  } else if (pathname.startsWith("/static/portal/assets/") || FILES.includes(pathname)) {
    event.respondWith(file(request));
  } else if (request.mode === "navigate" && request.destination === "document") {
    event.respondWith(pathname === "/" ? frame(request) : fetch(request).catch(away));
  }
});

/** Files named by their content never change; the others are asked for and kept for when nobody answers. */
async function file(request) {
  const kept = await caches.match(request, { ignoreVary: true });
  if (kept && /\.[0-9a-f]{12}\.\w+$/.test(new URL(request.url).pathname)) return kept;
  try {
    const answer = await fetch(request);
    if (answer.ok) (await caches.open(PROGRAM)).put(request, answer.clone());
    return answer;
  } catch (failure) {
    if (kept) return kept;
    throw failure;
  }
}

async function frame(request) {
  try {
    const answer = await fetch(request);
    if (answer.ok && !answer.redirected && answer.headers.has("x-antu-keep")) {
      (await caches.open(FRAME)).put("/", answer.clone());
    }
    return answer;
  } catch {
    const kept = await (await caches.open(FRAME)).match("/", { ignoreVary: true });
    if (kept && Number(kept.headers.get("x-antu-keep")) > Date.now()) return kept;
    await caches.delete(FRAME);
    return away();
  }
}

async function away() {
  return (await caches.match("/offline", { ignoreVary: true })) ?? Response.error();
}
