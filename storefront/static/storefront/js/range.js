// Two sliders over two number fields: the fields are what is sent, the sliders move them.
{
  const PAUSE = 450;
  let waiting = 0;

  const paint = (box) => {
    const [low, high] = box.querySelectorAll("input");
    const part = (slider) => `${((slider.value - low.min) / (low.max - low.min)) * 100}%`;
    box.style.setProperty("--from", part(low));
    box.style.setProperty("--to", part(high));
    for (const slider of [low, high]) {
      const number = Number(slider.value).toLocaleString(document.documentElement.lang);
      slider.setAttribute("aria-valuetext", `${number} ${box.dataset.unit}`);
    }
  };
  const paintAll = () => document.querySelectorAll(".slider").forEach(paint);

  document.addEventListener("input", ({ target }) => {
    if (!target.matches("[data-moves]")) return;
    const [low, high] = target.parentElement.querySelectorAll("input");
    if (Number(low.value) > Number(high.value)) target.value = (target === low ? high : low).value;
    const isFree = target.value === (target === low ? target.min : target.max);
    document.getElementById(target.dataset.moves).value = isFree ? "" : target.value;
    paint(target.parentElement);
  });
  // An arrow key changes the slider at each press; the list is asked for when the hand rests.
  document.addEventListener("change", (event) => {
    if (!event.target.matches("[data-moves]")) return;
    event.stopPropagation();
    const form = event.target.form;
    clearTimeout(waiting);
    waiting = setTimeout(() => { waiting = 0; form.requestSubmit(); }, PAUSE);
  }, true);
  // What comes back while the hand still moves is late: the next answer has it all.
  document.addEventListener("htmx:oobBeforeSwap", (event) => {
    if (waiting && event.detail.target.id === "facet-list") event.detail.shouldSwap = false;
  });
  document.addEventListener("htmx:afterSwap", paintAll);
  document.addEventListener("htmx:historyRestore", paintAll);
  paintAll();
}
