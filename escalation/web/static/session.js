// Five minutes before the session ends, says so beside what the person is doing, and offers to stay.
// Nothing is taken away from the page: what was typed stays where it is, also after the end.
const WARN = 5 * 60 * 1000;
const note = document.getElementById("session");
const template = document.getElementById("session-warning");
const title = document.title;
const others = "BroadcastChannel" in window ? new BroadcastChannel("session") : null;

let ends = 0;
let words = note.querySelector("[data-at]").textContent;
let box = null;
let shown = "";
let ended = false;
let before = null;

function lasts(left, at) {
  until(Date.now() + left * 1000, at);
  others?.postMessage({ ends, at });
}

function until(moment, at) {
  ends = moment;
  words = at;
  ended = false;
  for (const place of document.querySelectorAll("[data-at]")) place.textContent = words;
}

// Beside the field that has the focus, so that somebody who writes sees it; else first on the page.
function place() {
  const main = document.getElementById("main-content");
  const focused = document.activeElement;
  const group = main.contains(focused) ? focused.closest(".govuk-form-group") : null;
  box = document.createElement("div");
  box.className = "session-warning";
  box.setAttribute("role", "alert");
  if (group) group.before(box);
  else main.prepend(box);
  before = group ? focused : null;
}

function show(which) {
  if (shown === which) return;
  shown = which;
  if (!box) place();
  const content = template.content.cloneNode(true);
  for (const line of content.querySelectorAll("[data-when]")) if (line.dataset.when !== which) line.remove();
  for (const at of content.querySelectorAll("[data-at]")) at.textContent = words;
  const button = content.querySelector("button");
  if (which === "soon" || which === "unreached") button.addEventListener("click", stay);
  else button.remove();
  const hadFocus = box.contains(document.activeElement);
  box.replaceChildren(content);
  if (hadFocus) giveBack();
  const signed = { soon: "Signed out soon", last: "Signed out soon", ended: "Signed out" };
  const unsent = { soon: "Kept a few minutes more", last: "Kept a few minutes more", ended: "Too late" };
  const ahead = ("unsent" in note.dataset ? unsent : signed)[which];
  document.title = ahead ? `${ahead} – ${title}` : title;
}

// The button that had the focus may be gone: back to where the person was writing.
function giveBack() {
  const there = before ?? box.querySelector("button") ?? box;
  if (there === box) box.tabIndex = -1;
  there.focus();
}

async function stay() {
  const headers = { "X-CSRFToken": note.dataset.csrf };
  let answer;
  try {
    answer = await fetch(note.dataset.stay, { method: "POST", headers, redirect: "manual" });
  } catch {
    show("unreached");
    return;
  }
  if (!answer.ok) {
    over();
    return;
  }
  const { left, at } = await answer.json();
  const later = Date.now() + left * 1000 > ends + 1000;
  lasts(left, at);
  show(later ? "stays" : "last");
}

function over() {
  ended = true;
  show("ended");
}

function look() {
  const left = ends - Date.now();
  if (ended) return;
  if (left <= 0) over();
  else if (left <= WARN && shown !== "last" && shown !== "unreached") show("soon");
}

// Another page of this session was opened, or stayed: this one lasts as long.
others?.addEventListener("message", ({ data }) => {
  if (data.ends <= ends + 1000) return;
  until(data.ends, data.at);
  if (box) show("stays");
});
lasts(Number(note.dataset.left), words);
setInterval(look, 1000);
document.addEventListener("visibilitychange", look);
look();
