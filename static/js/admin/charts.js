/**
 * Draws each <lectern-chart> from the figures the server wrote into it, in the theme of the admin and in the width there
 * is, whenever it comes onto the page. Its table stays for whoever has no use for a drawing, and where drawing fails.
 */

const root = document.documentElement;
const prefersDark = window.matchMedia("(prefers-color-scheme: dark)");
// The room between a name and its number.
const ROOM = 16;

function theme() {
  if (root.classList.contains("w-theme-dark")) return "dark";
  if (root.classList.contains("w-theme-light")) return "light";
  return prefersDark.matches ? "dark" : "light";
}

function escaped(text) {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}

const pen = document.createElement("canvas").getContext("2d");

function shortened(text, room) {
  if (pen.measureText(text).width <= room) return text;
  let kept = [...text];
  while (kept.length > 1 && pen.measureText(`${kept.join("")}…`).width > room) kept = kept.slice(0, -1);
  return `${kept.join("").trimEnd()}…`;
}

/** The figure for this width: `narrow` below its limit, with what it shares with the wide one. */
function chosen({ data, layout, narrow }, width) {
  if (!narrow || width >= narrow.below) return { data, layout };
  return { data: narrow.data ?? data, layout: { template: layout.template, ...narrow.layout } };
}

/** The first annotations are names: cut to the room their numbers leave. The whole name stands in the table. */
function fitted(layout, width) {
  if (!layout.meta) return layout;
  const { names, labels, share } = layout.meta;
  const { family, size } = layout.template.layout.font;
  pen.font = `${size}px ${family}`;
  const annotations = layout.annotations.map((annotation, place) => {
    if (place >= names.length) return annotation;
    const room = width * share - ROOM - (annotation.xshift ?? 0) - pen.measureText(labels[place]).width;
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

class LecternChart extends HTMLElement {
  #width = 0;
  #figures = null;
  #watchers = [];

  connectedCallback() {
    if (this.dataset.chart) this.#start();
  }

  disconnectedCallback() {
    for (const stop of this.#watchers.splice(0)) stop();
    const plot = this.querySelector(".chart__plot");
    if (plot && window.Plotly) window.Plotly.purge(plot);
  }

  async #start() {
    const plot = this.querySelector(".chart__plot");
    const table = this.querySelector("details");
    try {
      this.#figures = JSON.parse(document.getElementById(`${this.dataset.chart}-data`).textContent);
      await this.#draw();
    } catch (error) {
      // Without its chart the table is all there is to see.
      plot.hidden = true;
      table.open = true;
      this.classList.add("is-broken");
      throw error;
    }
    if (!this.isConnected) return;
    plot.on("plotly_click", (event) => {
      const [address] = [event.points[0]?.customdata].flat();
      if (address) window.location.assign(address);
    });
    this.classList.add("is-drawn");
    table.open = false;
    this.#watch();
  }

  #watch() {
    const redraw = () => this.#draw();
    const resized = new ResizeObserver(() => {
      if (this.clientWidth && this.clientWidth !== this.#width) redraw();
    });
    const switched = new MutationObserver(redraw);
    resized.observe(this);
    switched.observe(root, { attributes: true, attributeFilter: ["class"] });
    prefersDark.addEventListener("change", redraw);
    this.#watchers.push(
      () => resized.disconnect(),
      () => switched.disconnect(),
      () => prefersDark.removeEventListener("change", redraw),
    );
  }

  async #draw() {
    const plot = this.querySelector(".chart__plot");
    plot.hidden = false;
    const width = this.clientWidth;
    this.#width = width;
    const { data, layout } = structuredClone(chosen(this.#figures[theme()], width));
    plot.classList.toggle(
      "is-link",
      data.some((trace) => trace.customdata?.some(Boolean)),
    );
    await window.Plotly.react(plot, data, { ...fitted(layout, width), width }, config(this));
  }
}

customElements.define("lectern-chart", LecternChart);
