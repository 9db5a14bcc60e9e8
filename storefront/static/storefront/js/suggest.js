// Makes the search field a combobox over what is suggested: the arrows choose, Enter goes there,
// Escape closes. The focus stays in the field. Without this script it is a plain search.
const find = document.getElementById("find");
const list = document.getElementById("suggest");
let chosen = -1;

function options() {
  return [...list.querySelectorAll("a")];
}

function choose(at) {
  const all = options();
  chosen = all.length ? (at + all.length + 1) % (all.length + 1) : -1;
  if (chosen === all.length) chosen = -1;
  all.forEach((each, number) => each.setAttribute("aria-selected", String(number === chosen)));
  if (chosen < 0) { find.removeAttribute("aria-activedescendant"); return; }
  find.setAttribute("aria-activedescendant", all[chosen].id);
  all[chosen].scrollIntoView({ block: "nearest" });
}

function renew() {
  const all = options();
  all.forEach((each, number) => {
    each.id = `suggest-${number + 1}`;
    each.setAttribute("role", "option");
    each.tabIndex = -1;
  });
  if (all.length) {
    list.setAttribute("role", "listbox");
    list.setAttribute("aria-label", find.labels.length ? find.labels[0].textContent : find.placeholder);
  } else {
    list.removeAttribute("role");
    list.removeAttribute("aria-label");
  }
  find.setAttribute("aria-expanded", String(all.length > 0));
  choose(-1);
}

function close() {
  list.replaceChildren();
  renew();
}

if (find && list) {
  find.setAttribute("role", "combobox");
  find.setAttribute("aria-autocomplete", "list");
  find.setAttribute("aria-controls", list.id);
  renew();
  list.addEventListener("htmx:afterSwap", renew);
  find.addEventListener("keydown", (event) => {
    if (!list.childElementCount) return;
    if (event.key === "Escape") close();
    else if (event.key === "ArrowDown") choose(chosen + 1);
    else if (event.key === "ArrowUp") choose(chosen < 0 ? options().length - 1 : chosen - 1);
    else if (event.key === "Enter" && chosen >= 0) options()[chosen].click();
    else if (event.key === "Tab") { close(); return; }
    else return;
    event.preventDefault();
  });
  document.addEventListener("click", (event) => {
    if (!find.form.contains(event.target)) close();
  });
  find.addEventListener("input", () => { if (!find.value.trim()) close(); });
}
