// Stands in pages of other sites: puts a hosted form where its script tag stands, and gives it the height it asks for.
//   <script src="https://…/embed.js" data-form="…" async></script>
// data-lang, data-look (light, dark, auto), data-title and data-utm-source, -medium, -campaign, -term, -content may say more; else the page around does.
(() => {
  const script = document.currentScript;
  const home = new URL(script.src).origin;
  const { form, title, lang = document.documentElement.lang, ...said } = script.dataset;
  const around = new URLSearchParams(location.search);
  const asked = new URLSearchParams({ embed: "1" });
  // Most sites are light whatever their visitor's system is; the form looks as the page around it says of itself.
  const schemes = getComputedStyle(document.documentElement).colorScheme;
  const look = said.look ?? (/dark/.test(schemes) ? (/light/.test(schemes) ? "" : "dark") : "light");
  if (look === "light" || look === "dark") asked.set("look", look);
  const language = /^zh/i.test(lang) ? "zh-hans" : /^en/i.test(lang) ? "en" : "";
  if (language) asked.set("lang", language);
  for (const name of ["source", "medium", "campaign", "term", "content"]) {
    const value = said[`utm${name[0].toUpperCase()}${name.slice(1)}`] ?? around.get(`utm_${name}`);
    if (value) asked.set(`utm_${name}`, value);
  }

  const frame = document.createElement("iframe");
  frame.src = `${home}/f/${encodeURIComponent(form)}?${asked}`;
  frame.title = title || (language === "zh-hans" ? "表单" : "Form");
  Object.assign(frame.style, { display: "block", width: "100%", height: "480px", border: "0" });
  let pages = 0;
  frame.addEventListener("load", () => {
    frame.contentWindow.postMessage({ scrm: "around" }, home);
    pages += 1;
    // What the form says next begins at its top.
    if (pages > 1 && frame.getBoundingClientRect().top < 0) frame.scrollIntoView();
  });
  addEventListener("message", ({ origin, source, data }) => {
    if (origin !== home || source !== frame.contentWindow || data?.scrm !== "form") return;
    if (Number.isFinite(data.height)) frame.style.height = `${Math.min(Math.max(data.height, 80), 20000)}px`;
    if (!title && typeof data.title === "string") frame.title = data.title;
    if (data.sent === true) frame.dispatchEvent(new CustomEvent("scrm:sent", { bubbles: true }));
  });
  script.after(frame);
})();
