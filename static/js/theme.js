// Runs before the first paint, so that a dark screen never flashes white. Admin shares the key.
(() => {
  const root = document.documentElement;
  const dark = matchMedia("(prefers-color-scheme: dark)");
  const choice = () => {
    // A page in a frame looks as the page around it does.
    if (root.dataset.look) return root.dataset.look;
    try { return localStorage.getItem("theme") || "auto"; } catch { return "auto"; }
  };
  const apply = () => {
    const chosen = choice();
    root.dataset.themeChoice = chosen;
    root.dataset.theme = chosen === "auto" ? (dark.matches ? "dark" : "light") : chosen;
    document.querySelectorAll("[data-set-theme]").forEach((button) =>
      button.setAttribute("aria-pressed", String(button.dataset.setTheme === chosen)));
    root.dispatchEvent(new CustomEvent("themechange"));
  };
  apply();
  dark.addEventListener("change", apply);
  addEventListener("storage", apply);
  addEventListener("DOMContentLoaded", apply);
  addEventListener("click", (event) => {
    const button = event.target.closest?.("[data-set-theme]");
    if (!button) return;
    try { localStorage.setItem("theme", button.dataset.setTheme); } catch { root.dataset.theme = button.dataset.setTheme; }
    apply();
  });
})();
