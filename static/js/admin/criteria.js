/** What the criteria of a badge come to in words, while somebody builds them. */

const WAIT = 400;
const place = document.querySelector("[data-criteria-words]");
const form = place.closest("form");
let running = null;
let timer = 0;
let asked = criteria();

/** The criteria as the form would send them. */
function criteria() {
  const { name } = place.dataset;
  const fields = [...new FormData(form)].filter(([key]) => key.startsWith(`${name}-`));
  return new URLSearchParams(fields).toString();
}

async function ask() {
  const wanted = criteria();
  if (wanted === asked) return;
  asked = wanted;
  running?.abort();
  running = new AbortController();
  const body = new URLSearchParams(wanted);
  body.set("csrfmiddlewaretoken", form.elements.csrfmiddlewaretoken.value);
  try {
    const answer = await fetch(place.dataset.criteriaWords, { method: "POST", body, signal: running.signal });
    // Whoever was signed out in between gets the sign-in page instead of a sentence.
    if (!answer.ok || answer.redirected) return;
    const words = await answer.text();
    if (words !== place.textContent) place.textContent = words;
  } catch (error) {
    // Without an answer the words of before stay, and the next change asks again.
    if (error.name !== "AbortError") asked = "";
  }
}

function soon() {
  window.clearTimeout(timer);
  timer = window.setTimeout(ask, WAIT);
}

form.addEventListener("input", soon);
form.addEventListener("change", soon);
// Blocks that are deleted, moved or chosen change hidden fields without an event.
new MutationObserver(soon).observe(form, { attributeFilter: ["value"], childList: true, subtree: true });
