// When a part of the page cannot be fetched, the visitor is told; live parts that poll keep silent and try again.
function tell(event) {
  const place = document.getElementById("messages");
  const trigger = event.detail.elt.getAttribute("hx-trigger") || "";
  if (!place || trigger.includes("every") || trigger.includes("input")) return;
  const note = document.createElement("div");
  note.className = "note bad";
  note.setAttribute("role", "alert");
  note.textContent = place.dataset.trouble;
  place.replaceChildren(note);
  note.scrollIntoView({ block: "nearest" });
}
document.addEventListener("htmx:sendError", tell);
document.addEventListener("htmx:responseError", tell);
document.addEventListener("htmx:timeout", tell);
