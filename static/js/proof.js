// While somebody fills in a form, a worker proves that a browser is at work; the proof goes along. Where the context is
// not secure there is none, and what is sent waits for a person's word.
(() => {
  const form = document.querySelector("form[data-challenge]");
  if (!form || !isSecureContext) return;
  const worker = new Worker(form.dataset.prover);
  let isOver = false;
  const over = new Promise((resolve) => {
    worker.addEventListener("message", ({ data }) => {
      if (data) form.elements.proof.value = btoa(JSON.stringify(data));
      resolve();
    });
    worker.addEventListener("error", resolve);
  }).then(() => { isOver = true; worker.terminate(); });
  worker.postMessage(JSON.parse(form.dataset.challenge));

  // Whoever is quicker than the proof waits for it, and does not press twice.
  let isWaiting = false;
  form.addEventListener("submit", (event) => {
    if (isOver) return;
    event.preventDefault();
    if (isWaiting) return;
    isWaiting = true;
    form.setAttribute("aria-busy", "true");
    const patience = new Promise((resolve) => { setTimeout(resolve, 20000); });
    Promise.race([over, patience]).then(() => {
      isOver = true;
      form.removeAttribute("aria-busy");
      form.requestSubmit(event.submitter);
    });
  });
})();
