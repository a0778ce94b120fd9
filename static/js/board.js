// Dragging a card to another column of a board; the choice on each card does the same for the keyboard and the thumb.
let held = null;

document.addEventListener("dragstart", (event) => {
  held = event.target.closest?.("[data-card]") ?? null;
  held?.classList.add("is-held");
});
document.addEventListener("dragend", () => {
  held?.classList.remove("is-held");
  document.querySelectorAll("[data-column].is-over").forEach((column) => column.classList.remove("is-over"));
  held = null;
});
document.addEventListener("dragover", (event) => {
  const column = event.target.closest?.("[data-column]");
  if (!held || !column) return;
  event.preventDefault();
  document.querySelectorAll("[data-column].is-over").forEach((other) => other.classList.toggle("is-over", other === column));
  column.classList.add("is-over");
});
document.addEventListener("drop", (event) => {
  const column = event.target.closest?.("[data-column]");
  const choice = held?.querySelector("select");
  if (!column || !choice) return;
  event.preventDefault();
  if (choice.value === column.dataset.column) return;
  // At once where it goes; the board that comes back says where it is.
  column.querySelector("header")?.after(held);
  held.classList.add("is-moving");
  choice.value = column.dataset.column;
  choice.dispatchEvent(new Event("change", { bubbles: true }));
});
// What did not go through is not where it was dropped.
for (const name of ["htmx:responseError", "htmx:sendError"]) {
  document.addEventListener(name, (event) => { if (event.target.closest?.("[data-card]")) location.reload(); });
}
