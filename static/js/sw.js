// Keeps the shell's files at hand and says so when there is no network. Pages with people in them are never stored.
const CACHE = "shell-2";
const offline = new URL(location.href).searchParams.get("offline");

self.addEventListener("install", (event) => {
  event.waitUntil((async () => {
    if (offline) await keepOfflinePage().catch(() => {});
    await self.skipWaiting();
  })());
});

// The page is kept with everything it needs: the visit that installs this worker loaded its files without it.
async function keepOfflinePage() {
  const cache = await caches.open(CACHE);
  const page = await fetch(new Request(offline, { cache: "reload" }));
  const files = [...(await page.clone().text()).matchAll(/(?:href|src)="(\/static\/[^"#]+)/g)].map((found) => found[1]);
  await cache.put(offline, page);
  await cache.addAll([...new Set(files)]);
}

self.addEventListener("activate", (event) => {
  event.waitUntil((async () => {
    for (const name of await caches.keys()) if (name !== CACHE) await caches.delete(name);
    await self.clients.claim();
  })());
});

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (request.method !== "GET" || url.origin !== location.origin) return;
  if (request.mode === "navigate") {
    event.respondWith(fetch(request).catch(async () => (offline && (await caches.match(offline))) || Response.error()));
  } else if (url.pathname.startsWith("/static/")) {
    event.respondWith((async () => {
      const cache = await caches.open(CACHE);
      const kept = await cache.match(request);
      const fresh = fetch(request).then((response) => {
        if (response.ok) cache.put(request, response.clone());
        return response;
      });
      if (!kept) return fresh;
      fresh.catch(() => {});
      return kept;
    })());
  }
});
