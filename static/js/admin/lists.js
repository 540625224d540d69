/** Long lists of boxes can be searched, and lists that open over the page close again. */

function searchable(list) {
  const field = document.createElement("input");
  field.type = "search";
  field.className = "bld-checks__search";
  field.placeholder = list.dataset.search;
  field.setAttribute("aria-label", list.dataset.search);
  // It has no name and is never sent; whoever watches the form leaves it alone.
  field.dataset.local = "";
  field.addEventListener("input", () => {
    const words = field.value.toLocaleLowerCase().split(/\s+/).filter(Boolean);
    for (const label of list.querySelectorAll("label")) {
      const text = label.textContent.toLocaleLowerCase();
      label.hidden = !words.every((word) => text.includes(word));
    }
  });
  // Enter looks for the words, it does not send the form.
  field.addEventListener("keydown", (event) => {
    if (event.key === "Enter") event.preventDefault();
  });
  list.before(field);
}

function prepare(part) {
  for (const list of part.querySelectorAll("[data-search]")) searchable(list);
}

const open = () => document.querySelectorAll(".rep-pick[open]");

document.addEventListener("click", (event) => {
  for (const pick of open()) if (!pick.contains(event.target)) pick.open = false;
});

document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  for (const pick of open()) {
    pick.open = false;
    pick.querySelector("summary").focus();
  }
});

prepare(document);
// Whoever puts new lists on the page says where.
document.addEventListener("lists:added", (event) => prepare(event.target));
