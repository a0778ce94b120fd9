// A hosted form: asks what the answers call for, as leads/form_logic.py decides, and tells once that somebody began.
const form = document.querySelector("main form");
const questions = form ? [...form.querySelectorAll("[data-question]")] : [];

function answers(question) {
  return [...question.querySelectorAll("input, select, textarea")]
    .filter((input) => !["checkbox", "radio"].includes(input.type) || input.checked)
    .map((input) => input.value)
    .filter((value) => value.trim());
}

function ask() {
  const given = new Map();
  for (const question of questions) {
    const { show, values } = question.dataset;
    const said = given.get(show) ?? [];
    const wanted = values ? JSON.parse(values) : [];
    const isAsked = !show || (said.length > 0 && (wanted.length === 0 || said.some((value) => wanted.includes(value))));
    question.hidden = !isAsked;
    given.set(question.dataset.question, isAsked ? answers(question) : []);
  }
}

function begin() {
  const url = form.dataset.begun;
  const token = form.querySelector("input[name=page]");
  if (!url || !token) return;
  navigator.sendBeacon(url, new URLSearchParams({ page: token.value }));
}

if (form) {
  form.addEventListener("input", ask);
  form.addEventListener("input", begin, { once: true });
  ask();
}
