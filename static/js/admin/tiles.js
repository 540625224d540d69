/**
 * Fetches each <lectern-tile> of a dashboard by itself, a few at a time, so that a slow one holds up no other. One that fails
 * says so and can be tried again. Without scripts each tile is a link to its report.
 */

const AT_ONCE = 3;
const PATIENCE = 90_000;

const waiting = [];
let running = 0;

function next() {
  while (running < AT_ONCE && waiting.length) {
    running += 1;
    waiting
      .shift()()
      .finally(() => {
        running -= 1;
        next();
      });
  }
  if (!running) announce();
}

function announce() {
  const status = document.querySelector("[data-tiles-done]");
  if (status) status.textContent = status.dataset.tilesDone;
}

class LecternTile extends HTMLElement {
  #title = "";
  #report = "";

  connectedCallback() {
    if (!this.dataset.src) return;
    this.#title = this.querySelector("h2").textContent;
    this.#report = this.querySelector("a").href;
    this.addEventListener("click", (event) => {
      if (event.target.closest("[data-retry]")) this.#again();
    });
    this.#queue();
  }

  #queue() {
    this.setAttribute("aria-busy", "true");
    waiting.push(() => this.#load());
    // When all of the page's tiles are in line.
    queueMicrotask(next);
  }

  #again() {
    // The button is gone with the next answer, and so would be the focus.
    this.tabIndex = -1;
    this.focus();
    this.#queue();
  }

  async #load() {
    try {
      const answer = await fetch(this.dataset.src, { signal: AbortSignal.timeout(PATIENCE) });
      // What failed on the server says so itself; a page to sign in at is no tile.
      if (answer.redirected || !(answer.ok || answer.status === 500)) throw new Error(`${answer.status}`);
      this.innerHTML = await answer.text();
      if (!this.querySelector(".chart-block")) throw new Error("This is no tile.");
    } catch {
      this.#fail();
    }
    this.removeAttribute("aria-busy");
  }

  #fail() {
    const failed = document.querySelector("template[data-tile-failed]").content.cloneNode(true);
    failed.querySelector("h2").textContent = this.#title;
    failed.querySelector("a").href = this.#report;
    this.replaceChildren(failed);
  }
}

customElements.define("lectern-tile", LecternTile);

// The days of one's own stretch are asked for where it is chosen.
const range = document.querySelector(".dash-ask select[name='range']");
if (range) {
  const days = document.querySelectorAll(".dash-ask__field--day");
  const show = () => {
    for (const day of days) day.hidden = range.value !== "own";
  };
  range.addEventListener("change", show);
  show();
}
