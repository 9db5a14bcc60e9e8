// The minus and plus beside a quantity step the number and tell the form that it changed.
document.addEventListener("click", (event) => {
  const button = event.target.closest("button[data-step]");
  if (!button) return;
  const input = button.parentElement.querySelector("input[type=number]");
  const before = input.value;
  button.dataset.step === "1" ? input.stepUp() : input.stepDown();
  if (input.value !== before) input.dispatchEvent(new Event("change", { bubbles: true }));
});
