// A list whose items are dragged by their grip; the form that [data-sortable] names is sent with the new order.
let dragged = null;
document.addEventListener("dragstart", (event) => {
  dragged = event.target.closest?.(".grip")?.closest("[data-sortable] > :is(li, tr)") ?? null;
  if (!dragged) return;
  event.dataTransfer.effectAllowed = "move";
  event.dataTransfer.setDragImage(dragged, 0, 0);
});
document.addEventListener("dragover", (event) => {
  const over = event.target.closest?.("[data-sortable] > :is(li, tr)");
  if (!dragged || !over || over.parentNode !== dragged.parentNode) return;
  event.preventDefault();
  const box = over.getBoundingClientRect();
  over.parentNode.insertBefore(dragged, event.clientY < box.top + box.height / 2 ? over : over.nextSibling);
});
document.addEventListener("drop", (event) => { if (dragged) event.preventDefault(); });
document.addEventListener("dragend", () => {
  if (dragged) document.getElementById(dragged.parentNode.dataset.sortable)?.requestSubmit();
  dragged = null;
});
