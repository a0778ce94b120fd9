// Dragging a question by its grip; the buttons do the same for the keyboard. The server moves it and draws anew.
let dragged = null;
const question = (event) => event.target.closest?.("#questions .question");

document.addEventListener("dragstart", (event) => {
  if (!event.target.matches?.(".grip")) return;
  dragged = question(event);
  event.dataTransfer.effectAllowed = "move";
  event.dataTransfer.setData("text/plain", dragged.dataset.place);
  event.dataTransfer.setDragImage(dragged, 12, 12);
  dragged.classList.add("dragged");
});
document.addEventListener("dragover", (event) => {
  const over = question(event);
  if (!dragged || !over) return;
  event.preventDefault();
  for (const other of document.querySelectorAll(".drop-here")) other.classList.remove("drop-here");
  if (over !== dragged) over.classList.add("drop-here");
});
document.addEventListener("drop", (event) => {
  const over = question(event);
  if (!dragged || !over) return;
  event.preventDefault();
  if (over !== dragged) {
    const action = `move:${dragged.dataset.place}:${over.dataset.place}`;
    const target = document.querySelector("#questions");
    htmx.ajax("POST", target.dataset.sortUrl, { source: target, target, swap: "outerHTML", values: { action } });
  }
});
document.addEventListener("dragend", () => {
  for (const other of document.querySelectorAll(".drop-here, .dragged")) other.classList.remove("drop-here", "dragged");
  dragged = null;
});

// A picture is drawn anew by the server: choosing it saves the draft, so that the preview has it.
document.addEventListener("change", (event) => {
  const input = event.target;
  if (input.matches?.("input[type=file][data-saves]") && input.files.length) {
    input.form.requestSubmit(document.getElementById("save-draft"));
  }
});
