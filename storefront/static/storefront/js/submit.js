// A form with data-auto-submit sends itself when a choice in it changes; the server knows no difference.
document.addEventListener("change", (event) => {
  const form = event.target.form;
  if (form && "autoSubmit" in form.dataset && form.reportValidity()) form.requestSubmit();
});

// A form with data-once is sent once: a second click while the page is on its way does nothing.
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (!("once" in form.dataset)) return;
  if (form.dataset.sent) { event.preventDefault(); return; }
  form.dataset.sent = "yes";
  for (const button of form.querySelectorAll("button:not([type=button])")) button.setAttribute("aria-disabled", "true");
});
window.addEventListener("pageshow", () => {
  for (const form of document.querySelectorAll("form[data-sent]")) {
    delete form.dataset.sent;
    for (const button of form.querySelectorAll("[aria-disabled]")) button.removeAttribute("aria-disabled");
  }
});

// Whoever stood in a part that was replaced, and is not in the new one, stands at the beginning of the page's content.
let stood = false;
document.addEventListener("htmx:beforeSwap", (event) => { stood = event.detail.target.contains(document.activeElement); });
document.addEventListener("htmx:afterSettle", () => {
  if (stood && document.activeElement === document.body) document.getElementById("main").focus({ preventScroll: true });
  stood = false;
});
