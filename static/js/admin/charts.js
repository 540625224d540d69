/** Draws the page's charts from the figures the server wrote into it, in the theme of the admin. */

const root = document.documentElement;
const prefersDark = window.matchMedia("(prefers-color-scheme: dark)");
// The room between a name and its number, and what makes a chart narrow.
const ROOM = 16;
const NARROW = 400;
const LINE = 18;

function theme() {
  if (root.classList.contains("w-theme-dark")) return "dark";
  if (root.classList.contains("w-theme-light")) return "light";
  return prefersDark.matches ? "dark" : "light";
}

function read(id) {
  return JSON.parse(document.getElementById(id).textContent);
}

function escaped(text) {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}

const pen = document.createElement("canvas").getContext("2d");

function shortened(text, room) {
  if (pen.measureText(text).width <= room) return text;
  let kept = text;
  while (kept.length > 1 && pen.measureText(`${kept}…`).width > room) kept = kept.slice(0, -1);
  return `${kept.trimEnd()}…`;
}

/** On a narrow screen the lines take the whole width: their names move above them, and every second date goes. */
function narrowed(layout, width) {
  if (width >= NARROW) return layout;
  const { tickvals, ticktext } = layout.xaxis;
  const kept = (_entry, place) => (tickvals.length - 1 - place) % 2 === 0;
  const [unit, ...ends] = layout.annotations.toReversed();
  const lines = ends.map((end, place) => ({
    ...end,
    text: end.text.replace("<br>", " "),
    x: 0,
    y: 1,
    xshift: 0,
    yanchor: "bottom",
    yshift: LINE * (place + 1) + unit.yshift,
  }));
  const room = LINE * lines.length;
  return {
    ...layout,
    height: layout.height + room,
    margin: { ...layout.margin, t: layout.margin.t + room, r: 28 },
    annotations: [unit, ...lines],
    xaxis: { ...layout.xaxis, tickvals: tickvals.filter(kept), ticktext: ticktext.filter(kept) },
  };
}

/** Names above bars, cut to the room their number leaves; the whole name stands in the table. */
function fitted(layout, width, font) {
  if (!layout.meta) return narrowed(layout, width);
  const { names, labels } = layout.meta;
  pen.font = `${font.size}px ${font.family}`;
  const annotations = layout.annotations.map((annotation, place) => {
    if (place >= names.length) return annotation;
    const room = width - ROOM - pen.measureText(labels[place]).width;
    return { ...annotation, text: escaped(shortened(names[place], room)) };
  });
  return { ...layout, annotations };
}

function config(chart) {
  return {
    displaylogo: false,
    displayModeBar: "hover",
    doubleClick: false,
    showTips: false,
    modeBarButtons: [
      [
        {
          name: "save",
          title: chart.dataset.save,
          icon: window.Plotly.Icons.camera,
          click: (plot) => window.Plotly.downloadImage(plot, { format: "svg", filename: plot.id }),
        },
      ],
    ],
  };
}

async function draw(chart, templates) {
  const plot = chart.querySelector(".chart__plot");
  const { data, layout } = read(`${chart.dataset.chart}-data`)[theme()];
  plot.hidden = false;
  const width = chart.clientWidth;
  const template = templates[theme()];
  const drawn = { ...fitted(layout, width, template.layout.font), width, template };
  await window.Plotly.react(plot, data, drawn, config(chart));
}

function start(chart, templates) {
  const plot = chart.querySelector(".chart__plot");
  const table = chart.querySelector("details");
  let width = 0;

  const redraw = () => {
    width = chart.clientWidth;
    return draw(chart, templates);
  };

  redraw()
    .then(() => {
      plot.on("plotly_click", (event) => {
        const address = event.points[0]?.customdata;
        if (address) window.location.assign(address);
      });
      chart.classList.add("is-drawn");
      table.open = false;
      new ResizeObserver(() => {
        if (chart.clientWidth && chart.clientWidth !== width) redraw();
      }).observe(chart);
      prefersDark.addEventListener("change", redraw);
      new MutationObserver(redraw).observe(root, { attributes: true, attributeFilter: ["class"] });
    })
    .catch((error) => {
      // Without its chart the table is all there is to see.
      plot.hidden = true;
      table.open = true;
      chart.classList.add("is-broken");
      throw error;
    });
}

const charts = document.querySelectorAll("[data-chart]");
if (charts.length) {
  const templates = read("chart-templates");
  for (const chart of charts) start(chart, templates);
}
