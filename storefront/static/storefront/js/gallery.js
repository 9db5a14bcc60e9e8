// A thumbnail puts its picture on the stage; without scripts it is a link to the picture.
document.addEventListener("click", (event) => {
  const thumb = event.target.closest("a[data-picture]");
  if (!thumb || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  document.getElementById(thumb.dataset.picture).src = thumb.href;
  for (const other of thumb.parentElement.children) other.removeAttribute("aria-current");
  thumb.setAttribute("aria-current", "true");
});
