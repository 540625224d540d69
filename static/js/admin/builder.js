/** The report builder without full reloads: the same form goes to the same address, and what comes back takes its place. */

const WAIT = 700;
const status = document.getElementById("builder-status");
const RESHAPING = "select[data-reshapes], input[type=checkbox]";

let form = document.getElementById("builder");
let running = null;
let timer = 0;
let isLeaving = false;
let isDirty = form.hasAttribute("data-dirty");

function say(words) {
  // The same words twice are read twice only where they were away in between.
  status.textContent = "";
  if (words) window.setTimeout(() => (status.textContent = words), 50);
}

function state() {
  return new URLSearchParams(new FormData(form)).toString();
}

/** Ask for the form as it is, after pressing a button or without one. Null where a newer question came in between. */
async function ask(button) {
  running?.abort();
  const mine = new AbortController();
  running = mine;
  const data = new FormData(form);
  if (button) data.set(button.name, button.value);
  else data.set("do", "preview");
  form.setAttribute("aria-busy", "true");
  try {
    const answer = await fetch(form.getAttribute("action") || window.location.href, {
      method: "POST",
      body: data,
      headers: { "X-Fragment": "builder" },
      signal: mine.signal,
    });
    if (!answer.ok) return { trouble: answer.status };
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const fresh = page.getElementById("builder");
    // Whoever was signed out in between gets the sign-in page instead of the form.
    return fresh ? { fresh: document.importNode(fresh, true) } : { trouble: 0 };
  } catch (error) {
    if (error.name === "AbortError") return null;
    return { trouble: 0 };
  } finally {
    if (running === mine) {
      running = null;
      form.removeAttribute("aria-busy");
    }
  }
}

function openParts() {
  return [...form.querySelectorAll("details[id][open]")].map((part) => part.id);
}

/** All of the form anew: rows came, went or changed what they ask. */
function replaceForm(fresh, focus) {
  const opened = openParts();
  const lists = [...form.querySelectorAll(".bld-checks__list")].map((list) => [list.parentElement.id, list.scrollTop]);
  const scrolled = form.querySelector(".bld-preview")?.scrollTop ?? 0;
  form.replaceWith(fresh);
  form = fresh;
  form.dispatchEvent(new CustomEvent("lists:added", { bubbles: true }));
  for (const id of opened) document.getElementById(id)?.setAttribute("open", "");
  for (const [id, top] of lists) {
    const list = document.getElementById(id)?.querySelector(".bld-checks__list");
    if (list) list.scrollTop = top;
  }
  form.querySelector(".bld-preview").scrollTop = scrolled;
  const target = focus && document.getElementById(focus);
  if (target) target.focus({ preventScroll: false });
}

/** Somebody is typing: only what stands beside the fields changes. */
function replaceAround(fresh) {
  const preview = fresh.querySelector("#builder-preview");
  form.querySelector("#builder-preview").replaceChildren(...preview.childNodes);
  for (const place of form.querySelectorAll("[data-problems]")) {
    const now = fresh.querySelector(`#${CSS.escape(place.id)}`);
    if (now) place.replaceChildren(...now.childNodes);
    place.closest(".bld-line")?.classList.toggle("bld-line--wrong", place.childElementCount > 0);
  }
}

function failed(code) {
  const words = code ? form.dataset.refused : form.dataset.lost;
  form.querySelector(".bld-bar__said").textContent = words;
  say(words);
}

async function press(button) {
  const answer = await ask(button);
  if (!answer) return;
  if (!answer.fresh) return failed(answer.trouble);
  const focus = answer.fresh.dataset.focus || button.id;
  const said = answer.fresh.dataset.said;
  isDirty = true;
  replaceForm(answer.fresh, focus);
  say(said);
}

async function preview(isReshaping) {
  const before = state();
  const focused = document.activeElement;
  const answer = await ask(null);
  if (!answer) return;
  if (!answer.fresh) return failed(answer.trouble);
  // Typed or chosen meanwhile: the next answer is on its way.
  if (state() !== before) {
    if (!timer) later(isReshaping);
    return;
  }
  const isTyping = document.activeElement?.matches?.("input:not([type=checkbox]), textarea") && form.contains(document.activeElement);
  if (isReshaping && !isTyping) {
    const inForm = form.contains(document.activeElement) ? document.activeElement.id : focused?.id;
    replaceForm(answer.fresh, inForm);
  } else {
    replaceAround(answer.fresh);
  }
  const problems = form.querySelectorAll("[data-problems] > li").length;
  say(problems ? form.dataset.problems : form.dataset.shown);
}

function stopWaiting() {
  window.clearTimeout(timer);
  timer = 0;
  delete form.dataset.waiting;
}

let isReshaping = false;
// Whoever types ahead in a choice is not done with the first letter; whoever points has chosen.
let isPointing = false;

document.addEventListener("pointerdown", () => (isPointing = true), true);
document.addEventListener("keydown", () => (isPointing = false), true);

function later(reshaping) {
  isReshaping ||= reshaping;
  window.clearTimeout(timer);
  form.dataset.waiting = "";
  timer = window.setTimeout(
    () => {
      stopWaiting();
      const shape = isReshaping;
      isReshaping = false;
      preview(shape);
    },
    reshaping && isPointing ? 50 : WAIT,
  );
}

document.addEventListener("submit", (event) => {
  if (event.target !== form) return;
  const button = event.submitter;
  if (button?.value === "preview" || !button) {
    event.preventDefault();
    stopWaiting();
    preview(false);
  } else if (button.hasAttribute("data-change")) {
    event.preventDefault();
    stopWaiting();
    press(button);
  } else {
    isLeaving = true;
  }
});

document.addEventListener("input", (event) => {
  if (!form.contains(event.target) || "local" in event.target.dataset) return;
  if (event.target.name?.startsWith("new-")) return;
  isDirty = true;
  later(event.target.matches(RESHAPING));
});

window.addEventListener("beforeunload", (event) => {
  if (isDirty && !isLeaving) event.preventDefault();
});
