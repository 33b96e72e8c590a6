// Keeps the site for when there is no network, as the service worker of an app does.
addEventListener('install', () => skipWaiting());
addEventListener('activate', (event) => event.waitUntil(clients.claim()));
addEventListener('fetch', (event) => {
  if (new URL(event.request.url).origin === location.origin) event.respondWith(answer(event.request));
});

async function answer(request) {
  const kept = await caches.open('site');
  try {
    const fresh = await fetch(request);
    await kept.put(request, fresh.clone());
    return fresh;
  } catch {
    return (await kept.match(request)) ?? Response.error();
  }
}
