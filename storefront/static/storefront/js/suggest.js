// Moves between the suggestions with the arrows; Escape and leaving the search close them.
const find = document.getElementById("find");
const list = document.getElementById("suggest");

function step(by) {
  const stops = [find, ...list.querySelectorAll("a")];
  const here = stops.indexOf(document.activeElement);
  if (here >= 0) stops[(here + by + stops.length) % stops.length].focus();
}

if (find && list) {
  find.form.addEventListener("keydown", (event) => {
    if (!list.childElementCount) return;
    if (event.key === "Escape") { list.replaceChildren(); find.focus(); }
    else if (event.key === "ArrowDown") step(1);
    else if (event.key === "ArrowUp") step(-1);
    else return;
    event.preventDefault();
  });
  document.addEventListener("click", (event) => {
    if (!find.form.contains(event.target)) list.replaceChildren();
  });
  find.addEventListener("input", () => { if (!find.value.trim()) list.replaceChildren(); });
}
