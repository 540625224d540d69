// Asks every second how far background work is, and shows the next page when it is done.

const box = document.querySelector("[data-progress]");

if (box) {
  const words = box.querySelector("[data-words]");
  const bar = box.querySelector("progress");
  const trouble = box.querySelector("[data-trouble]");
  const later = () => setTimeout(ask, document.hidden ? 5000 : 1000);

  async function ask() {
    try {
      const answer = await fetch(box.dataset.progress, { headers: { Accept: "application/json" } });
      if (!answer.ok) throw new Error(answer.status);
      const told = await answer.json();
      trouble.hidden = true;
      if (!told.is_busy) {
        location.replace(location.pathname);
        return;
      }
      words.textContent = told.words;
      if (told.done && told.total) {
        bar.max = told.total;
        bar.value = told.done;
      } else {
        bar.removeAttribute("value");
      }
    } catch {
      trouble.hidden = false;
    }
    later();
  }

  later();
}
