// Makes answering easier where scripts run; without them every question works by its form alone.
//
// Ordering: items are dragged, or moved with buttons. The form's own fields, a place for each item, are filled from the
// order once something was moved, so that a question nobody touched stays unanswered.

const fill = (words, values) => words.replace(/\{(\w+)\}/g, (found, name) => values[name] ?? found);

function button(words, sign) {
  const made = document.createElement("button");
  made.type = "button";
  made.className = "sortable-move";
  made.title = words;
  const icon = document.createElement("span");
  icon.textContent = sign;
  icon.setAttribute("aria-hidden", "true");
  const name = document.createElement("span");
  name.className = "sr-only";
  name.textContent = words;
  made.append(icon, name);
  return made;
}

function makeSortable(list) {
  const question = list.closest(".question") ?? document;
  const said = question.querySelector("[data-sortable-said]");
  const items = () => [...list.children];
  const wordsOf = (item) => item.querySelector(".sortable-words").textContent.trim();

  for (const hint of question.querySelectorAll("[data-with-script]")) hint.hidden = false;
  for (const hint of question.querySelectorAll("[data-without-script]")) hint.hidden = true;
  list.classList.add("is-sortable");

  const drawButtons = () => {
    const all = items();
    all.forEach((item, place) => {
      // A button that cannot move anything further keeps the focus: it says so instead of being disabled.
      item.querySelector("[data-move='-1']").setAttribute("aria-disabled", String(place === 0));
      item.querySelector("[data-move='1']").setAttribute("aria-disabled", String(place === all.length - 1));
    });
  };

  const settle = (moved) => {
    const all = items();
    all.forEach((item, place) => { item.querySelector("select").value = String(place + 1); });
    drawButtons();
    said.textContent = fill(list.dataset.said, { item: wordsOf(moved), place: all.indexOf(moved) + 1, count: all.length });
    list.dispatchEvent(new Event("change", { bubbles: true }));
  };

  for (const item of items()) {
    const moves = document.createElement("span");
    moves.className = "sortable-moves";
    for (const [step, words, sign] of [[-1, list.dataset.up, "↑"], [1, list.dataset.down, "↓"]]) {
      const move = button(words, sign);
      move.dataset.move = step;
      const id = item.querySelector(".sortable-words").id;
      move.setAttribute("aria-describedby", id);
      move.addEventListener("click", () => {
        const all = items();
        const other = all[all.indexOf(item) + step];
        if (!other) return;
        if (step < 0) other.before(item); else other.after(item);
        settle(item);
        move.focus();
      });
      moves.append(move);
    }
    item.append(moves);

    // Pointer events serve the mouse, the pen and the finger alike. A finger drags by the handle, and scrolls elsewhere.
    const handle = document.createElement("span");
    handle.className = "sortable-handle";
    handle.setAttribute("aria-hidden", "true");
    handle.textContent = "⠿";
    item.prepend(handle);
    item.addEventListener("pointerdown", (event) => {
      const isHandle = handle.contains(event.target);
      if (event.button !== 0 || event.target.closest("button, a, select") || (event.pointerType === "touch" && !isHandle)) return;
      event.preventDefault();
      drag(item);
    });
  }

  // The document listens: an element that moves in it would lose the pointer.
  const drag = (item) => {
    const before = items();
    const listening = new AbortController();
    const move = (event) => {
      for (const other of items()) {
        if (other === item) continue;
        const box = other.getBoundingClientRect();
        if (event.clientY < box.top || event.clientY > box.bottom) continue;
        if (event.clientY < box.top + box.height / 2) other.before(item); else other.after(item);
        break;
      }
    };
    const drop = () => {
      listening.abort();
      item.classList.remove("is-dragged");
      if (items().some((other, place) => other !== before[place])) settle(item);
    };
    item.classList.add("is-dragged");
    document.addEventListener("pointermove", move, { signal: listening.signal });
    document.addEventListener("pointerup", drop, { signal: listening.signal });
    document.addEventListener("pointercancel", drop, { signal: listening.signal });
  };
  drawButtons();
}

function countWords(text) {
  const words = text.closest(".essay").querySelector("[data-words]");
  const say = () => {
    const count = text.value.split(/\s+/).filter(Boolean).length;
    const form = count === 0 ? words.dataset.none : count === 1 ? words.dataset.one : words.dataset.many;
    words.textContent = fill(form, { count });
  };
  words.hidden = false;
  text.addEventListener("input", say);
  say();
}

for (const list of document.querySelectorAll("[data-sortable]:not([data-sortable='off'])")) makeSortable(list);
for (const text of document.querySelectorAll("[data-counts-words]:enabled")) countWords(text);
