// Says on the page when a passkey was not used: cancelled, unknown here, or not possible in this browser.
const box = document.querySelector(".entrance .card");

function say(id) {
  box.querySelector("[data-passkey-note]")?.remove();
  const note = document.createElement("div");
  note.dataset.passkeyNote = "";
  note.append(document.getElementById(id).content.cloneNode(true));
  box.prepend(note);
}

document.addEventListener("allauth.error", (event) => {
  event.preventDefault();
  say(window.PublicKeyCredential ? "passkey-failed" : "passkey-missing");
});
