// The scanner types into the field that waits for it: the field keeps the focus, and the ear hears the answer.
const field = () => document.querySelector("[data-scan]");

function ready() {
  const input = field();
  if (input) { input.focus(); input.select(); }
}

function sound(isGood) {
  const audio = new AudioContext();
  const tone = audio.createOscillator();
  const gain = audio.createGain();
  tone.frequency.value = isGood ? 1040 : 210;
  tone.type = isGood ? "sine" : "square";
  gain.gain.value = 0.08;
  tone.connect(gain).connect(audio.destination);
  tone.start();
  tone.stop(audio.currentTime + (isGood ? 0.12 : 0.45));
  tone.onended = () => audio.close();
}

function answer() {
  const verdict = document.querySelector(".verdict[data-tone]");
  const tone = verdict && verdict.dataset.tone;
  if (tone && navigator.userActivation && navigator.userActivation.hasBeenActive) sound(tone === "good");
  ready();
}

document.addEventListener("htmx:afterSettle", answer);
document.addEventListener("keydown", (event) => {
  const input = field();
  const isTyping = event.target.closest("input, textarea, select, button, a, summary");
  if (input && !isTyping && event.key.length === 1 && !event.ctrlKey && !event.metaKey) input.focus();
});
answer();
