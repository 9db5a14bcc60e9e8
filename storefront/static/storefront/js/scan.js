// The scanner types into the field that waits for it: the field keeps the focus, and the ear hears the answer.
const field = () => document.querySelector("[data-scan]");

function ready() {
  const input = field();
  if (input) { input.focus({ preventScroll: true }); input.select(); }
}

function answer() {
  const verdict = document.querySelector(".verdict[data-tone]");
  if (verdict) sound(verdict.dataset.tone);
  if (document.querySelector("form[data-station]") === null) ready();
}

document.addEventListener("htmx:afterSettle", answer);
document.addEventListener("floor:answer", answer);
document.addEventListener("keydown", (event) => {
  const input = field();
  const isTyping = event.target.closest("input, textarea, select, button, a, summary");
  if (input && !isTyping && event.key.length === 1 && !event.ctrlKey && !event.metaKey) input.focus();
});
answer();
ready();
