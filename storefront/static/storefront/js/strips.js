// Brings where one is into sight, in a strip of tabs that is wider than the window.
document.querySelectorAll(".tabs, .aisles ul, .floor-nav").forEach((strip) => {
  const here = strip.querySelector("[aria-current]");
  if (here) strip.scrollLeft = here.offsetLeft - strip.offsetLeft - (strip.clientWidth - here.clientWidth) / 2;
});
