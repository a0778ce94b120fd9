// Live alerts. One page of a browser holds the stream for all of them; without a stream they look by themselves.
const bell = document.querySelector("[data-bell]");
const LOOK_EVERY = 15000;
const AT_ONCE = 3;
const KEPT = 40;

// Whoever logs in here next starts from nothing.
const key = (name) => `alerts:${bell.dataset.bell}:${name}`;
const kept = (name, otherwise) => { try { return JSON.parse(localStorage.getItem(key(name))) ?? otherwise; } catch { return otherwise; } };
const keep = (name, value) => { try { localStorage.setItem(key(name), JSON.stringify(value)); } catch { /* a browser that keeps nothing asks again */ } };

const others = "BroadcastChannel" in window ? new BroadcastChannel("alerts") : null;
let source = null;
let looking = null;
let letGo = null;
let over = false;

function count(unread) {
  for (const node of document.querySelectorAll("[data-bell-count]")) {
    node.hidden = !unread;
    node.textContent = unread > 99 ? "99+" : unread;
  }
}

// --- what came: the number everywhere, a toast on the page that is looked at
function show({ unread, alerts }) {
  count(unread);
  if (document.visibilityState === "visible") {
    const seen = kept("seen", []);
    const fresh = alerts.filter(({ id }) => !seen.includes(id));
    keep("seen", [...seen, ...fresh.map(({ id }) => id)].slice(-KEPT));
    for (const { title, text, url, tone } of fresh.slice(-AT_ONCE)) {
      document.dispatchEvent(new CustomEvent("toast", { detail: { text: [title, text].filter(Boolean).join(" · "), tone, url } }));
    }
    if (fresh.length > AT_ONCE) {
      document.dispatchEvent(new CustomEvent("toast", { detail: { text: bell.dataset.more, tone: "blue", url: bell.href } }));
    }
    if (fresh.length) sound();
  }
  if (alerts.length) keep("last", alerts.at(-1).id);
  document.body.dispatchEvent(new CustomEvent("alertsChanged"));
}

async function look(ids = []) {
  if (!navigator.onLine) return;
  const asked = ids.length ? `ids=${ids.join(",")}` : `last=${kept("last", "") || ""}`;
  try {
    const answer = await fetch(`${bell.dataset.new}?${asked}`, { credentials: "same-origin" });
    if (answer.status === 401) { over = true; stop(); }
    if (answer.status !== 200) return;
    const told = await answer.json();
    others?.postMessage(told);
    show(told);
  } catch { /* no network: the next look tells */ }
}

// --- the stream, and looking while there is none
function lookByMyself(on) {
  clearInterval(looking);
  looking = on && !over ? setInterval(look, LOOK_EVERY) : null;
}

function listen() {
  source = new EventSource(`${bell.dataset.stream}?last=${kept("last", "") || ""}`);
  source.addEventListener("state", ({ data }) => {
    const { unread, alerts } = JSON.parse(data);
    lookByMyself(false);
    if (alerts.length) look(alerts);
    else { count(unread); others?.postMessage({ unread, alerts: [] }); }
  });
  source.addEventListener("alerts", ({ data }) => look(JSON.parse(data).alerts));
  source.addEventListener("lost", () => lookByMyself(true));
  source.addEventListener("back", () => { lookByMyself(false); look(); });
  source.addEventListener("over", () => { over = true; stop(); });
  source.addEventListener("error", () => {
    lookByMyself(true);
    if (source?.readyState === EventSource.CLOSED) look();
    // The browser comes back by itself, except after an answer that is no stream.
    if (source?.readyState === EventSource.CLOSED && !over) setTimeout(() => { if (source?.readyState === EventSource.CLOSED) listen(); }, LOOK_EVERY * (1 + Math.random()));
  });
}

function stop() {
  lookByMyself(false);
  source?.close();
  source = null;
  letGo?.();
  letGo = null;
}

function start() {
  if (!navigator.onLine) return;
  if (!("EventSource" in window)) { look(); lookByMyself(true); return; }
  if (!navigator.locks || !others) { listen(); return; }
  const asked = new AbortController();
  letGo = () => asked.abort();
  navigator.locks.request("alerts", { signal: asked.signal }, () => new Promise((done) => { letGo = done; listen(); })).catch(() => {});
  // Another page may hold the stream already: it tells what comes, and this one asks what there is.
  others.postMessage("who");
}

if (bell) {
  others?.addEventListener("message", ({ data }) => {
    if (data !== "who") show(data);
    else if (source) look();
  });
  addEventListener("pagehide", stop);
  addEventListener("offline", stop);
  addEventListener("online", () => { if (!source && !over) start(); });
  addEventListener("pageshow", ({ persisted }) => { if (persisted && !over) start(); });
  start();
}

// --- sound and vibration, off until somebody wants them
const ways = () => kept("ways", {});
function sound() {
  const { sound: loud, vibration } = ways();
  if (vibration) navigator.vibrate?.(120);
  if (!loud || !("AudioContext" in window)) return;
  const audio = new AudioContext();
  const tone = audio.createOscillator();
  const volume = audio.createGain();
  tone.frequency.value = 880;
  volume.gain.setValueAtTime(0.08, audio.currentTime);
  volume.gain.exponentialRampToValueAtTime(0.0001, audio.currentTime + 0.25);
  tone.connect(volume).connect(audio.destination);
  tone.start();
  tone.stop(audio.currentTime + 0.25);
  tone.addEventListener("ended", () => audio.close());
}
function tellWays() {
  for (const button of document.querySelectorAll("[data-alert-way]")) button.setAttribute("aria-pressed", String(Boolean(ways()[button.dataset.alertWay])));
}
document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-alert-way]");
  if (!button || !bell) return;
  keep("ways", { ...ways(), [button.dataset.alertWay]: !ways()[button.dataset.alertWay] });
  tellWays();
  sound();
});
if (bell) tellWays();
