// The choices beside a list: a sheet on a phone, folds that stay open, addresses without empty names.
{
  const sheet = () => document.getElementById("sheet");
  const isSheet = () => sheet()?.open && getComputedStyle(sheet()).position === "fixed";
  const close = () => { sheet().open = false; sheet().querySelector("summary").focus(); };

  document.addEventListener("click", (event) => {
    if (event.target.closest("[data-close-sheet]") && sheet()) close();
  });
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && isSheet()) close();
  });
  document.addEventListener("focusin", (event) => {
    if (isSheet() && !sheet().contains(event.target)) sheet().open = false;
  });

  document.addEventListener("htmx:configRequest", (event) => {
    if (event.target.id !== "choices") return;
    const given = event.detail.formData;
    for (const name of new Set(given.keys())) {
      const chosen = given.getAll(name).filter((value) => value !== "");
      given.delete(name);
      for (const value of chosen) given.append(name, value);
    }
  });
  document.addEventListener("htmx:oobBeforeSwap", (event) => {
    if (event.detail.target.id !== "facet-list") return;
    for (const fold of event.detail.target.querySelectorAll("details[open]")) {
      const next = event.detail.fragment.querySelector(`#${fold.id}`);
      if (next) next.open = true;
    }
  });
}
