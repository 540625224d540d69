// Counts the chosen rows of a record listing, and shows the bar of bulk actions only while there are some.

const bar = document.querySelector("[data-bulk]");
const boxes = [...document.querySelectorAll('input[name="row"][form="records-bulk"]')];

if (bar && boxes.length) {
  const count = bar.querySelector("[data-many]");
  const everything = bar.querySelector('input[name="everything"]');
  const all = document.querySelector("[data-choose-all]");

  const show = () => {
    const chosen = boxes.filter((box) => box.checked).length;
    bar.hidden = chosen === 0;
    if (!chosen && everything) everything.checked = false;
    count.textContent = chosen === 1 ? count.dataset.one : count.dataset.many.replace("#", chosen);
    all.checked = chosen === boxes.length;
    all.indeterminate = chosen > 0 && chosen < boxes.length;
  };

  all.hidden = false;
  all.addEventListener("change", () => {
    for (const box of boxes) box.checked = all.checked;
    show();
  });
  for (const box of boxes) box.addEventListener("change", show);
  // The browser may have kept ticks on the way back.
  addEventListener("pageshow", show);
  show();
}
