// Keeps the page's files, so that it works without a network, and an open tab keeps working when a server gets a new
// build: each build has a service worker of its own, which serves that build alone, and takes over when the tabs of the
// one before are closed. It also adds the headers that isolate the page where a static host does not send them.

const BUILD = "__BUILD__";
const FILES = ["__FILES__"];
const NAME = `bytescope-files-${BUILD}`;

const HEADERS = {
  "cross-origin-opener-policy": "same-origin",
  "cross-origin-embedder-policy": "require-corp",
  "cross-origin-resource-policy": "same-origin",
};

addEventListener("install", (event) => {
  event.waitUntil(keep());
});

addEventListener("activate", (event) => {
  event.waitUntil(forgetOthers().then(() => clients.claim())); // the first one has the open tab, too
});

addEventListener("fetch", (event) => {
  const { request } = event;
  const scope = registration.scope;
  if (request.method !== "GET" || !request.url.startsWith(scope)) return;
  const path = request.url.slice(scope.length).replace(/[?#].*$/, "");
  if (path === "" || FILES.includes(path)) event.respondWith(answer(request, path || "index.html"));
});

async function keep() {
  const cache = await caches.open(NAME);
  await cache.addAll(FILES.map((path) => new Request(new URL(path, registration.scope), { cache: "no-cache" })));
}

async function forgetOthers() {
  for (const name of await caches.keys()) if (name.startsWith("bytescope-files-") && name !== NAME) await caches.delete(name);
}

async function answer(request, path) {
  const cache = await caches.open(NAME);
  const kept = (await cache.match(new URL(path, registration.scope))) ?? (await fetch(request));
  if (kept.type === "opaqueredirect" || !kept.ok) return kept;
  const headers = new Headers(kept.headers);
  for (const [name, value] of Object.entries(HEADERS)) headers.set(name, value);
  return new Response(kept.body, { status: kept.status, headers });
}
