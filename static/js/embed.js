// Without this the poster is a link to the host. With it, Play puts the player in the poster's place: still nothing is asked
// of the host before the reader presses it.
document.addEventListener("click", (event) => {
  const poster = event.target.closest("a[data-player]");
  if (!poster || event.metaKey || event.ctrlKey || event.shiftKey || event.button !== 0) return;
  event.preventDefault();
  const frame = document.createElement("iframe");
  frame.className = "embed-frame";
  frame.src = poster.dataset.player;
  frame.title = poster.dataset.title;
  frame.allow = "fullscreen; encrypted-media; picture-in-picture";
  frame.referrerPolicy = "strict-origin-when-cross-origin";
  poster.replaceWith(frame);
  frame.focus();
});

for (const words of document.querySelectorAll("[data-embed-here]")) words.textContent = words.dataset.embedHere;
