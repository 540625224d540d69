// A quiz works as plain forms. This saves answers as they are given, says so, and counts the time down.
// The server keeps the time and the answers: whatever happens here, what it has acknowledged is safe.
const form = document.querySelector("form[data-save]");
const saved = document.querySelector("[data-saved]");
const timer = document.querySelector("[data-seconds-left]");

if (form) {
  let waiting, sending = false, again = false;

  const tell = (words, state) => {
    saved.textContent = words;
    saved.dataset.state = state;
  };

  const showErrors = (errors) => {
    for (const place of form.querySelectorAll("[data-answer-error]")) {
      const words = errors[place.dataset.answerError] || "";
      place.textContent = words;
      place.hidden = !words;
      // What the page was drawn with is older.
      document.getElementById(`a-q${place.dataset.answerError}-error`)?.remove();
    }
  };

  const save = async () => {
    clearTimeout(waiting);
    if (sending) { again = true; return; }
    sending = true;
    tell(form.dataset.saving, "saving");
    try {
      const response = await fetch(form.dataset.save, { method: "POST", body: new FormData(form), headers: { Accept: "application/json" } });
      if (response.redirected || !response.headers.get("Content-Type")?.includes("json")) { tell(form.dataset.signIn, "failed"); return; }
      const told = await response.json();
      if (told.is_over) { form.dataset.over = "yes"; location.assign(form.dataset.review); return; }
      tell(told.sentence, response.ok ? "saved" : "failed");
      if (response.ok) {
        showErrors(told.errors);
        document.querySelector("[data-answered]").textContent = told.answered;
        if (timer && told.seconds_left !== null) setEnd(told.seconds_left);
      }
    } catch {
      // The network may come back: the next change, or this, tries again, and "Hand in" sends all of it once more.
      tell(form.dataset.failed, "failed");
      waiting = setTimeout(save, 5000);
    } finally {
      sending = false;
      if (again) { again = false; save(); }
    }
  };

  const soon = (delay) => { clearTimeout(waiting); waiting = setTimeout(save, delay); };
  form.addEventListener("change", () => soon(150));
  form.addEventListener("input", (event) => { if (event.target.matches("input[type=text], textarea")) soon(1500); });
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState === "hidden" && waiting) navigator.sendBeacon(form.dataset.save, new FormData(form));
  });
}

let ends = null;
function setEnd(seconds) { ends = performance.now() + seconds * 1000; }

if (timer) {
  const shown = timer.querySelector("[data-timer]");
  const announced = document.querySelector("[data-announce]");
  const marks = JSON.parse(timer.dataset.marks);
  let last = Infinity;
  setEnd(Number(timer.dataset.secondsLeft));

  const tick = () => {
    const left = Math.max(0, Math.ceil((ends - performance.now()) / 1000));
    const minutes = Math.floor(left / 60), seconds = String(left % 60).padStart(2, "0");
    // A closing date that is days away stays a date.
    if (left < 4 * 3600) shown.textContent = `${minutes}:${seconds}`;
    timer.classList.toggle("is-short", left <= 60);
    for (const [at, words] of marks) if (left <= at && last > at && last !== Infinity) announced.textContent = words;
    last = left;
    if (left > 0) { setTimeout(tick, 250); return; }
    // Hands in what stands here; the server takes it for a few seconds more, and ends the attempt itself if it never comes.
    if (form && !form.dataset.over) {
      form.dataset.over = "yes";
      form.action = form.dataset.finish;
      form.submit();
    } else if (timer.dataset.review) {
      location.assign(timer.dataset.review);
    }
  };
  tick();
}
