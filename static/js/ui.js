// Behaviour of the shell, by data attributes. Pages need no script of their own.
const root = document.documentElement;
const $ = (selector, scope = document) => scope.querySelector(selector);
const $$ = (selector, scope = document) => [...scope.querySelectorAll(selector)];
const local = root.lang || "en";

// --- toasts: Django messages at load, and HX-Trigger {"toast": {"text": ..., "tone": ...}}
function scheduleToast(toast) {
  if (!toast.dataset.keep) setTimeout(() => closeToast(toast), 6000);
}
function closeToast(toast) {
  toast.classList.add("toast-leaving");
  setTimeout(() => toast.remove(), 170);
}
export function toast(text, tone = "green", url = "") {
  const region = $("#toasts");
  const model = $("#toast-model");
  if (!region || !model) return;
  const node = model.content.firstElementChild.cloneNode(true);
  node.classList.add(`tone-${tone}`);
  const words = url ? Object.assign(document.createElement("a"), { href: url }) : $("p", node);
  words.textContent = text;
  if (url) $("p", node).append(words);
  region.append(node);
  scheduleToast(node);
}
document.addEventListener("toast", ({ detail }) => {
  const one = detail.value ?? detail;
  typeof one === "string" ? toast(one) : toast(one.text, one.tone, one.url);
});

// --- drawer of the navigation
function showNavigation(open) {
  root.classList.toggle("nav-open", open);
  $("[data-nav-toggle]")?.setAttribute("aria-expanded", String(open));
  const scrim = $(".nav-scrim");
  if (scrim) scrim.hidden = !open;
  if (open) $(".sidebar a")?.focus();
}

// --- confirm: any form, link or htmx call with data-confirm asks in our own dialog
let confirmed = null;
function ask(element, proceed) {
  const dialog = $("#confirm");
  if (!dialog) return proceed();
  $("[data-confirm-title]", dialog).textContent = element.dataset.confirm;
  const more = $("[data-confirm-text]", dialog);
  more.textContent = element.dataset.confirmText || "";
  more.hidden = !more.textContent;
  const yes = $("[data-confirm-go]", dialog);
  yes.textContent = element.dataset.confirmYes || yes.dataset.label;
  yes.classList.toggle("btn-danger", "confirmDanger" in element.dataset);
  yes.classList.toggle("btn-primary", !("confirmDanger" in element.dataset));
  $$("details.menu[open]").forEach((menu) => { menu.open = false; });
  confirmed = proceed;
  dialog.returnValue = "";
  dialog.showModal();
}
document.addEventListener("htmx:confirm", (event) => {
  const element = event.detail.elt.closest("[data-confirm]");
  if (!element) return;
  event.preventDefault();
  ask(element, () => event.detail.issueRequest(true));
});
document.addEventListener("submit", (event) => {
  const form = event.target;
  const asking = event.submitter?.dataset.confirm ? event.submitter : form;
  if (!asking.dataset.confirm || form.dataset.agreed || form.matches("[hx-post],[hx-get],[hx-delete],[hx-put],[hx-patch]")) return;
  event.preventDefault();
  ask(asking, () => {
    form.dataset.agreed = "1";
    form.requestSubmit(event.submitter);
    delete form.dataset.agreed;
  });
});

// --- one listener for clicks
document.addEventListener("click", (event) => {
  const hit = (selector) => event.target.closest(selector);
  let element;
  for (const menu of $$("details.menu[open]")) if (!menu.contains(event.target)) menu.open = false;
  if (hit("[data-nav-toggle]")) showNavigation(!root.classList.contains("nav-open"));
  else if (hit(".nav-scrim")) showNavigation(false);
  else if ((element = hit("[data-open]"))) {
    event.preventDefault();
    document.getElementById(element.dataset.open)?.showModal();
  } else if ((element = hit("[data-close]"))) element.closest("dialog")?.close();
  else if ((element = hit("[data-confirm-go]"))) {
    element.closest("dialog").close("yes");
    confirmed?.();
    confirmed = null;
  } else if ((element = hit("[data-dismiss]"))) {
    const toastNode = element.closest(".toast");
    toastNode ? closeToast(toastNode) : element.closest("[data-dismissable], .banner")?.remove();
  } else if ((element = hit("[data-copy]"))) {
    navigator.clipboard?.writeText(element.dataset.copy).then(() => toast(element.dataset.copied || element.dataset.copy));
  } else if (event.target instanceof HTMLDialogElement && event.target.open) {
    const box = event.target.getBoundingClientRect();
    const inside = event.clientX >= box.left && event.clientX <= box.right && event.clientY >= box.top && event.clientY <= box.bottom;
    if (!inside) event.target.close();
  }
});

// --- a menu on the page leaves its card (which clips) and turns upwards where there is no room below
document.addEventListener("toggle", ({ target: menu }) => {
  if (!menu.matches?.("#main details.menu") || !menu.open) return;
  const panel = $(".menu-panel", menu);
  const from = $("summary", menu).getBoundingClientRect();
  const { offsetWidth: width, offsetHeight: height } = panel;
  const left = menu.classList.contains("menu-left") ? from.left : from.right - width;
  const below = from.bottom + 6 + height <= innerHeight || from.top < height + 6;
  Object.assign(panel.style, {
    position: "fixed", right: "auto", bottom: "auto",
    left: `${Math.max(8, Math.min(left, innerWidth - width - 8))}px`,
    top: `${below ? from.bottom + 6 : from.top - height - 6}px`,
  });
}, true);
addEventListener("scroll", () => $$("#main details.menu[open]").forEach((menu) => { menu.open = false; }), { passive: true });

// --- keyboard: "/" or Ctrl/Cmd-K searches, Escape closes and leads back, arrows walk menus and results
let cameFrom = null;
document.addEventListener("keydown", (event) => {
  const typing = event.target.matches?.("input, textarea, select, [contenteditable]");
  if ((event.key === "/" && !typing) || (event.key.toLowerCase() === "k" && (event.metaKey || event.ctrlKey))) {
    const search = $("#global-search");
    if (!search) return;
    event.preventDefault();
    if (!search.form.contains(document.activeElement)) cameFrom = document.activeElement;
    search.focus();
    search.select();
  } else if (event.key === "Escape") {
    if (root.classList.contains("nav-open")) { showNavigation(false); $("[data-nav-toggle]")?.focus(); }
    const menu = event.target.closest?.("details.menu[open]");
    if (menu) { menu.open = false; $("summary", menu).focus(); }
    if (event.target.closest?.(".topbar .search")) leaveSearch(event);
  } else if (event.key === "ArrowDown" || event.key === "ArrowUp") {
    const scope = event.target.closest?.("details.menu[open], .topbar .search");
    if (!scope) return;
    const items = $$("input[type=search], .menu-panel a, .menu-panel button, .search-results a", scope).filter((item) => item.offsetParent);
    if (!items.length) return;
    event.preventDefault();
    const step = event.key === "ArrowDown" ? 1 : -1;
    items[(items.indexOf(document.activeElement) + step + items.length) % items.length].focus();
  }
});

// from a result back into the box, from the box back to where the search was opened
function leaveSearch(event) {
  const search = $("#global-search");
  event.preventDefault();
  window.htmx.trigger(search, "htmx:abort");
  $("#search-results").replaceChildren();
  if (event.target !== search) search.focus();
  else if (cameFrom?.isConnected && cameFrom !== document.body) cameFrom.focus();
  else search.blur();
}

// --- what was opened from the search comes back on an empty box, in this tab until its owner logs out
const RECENT = "found";
const recent = () => JSON.parse(sessionStorage.getItem(RECENT) || "[]");
if (!$("#global-search") && !$(".tabbar")) sessionStorage.removeItem(RECENT);
document.addEventListener("click", ({ target }) => {
  const link = target.closest("a[data-recent]");
  if (!link) return;
  const one = [new URL(link.href).pathname, link.dataset.recent];
  sessionStorage.setItem(RECENT, JSON.stringify([one, ...recent().filter(([path]) => path !== one[0])].slice(0, 6)));
});
for (const name of ["focusin", "input"]) document.addEventListener(name, ({ target }) => {
  const box = $("#search-results");
  if (target.id !== "global-search" || target.value || !recent().length) return;
  const head = Object.assign(document.createElement("h3"), { textContent: box.dataset.recentLabel });
  const list = document.createElement("ul");
  for (const [href, textContent] of recent()) {
    const item = document.createElement("li");
    item.append(Object.assign(document.createElement("a"), { href, textContent }));
    list.append(item);
  }
  box.replaceChildren(head, list);
});
document.addEventListener("focusout", ({ target, relatedTarget }) => {
  const scope = target.closest(".topbar .search");
  if (scope && relatedTarget && !scope.contains(relatedTarget)) $("#search-results").replaceChildren();
});

// --- filters submit themselves; bulk selection; tabs without a server
document.addEventListener("change", (event) => {
  const form = event.target.closest("form[data-auto-submit]");
  if (form && !event.target.matches("input[type=search], input[type=text]")) form.requestSubmit();
  const scope = event.target.closest("[data-bulk]");
  if (scope && event.target.matches("input[type=checkbox]")) updateBulk(scope, event.target);
});
function updateBulk(scope, changed) {
  const all = $("[data-bulk-all]", scope);
  const rows = $$(".cell-select input[name]", scope);
  if (changed && changed === all) rows.forEach((row) => { row.checked = all.checked; });
  const count = rows.filter((row) => row.checked).length;
  if (all) { all.checked = count > 0 && count === rows.length; all.indeterminate = count > 0 && count < rows.length; }
  const bar = $(".bulk-bar", scope);
  if (bar) { bar.hidden = !count; $("[data-bulk-count]", bar).textContent = count.toLocaleString(local); }
}
document.addEventListener("click", (event) => {
  if (!event.target.closest("[data-bulk-clear]")) return;
  const scope = event.target.closest("[data-bulk]");
  $$(".cell-select input", scope).forEach((box) => { box.checked = false; });
  updateBulk(scope);
});
document.addEventListener("click", (event) => {
  const tab = event.target.closest("[role=tab][aria-controls]");
  if (!tab) return;
  for (const other of $$("[role=tab]", tab.closest("[role=tablist]"))) {
    other.setAttribute("aria-selected", String(other === tab));
    const panel = document.getElementById(other.getAttribute("aria-controls"));
    if (panel) panel.hidden = other !== tab;
  }
});

// --- relative times, in the page's language; the absolute time stays in the tooltip
const words = new Intl.RelativeTimeFormat(local, { numeric: "auto", style: "short" });
const spans = [["year", 31536000], ["month", 2592000], ["week", 604800], ["day", 86400], ["hour", 3600], ["minute", 60]];
function tellTimes(scope = document) {
  for (const node of $$("time[data-relative]", scope)) {
    const seconds = (Date.parse(node.dateTime) - Date.now()) / 1000;
    const [unit, size] = spans.find(([, length]) => Math.abs(seconds) >= length) ?? ["second", 1];
    if (!node.title) node.title = node.textContent.trim();
    node.textContent = words.format(Math.round(seconds / size), unit);
  }
}
setInterval(tellTimes, 60000);

// --- charts come only where there is one
function drawCharts(scope) {
  const charts = $$("[data-chart-url]:not([data-chart-ready])", scope);
  if (scope.matches?.("[data-chart-url]:not([data-chart-ready])")) charts.push(scope);
  if (charts.length) import(charts[0].dataset.chartModule).then(({ draw }) => charts.forEach(draw));
}

// --- long work is read aloud at each tenth, by a region that stays while its part of the page is drawn anew
function tellProgress(scope) {
  const bar = $(".job progress[max]", scope);
  const region = $("#said");
  if (!bar || !region) return;
  const words = `${bar.getAttribute("aria-label")}: ${10 * Math.floor(10 * bar.position)} %`;
  if (region.textContent !== words) region.textContent = words;
}

function wake(scope) {
  tellTimes(scope);
  tellProgress(scope);
  drawCharts(scope);
  $$("[data-bulk]", scope).forEach((bulk) => updateBulk(bulk));
  // What htmx swaps in may be the dialog itself.
  [scope, ...$$("dialog", scope)].filter((one) => one.matches?.("dialog[data-show]:not([open])")).forEach((one) => one.showModal());
}
$$(".toast").forEach(scheduleToast);
// Of tabs that don't fit, the one that is open is in sight.
$$('.tabs [aria-current="page"]').forEach((tab) => { tab.parentNode.scrollLeft = tab.offsetLeft - tab.parentNode.offsetLeft - 24; });
wake(document);
document.addEventListener("htmx:load", (event) => wake(event.detail.elt));

// --- htmx: a thin bar while waiting, plain words when it fails, form errors swapped in
const bar = $(".loading-bar");
let waiting = 0;
document.addEventListener("htmx:beforeRequest", (event) => {
  if (event.detail.elt.matches("[data-quiet], [data-quiet] *")) return;
  waiting += 1;
  bar?.classList.add("on");
});
document.addEventListener("htmx:afterRequest", (event) => {
  if (event.detail.elt.matches("[data-quiet], [data-quiet] *")) return;
  waiting = Math.max(0, waiting - 1);
  if (!waiting) bar?.classList.remove("on");
});
document.addEventListener("htmx:beforeSwap", ({ detail }) => {
  if (detail.xhr.status === 422) { detail.shouldSwap = true; detail.isError = false; }
});
// Whoever is on the way to another page misses nothing of this one. A download ends that way too, and stays here.
let leaving = false;
addEventListener("beforeunload", () => {
  leaving = true;
  setTimeout(() => { leaving = false; }, 3000);
});
document.addEventListener("htmx:beforeRequest", (event) => {
  // What was typed a moment before Escape is asked for no more.
  const left = event.detail.elt.id === "global-search" && document.activeElement !== event.detail.elt;
  if (leaving || left) event.preventDefault();
});
for (const name of ["htmx:responseError", "htmx:sendError", "htmx:timeout"]) {
  document.addEventListener(name, () => { if (!leaving) toast($("#toasts")?.dataset.failed ?? "Error", "red"); });
}
document.addEventListener("closeDialog", () => $$("dialog[open]").forEach((dialog) => dialog.close()));
