/* Enter in a field of a page's form would press its first button, and for editors that publishes. */

const TYPED = ["date", "datetime-local", "email", "number", "text", "time", "url"];

document.addEventListener("keydown", (event) => {
  const field = event.target;
  if (event.key !== "Enter" || event.isComposing || !(field instanceof HTMLInputElement)) return;
  if (field.form?.id === "page-edit-form" && TYPED.includes(field.type)) event.preventDefault();
});
