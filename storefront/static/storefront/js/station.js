// A scan is kept in the browser under a key made here until the server has answered it, so a short
// loss of the network loses nothing: what waits is sent in its order, and the server does each key once.
const station = document.querySelector("form[data-station]");
const told = document.getElementById("told");
const net = document.getElementById("net");
const wrongs = document.getElementById("wrongs");
const KEPT = `floor-scans-${station.dataset.station}`;
const PATIENCE_MS = 15000;
const AGAIN_MS = 3000;
let memory = [];
let isBusy = false;
let timer = 0;

function waiting() {
  try { return JSON.parse(localStorage.getItem(KEPT) || "[]"); } catch { return memory; }
}

function keep(scans) {
  memory = scans;
  try { localStorage.setItem(KEPT, JSON.stringify(scans)); } catch { /* the page itself remembers */ }
}

function newKey() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6] & 0x0f) | 0x40;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join("-");
}

const isHere = (scan) => scan.url === station.getAttribute("action");
let last = waiting().filter(isHere).at(-1)?.key || station.elements.after.value;

function tellNet(kind) {
  const count = waiting().length;
  const words = net.querySelector("span");
  net.hidden = !kind || !count;
  if (kind) words.textContent = words.dataset[kind].replace("#", count);
}

function showKept(code) {
  const verdict = document.getElementById("kept").content.cloneNode(true);
  verdict.querySelector(".number").textContent = code;
  document.getElementById("verdict").replaceWith(verdict);
  sound("kept");
}

function noteWrong() {
  const verdict = told.querySelector(".verdict.bad");
  if (!verdict) return;
  const copy = verdict.cloneNode(true);
  copy.removeAttribute("id");
  copy.removeAttribute("role");
  wrongs.querySelector(".stack-s").append(copy);
  wrongs.hidden = false;
}

function showAnswer(scan, html) {
  const isLate = Boolean(scan.isLate);
  if (isHere(scan)) {
    told.innerHTML = html;
    if (isLate) noteWrong();
    document.dispatchEvent(new CustomEvent("floor:answer"));
  } else {
    const page = new DOMParser().parseFromString(html, "text/html");
    const verdict = page.querySelector(".verdict.bad");
    if (verdict) {
      verdict.removeAttribute("id");
      wrongs.querySelector(".stack-s").append(document.importNode(verdict, true));
      wrongs.hidden = false;
    }
  }
}

function bodyOf(scan) {
  const body = new FormData();
  body.set("csrfmiddlewaretoken", station.elements.csrfmiddlewaretoken.value);
  for (const name of ["key", "after", "code"]) body.set(name, scan[name]);
  body.set("waited", String(Math.max(0, Math.round((Date.now() - scan.at) / 1000))));
  return body;
}

async function post(scan) {
  const stop = new AbortController();
  const patience = setTimeout(() => stop.abort(), PATIENCE_MS);
  try {
    const response = await fetch(scan.url, { method: "POST", body: bodyOf(scan), headers: { "HX-Request": "true" }, credentials: "same-origin", signal: stop.signal });
    if (response.status >= 500) return "words";
    if (response.headers.get("X-Floor-Scan") !== scan.key) return "closed";
    const html = await response.text();
    keep(waiting().filter((one) => one.key !== scan.key));
    showAnswer(scan, html);
    return "";
  } catch {
    return "words";
  } finally {
    clearTimeout(patience);
  }
}

async function send() {
  if (isBusy) return;
  isBusy = true;
  clearTimeout(timer);
  let trouble = "";
  while (!trouble && waiting().length) {
    if (waiting().length > 1) tellNet("sending");
    trouble = await post(waiting()[0]);
  }
  isBusy = false;
  if (trouble === "words") {
    keep(waiting().map((scan) => ({ ...scan, isLate: true })));
    showKept(waiting().at(-1)?.code || "");
    timer = setTimeout(send, AGAIN_MS);
  }
  tellNet(trouble);
}

station.addEventListener("submit", (event) => {
  event.preventDefault();
  const input = station.elements.code;
  const code = input.value.trim();
  input.value = "";
  input.focus();
  if (!code) return;
  const scan = { key: newKey(), after: last, url: station.getAttribute("action"), code, at: Date.now() };
  last = scan.key;
  keep([...waiting(), scan]);
  if (net.hidden || isBusy) send();
  else { showKept(code); tellNet("words"); clearTimeout(timer); send(); }
});

wrongs.querySelector("button").addEventListener("click", () => {
  wrongs.hidden = true;
  wrongs.querySelector(".stack-s").replaceChildren();
  station.elements.code.focus();
});
window.addEventListener("online", send);
if (waiting().length) send();
