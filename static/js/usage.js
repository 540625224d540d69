// Tells how long a lesson was visible while its reader did something, and how far its videos came. Each report is the whole
// time so far, so one that is lost or comes twice changes nothing.
const form = document.querySelector("form[data-usage]");
const IDLE = 120_000, EVERY = 30_000;
let whole = 0, since = null, told = 0, active = performance.now();

const watching = () => [...document.querySelectorAll("video, audio")].some((player) => !player.paused && !player.ended);

// Adds up what has passed while the page was visible and somebody was there.
const count = () => {
  const now = performance.now();
  if (watching()) active = now;
  if (since !== null) whole += Math.max(Math.min(now, active + IDLE) - since, 0);
  since = document.visibilityState === "visible" ? now : null;
};

const send = (facts) => {
  const body = new FormData(form);
  for (const [name, value] of Object.entries(facts)) body.append(name, value);
  return navigator.sendBeacon(form.action, body);
};

const tell = () => {
  count();
  const seconds = Math.round(whole / 1000);
  if (seconds > told && send({ seconds })) told = seconds;
};

const isHere = () => {
  // Before what was idle is forgotten.
  if (performance.now() - active > IDLE) count();
  active = performance.now();
};

if (form) {
  count();
  for (const kind of ["pointerdown", "pointermove", "keydown", "scroll", "touchstart"]) addEventListener(kind, isHere, { passive: true });
  document.addEventListener("visibilitychange", () => (document.visibilityState === "hidden" ? tell() : count()));
  addEventListener("pagehide", tell);
  setInterval(() => { if (document.visibilityState === "visible") tell(); }, EVERY);

  const done = new WeakMap();
  const quarter = (video, percent) => {
    const before = done.get(video) ?? 0;
    for (const step of [25, 50, 75, 100]) if (step > before && step <= percent) send({ media: video.dataset.media, percent: step });
    done.set(video, Math.max(before, percent));
  };
  for (const video of document.querySelectorAll("video[data-media]")) {
    video.addEventListener("timeupdate", () => {
      // The end is told by "ended": the last moment may never be reported.
      if (video.duration) quarter(video, Math.min(Math.floor((video.currentTime / video.duration) * 4) * 25, 75));
    });
    video.addEventListener("ended", () => quarter(video, 100));
  }
}
