// A thumbnail puts its picture on the stage; without scripts it is a link to the picture.
document.addEventListener("click", (event) => {
  const thumb = event.target.closest("a[data-picture]");
  if (!thumb || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  const stage = document.getElementById(thumb.dataset.picture);
  const before = stage.querySelector("img");
  const shown = thumb.firstElementChild.cloneNode(true);
  const image = shown.matches("img") ? shown : shown.querySelector("img");
  for (const source of shown.querySelectorAll("source")) source.sizes = stage.querySelector("source")?.sizes || "92vw";
  image.alt = before.alt;
  image.loading = "eager";
  stage.replaceChildren(shown);
  for (const other of thumb.parentElement.children) other.removeAttribute("aria-current");
  thumb.setAttribute("aria-current", "true");
});
