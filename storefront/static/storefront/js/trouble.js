// When a part of the page cannot be fetched, the visitor is told where he is, and it is asked for again once the line
// is back; live parts that poll keep silent and try again by themselves.
let missed = null;

function tell() {
  const place = document.getElementById("messages");
  if (!place) return;
  const note = document.createElement("div");
  note.className = "note bad trouble";
  note.setAttribute("role", "alert");
  note.textContent = place.dataset.trouble;
  place.querySelector(".trouble")?.remove();
  place.append(note);
}

function isQuiet(elt) { return /every|input/.test(elt.getAttribute("hx-trigger") || ""); }

function fail({ type, detail: { elt, requestConfig } }) {
  if (isQuiet(elt)) return;
  const event = requestConfig.triggeringEvent?.type;
  if (type === "htmx:sendError" && requestConfig.verb === "get" && event) missed = { elt, event };
  tell();
}

// An answer of any kind is loaded, also one that says no; a live part that polls heals only what the line cut off.
function resume({ detail }) {
  if (detail?.xhr.status >= 400 || (detail?.elt && isQuiet(detail.elt) && !missed)) return;
  document.querySelector(".trouble")?.remove();
  const { elt, event } = missed || {};
  missed = null;
  if (elt?.isConnected) htmx.trigger(elt, event);
}

document.addEventListener("htmx:beforeRequest", ({ detail }) => { if (!isQuiet(detail.elt)) missed = null; });
document.addEventListener("htmx:sendError", fail);
document.addEventListener("htmx:responseError", fail);
document.addEventListener("htmx:timeout", fail);
document.addEventListener("htmx:afterOnLoad", resume);
window.addEventListener("online", resume);

// A form that was sent without a line would leave the browser's own error page, and what was typed would be gone.
// A machine may say that it is off line and still reach us, as one that runs the shop itself: so we are asked.
let reached = null;
document.addEventListener("submit", (event) => {
  const { target: form, submitter } = event;
  if (navigator.onLine || reached === form || form.matches("[hx-get], [hx-post]")) { reached = null; return; }
  event.preventDefault();
  event.stopImmediatePropagation();
  fetch("/healthz", { cache: "no-store" }).then(() => { reached = form; form.requestSubmit(submitter); }, tell);
}, true);
