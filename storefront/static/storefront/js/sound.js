// What the ear hears: right, wrong, go on, kept. A switch turns it off; the choice stays with the device.
const SOUND_KEY = "floor-sound";
const TONES = { good: [[1040, 0.12, "sine"]], bad: [[210, 0.2, "square"], [160, 0.3, "square"]], next: [[660, 0.08, "sine"]], kept: [[440, 0.08, "triangle"], [440, 0.08, "triangle"]] };

function soundIsOn() {
  try { return localStorage.getItem(SOUND_KEY) !== "off"; } catch { return true; }
}

function sound(tone) {
  const notes = TONES[tone];
  if (!notes || !soundIsOn() || !window.AudioContext) return;
  if (navigator.userActivation && !navigator.userActivation.hasBeenActive) return;
  const audio = new AudioContext();
  const gain = audio.createGain();
  gain.gain.value = 0.08;
  gain.connect(audio.destination);
  let at = audio.currentTime;
  let last;
  for (const [frequency, seconds, shape] of notes) {
    last = audio.createOscillator();
    last.frequency.value = frequency;
    last.type = shape;
    last.connect(gain);
    last.start(at);
    at += seconds;
    last.stop(at);
    at += 0.04;
  }
  last.onended = () => audio.close();
  document.documentElement.dataset.heard = tone;
}

function showSwitch(button) {
  const isOn = soundIsOn();
  button.hidden = false;
  button.setAttribute("aria-pressed", String(isOn));
  button.textContent = isOn ? button.dataset.on : button.dataset.off;
}

for (const button of document.querySelectorAll("[data-sound]")) {
  showSwitch(button);
  button.addEventListener("click", () => {
    try { localStorage.setItem(SOUND_KEY, soundIsOn() ? "off" : "on"); } catch { return; }
    showSwitch(button);
    sound("good");
    document.querySelector("[data-scan]")?.focus();
  });
}
