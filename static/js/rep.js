// The rep's phone: offline notice, service worker, sharing and the install prompt.
const root = document.documentElement;
const tell = () => root.classList.toggle("is-offline", !navigator.onLine);
addEventListener("online", tell);
addEventListener("offline", tell);
tell();

if (root.dataset.serviceWorker && "serviceWorker" in navigator && isSecureContext) {
  const url = new URL(root.dataset.serviceWorker, location.href);
  if (root.dataset.offline) url.searchParams.set("offline", root.dataset.offline);
  navigator.serviceWorker.register(url).catch(() => {});
}

// [data-share] hands a text and link to the phone's own share sheet, else copies it.
document.addEventListener("click", async (event) => {
  const button = event.target.closest("[data-share]");
  if (!button) return;
  const { share: text, shareUrl: url } = button.dataset;
  try {
    if (navigator.share) await navigator.share({ text, url });
    else await navigator.clipboard.writeText([text, url].filter(Boolean).join(" "));
  } catch { return; }
  button.dispatchEvent(new CustomEvent("shared", { bubbles: true }));
});

let prompt = null;
addEventListener("beforeinstallprompt", (event) => {
  event.preventDefault();
  prompt = event;
  document.querySelectorAll("[data-install]").forEach((button) => { button.hidden = false; });
});
document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-install]");
  if (!button || !prompt) return;
  prompt.prompt();
  prompt = null;
  button.hidden = true;
});
