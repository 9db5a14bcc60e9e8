// Copies a number (order, waybill) and says so for two seconds.
document.addEventListener("click", async (event) => {
  const button = event.target.closest("button[data-copy]");
  if (!button || !navigator.clipboard) return;
  await navigator.clipboard.writeText(button.dataset.copy);
  const before = button.cloneNode(true);
  button.textContent = button.dataset.done;
  setTimeout(() => button.replaceChildren(...before.childNodes), 2000);
});
