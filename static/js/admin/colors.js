// Shows how the chosen colors look, and what their contrast is, while they are being chosen.

const place = document.querySelector("[data-colors]");
const fields = ["accent", "accent_dark"].map((name) => document.querySelector(`input[name="${name}"]`));

if (place && fields.every(Boolean)) {
  let asked = 0;

  const show = async () => {
    const ask = ++asked;
    const query = new URLSearchParams(fields.map((field) => [field.name, field.value]));
    try {
      const answer = await fetch(`${place.dataset.colors}?${query}`, { credentials: "same-origin" });
      // An older answer may come late.
      if (answer.ok && ask === asked) place.innerHTML = await answer.text();
    } catch {
      // Offline: the form checks again when it is saved.
    }
  };

  fields.forEach((field) => field.addEventListener("input", show));
  show();
}
