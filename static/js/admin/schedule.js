/** The form of a schedule without full reloads: the next times while somebody chooses, and the filters of another report. */

const WAIT = 400;
const form = document.getElementById("w-editor-form");
const words = document.querySelector(".sch");
const status = document.getElementById("schedule-status");
const running = {};
let timer = 0;

function say(text) {
  // The same words twice are read twice only where they were away in between.
  status.textContent = "";
  window.setTimeout(() => (status.textContent = text), 50);
}

/** The form as it stands, sent to the button that only looks; the part of the answer with this id takes its place. */
async function look(what, id, said) {
  running[what]?.abort();
  const mine = new AbortController();
  running[what] = mine;
  const data = new FormData(form);
  data.set("do", what);
  const place = document.getElementById(id);
  place.parentElement.setAttribute("aria-busy", "true");
  try {
    const answer = await fetch(window.location.href, { method: "POST", body: data, signal: mine.signal });
    if (!answer.ok) return;
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const fresh = page.getElementById(id);
    // Whoever was signed out in between gets the sign-in page instead of the form.
    if (!fresh) return;
    place.replaceChildren(...document.importNode(fresh, true).childNodes);
    place.dispatchEvent(new CustomEvent("lists:added", { bubbles: true }));
    say(said);
  } catch (error) {
    if (error.name !== "AbortError") throw error;
  } finally {
    if (running[what] === mine) place.parentElement.removeAttribute("aria-busy");
  }
}

form.addEventListener("input", (event) => {
  if (event.target.name === "report") {
    look("filters", "schedule-pins", words.dataset.asking);
  } else if (event.target.closest(".sch-when")) {
    window.clearTimeout(timer);
    timer = window.setTimeout(() => look("times", "schedule-times", words.dataset.saying), WAIT);
  }
});

form.addEventListener("change", (event) => {
  const pick = event.target.closest(".sch-pick");
  if (!pick) return;
  const count = pick.querySelectorAll("input:checked").length;
  const place = pick.querySelector(".sch-pick__count");
  place.textContent = count ? place.dataset.some.replace("%", count) : place.dataset.none;
});
